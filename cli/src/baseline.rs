//! The files of `--baseline` and `--write-baseline`.

use std::fs;
use std::path::{Path, PathBuf};

use crosstrail_analyzer::analysis::Options;
use crosstrail_analyzer::baseline::{Baseline, Entry};
use crosstrail_analyzer::finding::Finding;
use crosstrail_analyzer::rules;
use crosstrail_analyzer::source::path;

use crate::input::{self, read_error};
use crate::run::Analysed;

/// A baseline and where it lies.
pub(crate) struct Known {
    /// As it is typed.
    pub(crate) file: String,
    baseline: Baseline,
    place: Place,
}

/// What there is beside what is known.
pub(crate) struct Sifted {
    /// Findings that the baseline has not.
    pub(crate) new: Vec<Finding>,
    /// Those that it has.
    pub(crate) known: Vec<Finding>,
    /// How many it has that are found no more where they were looked for.
    pub(crate) gone: usize,
}

impl Known {
    /// Reads the file.
    ///
    /// # Errors
    /// When it cannot be read or is no baseline, with what to do.
    pub(crate) fn load(file: &Path) -> Result<Self, String> {
        let shown = file.display();
        let missing = format!("{shown}: no such file: `--write-baseline {shown}` writes it");
        let bytes = fs::read(file).map_err(|error| match error.kind() {
            std::io::ErrorKind::NotFound => missing,
            _ => format!("{shown}: {}", read_error(&error)),
        })?;
        let text = String::from_utf8(bytes).map_err(|_| format!("{shown}: not a baseline: not UTF-8"))?;
        let baseline = Baseline::read(&text).map_err(|error| format!("{shown}: {error}"))?;
        Ok(Self { file: shown.to_string(), baseline, place: Place::of(file) })
    }

    /// Parts `findings`.
    pub(crate) fn sift(&self, findings: Vec<Finding>, analysed: &Analysed, options: &Options) -> Sifted {
        let is_there = |path: &str| self.place.exists(path);
        let compared = self.baseline.compare(findings, analysed.sources(), &|path| self.place.seen(path), &is_there);
        let gone = compared.gone.iter().filter(|entry| self.was_looked_for(entry, analysed, options)).count();
        Sifted { new: compared.new, known: compared.known, gone }
    }

    /// Whether the finding would have been found, were it still there.
    fn was_looked_for(&self, entry: &Entry, analysed: &Analysed, options: &Options) -> bool {
        let path = self.place.known(&entry.file);
        let is_looked_at = analysed.looked_at(&path) || (analysed.is_wanted(&path) && !self.place.exists(&entry.file));
        let runs = rules::find(&entry.code).is_none_or(|rule| options.select.severity(rule).is_some());
        is_looked_at && runs
    }
}

/// Writes a baseline that has all of `findings`.
///
/// # Errors
/// When it cannot be written. It is then as it was.
pub(crate) fn write(file: &Path, findings: &[Finding], analysed: &Analysed) -> Result<(), String> {
    let place = Place::of(file);
    let baseline = Baseline::of(findings, analysed.sources(), &|path| place.seen(path));
    input::write(file, baseline.to_text().as_bytes()).map_err(|why| format!("{}: {why}", file.display()))
}

/// Where a baseline lies, and from where the analysis sees the same files.
struct Place {
    directory: String,
    working: String,
}

impl Place {
    fn of(file: &Path) -> Self {
        let working = std::env::current_dir().and_then(|dir| dir.canonicalize()).unwrap_or_default();
        let parent = file.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let directory = parent.canonicalize().unwrap_or_else(|_| working.join(parent));
        let text = |path: PathBuf| path::normalize(&path.to_string_lossy());
        Self { directory: text(directory), working: text(working) }
    }

    /// A path that the analysis knows, as it is seen from the baseline.
    fn seen(&self, path: &str) -> String {
        relative(&self.directory, &path::join(&self.working, path))
    }

    /// A path of the baseline, as the analysis knows it.
    fn known(&self, path: &str) -> String {
        relative(&self.working, &path::join(&self.directory, path))
    }

    fn exists(&self, path: &str) -> bool {
        Path::new(&path::join(&self.directory, path)).exists()
    }
}

/// `path` as seen from `dir`, both absolute and normalised.
fn relative(dir: &str, path: &str) -> String {
    let (from, to): (Vec<&str>, Vec<&str>) = (dir.split('/').collect(), path.split('/').collect());
    let from: Vec<&str> = from.into_iter().filter(|segment| !segment.is_empty()).collect();
    let to: Vec<&str> = to.into_iter().filter(|segment| !segment.is_empty()).collect();
    let common = from.iter().zip(&to).take_while(|(one, other)| one == other).count();
    if common == 0 && from.first().is_some_and(|drive| drive.ends_with(':')) {
        // On another drive there is no way from one to the other.
        return path.to_owned();
    }
    let up = std::iter::repeat_n("..", from.len() - common);
    path::normalize(&up.chain(to.into_iter().skip(common)).collect::<Vec<_>>().join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_from_one_directory_to_another() {
        for (dir, path, expected) in [
            ("/a/b", "/a/b/c.tf", "c.tf"),
            ("/a/b", "/a/c/d.tf", "../c/d.tf"),
            ("/", "/a/c.tf", "a/c.tf"),
            ("/a", "/b.tf", "../b.tf"),
            ("C:/a", "C:/b.tf", "../b.tf"),
            ("C:/a", "D:/b.tf", "D:/b.tf"),
        ] {
            assert_eq!(relative(dir, path), expected, "{path} from {dir}");
        }
    }
}
