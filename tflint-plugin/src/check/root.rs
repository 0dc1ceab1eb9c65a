//! The files of the root module, for a check of a module that it calls.
//!
//! The host gives the files of the module that is checked, and any file by its name. So the names
//! of the root's files are asked for first: by its blocks, which the host tells together with
//! where they stand, and by the disk, which has the files without a block, too.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use crosstrail_analyzer::source::path;
use crosstrail_disk::Base;

use crate::runner::{Failure, Runner};
use crate::wire::{BlockSchema, BodySchema, ModuleContext};

use super::files::{HostFile, is_loaded};

/// The blocks that are asked for, with their labels. The host has read all of these before it
/// starts a plugin; of others, one that is half typed would be an error.
const BLOCKS: [(&str, &[&str]); 4] =
    [("locals", &[]), ("module", &["name"]), ("resource", &["type", "name"]), ("variable", &["name"])];

/// The directory that the plugin was started in. That is the one of the root module, unless the
/// host is a language server: it changes to where the file is that was opened.
pub(super) fn working_directory() -> Result<PathBuf, Failure> {
    let working = std::env::current_dir().and_then(|dir| dir.canonicalize());
    working.map_err(|error| Failure(format!("the working directory: {error}")))
}

/// What the host has of the root module.
pub(super) async fn files(runner: &Runner, base: &Base) -> Result<Vec<HostFile>, Failure> {
    let mut names = names_of_blocks(runner).await?;
    let Some(known) = names.first().cloned() else { return Ok(Vec::new()) };
    let dir = path::parent(&path::normalize(&known)).to_owned();
    // One that has just been made in an editor may lie in no directory yet.
    let entries = base.locate(&dir).read_dir().into_iter().flatten().flatten();
    let beside = Path::new(&known);
    let named = entries.filter_map(|entry| entry.file_name().into_string().ok());
    names.extend(
        named.filter(|name| is_loaded(name)).filter_map(|name| beside.with_file_name(name).to_str().map(str::to_owned)),
    );
    let mut files = BTreeMap::new();
    for name in names {
        if let Some(text) = runner.file(&name).await? {
            files.insert(name, text);
        }
    }
    Ok(files.into_iter().map(HostFile::new).collect())
}

/// The names of the files in which the root module has blocks.
async fn names_of_blocks(runner: &Runner) -> Result<BTreeSet<String>, Failure> {
    let block = |(kind, labels): &(&str, &[&str])| BlockSchema {
        kind: (*kind).to_owned(),
        label_names: labels.iter().map(|label| (*label).to_owned()).collect(),
        body: Some(BodySchema::default()),
    };
    let schema = BodySchema { blocks: BLOCKS.iter().map(block).collect(), ..BodySchema::default() };
    let content = runner.blocks(schema, ModuleContext::Root).await?;
    let places = content.blocks.into_iter().filter_map(|block| block.def_range);
    Ok(places.map(|place| place.filename).collect())
}
