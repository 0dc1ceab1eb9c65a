//! Paths and places as formats of other tools want them.

use crate::source::{LineColumn, SourceFile, SourceMap, Span, path};

/// The directory that the paths of a report start at, which the working directory lies in:
/// what shows a report knows files by their place in a repository.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Base {
    /// The working directory as seen from there.
    working: String,
}

impl Base {
    /// The working directory itself.
    #[must_use]
    pub fn working() -> Self {
        Self::above(".")
    }

    /// A directory from which the working directory is seen as `working`.
    #[must_use]
    pub fn above(working: &str) -> Self {
        Self { working: path::normalize(working) }
    }

    /// `path` as it is seen from there.
    #[must_use]
    pub fn path(&self, path: &str) -> String {
        path::join(&self.working, path)
    }

    /// `path` as a relative reference or as a URI of its own, with every character that may
    /// not stand in one as the escape of its bytes.
    #[must_use]
    pub fn uri(&self, path: &str) -> String {
        let path = self.path(path);
        let escaped: String = path.bytes().map(escape).collect();
        match escaped.strip_prefix('/') {
            Some(rest) => format!("file:///{rest}"),
            None if path::is_absolute(&path) => format!("file:///{escaped}"),
            None => escaped,
        }
    }
}

/// A byte of a path: `:` may not stand in the first segment of a relative reference.
fn escape(byte: u8) -> String {
    let stays = byte.is_ascii_alphanumeric() || b"-._~/!$&'()*+,;=@".contains(&byte);
    if stays { char::from(byte).to_string() } else { format!("%{byte:02X}") }
}

/// From the first character to behind the last one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Extent {
    pub(super) start: LineColumn,
    pub(super) end: LineColumn,
}

impl Extent {
    pub(super) fn of(span: Span, file: &SourceFile) -> Self {
        Self { start: file.line_column(span.range.start), end: file.line_column(span.range.end) }
    }
}

/// The path of a place, as the analysis knows it, and what it takes in.
pub(super) fn place(span: Span, sources: &SourceMap) -> (String, Extent) {
    let file = sources.file(span.file);
    (file.path().to_string(), Extent::of(span, &file))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_start_at_the_base() {
        assert_eq!(Base::working().path("a/b.tf"), "a/b.tf");
        assert_eq!(Base::above("infra").path("a/b.tf"), "infra/a/b.tf");
        assert_eq!(Base::above("infra").path("../b.tf"), "b.tf");
        assert_eq!(Base::above("infra").path("/b.tf"), "/b.tf");
    }

    #[test]
    fn uris() {
        let uri = |path| Base::working().uri(path);
        assert_eq!(uri("a b/ü%#?.tf"), "a%20b/%C3%BC%25%23%3F.tf");
        assert_eq!(uri("aa:b.tf"), "aa%3Ab.tf");
        assert_eq!(uri("<stdin>.tf"), "%3Cstdin%3E.tf");
        assert_eq!(uri("/tmp/a.tf"), "file:///tmp/a.tf");
        assert_eq!(uri("C:/a.tf"), "file:///C%3A/a.tf");
        assert_eq!(Base::above("x y").uri("a.tf"), "x%20y/a.tf");
    }
}
