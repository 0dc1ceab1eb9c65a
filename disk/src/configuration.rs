//! Finds `crosstrail.toml` and reads it.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crosstrail_analyzer::analysis::Options;
use crosstrail_analyzer::config::{Configuration, ConfigurationError, ConfigurationPlace, FILE_NAME};
use crosstrail_analyzer::source::LineIndex;

use crate::base::Base;
use crate::file_system::from_io;
use crate::problem::Problem;

/// What the analysis is told.
#[derive(Debug, Clone, Default)]
pub struct Configured {
    /// What to know of accounts and stacks.
    pub configuration: Arc<Configuration>,
    /// Which rules run, and as of when.
    pub options: Options,
}

/// The configuration in `directory` or above it in the same repository. What lies outside
/// the repository is someone else's.
#[must_use]
pub fn find(directory: &Path) -> Option<PathBuf> {
    for directory in directory.ancestors() {
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

/// Reads the configuration `file`, which is about files as `base` names them.
///
/// # Errors
/// When it cannot be read, and with all that is wrong with it.
pub fn read(file: &Path, base: &Base) -> Result<Configured, Vec<Problem>> {
    let problem = |why: &str| vec![Problem::new(&base.shown(file), why)];
    let text = fs::read(file).map_err(|error| problem(&from_io(&error).to_string()))?;
    let text = String::from_utf8(text).map_err(|_| problem("not UTF-8"))?;
    let Some(place) = place(file, base) else { return Err(problem("its name is not UTF-8")) };
    parse(place, &text)
}

fn parse(place: ConfigurationPlace, text: &str) -> Result<Configured, Vec<Problem>> {
    let (configuration, mut errors) = Configuration::read(place, text);
    let (options, wrong_names) = Options::configured(&configuration);
    errors.extend(wrong_names);
    errors.sort_by_key(|error| error.range);
    if errors.is_empty() {
        return Ok(Configured { configuration: Arc::new(configuration), options });
    }
    let lines = LineIndex::new(text);
    let problem = |error: &ConfigurationError| {
        let at = lines.line_column(text, error.range.start);
        Problem::in_file(configuration.place().path(), at, error.message.as_str())
    };
    Err(errors.iter().map(problem).collect())
}

/// Where the file lies, as seen from where names start.
fn place(file: &Path, base: &Base) -> Option<ConfigurationPlace> {
    let directory = match file.parent() {
        Some(parent) if parent.as_os_str().is_empty() => Path::new("."),
        Some(parent) => parent,
        None => Path::new("."),
    };
    let start = base.directory().and_then(|start| start.canonicalize().ok());
    let directory = directory.canonicalize().ok();
    let inside = start.as_ref().zip(directory.as_ref()).and_then(|(start, dir)| start.strip_prefix(dir).ok());
    match inside {
        Some(inside) => Some(ConfigurationPlace::above(file.file_name()?.to_str()?, inside.to_str()?)),
        None => Some(ConfigurationPlace::new(&base.name_of(file)?)),
    }
}
