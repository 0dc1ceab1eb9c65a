//! Actions, after the prefixes of their services.

use crate::aws::facts::{self, ActionFacts};
use crate::policy::model::PolicyKind;

use super::{Asked, CompletionItemKind, Draft};

/// The actions of a trust policy.
const TRUST: &[&str] = &[
    "sts:AssumeRole",
    "sts:AssumeRoleWithSAML",
    "sts:AssumeRoleWithWebIdentity",
    "sts:SetContext",
    "sts:SetSourceIdentity",
    "sts:TagSession",
];

/// Ranks: what fits best, what is used here, the rest.
const BEST: u32 = 0;
const NEAR: u32 = 1;
const OTHER: u32 = 2;
const LAST: u32 = 3;

/// The actions that can be written behind what is typed.
pub(super) fn actions(asked: &Asked<'_>) -> Vec<Draft> {
    match asked.context.token.typed.split_once(':') {
        Some((prefix, name)) => of_service(prefix, name),
        None => services(asked),
    }
}

/// The actions of one service. The prefix stays as it is typed.
fn of_service(prefix: &str, typed: &str) -> Vec<Draft> {
    let mut drafts: Vec<Draft> = facts::actions(&prefix.to_lowercase())
        .filter(|action| !action.retired)
        .map(|action| {
            let label = format!("{prefix}:{}", action.action());
            let draft = Draft::text(label, CompletionItemKind::Action, NEAR).detail(action.access_level.name());
            draft.documentation(resources(&action))
        })
        .collect();
    if !drafts.is_empty() {
        drafts.extend(patterns(prefix, typed));
    }
    drafts
}

fn resources(action: &ActionFacts) -> String {
    let types: Vec<String> = action.resource_types().map(|(name, _)| format!("`{name}`")).collect();
    if types.is_empty() { "Resource: only `*`".to_owned() } else { format!("Resources: {}", types.join(", ")) }
}

/// Patterns that go on from what is typed, if they cover several actions.
fn patterns(prefix: &str, typed: &str) -> Vec<Draft> {
    let start = typed.trim_end_matches('*');
    let mut wanted = vec![format!("{prefix}:*")];
    let spelled = facts::expand(&format!("{prefix}:{start}*")).next();
    let spelled = spelled.and_then(|action| action.action().get(..start.len())).filter(|it| !it.is_empty());
    wanted.extend(spelled.map(|start| format!("{prefix}:{start}*")));
    let draft = |pattern: String| {
        let count = facts::expand(&pattern).count();
        (count > 1).then(|| Draft::text(pattern, CompletionItemKind::Action, OTHER).detail(format!("{count} actions")))
    };
    wanted.into_iter().filter_map(draft).collect()
}

fn services(asked: &Asked<'_>) -> Vec<Draft> {
    let mut drafts = Vec::new();
    if asked.purpose.kind == PolicyKind::Trust {
        drafts.extend(TRUST.iter().filter_map(|name| facts::action(name)).map(|action| whole(&action)));
        return drafts;
    }
    let own = asked.purpose.subject.filter(|_| asked.purpose.kind == PolicyKind::Resource);
    if let Some((service, Some(ty))) = own
        && let Some(allowed) = facts::resource_policy(service, ty)
    {
        drafts.extend(allowed.actions().filter_map(facts::action).map(|action| whole(&action)));
    }
    let used: Vec<&str> = asked
        .context
        .statement
        .iter()
        .flat_map(|statement| &statement.actions)
        .filter_map(|action| action.split_once(':').map(|(prefix, _)| prefix))
        .collect();
    for service in facts::services().filter(|service| !service.retired) {
        let is_own = own.is_some_and(|(own, _)| own == service.prefix);
        let rank = if is_own {
            BEST
        } else if used.contains(&service.prefix) {
            NEAR
        } else {
            OTHER
        };
        let label = format!("{}:", service.prefix);
        drafts.push(Draft::text(label, CompletionItemKind::Service, rank).detail(service.name));
    }
    drafts.push(Draft::text("*", CompletionItemKind::Action, LAST).detail("every action of every service"));
    drafts
}

fn whole(action: &ActionFacts) -> Draft {
    let draft = Draft::text(action.name, CompletionItemKind::Action, BEST).detail(action.access_level.name());
    draft.documentation(resources(action))
}
