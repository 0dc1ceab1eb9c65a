//! What the workspace declares, by name: roles, users, policies, resources, trails, accounts.

use rustc_hash::FxHashMap;

use crate::analysis::Analysis;
use crate::iam::Origin;
use crate::module::{Mode, Module, Resource};
use crate::source::{FileId, Span};

use super::{walk, words};

/// No editor shows more, and nobody reads as many.
const MOST_SYMBOLS: usize = 256;

/// Something that the workspace declares.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorkspaceSymbol {
    /// Its address, or the name of an account.
    pub name: String,
    /// What it is.
    pub kind: WorkspaceSymbolKind,
    /// What AWS knows it by, as far as its block says it, with its account and its directory.
    pub container: String,
    /// Where it is declared.
    pub span: Span,
}

/// The kinds of what a workspace declares.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum WorkspaceSymbolKind {
    /// An account that the configuration of the analysis names.
    Account,
    /// A role, user, group or permission set.
    Principal,
    /// A policy, or what attaches one.
    Policy,
    /// A trail, or another thing of CloudTrail's.
    Trail,
    /// Anything else that is made in AWS.
    Resource,
    /// A policy document that is put together.
    Document,
}

/// What has the letters of `query` in their order in its name, letter case aside, the best matches first;
/// what is called so in AWS counts as well. No more than a few hundred.
#[must_use]
pub fn workspace_symbols(analysis: &Analysis, query: &str) -> Vec<WorkspaceSymbol> {
    let wanted = query.to_lowercase();
    let accounts = Accounts::of(analysis);
    let mut found: Vec<(Score, WorkspaceSymbol)> = Vec::new();
    for module in analysis.workspace().modules.iter().filter(|module| !module.downloaded) {
        for resource in module.resources.values() {
            found.extend(of_resource(resource, module, &accounts, &wanted));
        }
    }
    found.extend(of_accounts(analysis, &wanted));
    found.sort_by(|(a, one), (b, other)| (a, &one.name, &one.container).cmp(&(b, &other.name, &other.container)));
    found.truncate(MOST_SYMBOLS);
    found.into_iter().map(|(_, symbol)| symbol).collect()
}

fn of_resource(
    resource: &Resource,
    module: &Module,
    accounts: &Accounts,
    wanted: &str,
) -> Option<(Score, WorkspaceSymbol)> {
    let kind = kind(resource)?;
    let name = resource.address.to_string();
    let called = own_name(resource);
    let score = best(&name, called.as_deref(), wanted)?;
    let account = accounts.account(resource.header.file, &name).map(|account| format!("account {account}"));
    let parts = [called, account, Some(module.dir.to_string())];
    let container = parts.into_iter().flatten().collect::<Vec<_>>().join(", ");
    Some((score, WorkspaceSymbol { name, kind, container, span: resource.header }))
}

fn kind(resource: &Resource) -> Option<WorkspaceSymbolKind> {
    let address = &resource.address;
    match (address.mode, address.ty.as_str()) {
        (Mode::Data, "aws_iam_policy_document") => Some(WorkspaceSymbolKind::Document),
        (Mode::Data | Mode::Ephemeral, _) => None,
        (Mode::Managed, "aws_iam_role" | "aws_iam_user" | "aws_iam_group" | "aws_ssoadmin_permission_set") => {
            Some(WorkspaceSymbolKind::Principal)
        }
        (Mode::Managed, ty) if ty.contains("_polic") => Some(WorkspaceSymbolKind::Policy),
        (Mode::Managed, ty) if ty.starts_with("aws_cloudtrail") => Some(WorkspaceSymbolKind::Trail),
        (Mode::Managed, ty) => is_aws(ty).then_some(WorkspaceSymbolKind::Resource),
    }
}

fn is_aws(ty: &str) -> bool {
    ty.starts_with("aws_") || ty.starts_with("awscc_")
}

/// The attributes by which AWS knows things.
const NAMES: [&str; 4] = ["name", "bucket", "alias", "function_name"];

fn own_name(resource: &Resource) -> Option<String> {
    let attributes = NAMES.iter().filter_map(|name| resource.body.attribute(name));
    attributes.filter_map(|attribute| walk::literal(&attribute.value)).map(|name| name.to_string()).next()
}

fn of_accounts(analysis: &Analysis, wanted: &str) -> Vec<(Score, WorkspaceSymbol)> {
    let configuration = analysis.configuration();
    let symbol = |account: &crate::config::ConfiguredAccount| {
        let number = account.id.map(|id| id.to_string());
        let score = best(&account.name, number.as_deref(), wanted)?;
        let container = number.filter(|number| *number != account.name).unwrap_or_default();
        let span = configuration.span(account.range, analysis.sources());
        let kind = WorkspaceSymbolKind::Account;
        Some((score, WorkspaceSymbol { name: account.name.clone(), kind, container, span }))
    };
    configuration.accounts().iter().filter_map(symbol).collect()
}

/// What the accounts of blocks are called, by file and address of the block.
struct Accounts(FxHashMap<(FileId, String), Option<String>>);

impl Accounts {
    fn of(analysis: &Analysis) -> Self {
        let iam = analysis.iam();
        let principals = iam.principals().iter().map(|it| (it.origin, it.span, &it.address, &it.account));
        let resources = iam.resources().iter().map(|it| (it.origin, it.span, &it.address, &it.account));
        let mut found: FxHashMap<(FileId, String), Option<String>> = FxHashMap::default();
        for (_, span, address, account) in principals.chain(resources).filter(|it| it.0 == Origin::Declared) {
            let name = words::account_name(account);
            let entry = found.entry((span.file, words::block_address(address))).or_insert_with(|| name.clone());
            // A block that several stacks or modules use is in no one account.
            if *entry != name {
                *entry = None;
            }
        }
        Self(found)
    }

    fn account(&self, file: FileId, address: &str) -> Option<&str> {
        self.0.get(&(file, address.to_owned()))?.as_deref()
    }
}

/// How well a name fits: less is better.
type Score = (usize, usize);

fn best(name: &str, other: Option<&str>, wanted: &str) -> Option<Score> {
    [Some(name), other].into_iter().flatten().filter_map(|text| score(text, wanted)).min()
}

/// Which kind of match it is, and how much of the text is not asked for. `None` if the letters of
/// `wanted`, which are in lower case, are not all there in their order.
fn score(text: &str, wanted: &str) -> Option<Score> {
    let text = text.to_lowercase();
    let surplus = text.len().saturating_sub(wanted.len());
    let is_start =
        |at: usize| text.get(..at).and_then(|front| front.chars().last()).is_none_or(|it| !it.is_alphanumeric());
    if let Some(at) = text.find(wanted) {
        return Some((usize::from(!is_start(at)), surplus));
    }
    let mut letters = text.chars();
    wanted.chars().filter(|it| !it.is_whitespace()).all(|letter| letters.any(|it| it == letter)).then_some((2, surplus))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn better_matches_have_lower_scores() {
        let order = ["fancied", "my-ci", "cx_i-", "civic", "ci"];
        let mut sorted = order;
        sorted.sort_by_key(|text| score(text, "ci"));
        assert_eq!(sorted, ["ci", "my-ci", "civic", "fancied", "cx_i-"]);
        assert_eq!(score("ic", "ci"), None);
        assert_eq!(score("aws_iam_role.Deploy", "role dep").map(|it| it.0), Some(2));
        assert!(score("x", "").is_some());
    }
}
