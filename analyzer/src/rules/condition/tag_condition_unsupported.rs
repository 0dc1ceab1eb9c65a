//! What it finds, why, and its tests: `tag_condition_unsupported.md`.

use jiff::civil::Date;

use super::actions::{self, Named};
use super::meaning::{self, Effect, Test};
use crate::aws::facts::{self, AccessLevel, ActionFacts, Feature, KeyScope, ResourceTypeFacts, Support};
use crate::aws::pattern::{Pattern, Syntax};
use crate::aws::resource::resource_type_fits;
use crate::eval::symbol::Symbol;
use crate::finding::Severity;
use crate::policy::model::{Statement, Strings};
use crate::rules::text::pattern;
use crate::rules::{Check, Group, PolicySite, Report, Rule, RuleContext, strings};

pub(in crate::rules) static RULE: Rule = Rule {
    code: "tag-condition-unsupported",
    group: Group::Condition,
    severity: Severity::Warning,
    since: "0.1.0",
    sources: &[
        "AA ALLOW_NOTACTION_WITH_UNSUPPORTED_TAG_CONDITION_KEY_FOR_SERVICE",
        "AA ALLOW_WITH_UNSUPPORTED_TAG_CONDITION_KEY_FOR_SERVICE",
        "AA DENY_NOTACTION_WITH_UNSUPPORTED_TAG_CONDITION_KEY_FOR_SERVICE",
        "AA DENY_WITH_UNSUPPORTED_TAG_CONDITION_KEY_FOR_SERVICE",
    ],
    check: Check::Policy(check),
};

fn check(site: &PolicySite, ctx: &RuleContext<'_>, report: &mut Report<'_>) {
    for statement in &site.document.statements {
        let mut tests = meaning::tests(statement).filter(|test| is_tag(test) && test.holds_without_key().is_no());
        let Some(effect) = meaning::effect(statement) else { continue };
        let Some(first) = tests.next() else { continue };
        if let Some(excluded) = actions::excluded(statement) {
            std::iter::once(first).chain(tests).for_each(|test| say_excluding(&test, effect, excluded, report));
            continue;
        }
        let Some(actions) = actions::named(statement) else { continue };
        let resources = Resources::of(statement);
        for test in std::iter::once(first).chain(tests) {
            let honours = |action: &ActionFacts| honours(&test, action, &resources, ctx.as_of);
            let dead: Vec<&Named<'_>> = actions.iter().filter(|action| !action.may_be(honours)).collect();
            if !dead.is_empty() {
                say(&test, effect, &dead, actions.len(), later(&dead, ctx.as_of), report);
            }
        }
    }
}

fn is_tag(test: &Test<'_>) -> bool {
    let name = test.key.name;
    test.key.scope == KeyScope::Global
        && (name.starts_with("aws:RequestTag/") || name.starts_with("aws:ResourceTag/") || name == "aws:TagKeys")
}

/// The resources of a statement, as far as they tell types apart.
struct Resources<'a>(Option<Vec<Pattern<&'a Symbol>>>);

impl<'a> Resources<'a> {
    fn of(statement: &'a Statement) -> Self {
        let is_closed = statement.open.is_empty()
            && !statement.resources.is_empty()
            && statement.resources.iter().all(|resources| !resources.negated && resources.open.is_empty());
        let patterns = || strings::resources(statement).map(|leaf| pattern(&leaf.text, Syntax::Variables)).collect();
        Self(is_closed.then(patterns))
    }

    fn may_be_of(&self, resource_type: &ResourceTypeFacts) -> bool {
        let fits = |pattern: &Pattern<&Symbol>| resource_type_fits(resource_type, pattern).may_be();
        self.0.as_ref().is_none_or(|patterns| patterns.iter().any(fits))
    }
}

/// Services of which the reference lists every tag key of every action.
const CLOSED: [&str; 2] = ["cloudtrail", "cloudtrail-data"];

/// Whether requests for `action` may carry the key, and carry it for one of the resources.
fn honours(test: &Test<'_>, action: &ActionFacts, resources: &Resources<'_>, as_of: Date) -> bool {
    let types = types(action).filter(|resource_type| resources.may_be_of(resource_type));
    let mut supports = types.map(|found| support(&found).is_none_or(|support| support.on(as_of))).peekable();
    may_carry(test, action) && (supports.peek().is_none() || supports.any(|is_on| is_on))
}

/// Whether requests for `action` may carry the key. That the reference does not list it says
/// little by itself, but what only reads passes no tags, and without a resource there are none.
fn may_carry(test: &Test<'_>, action: &ActionFacts) -> bool {
    let only_reads = matches!(action.access_level, AccessLevel::List | AccessLevel::Read);
    let has_none = only_reads && (!action.has_resource_types() || !test.key.name.starts_with("aws:ResourceTag/"));
    test.key.is_listed_for(action) || !(has_none || CLOSED.contains(&action.service()))
}

fn types(action: &ActionFacts) -> impl Iterator<Item = ResourceTypeFacts> {
    action.resource_types().filter_map(|(name, _)| facts::resource_type(action.service(), name))
}

fn support(resource_type: &ResourceTypeFacts) -> Option<Support> {
    facts::support(Feature::TagCondition, resource_type.service, resource_type.name)
}

/// The day from which the actions' resources are to honour tags, if it has yet to come.
fn later(dead: &[&Named<'_>], as_of: Date) -> Option<Date> {
    let days = dead.iter().flat_map(|action| action.matched()).flat_map(types);
    days.filter_map(|found| support(&found)?.since).filter(|since| *since > as_of).min()
}

/// `NotAction` takes in the actions of every service, those without tags and those to come among them.
fn say_excluding(test: &Test<'_>, effect: Effect, excluded: &Strings, report: &mut Report<'_>) {
    let key = test.condition.key.text.display();
    let (does, severity) = match effect {
        Effect::Allow => ("allow", Severity::Note),
        Effect::Deny => ("deny", Severity::Warning),
    };
    let message =
        format!("`NotAction` takes in actions that never come with `{key}`, and this statement does not {does} those");
    report
        .leaf(&test.condition.key, message)
        .severity(severity)
        .label(excluded.key, "all actions but these")
        .help("name the actions in `Action`");
}

fn say(test: &Test<'_>, effect: Effect, dead: &[&Named<'_>], all: usize, later: Option<Date>, report: &mut Report<'_>) {
    let key = test.condition.key.text.display();
    let (verb, them) = if dead.len() == 1 { ("comes", "it") } else { ("come", "them") };
    let before = later.map(|day| format!(" before {day}")).unwrap_or_default();
    let does = match effect {
        Effect::Allow => "allow",
        Effect::Deny => "deny",
    };
    let names = actions::list(dead);
    let message = format!("{names} never {verb} with `{key}`{before}, so this statement does not {does} {them}");
    let mut finding = report.leaf(&test.condition.key, message);
    for action in dead.iter().take(actions::NAMED) {
        finding = finding.label(action.leaf.span, "tags do not decide about this");
    }
    finding.help(if dead.len() < all {
        format!("give {them} a statement without this condition, narrowed by resources")
    } else {
        "narrow the statement by its resources instead".to_owned()
    });
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::testing::{Fixture, statement};

    fn found(effect: &str, actions: &str, condition: &str) -> Vec<String> {
        let members =
            format!(r#""Effect": "{effect}", "Action": [{actions}], "Resource": "*", "Condition": {{{condition}}}"#);
        statement(&RULE, &members)
    }

    const TAG: &str = r#""StringEquals": {"aws:ResourceTag/team": "a"}"#;

    #[test]
    fn what_has_no_tags() {
        assert_eq!(
            found("Allow", r#""cloudtrail:ListTrails", "cloudtrail:GetTrail""#, TAG),
            [
                "aws:ResourceTag/team | warning: `cloudtrail:ListTrails` never comes with `aws:ResourceTag/team`, so this statement does not allow it"
            ]
        );
        assert_eq!(
            found("Deny", r#""ec2:DescribeInstances", "kms:ListKeys", "ec2:StopInstances""#, TAG),
            [
                "aws:ResourceTag/team | warning: `ec2:DescribeInstances` and `kms:ListKeys` never come with `aws:ResourceTag/team`, so this statement does not deny them"
            ]
        );
        assert_eq!(found("Allow", r#""cloudtrail:Look*""#, TAG).len(), 1, "all that it matches");
        let request = r#""ForAnyValue:StringEquals": {"aws:TagKeys": "team"}"#;
        assert_eq!(found("Allow", r#""kms:DescribeKey", "kms:CreateKey""#, request).len(), 1);
        assert_eq!(found("Allow", r#""cloudtrail:ListTrails""#, r#""Null": {"aws:ResourceTag/x": "false"}"#).len(), 1);
    }

    #[test]
    fn what_has_tags_or_may_have() {
        for actions in [
            r#""cloudtrail:GetTrail""#,
            r#""cloudtrail:*""#,
            r#""cloudtrail:List*""#,
            r#""*""#,
            r#""${x}:ListTrails""#,
            r#""cloudtrail:${x}""#,
            r#""cloudtrail:ListTrailz""#,
            r#""redshift:GetClusterCredentialsWithIAM""#,
            r#""cloudfront:CreateDistribution""#,
            r#""cloudtrail:ListTrails", ${more}"#,
        ] {
            assert_eq!(found("Allow", actions, TAG), [""; 0], "{actions}");
        }
        let list = r#""cloudtrail:ListTrails""#;
        for condition in [
            r#""StringNotEquals": {"aws:ResourceTag/team": "a"}"#,
            r#""StringEqualsIfExists": {"aws:ResourceTag/team": "a"}"#,
            r#""Null": {"aws:ResourceTag/team": "true"}"#,
            r#""Null": {"aws:ResourceTag/team": "${x}"}"#,
            r#""ForAllValues:StringEquals": {"aws:TagKeys": "a"}"#,
            r#""StringEquals": {"aws:PrincipalTag/team": "a"}"#,
            r#""StringEquals": {"${x}": "a"}"#,
            r#""${x}": {"aws:ResourceTag/team": "a"}"#,
        ] {
            assert_eq!(found("Allow", list, condition), [""; 0], "{condition}");
        }
        assert_eq!(found("${x}", list, TAG), [""; 0]);
    }

    #[test]
    fn all_actions_but_some() {
        let not = |effect: &str, actions: &str, condition: &str| {
            let members = format!(r#""Effect": "{effect}", "NotAction": [{actions}], "Condition": {{{condition}}}"#);
            statement(&RULE, &members)
        };
        assert_eq!(
            not("Allow", r#""cloudtrail:ListTrails""#, TAG),
            [
                "aws:ResourceTag/team | note: `NotAction` takes in actions that never come with `aws:ResourceTag/team`, and this statement does not allow those"
            ]
        );
        assert_eq!(
            not("Deny", r#""iam:*", "s3:Get*""#, TAG),
            [
                "aws:ResourceTag/team | warning: `NotAction` takes in actions that never come with `aws:ResourceTag/team`, and this statement does not deny those"
            ]
        );
        for actions in [r#""*""#, r#""*:Get*""#, r#""${x}:Get*""#, r#""iam:*", ${more}"#, r#""${x}""#, ""] {
            assert_eq!(not("Deny", actions, TAG), [""; 0], "{actions}");
        }
        assert_eq!(not("Deny", r#""iam:*""#, r#""StringNotEquals": {"aws:ResourceTag/team": "a"}"#), [""; 0]);
    }

    #[test]
    fn on_an_earlier_day() {
        let of = |resource: &str, day: &str| {
            let text = format!(
                r#"{{"Statement": {{"Effect": "Allow", "Action": "cloudtrail:ListTags", "Resource": "{resource}", "Condition": {{{TAG}}}}}}}"#
            );
            Fixture::new(&text).on_day(day).shown(&RULE)
        };
        let trail = "arn:aws:cloudtrail:*:111122223333:trail/main";
        assert_eq!(
            of(trail, "2023-10-01"),
            [
                "aws:ResourceTag/team | warning: `cloudtrail:ListTags` never comes with `aws:ResourceTag/team` before 2024-07-23, so this statement does not allow it"
            ]
        );
        assert_eq!(of(trail, "2024-07-23"), [""; 0]);
        for resource in ["*", "arn:aws:cloudtrail:*:111122223333:*", "arn:aws:cloudtrail:*:*:eventdatastore/*", "${x}"]
        {
            assert_eq!(of(resource, "2023-10-01"), [""; 0], "{resource}");
        }
    }
}
