//! The names of files: as the analysis knows them, and as the system does.

use std::borrow::Cow;
use std::path::{Component, Path, PathBuf};
use std::sync::OnceLock;

use crosstrail_analyzer::source::path;

/// The directory that names are relative to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Base(Option<PathBuf>);

impl Base {
    /// The directory that the program was started in, which it must never change. Names are
    /// paths as the user types them.
    #[must_use]
    pub fn working_directory() -> Self {
        Self(None)
    }

    /// `directory`, an absolute path. What lies beside or above it has a name with `..`, so
    /// that each file has one name, whichever way led to it.
    #[must_use]
    pub fn at(directory: &Path) -> Self {
        Self(Some(directory.to_owned()))
    }

    /// The directory.
    #[must_use]
    pub fn directory(&self) -> Option<&Path> {
        self.0.as_deref().or_else(|| working_directory())
    }

    /// Where the file known as `name` is.
    #[must_use]
    pub fn locate<'a>(&self, name: &'a str) -> Cow<'a, Path> {
        match &self.0 {
            None => Cow::Borrowed(Path::new(name)),
            Some(_) if name == "." => Cow::Owned(self.0.clone().unwrap_or_default()),
            Some(base) => Cow::Owned(without_steps_up(base, name)),
        }
    }

    /// `path` as the analysis knows it, separated by `/`; `None` if it is no text. Relative
    /// where it lies in the directory; what else is relative then is said at [`Base::at`].
    #[must_use]
    pub fn name_of(&self, path: &Path) -> Option<String> {
        let inside = self.directory().filter(|_| path.is_absolute()).and_then(|base| path.strip_prefix(base).ok());
        if let Some(inside) = inside {
            return inside.to_str().map(path::normalize);
        }
        let beside = self.0.as_deref().filter(|_| path.is_absolute()).and_then(|base| relative(base, path));
        beside.as_deref().unwrap_or(path).to_str().map(path::normalize)
    }

    /// The same, with what is no text replaced.
    #[must_use]
    pub fn shown(&self, path: &Path) -> String {
        self.name_of(path).unwrap_or_else(|| path.to_string_lossy().into_owned())
    }

    /// Where the file known as `name` is, from the root of the file system. Links stay as they are.
    pub(crate) fn absolute(&self, name: &str) -> Option<PathBuf> {
        match &self.0 {
            None => working_directory().map(|working| working.join(name)),
            Some(_) => Some(self.locate(name).into_owned()),
        }
    }
}

fn working_directory() -> Option<&'static Path> {
    static WORKING: OnceLock<Option<PathBuf>> = OnceLock::new();
    WORKING.get_or_init(|| std::env::current_dir().ok()).as_deref()
}

/// `name` seen from `base`, with its leading `..` taken away together with what they leave.
fn without_steps_up(base: &Path, name: &str) -> PathBuf {
    let (mut base, mut name) = (base, name);
    while let Some((rest, parent)) = name.strip_prefix("..").zip(base.parent()) {
        let Some(rest) = rest.strip_prefix('/').or_else(|| rest.is_empty().then_some(rest)) else { break };
        (base, name) = (parent, rest);
    }
    if name.is_empty() { base.to_owned() } else { base.join(name) }
}

/// `path` seen from `base`; `None` if they are not on the same disk.
fn relative(base: &Path, path: &Path) -> Option<PathBuf> {
    let shared = base.components().zip(path.components()).take_while(|(one, other)| one == other).count();
    let is_step = |part: &Component<'_>| matches!(part, Component::Normal(_));
    let up = base.components().skip(shared);
    let down = path.components().skip(shared);
    let is_below = up.clone().all(|part| is_step(&part)) && down.clone().all(|part| is_step(&part));
    is_below.then(|| up.map(|_| Component::ParentDir).chain(down).collect())
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn a_file_has_one_name_and_the_name_leads_to_it() {
        let base = Base::at(Path::new("/home/me/infra"));
        for (file, name) in [
            ("/home/me/infra", "."),
            ("/home/me/infra/org/main.tf", "org/main.tf"),
            ("/home/me/modules/a/main.tf", "../modules/a/main.tf"),
            ("/home/me", ".."),
            ("/etc/passwd", "../../../etc/passwd"),
            ("/", "../../.."),
        ] {
            assert_eq!(base.name_of(Path::new(file)).as_deref(), Some(name));
            assert_eq!(base.locate(name), Path::new(file), "{name}");
        }
        assert_eq!(base.locate("/etc/passwd"), Path::new("/etc/passwd"));
        assert_eq!(base.locate("..a/b"), Path::new("/home/me/infra/..a/b"));
    }

    #[test]
    fn the_working_directory_names_files_as_they_are_typed() {
        let base = Base::working_directory();
        assert_eq!(base.name_of(Path::new("./a/../b.tf")).as_deref(), Some("b.tf"));
        assert_eq!(base.name_of(Path::new("/etc/passwd")).as_deref(), Some("/etc/passwd"));
        assert_eq!(base.locate("../b.tf"), Path::new("../b.tf"));
    }
}
