//! What it finds, why, and its tests: `policy_variable.md`.

use super::variables::{End, Variable, variables};
use crate::aws::facts::{self, OperatorType};
use crate::finding::{Edit, Fix, Safety, Severity};
use crate::policy::model::{Condition, Leaf, Statement};
use crate::policy::sites::Form;
use crate::rules::arn_fields::fields;
use crate::rules::text::known_parts;
use crate::rules::{Check, Group, PolicySite, Report, Rule, RuleContext, strings};

pub(in crate::rules) static RULE: Rule = Rule {
    code: "policy-variable",
    group: Group::Condition,
    severity: Severity::Error,
    since: "0.1.0",
    sources: &[
        "AA EMPTY_VARIABLE",
        "AA INVALID_VARIABLE_FOR_OPERATOR",
        "AA MISSING_BRACE_IN_VARIABLE",
        "AA MISSING_QUOTE_IN_VARIABLE",
        "AA UNSUPPORTED_SPACE_IN_VARIABLE",
        "AA VARIABLE_UNSUPPORTED_IN_ELEMENT",
    ],
    check: Check::Policy(check),
};

/// The version of the policy language that has variables.
const WITH_VARIABLES: &str = "2012-10-17";

fn check(site: &PolicySite, _: &RuleContext<'_>, report: &mut Report<'_>) {
    let version = site.document.version.as_ref().and_then(|version| version.text.as_known());
    if version.is_none_or(|version| version != WITH_VARIABLES) || is_template(site) {
        return;
    }
    for statement in &site.document.statements {
        for resource in strings::resources(statement) {
            in_resource(resource, &well_formed(resource, report), report);
        }
        for condition in &statement.conditions {
            for value in strings::values(condition) {
                in_condition(condition, value, &well_formed(value, report), report);
            }
        }
        in_other_elements(statement, report);
    }
}

/// Whether a file of its own is no policy yet: `${bucket}` and `${AWS::AccountId}` are
/// filled in by what reads it.
fn is_template(site: &PolicySite) -> bool {
    let leaves = site.document.statements.iter().flat_map(|statement| {
        strings::resources(statement).chain(statement.conditions.iter().flat_map(strings::values))
    });
    let is_foreign = |variable: &Variable| {
        let name = variable.name().trim();
        let has_prefix = name.contains(':') && !name.contains("::");
        !name.is_empty() && !variable.is_escape() && !has_prefix
    };
    site.form == Form::PolicyFile && leaves.into_iter().flat_map(written).any(|variable| is_foreign(&variable))
}

fn written(leaf: &Leaf) -> Vec<Variable> {
    let has_any = known_parts(&leaf.text).any(|part| part.contains("${"));
    if has_any && !leaf.sensitive { variables(&leaf.text) } else { Vec::new() }
}

/// The variables of `leaf` that are what they should be; of others it is said what is wrong.
fn well_formed(leaf: &Leaf, report: &mut Report<'_>) -> Vec<Variable> {
    let mut found = written(leaf);
    found.retain(|variable| match malformed(variable) {
        Some(fault) => {
            say(leaf, variable, fault, report);
            false
        }
        None => is_plain(variable),
    });
    found
}

/// Whether it is a whole variable, neither a character in braces nor one variable in another.
fn is_plain(variable: &Variable) -> bool {
    variable.end == End::Closed && !variable.is_escape() && !variable.content.contains("${")
}

/// What is wrong with the text of a variable.
struct Fault {
    message: String,
    /// What to write between the braces, if that can be told.
    meant: Option<(String, Safety)>,
}

fn malformed(variable: &Variable) -> Option<Fault> {
    if variable.end == End::Missing {
        return Some(Fault { message: format!("`${{{}` lacks its closing brace", variable.content), meant: None });
    }
    if !is_plain(variable) {
        return None;
    }
    let (shown, name) = (shown(variable), variable.name());
    if name.trim().is_empty() {
        return Some(Fault { message: format!("`{shown}` names no condition key"), meant: None });
    }
    if name.contains(char::is_whitespace) {
        let trimmed = format!("{}{}", name.trim(), variable.content.get(name.len()..).unwrap_or_default());
        let meant = (!name.trim().contains(char::is_whitespace)).then_some((trimmed, Safety::Safe));
        return Some(Fault { message: format!("the name of a policy variable has no spaces: `{shown}`"), meant });
    }
    unquoted_default(variable).or_else(|| unknown_key(variable))
}

fn unquoted_default(variable: &Variable) -> Option<Fault> {
    let default = variable.default()?.trim();
    let is_quoted = default.len() >= 2 && default.starts_with('\'') && default.ends_with('\'');
    let meant = format!("{}, '{}'", variable.name(), default.trim_matches('\''));
    let message = format!("the default in `{}` lacks its single quotes", shown(variable));
    (!is_quoted).then_some(Fault { message, meant: Some((meant, Safety::Safe)) })
}

/// A global condition key that does not exist. Services have variables that are no condition keys.
fn unknown_key(variable: &Variable) -> Option<Fault> {
    let name = variable.name();
    let (prefix, _) = name.split_once(':')?;
    if !prefix.eq_ignore_ascii_case("aws") || facts::condition_key(name).is_some() {
        return None;
    }
    let fault = format!("there is no condition key `{name}` for `{}`", shown(variable));
    let nearest = facts::nearest_condition_key(name);
    Some(match nearest {
        Some(meant) => Fault {
            message: format!("{fault}; did you mean `{meant}`?"),
            meant: Some((variable.content.replacen(name, &meant, 1), Safety::Unsafe)),
        },
        None => Fault { message: fault, meant: None },
    })
}

fn say(leaf: &Leaf, variable: &Variable, fault: Fault, report: &mut Report<'_>) {
    let span = report.literal_range(leaf, variable.content_range(), &variable.content);
    let finding = report.leaf_range(leaf, variable.range.clone(), fault.message);
    if let (Some(span), Some((new_text, safety))) = (span, fault.meant) {
        let title = format!("replace with `${{{new_text}}}`");
        finding.fix(Fix { title, safety, edits: vec![Edit { span, new_text }] });
    }
}

fn shown(variable: &Variable) -> String {
    format!("${{{}}}", variable.content)
}

/// The fields of an ARN in front of the fifth colon.
const FIELDS: [&str; 5] = ["prefix", "partition", "service", "region", "account"];

/// Source: IAM User Guide, `reference_policies_variables`, "Where you can use policy variables".
fn in_resource(resource: &Leaf, found: &[Variable], report: &mut Report<'_>) {
    if found.is_empty() {
        return;
    }
    let fields = fields(&resource.text);
    if fields.first().and_then(|field| field.certain()) != Some("arn") {
        return;
    }
    for (field, name) in fields.iter().zip(FIELDS).filter(|(field, _)| field.placed) {
        let inside = |variable: &&Variable| field.range.contains(&variable.range.start);
        for variable in found.iter().filter(inside) {
            let message = format!(
                "`{}` cannot be the {name} of an ARN: policy variables work only behind the fifth colon",
                shown(variable)
            );
            let finding = report.leaf_range(resource, variable.range.clone(), message);
            finding.help(format!("write the {name} itself, or `*`"));
        }
    }
}

/// `Bool` is left out: AWS's own pages disagree on whether it takes variables.
fn in_condition(condition: &Condition, value: &Leaf, found: &[Variable], report: &mut Report<'_>) {
    let Some(operator) = condition.operator.text.as_known().and_then(|name| facts::operator(&name)) else { return };
    if matches!(operator.operator.ty, OperatorType::String | OperatorType::Arn | OperatorType::Bool) {
        return;
    }
    for variable in found {
        let message = format!("`{}` takes no policy variables such as `{}`", operator.name(), shown(variable));
        let finding = report.leaf_range(value, variable.range.clone(), message);
        finding.label(condition.operator.span, "only string and ARN operators take them");
    }
}

fn in_other_elements(statement: &Statement, report: &mut Report<'_>) {
    for actions in &statement.actions {
        let element = if actions.negated { "NotAction" } else { "Action" };
        unsupported(element, &actions.items, report);
    }
    for principals in &statement.principals {
        let element = if principals.negated { "NotPrincipal" } else { "Principal" };
        principals.groups.iter().for_each(|group| unsupported(element, &group.items, report));
    }
}

fn unsupported(element: &str, leaves: &[Leaf], report: &mut Report<'_>) {
    for leaf in leaves {
        if let Some(variable) = written(leaf).into_iter().find(is_plain) {
            let message = format!("`{element}` takes no policy variables such as `{}`", shown(&variable));
            report.leaf(leaf, message).help("they work in `Resource` and in the values of conditions");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::policy::model::PolicyKind;
    use crate::policy::sites::Form;
    use crate::rules::testing::Fixture;

    fn run(kind: PolicyKind, members: &str) -> Vec<String> {
        let mut fixture =
            Fixture::of_kind(kind, &format!(r#"{{"Version": "2012-10-17", "Statement": {{{members}}}}}"#));
        fixture.sites[0].form = Form::Heredoc;
        fixture.shown(&RULE)
    }

    fn resource(resource: &str) -> Vec<String> {
        run(PolicyKind::Identity, &format!(r#""Resource": "{resource}""#))
    }

    fn condition(operator: &str, value: &str) -> Vec<String> {
        let members = format!(r#""Condition": {{"{operator}": {{"aws:CurrentTime": "{value}"}}}}"#);
        run(PolicyKind::Identity, &members)
    }

    /// The message of the only finding.
    fn said(found: Vec<String>) -> String {
        assert_eq!(found.len(), 1, "{found:?}");
        found[0].split_once(" | error: ").unwrap().1.to_owned()
    }

    #[test]
    fn malformed() {
        for (text, message) in [
            ("$${aws:username", "`${aws:username` lacks its closing brace"),
            ("$${}", "`${}` names no condition key"),
            ("$${ }", "`${ }` names no condition key"),
            ("$${, 'x'}", "`${, 'x'}` names no condition key"),
            ("$${ aws:username }", "the name of a policy variable has no spaces: `${ aws:username }`"),
            ("$${aws:user name}", "the name of a policy variable has no spaces: `${aws:user name}`"),
            ("$${aws:username, x}", "the default in `${aws:username, x}` lacks its single quotes"),
            ("$${aws:username, 'x}", "the default in `${aws:username, 'x}` lacks its single quotes"),
            (
                "$${aws:usrname}",
                "there is no condition key `aws:usrname` for `${aws:usrname}`; did you mean `aws:username`?",
            ),
        ] {
            assert_eq!(said(resource(&format!("arn:aws:s3:::homes/{text}"))), message);
            assert_eq!(said(condition("StringLike", text)), message);
        }
    }

    #[test]
    fn in_front_of_the_fifth_colon() {
        assert_eq!(
            said(resource("arn:aws:iam::$${aws:PrincipalAccount}:user/$${aws:username}")),
            "`${aws:PrincipalAccount}` cannot be the account of an ARN: \
             policy variables work only behind the fifth colon"
        );
        assert_eq!(resource("arn:aws:sqs:$${aws:RequestedRegion}:${account.x}:q").len(), 1);
        assert_eq!(resource("arn:aws:sqs:${region.x}:$${aws:PrincipalAccount}:q").len(), 1);
        assert_eq!(resource("arn:aws:sqs:${x}:$${aws:PrincipalAccount}:q").len(), 0, "the hole may hold colons");
        assert_eq!(resource("${x}:$${aws:PrincipalAccount}:q").len(), 0);
    }

    #[test]
    fn operators_without_variables() {
        assert_eq!(
            said(condition("DateLessThan", "$${aws:PrincipalTag/until}")),
            "`DateLessThan` takes no policy variables such as `${aws:PrincipalTag/until}`"
        );
        for operator in ["NumericEquals", "NotIpAddressIfExists", "BinaryEquals", "Null"] {
            assert_eq!(condition(operator, "$${aws:username}").len(), 1, "{operator}");
        }
        for operator in ["StringEqualsIgnoreCase", "ForAnyValue:StringLike", "ArnNotEquals", "Bool", "${x}", "Nmeric"] {
            assert_eq!(condition(operator, "$${aws:username}"), [""; 0], "{operator}");
        }
    }

    #[test]
    fn elements_without_variables() {
        assert_eq!(
            said(run(PolicyKind::Identity, r#""NotAction": ["s3:$${aws:username}"]"#)),
            "`NotAction` takes no policy variables such as `${aws:username}`"
        );
        assert_eq!(
            said(run(PolicyKind::Trust, r#""Principal": {"AWS": "arn:aws:iam::123456789012:user/$${aws:username}"}"#)),
            "`Principal` takes no policy variables such as `${aws:username}`"
        );
    }

    #[test]
    fn what_is_right_or_may_be() {
        for text in [
            "$${aws:username}",
            "$${AWS:USERNAME}",
            "$${aws:PrincipalTag/team, 'every one'}",
            "$${aws:PrincipalTag/team, ''}",
            "$${*}$${?}$${$}",
            "$${cognito-identity.amazonaws.com:sub}",
            "$${iot:Connection.Thing.ThingName}",
            "$${transfer:HomeFolder}",
            "$${credentials-iot:ThingName}",
            "$${aws:${x}}",
            "$${${x}",
            "$${aws:PrincipalTag/$${aws:username}}",
            "$${bucket}",
            "${x}",
            "$x {y} $",
        ] {
            assert_eq!(resource(&format!("arn:aws:s3:::homes/{text}")), [""; 0], "{text}");
        }
    }

    #[test]
    fn plain_text_where_there_are_no_variables() {
        for version in ["\"Version\": \"2008-10-17\",", "", "\"Version\": \"${x}\","] {
            let mut fixture = Fixture::new(&format!(r#"{{{version} "Statement": {{"Resource": "$${{}}"}}}}"#));
            fixture.sites[0].form = Form::Heredoc;
            assert_eq!(fixture.shown(&RULE), [""; 0], "{version}");
        }
    }

    #[test]
    fn a_file_may_be_a_template() {
        let found = |resource: &str| {
            let statement = format!(r#"{{"Resource": ["$${{ aws:x }}", "{resource}"]}}"#);
            Fixture::new(&format!(r#"{{"Version": "2012-10-17", "Statement": {statement}}}"#)).run(&RULE).len()
        };
        assert_eq!(found("*"), 1);
        assert_eq!(found("arn:aws:s3:::$${bucket}"), 0);
        assert_eq!(found("arn:aws:sqs:*:$${AWS::AccountId}:q"), 0);
    }
}
