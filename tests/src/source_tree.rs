//! The files of the project itself, for tests that look at them.

use std::fs;
use std::path::{Path, PathBuf};

/// The root of the repository.
#[must_use]
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().map(Path::to_path_buf).unwrap_or_default()
}

/// All files below `dir` with that extension, sorted by path, with their texts.
///
/// # Panics
/// When a directory or file cannot be read, or is not UTF-8.
#[must_use]
#[expect(clippy::unwrap_used, reason = "a test that cannot read its own sources has to fail")]
pub fn files(dir: &Path, extension: &str) -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    let mut pending = vec![dir.to_path_buf()];
    while let Some(dir) = pending.pop() {
        for entry in fs::read_dir(&dir).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
                if name != "target" && !name.starts_with('.') && name != "node_modules" {
                    pending.push(path);
                }
            } else if path.extension().is_some_and(|it| it == extension) {
                found.push((path.clone(), fs::read_to_string(&path).unwrap()));
            }
        }
    }
    found.sort();
    found
}

/// The path of a file as people name it: from the root of the repository, with `/`.
#[must_use]
pub fn display(path: &Path) -> String {
    path.strip_prefix(root()).unwrap_or(path).to_string_lossy().replace('\\', "/")
}

/// Whether expectations are to be rewritten instead of compared: `UPDATE_EXPECT=1`, but never in CI.
#[must_use]
pub fn updates() -> bool {
    let is_set = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty() && value != "0");
    is_set("UPDATE_EXPECT") && !is_set("CI")
}

/// Compares a generated file with what lies at `path`, or writes it there if [`updates`].
///
/// # Errors
/// When they differ, with how to mend it.
pub fn expect_file(path: &Path, generated: &str) -> Result<(), String> {
    let there = fs::read_to_string(path).unwrap_or_default();
    if there == generated {
        return Ok(());
    }
    if updates() {
        return fs::write(path, generated).map_err(|error| format!("{}: {error}", display(path)));
    }
    let line = there.lines().zip(generated.lines()).take_while(|(there, generated)| there == generated).count() + 1;
    Err(format!("{}:{line}: out of date; run `UPDATE_EXPECT=1 cargo test -p crosstrail-tests`", display(path)))
}
