//! Actions and patterns of actions.

use crate::aws::facts::{self, ActionFacts, ServiceFacts};

/// How many of the actions that a pattern covers are named.
const MOST_NAMED: usize = 12;

/// How many resource types or condition keys of an action are named.
const MOST_LISTED: usize = 24;

/// What is known of the action or pattern `text`.
pub(super) fn markdown(text: &str) -> Option<String> {
    if text.contains(['*', '?']) {
        return pattern(text);
    }
    facts::action(text).map(|action| single(&action))
}

fn single(action: &ActionFacts) -> String {
    let service = facts::service(action.service()).map_or(action.service(), |service| service.name);
    let mut lines = vec![format!("**`{}`** ({service}): {}", action.name, action.access_level.name())];
    if action.retired {
        lines.push("AWS's reference has it no longer.".to_owned());
    }
    if action.permission_only {
        lines.push("A permission without an operation of that name.".to_owned());
    }
    lines.push(resources(action));
    let keys: Vec<&str> = action.condition_keys().collect();
    lines.extend(listed("Condition keys", &keys));
    let dependent: Vec<&str> = action.dependent_actions().collect();
    lines.extend(listed("May also need", &dependent));
    lines.join("\n\n")
}

fn resources(action: &ActionFacts) -> String {
    if !action.has_resource_types() {
        return "Resource: only `*`".to_owned();
    }
    let line = |(name, required): (&str, bool)| {
        let arn = facts::resource_type(action.service(), name).map(|found| format!(" `{}`", found.arn));
        format!("- {name}{}{}", if required { "\\*" } else { "" }, arn.unwrap_or_default())
    };
    let lines: Vec<String> = action.resource_types().take(MOST_LISTED).map(line).collect();
    format!("Resources (\\* has to be given):\n{}", lines.join("\n"))
}

/// `names` behind a heading, if there are any.
fn listed(heading: &str, names: &[&str]) -> Option<String> {
    let shown: Vec<String> = names.iter().take(MOST_LISTED).map(|name| format!("`{name}`")).collect();
    let more = match names.len().saturating_sub(MOST_LISTED) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    (!shown.is_empty()).then(|| format!("{heading}: {}{more}", shown.join(", ")))
}

fn pattern(text: &str) -> Option<String> {
    let mut count = 0_usize;
    let mut named = Vec::new();
    for action in facts::expand(text) {
        count += 1;
        if named.len() < MOST_NAMED {
            named.push(format!("- `{}` ({})", action.name, action.access_level.name()));
        }
    }
    let of = text.split_once(':').and_then(|(prefix, _)| facts::service(prefix));
    let of = of.map(|service: ServiceFacts| format!(" of {}", service.name)).unwrap_or_default();
    let actions = match count {
        0 => return Some(format!("**`{text}`** covers no action{of}")),
        1 => "1 action".to_owned(),
        count => format!("{count} actions"),
    };
    let more = match count - named.len() {
        0 => String::new(),
        more => format!("\n- and {more} more"),
    };
    Some(format!("**`{text}`** covers {actions}{of}:\n\n{}{more}", named.join("\n")))
}
