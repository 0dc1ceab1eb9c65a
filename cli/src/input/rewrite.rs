//! Writes a file anew, so that at every moment either the old or the new text is there.

use std::fs::{self, File, OpenOptions, Permissions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use crosstrail_analyzer::source::FileSystem;
use crosstrail_disk::from_io;

/// Puts `new_text` into the file at `path` if `old_text` is still what it holds. A symbolic
/// link stays one: the file that it leads to is written, which `files` has to let be read.
///
/// # Errors
/// When it cannot be written. The file is then as it was.
pub(crate) fn rewrite(files: &dyn FileSystem, path: &str, old_text: &str, new_text: &str) -> Result<(), String> {
    if let Some(plan) = Path::new(path).ancestors().skip(1).find(|above| above.is_file()) {
        let plan = plan.display();
        return Err(format!("in the plan file `{plan}`, which stays as it is: mend the source that it was made from"));
    }
    let now = files.read(path).map_err(|error| error.to_string())?;
    if now == new_text.as_bytes() {
        // It has two names, and was written under the other one.
        return Ok(());
    }
    if now != old_text.as_bytes() {
        return Err("changed while it was checked".to_owned());
    }
    replace(Path::new(path), new_text.as_bytes())
}

/// Puts `bytes` into the file at `path`, whether it is there or not. What is no file, such as
/// a pipe, is written to as it is.
///
/// # Errors
/// When it cannot be written. A file is then as it was.
pub(crate) fn write(path: &Path, bytes: &[u8]) -> Result<(), String> {
    match fs::metadata(path) {
        Ok(metadata) if metadata.is_file() => replace(path, bytes),
        Ok(metadata) if metadata.is_dir() => Err("a directory".to_owned()),
        Ok(_) => fs::write(path, bytes).map_err(|error| in_words(&error)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => put(path, bytes, None),
        Err(error) => Err(in_words(&error)),
    }
}

fn replace(path: &Path, bytes: &[u8]) -> Result<(), String> {
    let target = path.canonicalize().map_err(|error| in_words(&error))?;
    let permissions = fs::metadata(&target).map_err(|error| in_words(&error))?.permissions();
    if permissions.readonly() {
        return Err("read-only".to_owned());
    }
    put(&target, bytes, Some(permissions))
}

/// Writes a file beside `target` and gives it its name.
fn put(target: &Path, bytes: &[u8], permissions: Option<Permissions>) -> Result<(), String> {
    let beside = beside(target).ok_or_else(|| "not a file".to_owned())?;
    let created = OpenOptions::new().write(true).create_new(true).open(&beside);
    let written = created.and_then(|mut file| {
        let filled = fill(&mut file, bytes);
        drop(file);
        let permitted =
            filled.and_then(|()| permissions.map_or(Ok(()), |permissions| fs::set_permissions(&beside, permissions)));
        let done = permitted.and_then(|()| fs::rename(&beside, target));
        done.inspect_err(|_| drop(fs::remove_file(&beside)))
    });
    written.map_err(|error| in_words(&error))
}

fn in_words(error: &io::Error) -> String {
    from_io(error).to_string()
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
    fn a_file_that_is_not_there_is_made() {
        let dir = directory("new");
        assert_eq!(write(&dir.join("a.json"), b"new"), Ok(()));
        assert_eq!(write(&dir.join("a.json"), b"newer"), Ok(()));
        assert_eq!(fs::read(dir.join("a.json")).unwrap(), b"newer");
        assert_eq!(write(&dir.join("b/a.json"), b"new"), Err("no such file or directory".to_owned()));
        assert_eq!(write(&dir, b"new"), Err("a directory".to_owned()));
        assert_eq!(names(&dir), ["a.json"]);
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
