//! Writes a file anew, so that at every moment either the old or the new text is there.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use crosstrail_analyzer::source::FileSystem;

use super::disk::from_io;

/// Puts `new_text` into the file at `path` if `old_text` is still what it holds. A symbolic
/// link stays one: the file that it leads to is written, which `files` has to let be read.
///
/// # Errors
/// When it cannot be written. The file is then as it was.
pub(crate) fn rewrite(files: &dyn FileSystem, path: &str, old_text: &str, new_text: &str) -> Result<(), String> {
    let now = files.read(path).map_err(|error| error.to_string())?;
    if now != old_text.as_bytes() {
        return Err("changed while it was checked".to_owned());
    }
    replace(Path::new(path), new_text.as_bytes())
}

fn replace(path: &Path, bytes: &[u8]) -> Result<(), String> {
    let in_words = |error: &io::Error| from_io(error).to_string();
    let target = path.canonicalize().map_err(|error| in_words(&error))?;
    let permissions = fs::metadata(&target).map_err(|error| in_words(&error))?.permissions();
    if permissions.readonly() {
        return Err("read-only".to_owned());
    }
    let beside = beside(&target).ok_or_else(|| "not a file".to_owned())?;
    let created = OpenOptions::new().write(true).create_new(true).open(&beside);
    let written = created.and_then(|mut file| {
        let done = fill(&mut file, bytes).and_then(|()| fs::set_permissions(&beside, permissions));
        drop(file);
        let done = done.and_then(|()| fs::rename(&beside, &target));
        done.inspect_err(|_| drop(fs::remove_file(&beside)))
    });
    written.map_err(|error| in_words(&error))
}

fn fill(file: &mut File, bytes: &[u8]) -> io::Result<()> {
    file.write_all(bytes)?;
    file.sync_all()
}

/// A name in the same directory, which is on the same disk. Nothing takes a hidden file for configuration.
fn beside(target: &Path) -> Option<PathBuf> {
    let name = target.file_name()?.to_string_lossy();
    Some(target.with_file_name(format!(".{name}.{}.crosstrail", std::process::id())))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An empty directory of one test.
    fn directory(name: &str) -> PathBuf {
        let dir = std::env::temp_dir().join(format!("crosstrail-rewrite-{name}-{}", std::process::id()));
        drop(fs::remove_dir_all(&dir));
        fs::create_dir_all(&dir).unwrap();
        dir
    }

    fn names(dir: &Path) -> Vec<String> {
        let names = dir.read_dir().unwrap().map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned());
        let mut names: Vec<_> = names.collect();
        names.sort();
        names
    }

    #[test]
    fn the_file_has_the_new_text_and_nothing_else_is_left() {
        let dir = directory("plain");
        fs::write(dir.join("a.tf"), "old").unwrap();
        assert_eq!(replace(&dir.join("a.tf"), b"new"), Ok(()));
        assert_eq!(fs::read(dir.join("a.tf")).unwrap(), b"new");
        assert_eq!(names(&dir), ["a.tf"]);
        fs::remove_dir_all(&dir).unwrap();
    }

    #[test]
    fn a_file_that_cannot_be_written_is_as_it_was() {
        let dir = directory("fails");
        let file = dir.join("a.tf");
        fs::write(&file, "old").unwrap();
        // What another run left there is in the way.
        fs::write(beside(&file.canonicalize().unwrap()).unwrap(), "other").unwrap();
        assert!(replace(&file, b"new").is_err());
        assert_eq!(fs::read(&file).unwrap(), b"old");
        assert_eq!(names(&dir).len(), 2);
        fs::remove_dir_all(&dir).unwrap();
    }

    #[cfg(unix)]
    #[test]
    fn links_and_permissions_stay() {
        use std::os::unix::fs::{PermissionsExt, symlink};
        let dir = directory("links");
        let file = dir.join("a.tf");
        fs::write(&file, "old").unwrap();
        fs::set_permissions(&file, fs::Permissions::from_mode(0o640)).unwrap();
        symlink(&file, dir.join("b.tf")).unwrap();
        assert_eq!(replace(&dir.join("b.tf"), b"new"), Ok(()));
        assert!(fs::symlink_metadata(dir.join("b.tf")).unwrap().is_symlink());
        assert_eq!(fs::read(&file).unwrap(), b"new");
        assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o640);
        fs::set_permissions(&file, fs::Permissions::from_mode(0o440)).unwrap();
        assert_eq!(replace(&file, b"newer"), Err("read-only".to_owned()));
        fs::remove_dir_all(&dir).unwrap();
    }
}
