//! What `crosstrail.toml` says: the accounts, what is applied where, and what the source
//! does not tell.
//!
//! This module reads a text that it is given and answers from it; it must not know what a
//! stack or an unknown is. Everything keeps its place in the text, so that those who use
//! it can point there. Who finds the file, and reads the files that it names, is elsewhere.

mod check;
mod given;
mod place;
mod read;
mod schema;
mod shape;
mod tree;

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use jiff::civil::Date;

use crate::aws::arn::AccountId;
use crate::finding::Severity;
use crate::source::{SourceMap, Span, TextRange};

pub use given::{GivenValue, GivenVariables};
pub use place::{ConfigurationPlace, PathPattern};
pub use schema::{keys, schema};
pub use tree::{Entry, Setting, SettingKind};

/// The name of the file.
pub const FILE_NAME: &str = "crosstrail.toml";

/// Something in a configuration, and where it stands there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Given<T> {
    /// What is given.
    pub value: T,
    /// Where.
    pub range: TextRange,
}

/// What is wrong with a configuration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigurationError {
    /// Where it stands in the text.
    pub range: TextRange,
    /// What, in lower case and without a full stop.
    pub message: String,
}

impl fmt::Display for ConfigurationError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

/// An account of the organisation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfiguredAccount {
    /// Its name; its number if it is named by that alone.
    pub name: String,
    /// Where it is first named.
    pub range: TextRange,
    /// Its number.
    pub id: Option<AccountId>,
    /// Its partition.
    pub partition: Option<String>,
    /// Other names for it.
    pub aliases: Vec<String>,
    /// The organizational unit that it lies in.
    pub ou: Option<String>,
    /// What it is to the organisation.
    pub roles: Vec<AccountRole>,
    /// The service principals that it administers.
    pub delegated_admin_for: Vec<String>,
}

impl ConfiguredAccount {
    /// Whether `reference` is its name, another name for it, or its number.
    #[must_use]
    pub fn is_called(&self, reference: &str) -> bool {
        self.name == reference
            || self.aliases.iter().any(|alias| alias == reference)
            || self.id.is_some_and(|id| AccountId::parse(reference) == Some(id))
    }
}

/// What an account is to its organisation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AccountRole {
    /// It pays and owns the organisation.
    Management,
    /// It keeps the logs of all accounts.
    LogArchive,
}

/// The organisation.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Organization {
    /// `o-...`
    pub id: Option<String>,
    /// `r-...`
    pub root_id: Option<String>,
}

/// Accounts of others that are trusted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrustedAccounts {
    /// Whose they are.
    pub name: String,
    /// Their numbers.
    pub ids: Vec<AccountId>,
}

/// What is said of the stacks whose directories match a pattern.
#[derive(Debug, Clone)]
pub struct StackSettings {
    /// The directories.
    pub pattern: Given<PathPattern>,
    /// Name or number of the account.
    pub account: Option<Given<String>>,
    /// The region.
    pub region: Option<String>,
    /// The partition.
    pub partition: Option<String>,
    /// What the stacks are applied as; empty if nothing is said of that.
    pub environments: Vec<Environment>,
    /// Values that hold there.
    pub bindings: Vec<Binding>,
}

/// One way in which a stack is applied.
#[derive(Debug, Clone, PartialEq)]
pub struct Environment {
    /// Its name.
    pub name: String,
    /// Where it stands.
    pub range: TextRange,
    /// `terraform.workspace`
    pub workspace: Option<String>,
    /// Variable files, seen from the stack's directory.
    pub var_files: Vec<Given<String>>,
    /// Values of variables.
    pub vars: Vec<Entry>,
    /// Name or number of the account.
    pub account: Option<Given<String>>,
    /// The region.
    pub region: Option<String>,
    /// Values that hold there.
    pub bindings: Vec<Binding>,
}

/// The account or region of a provider configuration.
#[derive(Debug, Clone)]
pub struct ProviderSettings {
    /// The stacks; `None` for all.
    pub stack: Option<PathPattern>,
    /// The environment; `None` for all.
    pub environment: Option<String>,
    /// `aws` or `aws.alias`
    pub provider: Given<String>,
    /// Name or number of the account.
    pub account: Option<Given<String>>,
    /// The region.
    pub region: Option<String>,
}

/// A value for something that the source does not tell.
#[derive(Debug, Clone, PartialEq)]
pub struct Binding {
    /// The address of what is bound.
    pub address: Given<String>,
    /// Where its value comes from.
    pub source: BindingSource,
    /// Where that stands.
    pub range: TextRange,
}

/// Where a bound value comes from.
#[derive(Debug, Clone, PartialEq)]
pub enum BindingSource {
    /// From the configuration itself.
    Value(Setting),
    /// The JSON text of a value that stands in the configuration.
    JsonEncoded(Setting),
    /// The text of a file, in the form of [`crate::source::path`].
    TextFile(String),
    /// The content of a JSON file.
    JsonFile(String),
    /// The outputs of another stack.
    Outputs {
        /// Its directory, in the form of [`crate::source::path`].
        stack: String,
        /// Its environment, if one is named.
        environment: Option<String>,
    },
}

/// A module from elsewhere whose source is at hand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ModuleSource {
    /// `source` of the calls, without a version.
    pub source: Given<String>,
    /// The directory, in the form of [`crate::source::path`].
    pub directory: Given<String>,
}

/// What becomes of a rule or a group of rules.
#[derive(Debug, Clone)]
pub struct RuleSetting {
    /// The files whose findings are meant; `None` for all.
    pub paths: Option<PathPattern>,
    /// The code or the group.
    pub name: Given<String>,
    /// `None` turns it off.
    pub severity: Option<Severity>,
}

/// What is taken to hold where nothing says otherwise.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Assumptions {
    /// The partition.
    pub partition: Option<String>,
    /// The region.
    pub region: Option<String>,
}

/// What a configuration file says, as much of it as is right, and what is known beside it.
#[derive(Debug, Clone)]
pub struct Configuration {
    place: ConfigurationPlace,
    text: Arc<str>,
    accounts: Vec<ConfiguredAccount>,
    organization: Organization,
    trusted: Vec<TrustedAccounts>,
    stacks: Vec<StackSettings>,
    ignore: Vec<PathPattern>,
    providers: Vec<ProviderSettings>,
    bindings: Vec<Binding>,
    modules: Vec<ModuleSource>,
    rules: Vec<RuleSetting>,
    as_of: Option<Date>,
    assumptions: Assumptions,
    /// By the directory of the root module, as the analysis knows it.
    given: BTreeMap<String, GivenVariables>,
}

impl Default for Configuration {
    fn default() -> Self {
        Self::empty(ConfigurationPlace::new(FILE_NAME), "".into())
    }
}

impl Configuration {
    /// Reads `text`, the content of the file at `place`, and says all that is wrong with
    /// it, in the order of places. What is right is kept.
    #[must_use]
    pub fn read(place: ConfigurationPlace, text: &str) -> (Self, Vec<ConfigurationError>) {
        read::read(place, text)
    }

    fn empty(place: ConfigurationPlace, text: Arc<str>) -> Self {
        Self {
            place,
            text,
            accounts: Vec::new(),
            organization: Organization::default(),
            trusted: Vec::new(),
            stacks: Vec::new(),
            ignore: Vec::new(),
            providers: Vec::new(),
            bindings: Vec::new(),
            modules: Vec::new(),
            rules: Vec::new(),
            as_of: None,
            assumptions: Assumptions::default(),
            given: BTreeMap::new(),
        }
    }

    /// Has the variables of the root module in `dir`, as the analysis knows it, have these values:
    /// they stand over its defaults and the files that Terraform loads without being told, and
    /// below what an environment says.
    pub fn give_variables(&mut self, dir: String, variables: GivenVariables) {
        self.given.insert(dir, variables);
    }

    /// What [`Self::give_variables`] was told of the root module in `dir`.
    #[must_use]
    pub fn given_variables(&self, dir: &str) -> Option<&GivenVariables> {
        self.given.get(dir)
    }

    /// Where the file lies.
    #[must_use]
    pub fn place(&self) -> &ConfigurationPlace {
        &self.place
    }

    /// The text that was read.
    #[must_use]
    pub fn text(&self) -> &Arc<str> {
        &self.text
    }

    /// A range of the text as a place among `sources`.
    #[must_use]
    pub fn span(&self, range: TextRange, sources: &SourceMap) -> Span {
        range.at(sources.add(self.place.path(), Arc::clone(&self.text)))
    }

    /// The accounts of the organisation, those first that are declared.
    #[must_use]
    pub fn accounts(&self) -> &[ConfiguredAccount] {
        &self.accounts
    }

    /// The account of that name, alias or number.
    #[must_use]
    pub fn account(&self, reference: &str) -> Option<&ConfiguredAccount> {
        self.accounts.iter().find(|account| account.is_called(reference))
    }

    /// The organisation.
    #[must_use]
    pub fn organization(&self) -> &Organization {
        &self.organization
    }

    /// Accounts of others that are trusted.
    #[must_use]
    pub fn trusted(&self) -> &[TrustedAccounts] {
        &self.trusted
    }

    /// What is said of stacks, in the order of the file.
    #[must_use]
    pub fn stacks(&self) -> &[StackSettings] {
        &self.stacks
    }

    /// Modules from elsewhere whose source is at hand.
    #[must_use]
    pub fn modules(&self) -> &[ModuleSource] {
        &self.modules
    }

    /// The levels of rules, in the order of the file.
    #[must_use]
    pub fn rules(&self) -> &[RuleSetting] {
        &self.rules
    }

    /// The day as of which AWS's support is judged.
    #[must_use]
    pub fn as_of(&self) -> Option<Date> {
        self.as_of
    }

    /// What is taken to hold where nothing says otherwise.
    #[must_use]
    pub fn assumptions(&self) -> &Assumptions {
        &self.assumptions
    }

    /// Whether what lies in the directory `dir`, as the analysis knows it, is no stack of its own.
    #[must_use]
    pub fn ignores(&self, dir: &str) -> bool {
        let Some(seen) = self.place.inside(dir).filter(|_| !self.ignore.is_empty()) else { return false };
        self.ignore.iter().any(|pattern| pattern.covers(&seen))
    }

    /// What is said of the stack in `dir`, as the analysis knows it, in the order of the file.
    pub fn settings_of<'a>(&'a self, dir: &str) -> impl DoubleEndedIterator<Item = &'a StackSettings> + use<'a> {
        let seen = if self.stacks.is_empty() { None } else { self.place.inside(dir) };
        let matches =
            move |settings: &&StackSettings| seen.as_deref().is_some_and(|seen| settings.pattern.value.matches(seen));
        self.stacks.iter().filter(matches)
    }

    /// What the stack in `dir` is applied as: what the last pattern says that says anything of it.
    #[must_use]
    pub fn environments(&self, dir: &str) -> &[Environment] {
        let mut settings = self.settings_of(dir).rev();
        settings.find(|settings| !settings.environments.is_empty()).map_or(&[], |settings| &settings.environments)
    }

    /// One of the environments of the stack in `dir`.
    #[must_use]
    pub fn environment(&self, dir: &str, name: &str) -> Option<&Environment> {
        self.environments(dir).iter().find(|environment| environment.name == name)
    }

    /// The bindings that hold in an environment of the stack in `dir`: first those of the
    /// environment, then those of the stack, then those of all.
    #[must_use]
    pub fn bindings_of(&self, dir: &str, environment: Option<&str>) -> Vec<&Binding> {
        let own = environment.and_then(|name| self.environment(dir, name));
        let own = own.iter().flat_map(|environment| &environment.bindings);
        let of_stack = self.settings_of(dir).rev().flat_map(|settings| &settings.bindings);
        own.chain(of_stack).chain(&self.bindings).collect()
    }

    /// Every binding, wherever it holds.
    pub fn all_bindings(&self) -> impl Iterator<Item = &Binding> {
        let stacks = self.stacks.iter().flat_map(|settings| {
            let inner = settings.environments.iter().flat_map(|environment| &environment.bindings);
            settings.bindings.iter().chain(inner)
        });
        self.bindings.iter().chain(stacks)
    }

    /// The account that is given for a provider configuration of the stack in `dir`:
    /// `provider` is `aws` or `aws.alias`, as the root module names it.
    ///
    /// `None` if nothing is given for that very provider. See [`Self::home_account`] for
    /// one that assumes no role.
    #[must_use]
    pub fn account_of(&self, dir: &str, environment: Option<&str>, provider: &str) -> Option<&ConfiguredAccount> {
        let given = self.providers_of(dir, environment, provider);
        let account = given.into_iter().find_map(|settings| settings.account.as_ref())?;
        self.account(&account.value)
    }

    /// The region that is given for a provider configuration, as in [`Self::account_of`].
    #[must_use]
    pub fn region_of(&self, dir: &str, environment: Option<&str>, provider: &str) -> Option<&str> {
        let given = self.providers_of(dir, environment, provider);
        given.into_iter().find_map(|settings| settings.region.as_deref())
    }

    /// The entries for a provider configuration, the last one first.
    fn providers_of(&self, dir: &str, environment: Option<&str>, provider: &str) -> Vec<&ProviderSettings> {
        let seen = if self.providers.is_empty() { None } else { self.place.inside(dir) };
        let is_stack = |pattern: &PathPattern| seen.as_deref().is_some_and(|seen| pattern.matches(seen));
        let fits = |settings: &&ProviderSettings| {
            settings.provider.value == provider
                && settings.stack.as_ref().is_none_or(is_stack)
                && settings.environment.as_deref().is_none_or(|name| environment == Some(name))
        };
        self.providers.iter().rev().filter(fits).collect()
    }

    /// The account that an environment of the stack in `dir` is applied in: the account of
    /// whoever runs Terraform there.
    #[must_use]
    pub fn home_account(&self, dir: &str, environment: Option<&str>) -> Option<&ConfiguredAccount> {
        let own = environment.and_then(|name| self.environment(dir, name)?.account.as_ref());
        let account = own.or_else(|| self.settings_of(dir).rev().find_map(|settings| settings.account.as_ref()));
        self.account(&account?.value)
    }

    /// The region of an environment of the stack in `dir`, where its default provider names none.
    #[must_use]
    pub fn home_region(&self, dir: &str, environment: Option<&str>) -> Option<&str> {
        let own = environment.and_then(|name| self.environment(dir, name)?.region.as_deref());
        own.or_else(|| self.settings_of(dir).rev().find_map(|settings| settings.region.as_deref()))
    }

    /// The partition of the stack in `dir`.
    #[must_use]
    pub fn home_partition(&self, dir: &str) -> Option<&str> {
        self.settings_of(dir).rev().find_map(|settings| settings.partition.as_deref())
    }

    /// Whether the configuration says that what lies in `dir` is applied: it names an
    /// account or environments for it.
    #[must_use]
    pub fn applies(&self, dir: &str) -> bool {
        self.settings_of(dir).any(StackSettings::applies)
    }

    /// Whether it says so of this directory and no other.
    #[must_use]
    pub fn applies_by_name(&self, dir: &str) -> bool {
        self.settings_of(dir).any(|settings| settings.applies() && settings.pattern.value.is_literal())
    }

    /// The directory of the module that `source` of a call names, as the analysis knows it.
    #[must_use]
    pub fn module_directory(&self, source: &str) -> Option<String> {
        if self.modules.is_empty() {
            return None;
        }
        let bare = source.split(['?']).next().unwrap_or(source);
        let directory = |wanted: &str| {
            let module = self.modules.iter().find(|module| module.source.value == wanted)?;
            Some(self.place.outside(&module.directory.value))
        };
        directory(source).or_else(|| directory(bare)).or_else(|| {
            // The part behind `//` is a directory of what is downloaded.
            let (start, inner) = bare.rsplit_once("//").filter(|(start, _)| !start.ends_with(':'))?;
            Some(crate::source::path::join(&directory(start)?, inner))
        })
    }
}

impl StackSettings {
    fn applies(&self) -> bool {
        self.account.is_some() || !self.environments.is_empty()
    }
}

/// Of `names` the one that `text` was probably meant to be.
fn nearest<'a>(text: &str, names: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let distances = names.map(|name| (strsim::damerau_levenshtein(text, name), name));
    let (distance, name) = distances.min()?;
    (distance <= (text.chars().count() / 3).max(1)).then_some(name)
}

#[cfg(test)]
mod tests;
