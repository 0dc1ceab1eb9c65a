//! What an analysis depends on, as far as the host tells it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crosstrail_analyzer::config::{GivenValue, GivenVariables};
use crosstrail_analyzer::source::path;
use crosstrail_disk::Base;

use crate::cty;
use crate::runner::{Failure, Runner};
use crate::settings::Settings;
use crate::wire::{BlockSchema, BodySchema, Expression, ModuleContext, Position, Range};

use super::files::HostFile;
use super::root;

/// What is checked, and with which settings. Two that are equal have the same findings, as
/// long as nothing changes on the disk.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct View {
    pub(super) settings: Settings,
    /// The directory that the host was started in: names are seen from there.
    pub(super) base: Base,
    /// The directory of the root module, as the analysis knows it.
    pub(super) dir: String,
    /// The files of the root module.
    pub(super) files: Vec<HostFile>,
    /// The files of called modules whose texts are not those of the disk, by directory.
    pub(super) called: BTreeMap<String, Vec<HostFile>>,
    /// The values that the host has for the variables of the root module.
    pub(super) variables: GivenVariables,
    /// The path of `crosstrail.toml`, if one is named.
    pub(super) config: Option<PathBuf>,
    /// The directory whose stacks are in view, if one is named.
    pub(super) workspace_root: Option<PathBuf>,
}

impl View {
    /// Asks the host about the root module, which has the files `own` if that is the module that is checked.
    pub(super) async fn gather(
        settings: Settings,
        runner: &Runner,
        own: Option<Vec<HostFile>>,
    ) -> Result<Self, Failure> {
        let original = PathBuf::from(runner.original_directory().await?);
        let base = Base::at(&original.canonicalize().unwrap_or(original));
        let files = match own {
            Some(own) => own,
            None => root::files(runner, &base).await?,
        };
        let started = root::working_directory()?;
        let dir = match files.first() {
            Some(file) => path::parent(&file.path).to_owned(),
            None => base.name_of(&started).unwrap_or_else(|| ".".to_owned()),
        };
        let variables = variables(runner, &dir).await?;
        let dirs = [started, base.locate(&dir).into_owned()];
        let config = setting(runner, settings.config.as_ref(), "config", &dirs).await?;
        let workspace_root = setting(runner, settings.workspace_root.as_ref(), "workspace_root", &dirs).await?;
        Ok(Self { settings, base, dir, files, called: BTreeMap::new(), variables, config, workspace_root })
    }
}

/// What the host knows of the variables of the root module, which lies in `dir`.
async fn variables(runner: &Runner, dir: &str) -> Result<GivenVariables, Failure> {
    let block = BlockSchema {
        kind: "variable".to_owned(),
        label_names: vec!["name".to_owned()],
        body: Some(BodySchema::default()),
    };
    let schema = BodySchema { blocks: vec![block], ..BodySchema::default() };
    let content = runner.blocks(schema, ModuleContext::Root).await?;
    let mut names: Vec<String> = content.blocks.into_iter().flat_map(|block| block.labels).collect();
    names.sort();
    names.dedup();
    if names.is_empty() {
        return Ok(GivenVariables::new());
    }
    // One question for all of them.
    let text: String = names.iter().map(|name| format!("{name} = var.{name}\n")).collect();
    let expression = expression(format!("{{\n{text}}}"), path::join(dir, "variables.tf"));
    let response = runner.evaluate(expression, ModuleContext::Root).await?;
    let value = cty::decode(&response.value, cty::DYNAMIC).map(|value| cty::hide(value, &response.marks));
    match value {
        Some(GivenValue::Table(mut variables)) => {
            variables.retain(|_, value| !is_unknown(value));
            Ok(variables)
        }
        Some(GivenValue::Unknown | GivenValue::Secret(_)) => Ok(GivenVariables::new()),
        _ => Err(Failure("the host gives no values for variables".to_owned())),
    }
}

/// Whether nothing is known of the value: then what is written stands.
fn is_unknown(value: &GivenValue) -> bool {
    match value {
        GivenValue::Unknown => true,
        GivenValue::Secret(value) => is_unknown(value),
        GivenValue::Null
        | GivenValue::Bool(_)
        | GivenValue::Number(_)
        | GivenValue::Text(_)
        | GivenValue::List(_)
        | GivenValue::Table(_) => false,
    }
}

fn expression(text: String, filename: String) -> Expression {
    let start = Position { line: 1, column: 1, byte: 0 };
    let byte = i64::try_from(text.len()).unwrap_or_default();
    let range = Range { filename, start: Some(start), end: Some(Position { byte, ..start }) };
    Expression { bytes: text.into_bytes(), range: Some(range), ..Expression::default() }
}

/// The path that `expression` says, seen from the file that it stands in. That is in one of `dirs`:
/// where the plugin was started, or, if there is none, where the host has gone since.
async fn setting(
    runner: &Runner,
    expression: Option<&Expression>,
    name: &str,
    dirs: &[PathBuf; 2],
) -> Result<Option<PathBuf>, Failure> {
    let Some(expression) = expression else { return Ok(None) };
    let response = runner.evaluate(expression.clone(), ModuleContext::Root).await;
    let response = response.map_err(|failure| Failure(format!("`{name}` in the block of the plugin: {failure}")))?;
    let value = cty::decode(&response.value, cty::DYNAMIC).map(|value| cty::hide(value, &response.marks));
    match value {
        Some(GivenValue::Null) => Ok(None),
        Some(GivenValue::Text(path)) => {
            let file = expression.range.as_ref().map_or("", |range| range.filename.as_str());
            let [started, root] = dirs;
            let seen_from = if started.join(file).exists() { started } else { root };
            let beside = Path::new(file).parent().unwrap_or(Path::new(""));
            Ok(Some(seen_from.join(beside).join(path)))
        }
        _ => Err(Failure(format!("`{name}` in the block of the plugin is no path"))),
    }
}

/// The host complains of what stands in the block of a rule only if it is asked for it. No rule
/// takes anything there.
pub(super) async fn check_rule_blocks(settings: &Settings, runner: &Runner) -> Result<(), Failure> {
    let own = settings.rules.rules.keys().filter(|name| crate::rules::is_own(name));
    for name in own {
        let block = runner.rule_block(name.clone(), BodySchema::default()).await;
        block.map_err(|failure| Failure(format!("the block of the rule `{name}`: {failure}")))?;
    }
    Ok(())
}
