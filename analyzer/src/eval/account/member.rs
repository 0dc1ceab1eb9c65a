//! Entries of collections of accounts, as their addresses tell: `local.account_ids["log"]`,
//! `var.accounts.log.id`, `aws_organizations_account.log.id`.

use smol_str::SmolStr;

use super::super::symbol::Symbol;
use super::state;

/// An entry of a collection of accounts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Member {
    /// The stack whose collection it is.
    scope: SmolStr,
    /// The address of the collection.
    collection: SmolStr,
    /// What it is called there.
    pub(super) key: SmolStr,
    name: SmolStr,
    is_id: bool,
}

/// What the number of an account is called in an object that describes it.
const ID_FIELDS: &[&str] = &["account_id", "account_number", "aws_account_id", "id", "number"];

/// The resource type of the accounts of an organisation.
const ORGANIZATION_ACCOUNT: &str = "aws_organizations_account.";

/// How a step to the element of that name is written, as in JMESPath.
const BY_NAME: &str = "[name == \"";

/// The collection in which every element goes by its name: what stands for the name.
const ANY_NAME: &str = "[name == *]";

impl Member {
    /// The entry that `symbol` is the number of, if its address says so.
    pub(super) fn read(symbol: &Symbol) -> Option<Self> {
        let address = symbol.address().as_str();
        let last = last_step(address)?;
        let is_field = last.is_attribute && ID_FIELDS.contains(&last.key);
        if last.is_attribute && last.key == "id" && is_organization_account(last.base) {
            return Some(Self::new(symbol, ORGANIZATION_ACCOUNT, last.base, block_name(last.base), true));
        }
        let entry = if is_field { last_step(last.base)? } else { last };
        is_account_map(entry.base).then(|| {
            let is_id = is_field || holds_ids(entry.base);
            Self::new(symbol, entry.base, entry.key, entry.key, is_id)
        })
    }

    fn new(symbol: &Symbol, collection: &str, key: &str, name: &str, is_id: bool) -> Self {
        // A collection among the outputs of a state is one, whichever stack reads it.
        let (scope, collection) = match (state::output(symbol), collection.split_once(state::OUTPUTS)) {
            (Some((state, ..)), Some((_, rest))) => (state.into(), rest.into()),
            _ => (symbol.scope().clone(), collection.into()),
        };
        Self { scope, collection, key: key.into(), name: name.into(), is_id }
    }

    /// What people call the account.
    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// Whether it is a number wherever it is used, not only in the account field of an ARN.
    pub(super) fn is_id(&self) -> bool {
        self.is_id
    }

    /// Whether both are entries of one collection.
    pub(super) fn is_beside(&self, other: &Self) -> bool {
        self.scope == other.scope && self.collection == other.collection
    }
}

/// Whether `address` is that of a collection of accounts: what it is called says so.
pub(in crate::eval) fn is_account_map(address: &str) -> bool {
    let Some(last) = last_step(address) else { return false };
    let name = last.key.to_ascii_lowercase();
    (name.contains("account") || name.contains("acct")) && !is_block(address)
}

/// Whether the entries of the account map `address` are numbers, by its name.
fn holds_ids(address: &str) -> bool {
    let name = last_step(address).map_or("", |last| last.key).to_ascii_lowercase();
    ["_id", "_ids", "_numbers", "full_account_map"].iter().any(|end| name.ends_with(end))
}

/// The address of the element of `collection` whose name is `name`.
pub(in crate::eval) fn element_named(collection: &str, name: &str) -> String {
    format!("{collection}{BY_NAME}{name}\"]")
}

/// The address of the map of the elements of `collection` by their names, of each what
/// `suffix` takes of it: `.id`.
pub(in crate::eval) fn elements_by_name(collection: &str, suffix: &str) -> String {
    format!("{collection}{ANY_NAME}{suffix}")
}

/// The address of the entry `name` of such a map; `None` if `address` is not that of one.
pub(in crate::eval) fn entry_named(address: &str, name: &str) -> Option<String> {
    let (collection, suffix) = address.split_once(ANY_NAME)?;
    Some(format!("{}{suffix}", element_named(collection, name)))
}

/// The last step of an address.
struct Step<'a> {
    base: &'a str,
    key: &'a str,
    /// Whether it is written with a dot.
    is_attribute: bool,
}

fn last_step(address: &str) -> Option<Step<'_>> {
    if let Some(open) = address.strip_suffix("\"]") {
        let by_name = open.rsplit_once(BY_NAME);
        let (base, key) = by_name.filter(|(_, key)| !key.contains('"')).or_else(|| open.rsplit_once("[\""))?;
        return (!key.contains('"')).then_some(Step { base, key, is_attribute: false });
    }
    let (base, key) = address.rsplit_once('.')?;
    let is_name = !key.is_empty() && key.chars().all(|letter| letter.is_alphanumeric() || "_-".contains(letter));
    is_name.then_some(Step { base, key, is_attribute: true })
}

/// The address without the modules that lead to it.
fn without_modules(address: &str) -> &str {
    let mut rest = address;
    while let Some(behind) = rest.strip_prefix("module.") {
        let name_end = behind.find(['.', '[']).unwrap_or(behind.len());
        let after = behind.get(name_end..).unwrap_or_default();
        let after = match after.starts_with('[').then(|| after.find(']')).flatten() {
            Some(end) => after.get(end + 1..).unwrap_or_default(),
            None => after,
        };
        match after.strip_prefix('.') {
            Some(inner) if is_start_of_module(inner) => rest = inner,
            _ => return rest,
        }
    }
    rest
}

/// Whether what stands behind `module.name.` is in the module, not an output of it.
fn is_start_of_module(inner: &str) -> bool {
    ["module.", "data.", "var.", "local.", "aws_"].iter().any(|start| inner.starts_with(start))
}

/// Whether `address` is that of a resource or data source as a whole: its name is no name of a map.
fn is_block(address: &str) -> bool {
    let inner = without_modules(address);
    let (first, steps) = (inner.split('.').next().unwrap_or_default(), inner.split('.').count());
    match first {
        "data" => steps <= 3,
        "var" | "local" | "each" => steps < 2,
        "module" => steps <= 2,
        _ => steps <= 2 && first.contains('_') && !first.contains('('),
    }
}

fn is_organization_account(block: &str) -> bool {
    without_modules(block).starts_with(ORGANIZATION_ACCOUNT)
}

/// The key of an instance, or else the name of its block.
fn block_name(block: &str) -> &str {
    let named = last_step(block).map(|step| step.key);
    let numbered = || block.split_once('[').and_then(|(block, _)| last_step(block)).map(|step| step.key);
    named.or_else(numbered).unwrap_or(block)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::eval::symbol::Cause;

    fn read(address: &str) -> Option<(String, String)> {
        let member = Member::read(&Symbol::new("s", address, Cause::Data, None))?;
        Some((member.collection.to_string(), member.name.to_string()))
    }

    #[test]
    fn entries_of_maps() {
        for (address, collection, name) in [
            ("local.account_ids[\"log\"]", "local.account_ids", "log"),
            ("var.accounts.log.id", "var.accounts", "log"),
            ("var.accounts[\"log-archive\"].account_id", "var.accounts", "log-archive"),
            ("module.account_map.full_account_map[\"audit\"]", "module.account_map.full_account_map", "audit"),
            (
                "jsondecode(data.x.y.secret_string).account_ids[\"core\"]",
                "jsondecode(data.x.y.secret_string).account_ids",
                "core",
            ),
            (
                "data.terraform_remote_state.org.outputs.accounts.log",
                "data.terraform_remote_state.org.outputs.accounts",
                "log",
            ),
            (
                "data.aws_organizations_organization.o.accounts[name == \"Log Archive\"].id",
                "data.aws_organizations_organization.o.accounts",
                "Log Archive",
            ),
            ("aws_organizations_account.log.id", ORGANIZATION_ACCOUNT, "log"),
            ("aws_organizations_account.all[\"log\"].id", ORGANIZATION_ACCOUNT, "log"),
            ("aws_organizations_account.log[0].id", ORGANIZATION_ACCOUNT, "log"),
            ("module.org.aws_organizations_account.log.id", ORGANIZATION_ACCOUNT, "log"),
        ] {
            assert_eq!(read(address), Some((collection.to_owned(), name.to_owned())), "{address}");
        }
    }

    #[test]
    fn what_is_no_entry() {
        for address in [
            "var.log_account_id",
            "local.account.id",
            "module.account.id",
            "module.account_map.log",
            "data.aws_ssm_parameter.account_ids.value",
            "data.aws_caller_identity.account.id",
            "local.account_ids[terraform.workspace]",
            "lower(var.accounts.log)",
            "var.environments.prod.account_id",
            "aws_organizations_account.log.arn",
        ] {
            assert_eq!(read(address), None, "{address}");
        }
    }
}
