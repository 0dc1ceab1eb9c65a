//! Addresses of files.

use std::path::{Path, PathBuf};

use tower_lsp_server::ls_types::Uri;

/// The file that `uri` names; `None` if it names none on a disk.
pub(crate) fn path_of(uri: &Uri) -> Option<PathBuf> {
    let is_file = uri.scheme().as_str().eq_ignore_ascii_case("file");
    uri.to_file_path().filter(|path| is_file && path.is_absolute()).map(std::borrow::Cow::into_owned)
}

/// The address of an absolute path.
pub(crate) fn of_path(path: &Path) -> Option<Uri> {
    path.is_absolute().then(|| Uri::from_file_path(path)).flatten()
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn names_with_odd_characters_survive() {
        for path in ["/w/a b/é[0].tf", "/w/100%/c#d?.tf"] {
            let uri = of_path(Path::new(path)).unwrap();
            assert_eq!(path_of(&uri).as_deref(), Some(Path::new(path)));
        }
        assert_eq!(path_of(&"untitled:a.tf".parse().unwrap()), None);
        assert_eq!(path_of(&"git:/w/a.tf".parse().unwrap()), None);
    }
}
