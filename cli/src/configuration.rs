//! Finds `crosstrail.toml` and reads it.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crosstrail_analyzer::analysis::Options;
use crosstrail_analyzer::config::{Configuration, ConfigurationError, ConfigurationPlace, FILE_NAME};
use crosstrail_analyzer::source::LineIndex;

use crate::input::{Problem, known_as, read_error};

/// What the analysis is told.
#[derive(Default)]
pub(crate) struct Configured {
    pub(crate) configuration: Arc<Configuration>,
    pub(crate) options: Options,
}

/// Reads the configuration that the user names or, if none is named, the one that lies in
/// the working directory or above it in the same repository.
///
/// # Errors
/// When it cannot be read, and with all that is wrong with it.
pub(crate) fn load(named: Option<&Path>) -> Result<Configured, Vec<Problem>> {
    let Some(file) = named.map(Path::to_owned).or_else(find) else { return Ok(Configured::default()) };
    let text = fs::read(&file).map_err(|error| vec![Problem::at(&file, read_error(&error))])?;
    let text = String::from_utf8(text).map_err(|_| vec![Problem::at(&file, "not UTF-8")])?;
    let Some(place) = place(&file) else { return Err(vec![Problem::at(&file, "its name is not UTF-8")]) };
    let (configuration, mut errors) = Configuration::read(place, &text);
    let (options, wrong_names) = Options::configured(&configuration);
    errors.extend(wrong_names);
    errors.sort_by_key(|error| error.range);
    if errors.is_empty() {
        return Ok(Configured { configuration: Arc::new(configuration), options });
    }
    let lines = LineIndex::new(&text);
    let problem = |error: &ConfigurationError| {
        let at = lines.line_column(&text, error.range.start);
        Problem::in_file(configuration.place().path(), at, error.message.as_str())
    };
    Err(errors.iter().map(problem).collect())
}

/// Where a configuration would be read from, if it were there: one that comes into being changes
/// what is found.
pub(crate) fn candidates() -> Vec<PathBuf> {
    let here = PathBuf::from(FILE_NAME);
    find().into_iter().chain([here]).collect()
}

/// The configuration here or above. What lies outside the repository is someone else's.
fn find() -> Option<PathBuf> {
    let working = std::env::current_dir().ok()?;
    for directory in working.ancestors() {
        let file = directory.join(FILE_NAME);
        if file.is_file() {
            return Some(file);
        }
        if directory.join(".git").exists() {
            return None;
        }
    }
    None
}

/// Where the file lies, as seen from the working directory.
fn place(file: &Path) -> Option<ConfigurationPlace> {
    let directory = match file.parent() {
        Some(parent) if parent.as_os_str().is_empty() => Path::new("."),
        Some(parent) => parent,
        None => Path::new("."),
    };
    let working = std::env::current_dir().and_then(|working| working.canonicalize()).ok();
    let directory = directory.canonicalize().ok();
    let inside = working.as_ref().zip(directory.as_ref()).and_then(|(working, dir)| working.strip_prefix(dir).ok());
    match inside {
        Some(inside) => Some(ConfigurationPlace::above(file.file_name()?.to_str()?, inside.to_str()?)),
        None => Some(ConfigurationPlace::new(&known_as(file)?)),
    }
}
