//! Who may assume a role, and what a principal may do, in the words of its policies.

use crate::analysis::Analysis;
use crate::iam::{PolicySource, Principal};
use crate::policy::model::{Leaf, PolicyDocument, Statement, Strings};

use super::super::words;

/// How many of those that a trust policy names are shown, and how many statements.
const MOST: usize = 8;

/// How many actions of a statement are shown.
const MOST_ACTIONS: usize = 6;

/// Who the trust policy of `role` names.
pub(super) fn may_assume(analysis: &Analysis, role: &Principal) -> String {
    let Some(site) = role.trust.and_then(|index| analysis.policies().get(index)) else {
        return "Its trust policy is not in view.".to_owned();
    };
    let document = &site.document;
    let allows = document.statements.iter().filter(|statement| effect(statement) == "Allow");
    let mut named: Vec<String> = allows.flat_map(|statement| trusted(analysis, statement)).collect();
    named.dedup();
    if named.is_empty() && document.open.is_empty() {
        return "No one may assume it.".to_owned();
    }
    if !document.open.is_empty() {
        named.push("whom else a part says that is not known".to_owned());
    }
    format!("May be assumed by:\n{}", words::list(&named, MOST))
}

/// Those that a statement of a trust policy names, each in a line.
fn trusted(analysis: &Analysis, statement: &Statement) -> Vec<String> {
    let narrowed = match statement.conditions.len() {
        0 => String::new(),
        count => format!(", under {}", words::count(count, "condition")),
    };
    let groups = statement
        .principals
        .iter()
        .flat_map(|principals| principals.groups.iter().map(move |group| (principals.negated, group)));
    let leaves = groups.flat_map(|(negated, group)| group.items.iter().map(move |leaf| (negated, leaf)));
    leaves
        .map(|(negated, leaf)| {
            let not = if negated { "anyone but " } else { "" };
            format!("{not}{}{}{narrowed}", shown(leaf), account_of(analysis, leaf))
        })
        .collect()
}

/// The account that a principal is in, by name.
fn account_of(analysis: &Analysis, leaf: &Leaf) -> String {
    let account = words::accounts(analysis).of_arn(&leaf.text);
    account.and_then(|account| account.name.clone()).map(|name| format!(" ({name})")).unwrap_or_default()
}

/// The statements that `principal` has, in short.
pub(super) fn may_do(analysis: &Analysis, principal: &Principal) -> Option<String> {
    let mut lines = Vec::new();
    for policy in &principal.policies {
        match &policy.source {
            PolicySource::Aws(facts) => lines.push(format!("managed policy `{}`", facts.name)),
            PolicySource::NotInView(name) => lines.push(format!("{}, which is not in view", words::code(name))),
            PolicySource::Unknown(symbol) => lines.push(format!("what `{}` is", symbol.address())),
            PolicySource::Site(_) => {
                let document = analysis.iam().document(&policy.source, analysis.policies());
                lines.extend(document.map(|it| statements(it)).into_iter().flatten());
            }
        }
    }
    (!lines.is_empty()).then(|| format!("Its policies:\n{}", words::list(&lines, MOST)))
}

fn statements(document: &PolicyDocument) -> Vec<String> {
    document.statements.iter().map(short).collect()
}

/// A statement in a line: `Allow s3:GetObject, s3:PutObject on arn:...`.
pub(super) fn short(statement: &Statement) -> String {
    let on = element(&statement.resources);
    let on = if on.is_empty() { String::new() } else { format!(" on {on}") };
    let narrowed = match statement.conditions.len() {
        0 => String::new(),
        count => format!(", under {}", words::count(count, "condition")),
    };
    format!("{} {}{on}{narrowed}", effect(statement), element(&statement.actions))
}

fn element(strings: &[Strings]) -> String {
    let shown = strings.iter().map(|strings| {
        let not = if strings.negated { "all but " } else { "" };
        let mut items: Vec<String> = strings.items.iter().take(MOST_ACTIONS).map(shown).collect();
        let more = strings.items.len().saturating_sub(MOST_ACTIONS);
        if more > 0 {
            items.push(format!("{more} more"));
        }
        format!("{not}{}", items.join(", "))
    });
    shown.collect::<Vec<_>>().join(" and ")
}

/// The effect as it is written; empty if there is none.
pub(super) fn effect(statement: &Statement) -> String {
    statement.effect.as_ref().map(|leaf| leaf.text.display()).unwrap_or_default()
}

/// The text of `leaf` as code.
pub(super) fn shown(leaf: &Leaf) -> String {
    if leaf.sensitive { words::SENSITIVE.to_owned() } else { words::code(&leaf.text) }
}
