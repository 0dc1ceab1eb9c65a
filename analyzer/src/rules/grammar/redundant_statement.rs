//! What it finds, why, and its tests: `redundant_statement.md`.

use crate::aws::pattern::Syntax;
use crate::eval::text::Text;
use crate::finding::Severity;
use crate::policy::model::{Condition, Leaf, PrincipalGroup, Principals, Statement, Strings};
use crate::rules::covering::{Covering, Meaning};
use crate::rules::text::{is_stable, pattern};
use crate::rules::{Check, Group, PolicySite, Report, Rule, RuleContext};

pub(in crate::rules) static RULE: Rule = Rule {
    code: "redundant-statement",
    group: Group::Grammar,
    severity: Severity::Note,
    since: "0.1.0",
    sources: &["AA REDUNDANT_STATEMENT"],
    check: Check::Policy(check),
};

/// How many statements are compared, each with each other. The largest policies that AWS
/// takes have about a hundred.
const LIMIT: usize = 256;

fn check(site: &PolicySite, _: &RuleContext<'_>, report: &mut Report<'_>) {
    if site.document.statements.len() < 2 {
        return;
    }
    let statements: Vec<Prepared<'_>> =
        site.document.statements.iter().take(LIMIT).filter_map(Prepared::read).collect();
    for (index, statement) in statements.iter().enumerate() {
        let covering = statements.iter().enumerate().find(|(other, outer)| {
            // Of two that say the same the first stays.
            *other != index && outer.covers(statement) && (*other < index || !statement.covers(outer))
        });
        if let Some((_, outer)) = covering {
            let span = report.statement_span(statement.statement);
            let outer = report.statement_span(outer.statement);
            // One text that a loop repeats, or that is merged twice, is not to be removed there.
            if span == outer {
                continue;
            }
            report
                .finding(span, "this statement says nothing that another one of the policy does not say")
                .label(outer, "this one covers it");
        }
    }
}

/// A statement of which every part is known well enough to be compared.
struct Prepared<'a> {
    statement: &'a Statement,
    effect: String,
    actions: List<'a>,
    resources: List<'a>,
}

struct List<'a> {
    negated: bool,
    strings: Vec<Covering<'a>>,
}

impl<'a> Prepared<'a> {
    /// `None` for one that may not be there, or of which a part may be more than is known.
    fn read(statement: &'a Statement) -> Option<Self> {
        let is_closed = statement.open.is_empty() && statement.conditions_open.is_empty() && statement.certain;
        let [actions] = statement.actions.as_slice() else { return None };
        let resources = match statement.resources.as_slice() {
            [] => List { negated: false, strings: Vec::new() },
            [resources] => List::read(resources, |text| pattern(text, Syntax::Variables))?,
            _ => return None,
        };
        let actions = List::read(actions, |text| pattern(text, Syntax::Variables).fold_case())?;
        let effect = statement.effect.as_ref()?.text.as_known()?.to_string();
        is_closed.then_some(Self { statement, effect, actions, resources })
    }

    /// Whether everything that `inner` says, this says too.
    fn covers(&self, inner: &Self) -> bool {
        self.effect == inner.effect
            && self.actions.covers(&inner.actions)
            && self.resources.covers(&inner.resources)
            && same_principals(&self.statement.principals, &inner.statement.principals)
            && self.statement.conditions.iter().all(|condition| has(&inner.statement.conditions, condition))
    }
}

impl<'a> List<'a> {
    fn read(strings: &'a Strings, meaning: Meaning) -> Option<Self> {
        let is_known = strings.open.is_empty() && strings.items.iter().all(|leaf| leaf.text.holes().all(is_stable));
        let covering = || strings.items.iter().map(|leaf| Covering::new(leaf, meaning)).collect();
        is_known.then(|| Self { negated: strings.negated, strings: covering() })
    }

    /// Whether this list is about all that `inner` is about. Of two `Not` lists the one that
    /// excludes less is about more.
    fn covers(&self, inner: &Self) -> bool {
        let (outer, inner, negated) = (&self.strings, &inner.strings, inner.negated);
        let all_in = |inner: &[Covering<'a>], outer: &[Covering<'a>]| {
            inner.iter().all(|inner| outer.iter().any(|outer| outer.covers(inner).is_yes()))
        };
        match (self.negated, negated) {
            (false, false) => outer.is_empty() == inner.is_empty() && all_in(inner, outer),
            (true, true) => all_in(outer, inner),
            (false, true) => outer.iter().any(Covering::is_everything),
            (true, false) => false,
        }
    }
}

fn same_principals(left: &[Principals], right: &[Principals]) -> bool {
    let within = |a: &[Principals], b: &[Principals]| a.iter().all(|a| b.iter().any(|b| same_names(a, b)));
    within(left, right) && within(right, left)
}

fn same_names(left: &Principals, right: &Principals) -> bool {
    let group_in = |group: &PrincipalGroup, others: &[PrincipalGroup]| {
        others
            .iter()
            .any(|other| same_text(&group.kind.text, &other.kind.text) && same_leaves(&group.items, &other.items))
    };
    let is_closed = |it: &Principals| it.open.is_empty() && it.groups.iter().all(|group| group.open.is_empty());
    left.negated == right.negated
        && left.bare == right.bare
        && is_closed(left)
        && is_closed(right)
        && left.groups.len() == right.groups.len()
        && left.groups.iter().all(|group| group_in(group, &right.groups))
}

fn has(conditions: &[Condition], wanted: &Condition) -> bool {
    conditions.iter().any(|condition| {
        condition.certain
            && wanted.certain
            && condition.open.is_empty()
            && wanted.open.is_empty()
            && same_text(&condition.operator.text, &wanted.operator.text)
            && same_text(&condition.key.text, &wanted.key.text)
            && same_leaves(&condition.values, &wanted.values)
    })
}

/// Whether both hold the same texts, in any order.
fn same_leaves(left: &[Leaf], right: &[Leaf]) -> bool {
    let within = |a: &[Leaf], b: &[Leaf]| a.iter().all(|a| b.iter().any(|b| same_text(&a.text, &b.text)));
    within(left, right) && within(right, left)
}

/// Whether both are one text for every value of their holes.
fn same_text(left: &Text, right: &Text) -> bool {
    match (left.as_known(), right.as_known()) {
        (Some(left), Some(right)) => left == right,
        (None, None) => {
            left.holes().chain(right.holes()).all(is_stable)
                && pattern(left, Syntax::Literal) == pattern(right, Syntax::Literal)
        }
        (Some(_), None) | (None, Some(_)) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::policy::model::PolicyKind;
    use crate::rules::testing::Fixture;

    fn found(first: &str, second: &str) -> usize {
        let statement = |members: &str| format!(r#"{{"Effect": "Allow", {members}}}"#);
        let json = format!(r#"{{"Statement": [{}, {}]}}"#, statement(first), statement(second));
        Fixture::of_kind(PolicyKind::Resource, &json).shown(&RULE).len()
    }

    #[test]
    fn what_another_one_covers() {
        let narrow = r#""Action": "s3:GetObject", "Resource": "arn:aws:s3:::x/*""#;
        let wide = r#""Action": "s3:Get*", "Resource": "*""#;
        assert_eq!((found(narrow, wide), found(wide, narrow), found(wide, wide)), (1, 1, 1));
        assert_eq!(
            found(r#""NotAction": ["a:*", "b:*"], "Resource": "*""#, r#""NotAction": "a:*", "Resource": "*""#),
            1
        );
        assert_eq!(found(r#""NotAction": "a:*", "Resource": "*""#, r#""Action": "*", "Resource": "*""#), 1);
        let narrowed = format!(r#"{narrow}, "Condition": {{"Bool": {{"aws:SecureTransport": "true"}}}}"#);
        assert_eq!((found(&narrowed, wide), found(narrow, &narrowed), found(&narrowed, &narrowed)), (1, 1, 1));
        assert_eq!(found(r#""Action": "s3:*", "Resource": "${x}/a""#, r#""Action": "s3:*", "Resource": "${x}/*""#), 1);
    }

    #[test]
    fn what_says_something_more() {
        let a = r#""Action": "s3:GetObject", "Resource": "arn:aws:s3:::x/*""#;
        assert_eq!(found(a, r#""Action": "s3:PutObject", "Resource": "*""#), 0);
        assert_eq!(found(a, r#""Action": "s3:*", "Resource": "arn:aws:s3:::x""#), 0);
        assert_eq!(
            found(&format!(r#"{a}, "Principal": {{"AWS": "1"}}"#), &format!(r#"{a}, "Principal": {{"AWS": "2"}}"#)),
            0
        );
        assert_eq!(found(r#""Action": "s3:*", "Resource": "${x}""#, r#""Action": "s3:*", "Resource": "${y}""#), 0);
        assert_eq!(
            found(r#""Action": "s3:*", "Resource": "${uuid}""#, r#""Action": "s3:*", "Resource": "${uuid}""#),
            0
        );
        assert_eq!(found(a, r#""Action": "s3:*", "Resource": "*", "Condition": ${c}"#), 0);
        assert_eq!(found(a, r#""NotAction": "a:*", "Resource": "*""#), 0, "decidable only with all actions at hand");
    }
}
