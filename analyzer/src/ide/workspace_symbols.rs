//! What the workspace declares, by name: roles, users, policies, resources, trails, accounts.

use std::fmt::Write as _;

use rayon::prelude::*;
use rustc_hash::{FxHashMap, FxHashSet};
use smol_str::SmolStr;

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
    let modules = analysis.workspace().modules.par_iter().filter(|module| !module.downloaded);
    let in_module = modules.map_init(|| Search::new(query), |search, module| search.in_module(module));
    let mut matches: Vec<Match<'_>> = in_module.flatten_iter().collect();
    // More is worked out only of those that are shown, and of those that rank like the last of them.
    matches.sort_by(|a, b| a.rank().cmp(&b.rank()));
    if let Some(last) = matches.get(MOST_SYMBOLS - 1).map(Match::rank) {
        let shown = matches.partition_point(|it| it.rank() <= last);
        matches.truncate(shown);
    }
    let accounts = Accounts::of(analysis, &matches);
    let mut found: Vec<(Score, WorkspaceSymbol)> = matches.into_iter().map(|it| it.symbol(&accounts)).collect();
    found.extend(of_accounts(analysis, &mut Search::new(query)));
    found.sort_by(|(a, one), (b, other)| (a, &one.name, &one.container).cmp(&(b, &other.name, &other.container)));
    found.truncate(MOST_SYMBOLS);
    found.into_iter().map(|(_, symbol)| symbol).collect()
}

/// A resource that fits a query.
struct Match<'a> {
    score: Score,
    kind: WorkspaceSymbolKind,
    name: String,
    /// What AWS knows it by.
    called: Option<SmolStr>,
    resource: &'a Resource,
    module: &'a Module,
}

impl Match<'_> {
    fn rank(&self) -> (Score, &str) {
        (self.score, &self.name)
    }

    fn symbol(self, accounts: &Accounts) -> (Score, WorkspaceSymbol) {
        let Self { score, kind, name, called, resource, module } = self;
        let account = accounts.account(resource.header.file, &name).map(|account| format!("account {account}"));
        let parts = [called.map(String::from), account, Some(module.dir.to_string())];
        let container = parts.into_iter().flatten().collect::<Vec<_>>().join(", ");
        (score, WorkspaceSymbol { name, kind, container, span: resource.header })
    }
}

/// Looks for letters in many names.
struct Search {
    /// In lower case.
    wanted: String,
    /// The name that is looked at, as it is and in lower case: there are too many names to have a text for each.
    name: String,
    lower: String,
}

impl Search {
    fn new(query: &str) -> Self {
        Self { wanted: query.to_lowercase(), name: String::new(), lower: String::new() }
    }

    fn in_module<'a>(&mut self, module: &'a Module) -> Vec<Match<'a>> {
        module.resources.iter().filter_map(|resource| self.matched(resource, module)).collect()
    }

    fn matched<'a>(&mut self, resource: &'a Resource, module: &'a Module) -> Option<Match<'a>> {
        let kind = kind(resource)?;
        let called = own_name(resource);
        self.name.clear();
        write!(self.name, "{}", resource.address).ok()?;
        let name = std::mem::take(&mut self.name);
        let score = self.best(&name, called.as_deref());
        match score {
            Some(score) => Some(Match { score, kind, name, called, resource, module }),
            None => {
                self.name = name;
                None
            }
        }
    }

    fn best(&mut self, name: &str, other: Option<&str>) -> Option<Score> {
        [Some(name), other].into_iter().flatten().filter_map(|text| self.score(text)).min()
    }

    fn score(&mut self, text: &str) -> Option<Score> {
        self.lower.clear();
        if text.is_ascii() {
            self.lower.push_str(text);
            self.lower.make_ascii_lowercase();
        } else {
            self.lower.extend(text.chars().flat_map(char::to_lowercase));
        }
        score(&self.lower, &self.wanted)
    }
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

fn own_name(resource: &Resource) -> Option<SmolStr> {
    let position = |name: &str| NAMES.iter().position(|known| *known == name);
    let attributes = resource.body.attributes().filter_map(|it| Some((position(&it.name.text)?, it)));
    let named = attributes.filter_map(|(position, attribute)| Some((position, walk::literal(&attribute.value)?)));
    named.min_by_key(|(position, _)| *position).map(|(_, name)| name)
}

fn of_accounts(analysis: &Analysis, search: &mut Search) -> Vec<(Score, WorkspaceSymbol)> {
    let configuration = analysis.configuration();
    let mut symbol = |account: &crate::config::ConfiguredAccount| {
        let number = account.id.map(|id| id.to_string());
        let score = search.best(&account.name, number.as_deref())?;
        let container = number.filter(|number| *number != account.name).unwrap_or_default();
        let span = configuration.span(account.range, analysis.sources());
        let kind = WorkspaceSymbolKind::Account;
        Some((score, WorkspaceSymbol { name: account.name.clone(), kind, container, span }))
    };
    configuration.accounts().iter().filter_map(&mut symbol).collect()
}

/// What the accounts of blocks are called, by file and address of the block.
struct Accounts(FxHashMap<(FileId, String), Option<String>>);

impl Accounts {
    /// Those of the blocks that fit.
    fn of(analysis: &Analysis, matches: &[Match<'_>]) -> Self {
        let files: FxHashSet<FileId> = matches.iter().map(|it| it.resource.header.file).collect();
        let iam = analysis.iam();
        let principals = iam.principals().iter().map(|it| (it.origin, it.span, &it.address, &it.account));
        let resources = iam.resources().iter().map(|it| (it.origin, it.span, &it.address, &it.account));
        let mut found: FxHashMap<(FileId, String), Option<String>> = FxHashMap::default();
        let declared = principals.chain(resources).filter(|it| it.0 == Origin::Declared && files.contains(&it.1.file));
        for (_, span, address, account) in declared {
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

/// Which kind of match it is, and how much of the text is not asked for. `None` if the letters of
/// `wanted` are not all there in their order. Both are in lower case.
fn score(text: &str, wanted: &str) -> Option<Score> {
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
        let score = |text: &str, wanted: &str| Search::new(wanted).score(text);
        let order = ["fancied", "my-ci", "cx_i-", "civic", "ci"];
        let mut sorted = order;
        sorted.sort_by_key(|text| score(text, "ci"));
        assert_eq!(sorted, ["ci", "my-ci", "civic", "fancied", "cx_i-"]);
        assert_eq!(score("ic", "ci"), None);
        assert_eq!(score("aws_iam_role.Deploy", "role dep").map(|it| it.0), Some(2));
        assert!(score("x", "").is_some());
    }
}
