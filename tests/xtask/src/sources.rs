//! `SOURCES.toml`: for each table its origin, version, date, licence and hash.
//!
//! Derived tables get their entry from their generator. The entry of a hand-kept table is
//! written by hand; only its hash is filled in here.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use sha2::{Digest as _, Sha256};
use toml::{Table, Value};

use crate::{Outcome, data_directory};

/// The file's name.
const NAME: &str = "SOURCES.toml";

const HEADER: &str = "\
# Where each file of this directory comes from. Derived files are written by their
# generator; after editing a hand-kept one run `cargo xtask sources`.

";

/// Where a derived table comes from.
pub(crate) struct Entry<'a> {
    /// The file's name.
    pub(crate) file: &'a str,
    /// What it is derived from, with the version of each.
    pub(crate) origin: &'a str,
    /// The day of the newest of them.
    pub(crate) date: &'a str,
    /// The licence of the text, as SPDX.
    pub(crate) licence: &'a str,
    /// The command that writes it.
    pub(crate) generator: &'a str,
}

/// Brings all hashes up to date.
pub(crate) fn run(_arguments: &[String]) -> Outcome {
    update(&data_directory(), &[])
}

/// Sets the entries of derived tables and all hashes.
pub(crate) fn update(directory: &Path, derived: &[Entry<'_>]) -> Outcome {
    let path = directory.join(NAME);
    let mut sources: Table = if path.exists() { fs::read_to_string(&path)?.parse()? } else { Table::new() };
    for entry in derived {
        let row = sources.entry(entry.file).or_insert_with(|| Value::Table(Table::new()));
        let row = row.as_table_mut().ok_or("an entry is not a table")?;
        for (key, value) in
            [("date", entry.date), ("generator", entry.generator), ("licence", entry.licence), ("origin", entry.origin)]
        {
            row.insert(key.into(), value.into());
        }
    }
    hash(directory, &mut sources)?;
    fs::write(path, format!("{HEADER}{}", toml::to_string(&sources)?))?;
    Ok(())
}

fn hash(directory: &Path, sources: &mut Table) -> Outcome {
    let mut files: Vec<String> = fs::read_dir(directory)?
        .map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned()))
        .collect::<Outcome<_>>()?;
    files.retain(|file| file != NAME);
    files.sort();
    sources.retain(|file, _| files.iter().any(|known| known == file));
    for file in files {
        let row = sources.get_mut(&file).and_then(Value::as_table_mut);
        let row = row.ok_or_else(|| format!("{file} has no entry in {NAME}: say where it comes from"))?;
        row.insert("sha256".into(), sha256(&fs::read(directory.join(&file))?)?.into());
    }
    Ok(())
}

/// The SHA-256 of `bytes` in lower-case hexadecimal.
pub(crate) fn sha256(bytes: &[u8]) -> Outcome<String> {
    let mut text = String::new();
    for byte in Sha256::digest(bytes) {
        write!(text, "{byte:02x}")?;
    }
    Ok(text)
}
