//! What it finds, why, and its tests: `duplicate_sid.md`.

use crate::eval::data_sources::policy_document::Replacement;
use crate::eval::symbol::Symbol;
use crate::eval::text::{Piece, Text};
use crate::finding::Severity;
use crate::policy::model::{Leaf, PolicyKind, Replaced};
use crate::rules::text::is_stable;
use crate::rules::{Check, Group, PolicySite, Report, Rule, RuleContext};

pub(in crate::rules) static RULE: Rule = Rule {
    code: "duplicate-sid",
    group: Group::Grammar,
    severity: Severity::Error,
    since: "0.1.0",
    sources: &["AA UNIQUE_SIDS_REQUIRED", "AA UNIQUE_SIDS_RECOMMENDED"],
    check: Check::Policy(check),
};

fn check(site: &PolicySite, _: &RuleContext<'_>, report: &mut Report<'_>) {
    let certain = site.document.statements.iter().filter(|statement| statement.certain);
    let mut seen: Vec<&Leaf> = Vec::new();
    for sid in certain.filter_map(|statement| statement.sid.as_ref()) {
        match seen.iter().find(|earlier| same(&earlier.text, &sid.text)) {
            Some(first) => say(sid, first, site.kind, report),
            None => seen.push(sid),
        }
    }
    for replaced in &site.document.replaced {
        say_replaced(replaced, report);
    }
}

/// The provider refuses two statements of one `Sid` in some places; elsewhere it takes the
/// later one without a word, which is the purpose of layers and the peril of a list of them.
///
/// Source: the provider's documentation of `aws_iam_policy_document`.
fn say_replaced(replaced: &Replaced, report: &mut Report<'_>) {
    let sid = replaced.by.text.display();
    let (message, label, severity) = match replaced.replacement {
        Replacement::AmongBlocks => (
            format!("the sid `{sid}` stands twice in one data source, which the provider refuses"),
            "first used here",
            Severity::Error,
        ),
        Replacement::AmongSources => (
            format!("the sid `{sid}` stands twice in `source_policy_documents`, which the provider refuses"),
            "first used here",
            Severity::Error,
        ),
        Replacement::AmongOverrides => (
            format!("this statement takes the place of another one with the sid `{sid}` that overrides as well"),
            "nothing is left of this one",
            Severity::Warning,
        ),
        Replacement::BetweenLayers => (
            format!("this statement takes the place of another one with the sid `{sid}`"),
            "nothing is left of this one",
            Severity::Note,
        ),
    };
    report.leaf(&replaced.by, message).severity(severity).label(replaced.lost.span, label);
}

fn say(sid: &Leaf, first: &Leaf, kind: PolicyKind, report: &mut Report<'_>) {
    let severity = match kind {
        PolicyKind::Identity | PolicyKind::Trust | PolicyKind::Session => Severity::Error,
        PolicyKind::Resource
        | PolicyKind::ServiceControl
        | PolicyKind::ResourceControl
        | PolicyKind::Endpoint
        | PolicyKind::Unattached => Severity::Warning,
    };
    report
        .leaf(sid, format!("the sid `{}` stands twice in one policy", sid.text.display()))
        .severity(severity)
        .label(first.span, "first used here");
}

/// Whether both are the same, not empty text for every value of their holes.
fn same(left: &Text, right: &Text) -> bool {
    if left.is_empty() || !left.holes().chain(right.holes()).all(is_stable) {
        return false;
    }
    match (left.as_known(), right.as_known()) {
        (Some(left), Some(right)) => left == right,
        (None, None) => flat(left) == flat(right) && flat(left).iter().any(|piece| piece.is_ok()),
        (Some(_), None) | (None, Some(_)) => false,
    }
}

/// The pieces with neighbouring known ones joined.
fn flat(text: &Text) -> Vec<Result<String, &Symbol>> {
    let mut pieces: Vec<Result<String, &Symbol>> = Vec::new();
    for piece in text.pieces() {
        match (piece, pieces.last_mut()) {
            (Piece::Known(known), Some(Ok(before))) => before.push_str(&known.text),
            (Piece::Known(known), _) => pieces.push(Ok(known.text.to_string())),
            (Piece::Hole(symbol), _) => pieces.push(Err(symbol)),
        }
    }
    pieces
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::policy::model::PolicyKind;
    use crate::rules::testing::Fixture;

    fn sids(kind: PolicyKind, sids: [&str; 2]) -> Vec<String> {
        let [a, b] = sids;
        Fixture::of_kind(kind, &format!(r#"{{"Statement": [{{"Sid": "{a}"}}, {{"Sid": "{b}"}}]}}"#)).shown(&RULE)
    }

    #[test]
    fn compares_exactly() {
        assert_eq!(sids(PolicyKind::Identity, ["A", "A"]), ["A | error: the sid `A` stands twice in one policy"]);
        assert_eq!(sids(PolicyKind::Resource, ["A", "A"]), ["A | warning: the sid `A` stands twice in one policy"]);
        assert_eq!(sids(PolicyKind::Identity, ["A", "a"]), [""; 0]);
        assert_eq!(sids(PolicyKind::Identity, ["", ""]), [""; 0]);
    }

    #[test]
    fn holes_are_equal_only_to_themselves() {
        assert_eq!(sids(PolicyKind::Identity, ["A${x}", "A${x}"]).len(), 1);
        assert_eq!(sids(PolicyKind::Identity, ["A${x}", "A${y}"]), [""; 0]);
        assert_eq!(sids(PolicyKind::Identity, ["A${x}", "A"]), [""; 0]);
        assert_eq!(sids(PolicyKind::Identity, ["${x}", "${x}"]), [""; 0], "both may be empty");
        assert_eq!(sids(PolicyKind::Identity, ["A${uuid}", "A${uuid}"]), [""; 0], "two calls, two values");
    }
}
