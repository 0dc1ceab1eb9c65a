//! What it finds, why, and its tests: `unknown_service_principal.md`.

use super::named::{self, Type};
use crate::aws::facts::{self, OperatorType};
use crate::eval::symbol::Cause;
use crate::eval::text::{Piece, Text};
use crate::finding::{Safety, Severity};
use crate::policy::model::Leaf;
use crate::rules::arn::place::{Known, known_region};
use crate::rules::{Check, Group, PolicySite, Report, Rule, RuleContext, strings};

pub(in crate::rules) static RULE: Rule = Rule {
    code: "unknown-service-principal",
    group: Group::Principal,
    severity: Severity::Error,
    since: "0.1.0",
    sources: &["AA INVALID_SERVICE_PRINCIPAL_FORMAT"],
    check: Check::Policy(check),
};

/// Condition keys whose values are service principals, in lower case.
const SERVICE_KEYS: [&str; 7] = [
    "aws:calledvia",
    "aws:calledviafirst",
    "aws:calledvialast",
    "aws:principalservicename",
    "aws:principalservicenameslist",
    "iam:awsservicename",
    "iam:passedtoservice",
];

fn check(site: &PolicySite, _: &RuleContext<'_>, report: &mut Report<'_>) {
    for named in named::principals(site).filter(|named| named.ty == Some(Type::Service)) {
        check_leaf(named.leaf, report);
    }
    for (condition, operator, key) in strings::known_conditions(&site.document) {
        let is_service = SERVICE_KEYS.contains(&key.name.to_ascii_lowercase().as_str());
        if is_service && operator.operator.ty == OperatorType::String {
            for value in strings::values(condition) {
                check_leaf(value, report);
            }
        }
    }
}

fn check_leaf(leaf: &Leaf, report: &mut Report<'_>) {
    let Some(standing) = StandIn::read(&leaf.text) else { return };
    let Some(fault) = fault(&standing.name) else { return };
    let mut message = standing.shown(&fault.message);
    if let Some(meant) = &fault.meant {
        message += &format!("; did you mean `{}`?", standing.shown(meant));
    }
    let literal = report.is_literal(leaf);
    let mut finding = report.leaf(leaf, message);
    if fault.likely {
        finding = finding.likely();
    }
    if let Some(meant) = fault.meant.filter(|_| literal) {
        finding.replace(leaf.span, meant, Safety::Unsafe);
    }
}

/// What is wrong with the name of a service principal.
struct Fault {
    message: String,
    meant: Option<String>,
    /// Whether AWS may have it all the same: it publishes no list.
    likely: bool,
}

fn fault(name: &str) -> Option<Fault> {
    if name.is_empty() || name.starts_with("arn:") || name.contains(['*', '?', '$']) || is_number(name) {
        return None;
    }
    let no_principal = format!("`{name}` is no service principal");
    let Some(written) = facts::service_principal(name) else {
        let meant = facts::nearest_service_principal(name);
        let message =
            if meant.is_none() { format!("{no_principal}: they end in `.amazonaws.com`") } else { no_principal };
        return Some(Fault { message, meant, likely: false });
    };
    if written.listed {
        let meant = format!("{}.amazonaws.com", written.service);
        let is_shop = written.suffix == "amazon.com" && written.region.is_none();
        return is_shop.then_some(Fault { message: no_principal, meant: Some(meant), likely: true });
    }
    let (service, suffix) = (written.service, written.suffix);
    if let Some((first, rest)) = service.split_once('.')
        && facts::region(first).is_some()
        && facts::is_listed_principal(rest)
    {
        let message = format!("{no_principal}: the region stands behind the service");
        return Some(Fault { message, meant: Some(format!("{rest}.{first}.{suffix}")), likely: false });
    }
    if let Some((service, last)) = service.rsplit_once('.')
        && facts::is_listed_principal(service)
        && looks_like_region(last)
    {
        let meant = facts::nearest_region(last).map(|region| format!("{service}.{region}.{suffix}"));
        let message = format!("{no_principal}: there is no region `{last}`");
        return matches!(known_region(last), Known::No).then_some(Fault { message, meant, likely: false });
    }
    let meant = facts::nearest_service_principal(name)?;
    Some(Fault { message: format!("no service principal `{name}` is known"), meant: Some(meant), likely: true })
}

/// Whether a part of a name stands where a region may, and reads like one.
fn looks_like_region(part: &str) -> bool {
    let is_form = part.ends_with(|it: char| it.is_ascii_digit()) && part.matches('-').count() > 1;
    is_form || facts::nearest_region(part).is_some()
}

fn is_number(name: &str) -> bool {
    name.bytes().all(|byte| byte.is_ascii_digit())
}

/// A name in which something stands for holes of which any value will do.
struct StandIn {
    name: String,
    /// What stands in the name, and the hole that it stands for.
    holes: Vec<(&'static str, String)>,
}

impl StandIn {
    /// `None` if a hole may be anything.
    fn read(text: &Text) -> Option<Self> {
        let mut name = String::new();
        let mut holes = Vec::new();
        for piece in text.pieces() {
            match piece {
                Piece::Known(known) => name.push_str(&known.text),
                Piece::Hole(symbol) => {
                    let stand_in = match symbol.cause() {
                        Cause::Region => "us-east-1",
                        Cause::Partition if symbol.address().ends_with("dns_suffix") => "amazonaws.com",
                        _ => return None,
                    };
                    name.push_str(stand_in);
                    holes.push((stand_in, format!("{{{}}}", symbol.address())));
                }
            }
        }
        Some(Self { name, holes })
    }

    /// The same with the holes shown as they are.
    fn shown(&self, text: &str) -> String {
        self.holes.iter().fold(text.to_owned(), |text, (stand_in, hole)| text.replace(stand_in, hole))
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::finding::Confidence;
    use crate::policy::model::PolicyKind::{Identity, Trust};
    use crate::rules::testing::{Fixture, statement, statement_of};

    fn found(name: &str) -> Vec<String> {
        statement_of(&RULE, Trust, &format!(r#""Principal": {{"Service": ["{name}"]}}"#))
    }

    #[test]
    fn names_of_no_form() {
        for (name, message) in [
            ("lambda", "`lambda` is no service principal; did you mean `lambda.amazonaws.com`?"),
            ("ec2.aws.com", "`ec2.aws.com` is no service principal; did you mean `ec2.amazonaws.com`?"),
            ("example.com", "`example.com` is no service principal: they end in `.amazonaws.com`"),
            (
                "eu-west-1.logs.amazonaws.com",
                "`eu-west-1.logs.amazonaws.com` is no service principal: the region stands behind the service; did you mean `logs.eu-west-1.amazonaws.com`?",
            ),
            (
                "logs.eu-west1.amazonaws.com",
                "`logs.eu-west1.amazonaws.com` is no service principal: there is no region `eu-west1`; did you mean `logs.eu-west-1.amazonaws.com`?",
            ),
            (
                "logs.eu-west-1a.amazonaws.com",
                "`logs.eu-west-1a.amazonaws.com` is no service principal: there is no region `eu-west-1a`; did you mean `logs.eu-west-1.amazonaws.com`?",
            ),
        ] {
            assert_eq!(found(name), [format!("{name} | error: {message}")]);
        }
    }

    #[test]
    fn names_near_to_a_known_one() {
        let json = |name: &str| format!(r#"{{"Statement": {{"Principal": {{"Service": "{name}"}}}}}}"#);
        let fixture = Fixture::of_kind(Trust, &json("cloudtrial.amazonaws.com"));
        assert_eq!(
            fixture.shown(&RULE),
            [
                "cloudtrial.amazonaws.com | error: no service principal `cloudtrial.amazonaws.com` is known; did you mean `cloudtrail.amazonaws.com`?"
            ]
        );
        assert_eq!(fixture.run(&RULE).first().map(|it| it.confidence), Some(Confidence::Likely));
        assert_eq!(fixture.fixed(&RULE), json("cloudtrail.amazonaws.com"));
        for name in [
            "stepfunctions.amazonaws.com",
            "ecs-task.amazonaws.com",
            "ec2.amazon.com",
            "lamda.${region.x}.amazonaws.com",
        ] {
            assert_eq!(found(name).len(), 1, "{name}");
        }
        assert_eq!(
            found("lamda.${region.x}.amazonaws.com"),
            [
                "lamda.${region.x}.amazonaws.com | error: no service principal `lamda.{region.x}.amazonaws.com` is known; did you mean `lambda.{region.x}.amazonaws.com`?"
            ]
        );
    }

    #[test]
    fn what_may_be_one_is_silent() {
        let valid = [
            "cloudtrail.amazonaws.com",
            "logs.eu-west-1.amazonaws.com",
            "logs.${region.x}.amazonaws.com",
            "logs.${x}.amazonaws.com",
            "lamda.${x}",
            "${x}.amazonaws.com",
            "ec2.amazonaws.com.cn",
            "ec2.c2s.ic.gov",
            "a-new-service.amazonaws.com",
            "evs.amazonaws.com",
            "mediapackagev2.amazonaws.com",
            "alexa-appkit.amazon.com",
            "logs.us-west-3.amazonaws.com",
            "s3.aws.internal",
            "arn:aws:iam::111122223333:role/x",
            "111122223333",
            "*",
        ];
        for name in valid {
            assert_eq!(found(name), [""; 0], "{name}");
        }
        let identity = r#""Principal": {"Service": "lamda.amazonaws.com"}"#;
        assert_eq!(statement_of(&RULE, Identity, identity), [""; 0]);
    }

    #[test]
    fn values_of_conditions() {
        let condition = |operator: &str, key: &str, value: &str| {
            statement(&RULE, &format!(r#""Condition": {{"{operator}": {{"{key}": "{value}"}}}}"#))
        };
        assert_eq!(condition("StringEquals", "iam:PassedToService", "lamda.amazonaws.com").len(), 1);
        assert_eq!(condition("StringEquals", "iam:PassedToService", "lambda").len(), 1);
        assert_eq!(condition("StringLike", "iam:PassedToService", "lamda.*"), [""; 0]);
        assert_eq!(condition("StringEquals", "kms:ViaService", "s3.eu-west-1.amazonaws.com"), [""; 0]);
        assert_eq!(condition("StringEquals", "aws:PrincipalServiceName", "cloudtrail.amazonaws.com"), [""; 0]);
    }
}
