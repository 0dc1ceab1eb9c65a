//! From the tree of a configuration to what it says, and what does not fit together.

use std::sync::Arc;

use crate::aws::arn::AccountId;
use crate::finding::Severity;
use crate::source::{TextRange, path};

use super::check::{check, check_text, meant};
use super::shape::{FILE, Format};
use super::tree::{Entry, Setting, parse};
use super::{
    AccountRole, Assumptions, Binding, BindingSource, Configuration, ConfigurationError, ConfigurationPlace,
    ConfiguredAccount, Environment, Given, ModuleSource, Organization, PathPattern, ProviderSettings, RuleSetting,
    StackSettings, TrustedAccounts,
};

pub(super) fn read(place: ConfigurationPlace, text: &str) -> (Configuration, Vec<ConfigurationError>) {
    let (tree, mut errors) = parse(text);
    // What is not TOML leaves a value that nobody wrote: nothing more is to be said of it.
    let broken: Vec<TextRange> = errors.iter().map(|error| error.range).collect();
    let is_whole = |error: &ConfigurationError| !broken.iter().any(|range| range.touches(error.range.start));
    errors.extend(check(&tree, FILE).into_iter().filter(is_whole));
    let mut reader = Reader { place: place.clone(), errors };
    let empty = Setting { kind: super::SettingKind::Table(Vec::new()), range: tree.range };
    let part = |name: &str| tree.get(name).unwrap_or(&empty);
    let mut configuration = Configuration {
        accounts: part("accounts").entries().iter().map(account).collect(),
        organization: organization(part("organization")),
        trusted: part("trusted").entries().iter().map(trusted).collect(),
        stacks: part("stacks").entries().iter().filter_map(|entry| reader.stack(entry)).collect(),
        ignore: texts(tree.get("ignore"), Format::Glob).iter().filter_map(|it| PathPattern::read(&it.value)).collect(),
        providers: part("providers").elements().iter().filter_map(|entry| reader.provider(entry)).collect(),
        bindings: reader.bindings(tree.get("bindings")),
        modules: part("modules").entries().iter().filter_map(module).collect(),
        rules: rules(part("rules")),
        as_of: date(tree.get("as_of")),
        assumptions: assumptions(part("assumptions")),
        ..Configuration::empty(place, Arc::from(text))
    };
    reader.accounts(&mut configuration);
    let mut errors = reader.errors;
    errors.sort_by(|a, b| (a.range, &a.message).cmp(&(b.range, &b.message)));
    (configuration, errors)
}

/// The text at `setting` if it is of the form; what is not has been said.
fn text(setting: Option<&Setting>, format: Format) -> Option<Given<String>> {
    let setting = setting?;
    let value = setting.as_text().filter(|text| check_text(text, format).is_ok())?;
    Some(Given { value: value.to_owned(), range: setting.range })
}

fn texts(setting: Option<&Setting>, format: Format) -> Vec<Given<String>> {
    let elements = setting.map(Setting::one_or_many).unwrap_or_default();
    elements.iter().filter_map(|element| text(Some(element), format)).collect()
}

fn values(setting: Option<&Setting>, format: Format) -> Vec<String> {
    texts(setting, format).into_iter().map(|it| it.value).collect()
}

fn value(setting: Option<&Setting>, format: Format) -> Option<String> {
    text(setting, format).map(|it| it.value)
}

fn date(setting: Option<&Setting>) -> Option<jiff::civil::Date> {
    let written = match &setting?.kind {
        super::SettingKind::Date(date) | super::SettingKind::Text(date) => date,
        _ => return None,
    };
    written.parse().ok()
}

fn account(entry: &Entry) -> ConfiguredAccount {
    let part = |key| entry.value.get(key);
    let role = |role: String| if role == "management" { AccountRole::Management } else { AccountRole::LogArchive };
    ConfiguredAccount {
        name: entry.key.clone(),
        range: entry.key_range,
        id: value(part("id"), Format::AccountNumber).and_then(|id| AccountId::parse(&id)),
        partition: value(part("partition"), Format::Partition),
        aliases: values(part("aliases"), Format::Name),
        ou: value(part("ou"), Format::Name),
        roles: values(part("roles"), Format::Role).into_iter().map(role).collect(),
        delegated_admin_for: values(part("delegated_admin_for"), Format::Service),
    }
}

fn organization(setting: &Setting) -> Organization {
    Organization {
        id: value(setting.get("id"), Format::OrganizationId),
        root_id: value(setting.get("root_id"), Format::RootId),
    }
}

fn assumptions(setting: &Setting) -> Assumptions {
    Assumptions {
        partition: value(setting.get("partition"), Format::Partition),
        region: value(setting.get("region"), Format::Region),
    }
}

fn trusted(entry: &Entry) -> TrustedAccounts {
    let ids = values(Some(&entry.value), Format::AccountNumber);
    TrustedAccounts { name: entry.key.clone(), ids: ids.iter().filter_map(|id| AccountId::parse(id)).collect() }
}

fn module(entry: &Entry) -> Option<ModuleSource> {
    let directory = text(Some(&entry.value), Format::Path)?;
    Some(ModuleSource { source: key(entry), directory })
}

fn key(entry: &Entry) -> Given<String> {
    Given { value: entry.key.clone(), range: entry.key_range }
}

fn rules(setting: &Setting) -> Vec<RuleSetting> {
    let mut found = Vec::new();
    for entry in setting.entries() {
        match &entry.value.kind {
            super::SettingKind::Table(below) => {
                let Some(paths) = PathPattern::read(&entry.key) else { continue };
                found.extend(below.iter().filter_map(|entry| level(entry, Some(&paths))));
            }
            _ => found.extend(level(entry, None)),
        }
    }
    found
}

fn level(entry: &Entry, paths: Option<&PathPattern>) -> Option<RuleSetting> {
    let severity = match entry.value.as_text()? {
        "off" => None,
        "note" => Some(Severity::Note),
        "warning" => Some(Severity::Warning),
        "error" => Some(Severity::Error),
        _ => return None,
    };
    Some(RuleSetting { paths: paths.cloned(), name: key(entry), severity })
}

struct Reader {
    place: ConfigurationPlace,
    errors: Vec<ConfigurationError>,
}

impl Reader {
    fn error(&mut self, range: TextRange, message: String) {
        self.errors.push(ConfigurationError { range, message });
    }

    fn stack(&mut self, entry: &Entry) -> Option<StackSettings> {
        let pattern = PathPattern::read(&entry.key).filter(|_| !entry.key.trim().is_empty())?;
        let part = |key| entry.value.get(key);
        let environments = part("environments").map(Setting::elements).unwrap_or_default();
        let environments: Vec<Environment> = environments.iter().filter_map(|it| self.environment(it)).collect();
        for (at, environment) in environments.iter().enumerate() {
            if environments.iter().take(at).any(|before| before.name == environment.name) {
                let message = format!("there are two environments `{}` here", environment.name);
                self.error(environment.range, message);
            }
        }
        Some(StackSettings {
            pattern: Given { value: pattern, range: entry.key_range },
            account: text(part("account"), Format::Account),
            region: value(part("region"), Format::Region),
            partition: value(part("partition"), Format::Partition),
            environments,
            bindings: self.bindings(part("bindings")),
        })
    }

    fn environment(&mut self, setting: &Setting) -> Option<Environment> {
        let part = |key| setting.get(key);
        let workspace = text(part("workspace"), Format::Name);
        let var_files = texts(part("var_files"), Format::Path);
        let of_file = var_files.first().map(|file| Given { value: stem(&file.value).to_owned(), range: file.range });
        let name = text(part("name"), Format::Name).or_else(|| workspace.clone()).or(of_file);
        let Some(name) = name else {
            self.error(setting.range, "an environment needs a `name`, a `workspace` or `var_files`".to_owned());
            return None;
        };
        Some(Environment {
            name: name.value,
            range: name.range,
            workspace: workspace.map(|it| it.value),
            var_files,
            vars: part("vars").map(Setting::entries).unwrap_or_default().to_vec(),
            account: text(part("account"), Format::Account),
            region: value(part("region"), Format::Region),
            bindings: self.bindings(part("bindings")),
        })
    }

    fn provider(&mut self, setting: &Setting) -> Option<ProviderSettings> {
        let account = text(setting.get("account"), Format::Account);
        let region = value(setting.get("region"), Format::Region);
        if setting.get("account").is_none() && setting.get("region").is_none() {
            self.error(setting.range, "this says neither the `account` nor the `region` of a provider".to_owned());
        }
        Some(ProviderSettings {
            stack: value(setting.get("stack"), Format::Glob).and_then(|glob| PathPattern::read(&glob)),
            environment: value(setting.get("environment"), Format::Name),
            provider: text(setting.get("provider"), Format::Provider)?,
            account,
            region,
        })
    }

    fn bindings(&mut self, setting: Option<&Setting>) -> Vec<Binding> {
        let entries = setting.map(Setting::entries).unwrap_or_default();
        entries.iter().filter_map(|entry| self.binding(entry)).collect()
    }

    fn binding(&mut self, entry: &Entry) -> Option<Binding> {
        check_text(&entry.key, Format::Address).ok()?;
        let source = match &entry.value.kind {
            super::SettingKind::Table(form) => self.bound_form(entry, form)?,
            _ => BindingSource::Value(entry.value.clone()),
        };
        // A data source may be named without its first word where that is no riddle.
        let address = match entry.key.strip_prefix("terraform_remote_state.") {
            Some(_) => format!("data.{}", entry.key),
            None => entry.key.clone(),
        };
        Some(Binding { address: Given { value: address, range: entry.key_range }, source, range: entry.value.range })
    }

    fn bound_form(&mut self, entry: &Entry, form: &[Entry]) -> Option<BindingSource> {
        const FORMS: &[&str] = &["value", "file", "json", "jsonencode", "stack"];
        let named: Vec<&Entry> = form.iter().filter(|it| FORMS.contains(&it.key.as_str())).collect();
        let [only] = named.as_slice() else {
            let message = if named.is_empty() {
                format!("`{}` is bound to nothing; an object is written as `{{ value = {{ ... }} }}`", entry.key)
            } else {
                let names: Vec<String> = named.iter().map(|it| format!("`{}`", it.key)).collect();
                format!("`{}` is bound more than once: {}", entry.key, names.join(", "))
            };
            self.error(entry.key_range, message);
            return None;
        };
        let path = || value(Some(&only.value), Format::Path).map(|path| self.place.outside(&path));
        Some(match only.key.as_str() {
            "value" => BindingSource::Value(only.value.clone()),
            "jsonencode" => BindingSource::JsonEncoded(only.value.clone()),
            "file" => BindingSource::TextFile(path()?),
            "json" => BindingSource::JsonFile(path()?),
            _ => BindingSource::Outputs {
                stack: path()?,
                environment: value(entry.value.get("environment"), Format::Name),
            },
        })
    }

    /// Checks the accounts against each other, and what names one against them; those
    /// that are named by their number alone are added.
    fn accounts(&mut self, configuration: &mut Configuration) {
        self.distinct(&configuration.accounts);
        let named = account_references(configuration);
        for given in named {
            if configuration.account(&given.value).is_some() {
                continue;
            }
            match AccountId::parse(&given.value) {
                Some(id) => configuration.accounts.push(by_number(&given, id)),
                None => {
                    let names: Vec<&str> = configuration.accounts.iter().map(|it| it.name.as_str()).collect();
                    let hint = if names.is_empty() {
                        format!("; declare it: `[accounts.{}]`", given.value)
                    } else {
                        meant(&given.value, &names)
                    };
                    self.error(given.range, format!("there is no account `{}`{hint}", given.value));
                }
            }
        }
    }

    fn distinct(&mut self, accounts: &[ConfiguredAccount]) {
        for (at, account) in accounts.iter().enumerate() {
            for before in accounts.iter().take(at) {
                if let Some(id) = account.id.filter(|_| account.id == before.id) {
                    let message = format!("`{}` and `{}` have the same id {id}", before.name, account.name);
                    self.error(account.range, message);
                }
                let names = std::iter::once(&account.name).chain(&account.aliases);
                for name in names.filter(|name| before.is_called(name)) {
                    self.error(account.range, format!("`{name}` is a name of the account `{}` too", before.name));
                }
            }
        }
    }
}

fn by_number(given: &Given<String>, id: AccountId) -> ConfiguredAccount {
    ConfiguredAccount {
        name: given.value.clone(),
        range: given.range,
        id: Some(id),
        partition: None,
        aliases: Vec::new(),
        ou: None,
        roles: Vec::new(),
        delegated_admin_for: Vec::new(),
    }
}

/// Whatever names an account, in the order of the file.
fn account_references(configuration: &Configuration) -> Vec<Given<String>> {
    let of_stack = |settings: &StackSettings| {
        let environments = settings.environments.iter().filter_map(|environment| environment.account.clone());
        settings.account.clone().into_iter().chain(environments).collect::<Vec<_>>()
    };
    let of_providers = configuration.providers.iter().filter_map(|settings| settings.account.clone());
    let mut found: Vec<_> = configuration.stacks.iter().flat_map(of_stack).chain(of_providers).collect();
    found.sort_by_key(|given| given.range);
    found
}

/// The name of a variable file without its endings.
fn stem(file: &str) -> &str {
    let name = path::file_name(file);
    [".auto.tfvars.json", ".auto.tfvars", ".tfvars.json", ".tfvars", ".json"]
        .iter()
        .find_map(|ending| name.strip_suffix(ending))
        .unwrap_or(name)
}
