//! Elements, arguments and blocks, and values of which there are few.

use crate::ide::context::Level;
use crate::ide::elements;
use crate::ide::sketch::{Names, Syntax};
use crate::policy::model::PolicyKind;

use super::{Asked, CompletionItemKind, Draft, Insert};

/// The elements beside `Version`.
const DOCUMENT: &[&str] = &["Version", "Id", "Statement"];

/// The elements of a statement.
const STATEMENT: &[&str] =
    &["Sid", "Effect", "Principal", "Action", "Resource", "Condition", "NotAction", "NotResource", "NotPrincipal"];

/// The arguments of a document and of a statement, and those of the blocks in it.
const DOCUMENT_ARGUMENTS: &[&str] = &["version", "policy_id", "source_policy_documents", "override_policy_documents"];
const STATEMENT_ARGUMENTS: &[&str] = &["sid", "effect", "actions", "resources", "not_actions", "not_resources"];
const PRINCIPALS_ARGUMENTS: &[&str] = &["type", "identifiers"];
const CONDITION_ARGUMENTS: &[&str] = &["test", "variable", "values"];

/// Blocks and how they are written.
const STATEMENT_BLOCK: (&str, &[&str]) = ("statement", &["statement {", "  actions   = []", "  resources = []", "}"]);
const BLOCKS: &[(&str, &[&str])] = &[
    ("principals", &["principals {", "  type        = \"AWS\"", "  identifiers = []", "}"]),
    ("condition", &["condition {", "  test     = \"StringEquals\"", "  variable = \"\"", "  values   = []", "}"]),
    ("not_principals", &["not_principals {", "  type        = \"AWS\"", "  identifiers = []", "}"]),
];

/// The names that are not yet in the map around the position.
pub(super) fn names(asked: &Asked<'_>, level: Level) -> Vec<Draft> {
    let context = asked.context;
    let is_new = |name: &&str| !context.siblings.iter().any(|sibling| sibling == name);
    if context.names == Names::Elements {
        let names = if level == Level::Document { DOCUMENT } else { STATEMENT };
        let names = names.iter().copied().filter(is_new).filter(|name| !is_excluded(asked, name));
        return names.enumerate().map(|(rank, name)| named(name, rank)).collect();
    }
    let (arguments, blocks): (&[&str], &[(&str, &'static [&'static str])]) = match level {
        Level::Document => (DOCUMENT_ARGUMENTS, &[STATEMENT_BLOCK]),
        Level::Statement => (STATEMENT_ARGUMENTS, BLOCKS),
        Level::Principals => (PRINCIPALS_ARGUMENTS, &[]),
        Level::Condition => (CONDITION_ARGUMENTS, &[]),
    };
    let arguments = arguments.iter().copied().filter(is_new).filter(|name| !is_excluded(asked, name));
    let mut drafts: Vec<Draft> = arguments.enumerate().map(|(rank, name)| named(name, rank)).collect();
    let is_written_as_block = context.syntax == Syntax::Body;
    for (name, lines) in blocks.iter().filter(|(name, _)| !is_excluded(asked, name)) {
        let draft = named(name, drafts.len());
        let insert = if is_written_as_block { Insert::Block(lines) } else { Insert::Name((*name).to_owned()) };
        drafts.push(Draft { kind: CompletionItemKind::Block, insert, ..draft });
    }
    drafts
}

fn named(name: &str, rank: usize) -> Draft {
    Draft {
        label: name.to_owned(),
        kind: CompletionItemKind::Element,
        detail: None,
        documentation: elements::meaning(name).map(str::to_owned),
        insert: Insert::Name(name.to_owned()),
        rank: u32::try_from(rank).unwrap_or(u32::MAX),
    }
}

/// Whether a policy of that kind cannot have the element, or the statement has its opposite.
fn is_excluded(asked: &Asked<'_>, name: &str) -> bool {
    let element = elements::element_of(name);
    let opposite = element.strip_prefix("Not").map_or_else(|| format!("Not{element}"), str::to_owned);
    let has_opposite = asked.context.siblings.iter().any(|sibling| elements::element_of(sibling) == opposite);
    let is_about_principals = element.ends_with("Principal");
    let names_principals = !is_about_principals || asked.may_have_principals();
    let names_resources = !element.ends_with("Resource") || asked.purpose.kind != PolicyKind::Trust;
    has_opposite || !names_principals || !names_resources
}

/// The types of principals, as names of a map or as values of an argument.
pub(super) fn principal_types(asked: &Asked<'_>) -> Vec<Draft> {
    let context = asked.context;
    let is_new = |name: &&(&str, &str)| !context.siblings.iter().any(|sibling| sibling == name.0);
    let types = elements::PRINCIPAL_TYPES.iter().filter(|it| context.names == Names::Arguments || is_new(it));
    let types = types
        .zip(0..)
        .map(|((name, means), rank)| as_name(asked, name, CompletionItemKind::Value, rank).detail(*means));
    let star =
        (context.names == Names::Arguments).then(|| Draft::text("*", CompletionItemKind::Value, 9).detail("everyone"));
    types.chain(star).collect()
}

/// What is a name of a map in the policy language, and the value of an argument in a block.
pub(super) fn as_name(asked: &Asked<'_>, text: &str, kind: CompletionItemKind, rank: u32) -> Draft {
    let draft = Draft::text(text, kind, rank);
    match asked.context.names {
        Names::Elements => Draft { insert: Insert::Name(text.to_owned()), ..draft },
        Names::Arguments => draft,
    }
}

/// `values`, each with a few words on it.
pub(super) fn values(values: &[(&str, &str)]) -> Vec<Draft> {
    values
        .iter()
        .zip(0..)
        .map(|((value, means), rank)| Draft::text(*value, CompletionItemKind::Value, rank).detail(*means))
        .collect()
}
