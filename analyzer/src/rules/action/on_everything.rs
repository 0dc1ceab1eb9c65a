//! An `Allow` of one delicate action on every resource, in each of the forms that AWS's
//! validator tells apart.
//!
//! Source: IAM User Guide, `access-analyzer-reference-policy-checks`: the checks PASS_ROLE_* and
//! CREATE_SLR_*, with the conditions that exempt a statement as AWS's answers over its own
//! managed policies show them.

use crate::aws::facts::OperatorUse;
use crate::aws::pattern::{Pattern, Syntax};
use crate::policy::model::{Condition, Leaf, PolicyKind, Statement};
use crate::rules::text::{may_be, pattern};
use crate::rules::{PolicySite, Report};
use crate::source::Span;

/// A delicate action.
pub(in crate::rules) struct Delicate {
    /// The action.
    pub(in crate::rules) action: &'static str,
    /// The condition key that narrows it.
    pub(in crate::rules) key: &'static str,
    /// Whether a condition on that key, with that operator, narrows it.
    pub(in crate::rules) narrows: fn(&Condition, Option<OperatorUse>) -> bool,
    /// What is wrong with it: behind "allows `action` on every role".
    pub(in crate::rules) says: &'static str,
    /// What to do.
    pub(in crate::rules) help: &'static str,
}

/// How a statement is about the action.
struct Names {
    /// The pattern, or the key of a `NotAction`.
    span: Span,
    /// For people.
    shown: String,
}

/// Reports the statements of an identity policy that allow it on everything.
pub(in crate::rules) fn check(delicate: &Delicate, site: &PolicySite, report: &mut Report<'_>) {
    // What an organization allows is no grant, and of a policy that nobody uses it is not
    // known what it is.
    if site.kind != PolicyKind::Identity {
        return;
    }
    for statement in &site.document.statements {
        let allows =
            statement.effect.as_ref().is_some_and(|effect| effect.text.as_known().is_some_and(|it| it == "Allow"));
        if !allows || !statement.open.is_empty() || may_be_narrowed(delicate, statement) {
            continue;
        }
        if let (Some(names), Some(resource)) = (names(delicate, statement), everything(statement)) {
            let message = format!("{} on {}", names.shown, delicate.says);
            report.finding(names.span, message).label(resource, "on all of them").help(delicate.help);
        }
    }
}

fn may_be_narrowed(delicate: &Delicate, statement: &Statement) -> bool {
    let is_key = |condition: &&Condition| {
        may_be(&condition.key.text, delicate.key)
            || condition.key.text.as_known().is_some_and(|key| key.eq_ignore_ascii_case(delicate.key))
    };
    let narrows = |condition: &Condition| {
        let operator = condition.operator.text.as_known();
        let operator = operator.and_then(|operator| crate::aws::facts::operator(&operator));
        (delicate.narrows)(condition, operator)
    };
    !statement.conditions_open.is_empty() || statement.conditions.iter().filter(is_key).any(narrows)
}

/// How the statement names the action. One that allows every action there is, is an
/// administrator's and says nothing about this one.
fn names(delicate: &Delicate, statement: &Statement) -> Option<Names> {
    let [actions] = statement.actions.as_slice() else { return None };
    let wanted = Pattern::of_text(delicate.action, Syntax::Literal).fold_case();
    let covers = |leaf: &Leaf| pattern(&leaf.text, Syntax::Wildcards).fold_case().covers(&wanted);
    if actions.negated {
        let excluded = actions.items.iter().chain(&actions.possible).any(|leaf| covers(leaf).may_be());
        let shown = format!("`NotAction` leaves `{}` allowed", delicate.action);
        return (actions.open.is_empty() && !excluded).then_some(Names { span: actions.key, shown });
    }
    let (service, _) = delicate.action.split_once(':')?;
    let is_of_service = |leaf: &&Leaf| {
        let prefix = leaf.text.known_prefix();
        prefix.split_once(':').is_some_and(|(prefix, _)| prefix.eq_ignore_ascii_case(service))
    };
    let leaf = actions.items.iter().filter(is_of_service).find(|leaf| covers(leaf).is_yes())?;
    let written = leaf.text.display();
    let shown = if written.eq_ignore_ascii_case(delicate.action) {
        format!("this allows `{}`", delicate.action)
    } else {
        format!("`{written}` allows `{}`", delicate.action)
    };
    Some(Names { span: leaf.span, shown })
}

/// Where the statement says that it is about every resource: a `*`, or `NotResource`.
fn everything(statement: &Statement) -> Option<Span> {
    let [resources] = statement.resources.as_slice() else { return None };
    if resources.negated {
        return Some(resources.key);
    }
    let star = resources.items.iter().find(|leaf| leaf.text.as_known().is_some_and(|text| text == "*"))?;
    Some(star.span)
}
