//! Plans and states, as `terraform show -json` and `tofu show -json` write them.
//!
//! A plan knows what the source does not: results of functions, what data sources read, which
//! instances there are, the numbers of accounts. The source knows what a plan does not: where
//! things are written, and what a value that is known only after apply is made of. So a plan is
//! a stack by itself ([`Plan::stack`]), or what is known of a stack whose source is at hand
//! ([`Plan::known`]).
//!
//! The positions of a plan that stands alone are those in its JSON text.

mod accounts;
mod address;
mod body;
mod completed;
mod document;
mod expression;
mod instances;
mod keys;
mod known;
mod mirrored;
mod stack;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::Arc;

use rustc_hash::FxHashMap;
use smol_str::{SmolStr, format_smolstr};

use crate::aws::arn::{AccountId, Arn};
use crate::module::Stack;
use crate::source::{FileId, Span, TextRange};

use accounts::Told;
use address::{steps, without_key};
use completed::Declared;
use document::{Document, ModuleConfiguration, Pieces, ProviderConfiguration, Raw};
use instances::Instance;
pub use known::Known;

/// The newest major version of the format. Minor versions only add.
const MAJOR: u32 = 1;

/// A plan or a state, read.
pub struct Plan<'a> {
    file: FileId,
    text: Pieces<'a>,
    document: Document<'a>,
    instances: Vec<Instance<'a>>,
    accounts: BTreeMap<SmolStr, Told>,
}

/// The blocks of a configuration, by the calls that lead to one and its address.
type Blocks<'a> = FxHashMap<(Vec<SmolStr>, String), Block<'a>>;

/// A block of the configuration.
#[derive(Clone, Copy)]
struct Block<'a> {
    /// The provider configuration that its resources have in the end: `aws.log`, `module.a:aws`.
    provider: Option<&'a str>,
    expressions: Option<Raw<'a>>,
}

/// Why a text is no plan that can be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlanError {
    /// Where; `None` if it is about all of it.
    pub at: Option<u32>,
    /// Why, in lower case and without a full stop.
    pub message: String,
}

impl fmt::Display for PlanError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

/// Where the instances of a plan stand in its text.
#[derive(Debug, Clone, Default)]
pub struct Places {
    /// By where their values stand: the range, the address, and where that is written.
    instances: Vec<(TextRange, SmolStr, Span)>,
}

impl Places {
    /// The instance in whose values `range` lies: its address, and where that is written.
    #[must_use]
    pub fn instance_at(&self, range: TextRange) -> Option<(&SmolStr, Span)> {
        let behind = self.instances.partition_point(|(values, ..)| values.start <= range.start);
        let (values, address, place) = self.instances.get(behind.checked_sub(1)?)?;
        values.contains_range(range).then_some((address, *place))
    }
}

impl<'a> Plan<'a> {
    /// Reads the plan or state `text`, which is that of `file`.
    ///
    /// # Errors
    /// When it is no JSON, or JSON of another kind, or of a format that is not known yet.
    pub fn read(file: FileId, text: &'a str) -> Result<Self, PlanError> {
        let json = text.strip_prefix('\u{feff}').unwrap_or(text);
        let document: Document<'a> = serde_json::from_str(json).map_err(|error| syntax_error(text, &error))?;
        check_version(&document)?;
        check_kind(&document)?;
        let pieces = Pieces(text);
        let mut instances = instances::of_document(&document, pieces);
        let mut blocks = Blocks::default();
        if let Some(root) = document.configuration.as_ref().and_then(|it| it.root_module.as_ref()) {
            collect_blocks(root, &mut Vec::new(), &mut blocks);
        }
        for instance in &mut instances {
            instance.block = blocks.get(&instance.address.block()).copied();
        }
        let mut plan = Self { file, text: pieces, document, instances, accounts: BTreeMap::new() };
        plan.accounts = plan.told_accounts();
        Ok(plan)
    }

    /// Where it is told, if it is, that Terraform failed on the way: a part of what would be planned is missing.
    #[must_use]
    pub fn errored(&self) -> Option<TextRange> {
        self.document.errored.filter(|errored| errored.get() == "true").map(|errored| self.text.range(errored))
    }

    /// The plan as a stack of its own, in the place of the directory that it was made from: `path`
    /// is that of the file.
    #[must_use]
    pub fn stack(&self, path: &str) -> Stack {
        stack::Builder::stack(self, path)
    }

    /// `source`, the stack that the plan was made from, with what is planned in modules whose source is
    /// not at hand and with resources that the root does not declare; `None` if there are none. `path` is that of
    /// the file.
    #[must_use]
    pub fn completed(&self, source: &Stack, path: &str) -> Option<Stack> {
        let is_missing =
            |instance: &Instance<'_>| completed::declared(&source.root, &instance.address) == Declared::Missing;
        if !completed::lacks_modules(&source.root) && !self.instances.iter().any(is_missing) {
            return None;
        }
        let root = completed::completed(&source.root, &self.stack(path).root);
        Some(Stack { root: Arc::new(root), ..source.clone() })
    }

    /// The resources that are planned and that the source of their module does not declare: their addresses, and
    /// where these are written. Which provider configuration they have within the module is not known.
    pub fn undeclared(&self, source: &Stack) -> impl Iterator<Item = (&SmolStr, TextRange)> {
        let is_lost =
            |instance: &&Instance<'_>| completed::declared(&source.root, &instance.address) == Declared::NotInModule;
        self.instances.iter().filter(is_lost).map(|instance| (&instance.full, instance.place))
    }

    /// What the plan knows, for a stack whose source is at hand.
    #[must_use]
    pub fn known(&self) -> Known {
        known::of_plan(self)
    }

    /// Where its instances stand.
    #[must_use]
    pub fn places(&self) -> Places {
        let place = |instance: &Instance<'_>| {
            let values = self.text.range(instance.values?);
            Some((values, instance.full.clone(), instance.place.at(self.file)))
        };
        let mut instances: Vec<_> = self.instances.iter().filter_map(place).collect();
        instances.sort_by_key(|(values, ..)| values.start);
        Places { instances }
    }

    /// The addresses of the blocks and calls of the root module, without keys, by which its source is known.
    #[must_use]
    pub fn root_names(&self) -> BTreeSet<String> {
        if let Some(root) = self.root_configuration() {
            let calls = root.module_calls.iter().flat_map(BTreeMap::keys).map(|name| format!("module.{name}"));
            let blocks = root.resources.iter().flatten().map(|block| block.address.to_string());
            return calls.chain(blocks).collect();
        }
        let name = |instance: &Instance<'_>| match instance.address.module.first() {
            Some(call) => format!("module.{}", without_key(call)),
            None => instance.address.block().1,
        };
        self.instances.iter().map(name).collect()
    }

    fn root_configuration(&self) -> Option<&ModuleConfiguration<'a>> {
        self.document.configuration.as_ref()?.root_module.as_ref()
    }

    /// The key of the provider configuration of `instance`, if the plan says which one it has.
    fn provider_of(&self, instance: &Instance<'_>) -> Option<SmolStr> {
        if self.document.configuration.is_some() {
            return instance.block?.provider.map(SmolStr::from);
        }
        // A state has no configuration. Of one with several accounts each resource tells its own.
        let own = accounts::own(instance, self.text).filter(|_| self.accounts.len() > 1)?;
        Some(key_of_account(own.account))
    }

    fn told_accounts(&self) -> BTreeMap<SmolStr, Told> {
        if self.document.configuration.is_some() {
            let key_of = |instance: &Instance<'a>| instance.block?.provider;
            let told = accounts::accounts(&self.instances, self.text, key_of);
            return told.into_iter().map(|(key, told)| (key.into(), told)).collect();
        }
        let own = self.instances.iter().filter_map(|instance| accounts::own(instance, self.text));
        let told: BTreeMap<SmolStr, Told> = own.map(|told| (key_of_account(told.account), told)).collect();
        match told.first_key_value() {
            Some((_, only)) if told.len() == 1 => BTreeMap::from([("aws".into(), *only)]),
            _ => told,
        }
    }

    /// The provider configurations by their keys: those that are written, and those of which only
    /// the account is known.
    fn providers(&self) -> impl Iterator<Item = (&str, Option<&ProviderConfiguration<'a>>)> {
        let written = || self.document.configuration.as_ref().and_then(|it| it.provider_config.as_ref());
        let told = self.accounts.keys().filter(move |key| written().is_none_or(|it| !it.contains_key(key.as_str())));
        let written = written().into_iter().flatten().map(|(key, provider)| (key.as_str(), Some(provider)));
        written.chain(told.map(|key| (key.as_str(), None)))
    }

    /// The account that a variable has the number of, or an ARN with it: `var.accounts["log"].id`.
    fn account_named(&self, reference: &str) -> Option<AccountId> {
        let mut steps = steps(reference).into_iter();
        steps.next().filter(|first| *first == "var")?;
        let name = steps.next()?;
        let variable = self.document.variables.as_ref()?.get(without_key(name))?;
        let value: serde_json::Value = serde_json::from_str(variable.value?.get()).ok()?;
        let mut at = keyed(&value, name)?;
        for step in steps {
            at = keyed(at.get(without_key(step))?, step)?;
        }
        let text = at.as_str()?;
        let of_arn = || AccountId::parse(&Arn::of_text(text).ok()?.account.known()?);
        AccountId::parse(text).or_else(of_arn)
    }
}

/// What the key in `step` leads to in `value`, or `value` if there is none.
fn keyed<'v>(value: &'v serde_json::Value, step: &str) -> Option<&'v serde_json::Value> {
    let Some((_, key)) = step.split_once('[') else { return Some(value) };
    let key: serde_json::Value = serde_json::from_str(key.strip_suffix(']')?).ok()?;
    match &key {
        serde_json::Value::String(name) => value.get(name),
        serde_json::Value::Number(number) => value.get(usize::try_from(number.as_u64()?).ok()?),
        _ => None,
    }
}

fn key_of_account(account: AccountId) -> SmolStr {
    format_smolstr!("aws.account-{account}")
}

fn collect_blocks<'a>(module: &ModuleConfiguration<'a>, path: &mut Vec<SmolStr>, blocks: &mut Blocks<'a>) {
    for block in module.resources.iter().flatten() {
        let found = Block { provider: block.provider_config_key, expressions: block.expressions };
        blocks.insert((path.clone(), block.address.to_string()), found);
    }
    for (name, call) in module.module_calls.iter().flatten() {
        let Some(inner) = &call.module else { continue };
        path.push(name.into());
        collect_blocks(inner, path, blocks);
        path.pop();
    }
}

fn syntax_error(text: &str, error: &serde_json::Error) -> PlanError {
    let at = offset(text, error.line(), error.column());
    let message = match error.classify() {
        serde_json::error::Category::Eof => "cut off: the JSON of a plan ends before its last bracket".to_owned(),
        serde_json::error::Category::Syntax => format!("not JSON: {}", without_place(error)),
        serde_json::error::Category::Data | serde_json::error::Category::Io => {
            format!("not a plan of `terraform show -json`: {}", without_place(error))
        }
    };
    PlanError { at, message }
}

/// The words of `error` without the line and column, which are told apart.
fn without_place(error: &serde_json::Error) -> String {
    let text = error.to_string();
    text.split(" at line ").next().unwrap_or_default().to_owned()
}

fn offset(text: &str, line: usize, column: usize) -> Option<u32> {
    let before: usize = text.split_inclusive('\n').take(line.checked_sub(1)?).map(str::len).sum();
    u32::try_from(before.saturating_add(column).saturating_sub(1).min(text.len())).ok()
}

fn check_version(document: &Document<'_>) -> Result<(), PlanError> {
    let error = |message: String| PlanError { at: None, message };
    let Some(version) = &document.format_version else {
        return Err(error("not a plan of `terraform show -json`: it has no `format_version`".to_owned()));
    };
    let major = version.split('.').next().and_then(|major| major.parse::<u32>().ok());
    match major {
        Some(major) if major <= MAJOR => Ok(()),
        Some(_) => {
            Err(error(format!("a plan in format {version}: this version of crosstrail reads formats up to {MAJOR}.x")))
        }
        None => Err(error(format!("`{version}` is no version of the plan format"))),
    }
}

/// Other commands of Terraform have a `format_version`, too.
fn check_kind(document: &Document<'_>) -> Result<(), PlanError> {
    let command = match document {
        Document { provider_schemas: Some(_), .. } => "terraform providers schema -json",
        Document { function_signatures: Some(_), .. } => "terraform metadata functions -json",
        Document { valid: Some(_), .. } => "terraform validate -json",
        _ => return Ok(()),
    };
    Err(PlanError { at: None, message: format!("what `{command}` writes, and no plan of `terraform show -json`") })
}
