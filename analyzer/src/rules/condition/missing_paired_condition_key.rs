//! What it finds, why, and its tests: `missing_paired_condition_key.md`.

use super::actions;
use super::meaning::{self, Effect, Test};
use crate::aws::facts::{OperatorType, condition_key};
use crate::finding::Severity;
use crate::policy::model::{PolicyDocument, Statement};
use crate::rules::{Check, Group, PolicySite, Report, Rule, RuleContext};

pub(in crate::rules) static RULE: Rule = Rule {
    code: "missing-paired-condition-key",
    group: Group::Condition,
    severity: Severity::Warning,
    since: "0.1.0",
    sources: &["AA DYNAMODB_ATTRIBUTES_WITHOUT_SELECT", "AA MISSING_PAIRED_CONDITION_KEYS"],
    check: Check::Policy(check),
};

/// A key that says too little without another one.
struct Pair {
    key: &'static str,
    /// The keys of which one has to stand with it, the best one first.
    partners: &'static [&'static str],
    /// What is missing without them.
    gap: &'static str,
    /// What to do.
    help: &'static str,
}

/// Sources: IAM User Guide, `reference_policies_condition-keys`, at these keys; DynamoDB Developer
/// Guide, `specifying-conditions`.
const PAIRS: [Pair; 3] = [
    Pair {
        key: "aws:Ec2InstanceSourcePrivateIPv4",
        partners: &["aws:Ec2InstanceSourceVpc"],
        gap: "is an address that every VPC may have: `aws:Ec2InstanceSourceVpc` has to say which one is meant",
        help: "add a condition on `aws:Ec2InstanceSourceVpc`",
    },
    Pair {
        key: "aws:VpcSourceIp",
        partners: &[
            "aws:SourceVpc",
            "aws:SourceVpce",
            "aws:SourceVpcArn",
            "aws:VpceAccount",
            "aws:VpceOrgID",
            "aws:VpceOrgPaths",
        ],
        gap: "is an address that every VPC may have: `aws:SourceVpc` or `aws:SourceVpce` has to say which one is meant",
        help: "add a condition on `aws:SourceVpc` or `aws:SourceVpce`",
    },
    Pair {
        key: ATTRIBUTES,
        partners: &[SELECT],
        gap: "does not restrict reads that name no attributes: they return all of them",
        help: "let `dynamodb:Select` be `SPECIFIC_ATTRIBUTES`, so that reads have to name attributes",
    },
];

const ATTRIBUTES: &str = "dynamodb:Attributes";
const SELECT: &str = "dynamodb:Select";

fn check(site: &PolicySite, _: &RuleContext<'_>, report: &mut Report<'_>) {
    for statement in &site.document.statements {
        for test in meaning::tests(statement) {
            let Some(pair) = PAIRS.iter().find(|pair| pair.key == test.key.name) else { continue };
            let is_comparison = test.operator.operator.ty != OperatorType::Null;
            if is_comparison && lets_through(&test, statement) && !has_partner(pair, statement, &site.document) {
                let key = test.condition.key.text.display();
                report.leaf(&test.condition.key, format!("`{key}` {}", pair.gap)).help(pair.help);
            }
        }
    }
}

/// Whether more is let through than the condition says: an `Allow` that compares, or a `Deny` that does
/// not reach what lacks a partner. Only reads return attributes.
fn lets_through(test: &Test<'_>, statement: &Statement) -> bool {
    let is_permissive = match meaning::effect(statement) {
        Some(Effect::Allow) => !test.operator.operator.negated,
        Some(Effect::Deny) if test.key.name == ATTRIBUTES => test.holds_without_key().is_no(),
        Some(Effect::Deny) => test.operator.operator.negated,
        None => false,
    };
    is_permissive && (test.key.name != ATTRIBUTES || reads(statement))
}

/// Whether an action that is named for certain takes `dynamodb:Select`.
fn reads(statement: &Statement) -> bool {
    let Some(select) = condition_key(SELECT) else { return false };
    let named = actions::named(statement).unwrap_or_default();
    let mut certain = named.iter().filter(|action| action.leaf.text.is_known());
    certain.any(|action| action.matched().any(|action| select.is_listed_for(action)))
}

/// Whether a partner may stand where it helps: beside the key in an `Allow`, in any statement for a `Deny`.
fn has_partner(pair: &Pair, statement: &Statement, document: &PolicyDocument) -> bool {
    let is_deny = meaning::effect(statement) == Some(Effect::Deny);
    let others = document.statements.iter().filter(|other| is_deny || std::ptr::eq(*other, statement));
    (is_deny && !document.open.is_empty()) || others.into_iter().any(|other| may_have(pair, other))
}

fn may_have(pair: &Pair, statement: &Statement) -> bool {
    let is_partner = |name: &str| pair.partners.iter().any(|partner| partner.eq_ignore_ascii_case(name));
    let mut keys = statement.conditions.iter().map(|condition| condition.key.text.as_known());
    !statement.open.is_empty()
        || !statement.conditions_open.is_empty()
        || keys.any(|key| key.is_none_or(|key| is_partner(&key)))
}

#[cfg(test)]
mod tests {
    use super::{PAIRS, RULE};
    use crate::aws::facts;
    use crate::rules::testing::{Fixture, statement};

    fn found(effect: &str, action: &str, condition: &str) -> Vec<String> {
        let members =
            format!(r#""Effect": "{effect}", "Action": "{action}", "Resource": "*", "Condition": {{{condition}}}"#);
        statement(&RULE, &members)
    }

    const ADDRESS: &str = r#""IpAddress": {"aws:VpcSourceIp": "10.0.0.0/16"}"#;
    const ATTRIBUTES: &str = r#""ForAllValues:StringEquals": {"dynamodb:Attributes": ["id"]}"#;

    #[test]
    fn an_address_of_any_vpc() {
        assert_eq!(
            found("Allow", "s3:GetObject", ADDRESS),
            [
                "aws:VpcSourceIp | warning: `aws:VpcSourceIp` is an address that every VPC may have: `aws:SourceVpc` or `aws:SourceVpce` has to say which one is meant"
            ]
        );
        assert_eq!(found("Deny", "*", r#""NotIpAddress": {"aws:vpcsourceip": "10.0.0.0/16"}"#).len(), 1);
        let instance = r#""IpAddress": {"aws:Ec2InstanceSourcePrivateIPv4": "10.0.0.5"}"#;
        assert_eq!(found("Allow", "s3:GetObject", instance).len(), 1);
        for partner in [
            r#""StringEquals": {"aws:SourceVpc": "vpc-12345678"}"#,
            r#""StringEquals": {"AWS:SourceVPCE": "${x}"}"#,
            r#""StringEquals": {"${key}": "x"}"#,
            "${more}",
        ] {
            assert_eq!(found("Allow", "s3:GetObject", &format!("{ADDRESS}, {partner}")), [""; 0], "{partner}");
        }
        assert_eq!(found("Deny", "s3:GetObject", ADDRESS), [""; 0], "too much is denied, not too little");
        assert_eq!(found("${x}", "s3:GetObject", ADDRESS), [""; 0]);
        assert_eq!(found("Allow", "s3:GetObject", r#""Null": {"aws:VpcSourceIp": "false"}"#), [""; 0]);
    }

    #[test]
    fn attributes_that_reads_need_not_name() {
        assert_eq!(
            found("Allow", "dynamodb:Query", ATTRIBUTES),
            [
                "dynamodb:Attributes | warning: `dynamodb:Attributes` does not restrict reads that name no attributes: they return all of them"
            ]
        );
        let secret = r#""ForAnyValue:StringEquals": {"dynamodb:Attributes": ["secret"]}"#;
        assert_eq!(found("Deny", "dynamodb:*", secret).len(), 1);
        for select in [
            r#""StringEquals": {"dynamodb:Select": "SPECIFIC_ATTRIBUTES"}"#,
            r#""StringEqualsIfExists": {"dynamodb:Select": "SPECIFIC_ATTRIBUTES"}"#,
        ] {
            assert_eq!(found("Allow", "dynamodb:Query", &format!("{ATTRIBUTES}, {select}")), [""; 0], "{select}");
        }
        for action in ["dynamodb:PutItem", "dynamodb:${x}", "${x}:Query", "*"] {
            assert_eq!(found("Allow", action, ATTRIBUTES), [""; 0], "{action}");
        }
    }

    #[test]
    fn a_deny_may_have_its_partner_in_another_statement() {
        let other = r#"{"Effect": "Deny", "Action": "*", "Resource": "*", "Condition": {"StringNotEquals": {"aws:SourceVpc": "vpc-12345678"}}}"#;
        let of_address = |rest: &str| {
            let text = format!(
                r#"{{"Statement": [{{"Effect": "Deny", "Action": "*", "Resource": "*", "Condition": {{"NotIpAddress": {{"aws:VpcSourceIp": "10.0.0.0/16"}}}}}}, {rest}]}}"#
            );
            Fixture::new(&text).run(&RULE).len()
        };
        assert_eq!((of_address(other), of_address("${more}")), (0, 0));
        assert_eq!(of_address(r#"{"Effect": "Deny", "Action": "iam:*", "Resource": "*"}"#), 1);
    }

    #[test]
    fn the_listed_keys_exist() {
        for pair in PAIRS {
            for name in pair.partners.iter().chain([&pair.key]) {
                assert_eq!(facts::condition_key(name).map(|key| key.name), Some(*name));
            }
        }
    }
}
