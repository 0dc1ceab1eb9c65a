//! What it finds, why, and its tests: `redundant_action.md`.

use crate::aws::pattern::{Pattern, Syntax};
use crate::eval::symbol::Symbol;
use crate::finding::{Fix, Safety, Severity};
use crate::policy::model::{Leaf, Strings};
use crate::rules::text::{is_stable, pattern};
use crate::rules::{Check, Group, PolicySite, Report, Rule, RuleContext, list_edit};

pub(in crate::rules) static RULE: Rule = Rule {
    code: "redundant-action",
    group: Group::Action,
    severity: Severity::Note,
    since: "0.1.0",
    sources: &["AA REDUNDANT_ACTION"],
    doc: include_str!("redundant_action.md"),
    check: Check::Policy(check),
};

/// How many actions of one list are compared, each with each other. The longest lists of
/// AWS's own policies have some hundreds.
const LIMIT: usize = 2_000;

/// How many actions a message names.
const NAMED: usize = 3;

fn check(site: &PolicySite, _: &RuleContext<'_>, report: &mut Report<'_>) {
    for list in site.document.statements.iter().flat_map(|statement| &statement.actions) {
        let clusters = clusters(list);
        let covered: Vec<&Leaf> = clusters.iter().flat_map(|(_, covered)| covered).copied().collect();
        let fix = fix(&covered, report);
        for (widest, covered) in &clusters {
            say(widest, covered, fix.clone(), report);
        }
    }
}

/// Each pattern that no other pattern of the list is wider than, with those that it covers
/// and no such pattern before it does: of each covered one it is said once.
///
/// Actions of different services cover each other only by a wildcard in the service, so
/// only those and actions of one service are compared.
fn clusters(list: &Strings) -> Vec<(&Leaf, Vec<&Leaf>)> {
    let stable = list.items.iter().take(LIMIT).filter(|leaf| leaf.text.holes().all(is_stable));
    let actions: Vec<(&Leaf, Pattern<&Symbol>)> =
        stable.map(|leaf| (leaf, pattern(&leaf.text, Syntax::Wildcards).fold_case())).collect();
    let covers = |outer: usize, inner: usize| match (actions.get(outer), actions.get(inner)) {
        (Some((_, outer)), Some((_, inner))) => outer.covers(inner).is_yes(),
        _ => false,
    };
    // Only what has a wildcard, or stands twice, covers anything.
    let wide: Vec<usize> = (0..actions.len()).filter(|index| may_cover(&actions, *index)).collect();
    // Of two that are the same the first is the wider one.
    let is_under = |inner: usize| {
        wide.iter().any(|outer| *outer != inner && covers(*outer, inner) && (*outer < inner || !covers(inner, *outer)))
    };
    let widest: Vec<usize> = wide.iter().copied().filter(|index| !is_under(*index)).collect();
    let cluster = |at: usize, outer: usize| {
        let is_said = |inner: usize| widest.iter().take(at).any(|before| covers(*before, inner));
        let inner = (0..actions.len()).filter(|inner| *inner != outer && covers(outer, *inner) && !is_said(*inner));
        let leaves: Vec<&Leaf> = inner.filter_map(|inner| Some(actions.get(inner)?.0)).collect();
        Some((actions.get(outer)?.0, leaves)).filter(|(_, leaves)| !leaves.is_empty())
    };
    widest.iter().enumerate().filter_map(|(at, outer)| cluster(at, *outer)).collect()
}

fn may_cover(actions: &[(&Leaf, Pattern<&Symbol>)], index: usize) -> bool {
    let Some((_, pattern)) = actions.get(index) else { return false };
    pattern.has_wildcards() || actions.iter().skip(index + 1).any(|(_, other)| other == pattern)
}

/// All findings of a list have one fix: two that each take out a part of it would meet at the commas.
fn fix(covered: &[&Leaf], report: &Report<'_>) -> Option<Fix> {
    let title = if covered.len() == 1 { "remove it" } else { "remove what is covered" };
    let edits = list_edit::remove(covered, report)?;
    Some(Fix { title: title.to_owned(), safety: Safety::Safe, edits })
}

fn say(widest: &Leaf, covered: &[&Leaf], fix: Option<Fix>, report: &mut Report<'_>) {
    let Some((first, rest)) = covered.split_first() else { return };
    let shown = |leaf: &Leaf| format!("`{}`", leaf.text.display());
    let wide = shown(widest);
    let message = match rest.len() {
        0 if shown(first) == wide => format!("{wide} stands twice in this list"),
        0 => format!("{} is covered by {wide} in the same list", shown(first)),
        more if more < NAMED => {
            let names: Vec<String> = covered.iter().map(|leaf| shown(leaf)).collect();
            format!("{} are covered by {wide} in the same list", names.join(", "))
        }
        more => format!("{} and {more} more are covered by {wide} in the same list", shown(first)),
    };
    let mut finding = report.leaf(first, message).label(widest.span, "this one covers it");
    for leaf in rest {
        finding = finding.label(leaf.span, "covered as well");
    }
    if let Some(fix) = fix {
        finding.fix(fix);
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::testing::{Fixture, statement};

    fn found(actions: &str) -> Vec<String> {
        statement(&RULE, &format!(r#""Action": [{actions}]"#))
    }

    #[test]
    fn one_finding_for_each_widest_pattern() {
        assert_eq!(
            found(r#""s3:Get*", "s3:getobject", "s3:GetObject*", "sqs:*""#),
            ["s3:getobject | note: `s3:getobject`, `s3:GetObject*` are covered by `s3:Get*` in the same list"]
        );
        assert_eq!(found(r#""s3:GetObject", "S3:getObject""#).len(), 1);
        assert_eq!(found(r#""s3:*Object", "s3:Get*", "s3:GetObject""#).len(), 1, "two patterns cover it");
        assert_eq!(found(r#""*", "s3:${x}""#).len(), 1);
        assert_eq!(found(r#""sqs:*", "s3:Get*", "SQS:SendMessage", "s3:getobject""#).len(), 2);
        assert_eq!(found(r#""s3:*", "s3:*", "s3:Get*""#).len(), 1, "of two that are the same the first is the wider");
        assert_eq!(statement(&RULE, r#""NotAction": ["s3:*", "s3:Get*"]"#).len(), 1);
    }

    #[test]
    fn what_is_not_covered_for_certain_stays() {
        assert_eq!(found(r#""s3:Get*", "s3:Put*""#), [""; 0]);
        assert_eq!(found(r#""s3:${x}", "s3:GetObject""#), [""; 0]);
        assert_eq!(found(r#""s3:${uuid}", "s3:${uuid}""#), [""; 0]);
        assert_eq!(statement(&RULE, r#""Action": "s3:*", "NotAction": "s3:Get*""#), [""; 0], "two lists");
    }

    #[test]
    fn what_two_patterns_cover_is_said_and_taken_out_once() {
        let list = r#""s3:*Object", "s3:Get*", "s3:PutObject", "s3:GetObject", "s3:GetBucketAcl""#;
        assert_eq!(
            found(list),
            [
                "s3:PutObject | note: `s3:PutObject`, `s3:GetObject` are covered by `s3:*Object` in the same list",
                "s3:GetBucketAcl | note: `s3:GetBucketAcl` is covered by `s3:Get*` in the same list"
            ]
        );
        let fixture = Fixture::new(&format!(r#"{{"Statement": {{"Action": [{list}]}}}}"#));
        assert_eq!(fixture.fixed(&RULE), r#"{"Statement": {"Action": ["s3:*Object", "s3:Get*"]}}"#);
    }

    #[test]
    fn the_fix_takes_them_out() {
        let fixed =
            |actions: &str| Fixture::new(&format!(r#"{{"Statement": {{"Action": [{actions}]}}}}"#)).fixed(&RULE);
        let list = |actions: &str| format!(r#"{{"Statement": {{"Action": [{actions}]}}}}"#);
        assert_eq!(fixed(r#""s3:*", "s3:Get*", "sqs:*""#), list(r#""s3:*", "sqs:*""#));
        assert_eq!(fixed(r#""s3:*", "s3:Get*", "s3:Put*""#), list(r#""s3:*""#));
        assert_eq!(fixed(r#""s3:Get*", "s3:*""#), list(r#""s3:*""#));
        assert_eq!(fixed("\n  \"s3:*\",\n  \"s3:Get*\",\n  \"s3:Put*\"\n"), list("\n  \"s3:*\"\n"),);
        assert_eq!(fixed("\n  \"s3:Get*\",\n  \"s3:*\"\n"), list("\n  \"s3:*\"\n"));
        assert_eq!(fixed("\n  \"s3:*\",\n  \"s3:Get*\",\n"), list("\n  \"s3:*\",\n"), "a comma at the end stays");
    }
}
