//! Why the two implementations differ, class by class.
//!
//! A class is about some statements or policies. It explains a difference if both agree
//! as soon as those are taken out.

use crosstrail_analyzer::aws::facts;
use serde_json::{Map, Value};

use super::case::Case;

/// A reason to differ.
///
/// Most are statements of whose meaning AWS's documentation says too little: ours is then
/// unknown, while iam-simulate takes one side.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Class {
    /// Resource control policies bind few services; iam-simulate applies them to all.
    /// Organizations User Guide, `orgs_manage_policies_rcps`.
    ResourceControlOfOtherService,
    /// A resource policy that names a session or everyone is not limited by what the session
    /// policy does not allow; in iam-simulate it is. IAM User Guide, `policy-eval-denyallow`.
    SessionPolicyOfDirectGrant,
    /// Without the version of 2012 there are no policy variables; iam-simulate knows
    /// only those. IAM User Guide, `reference_policies_elements_version`.
    VariablesOfOldVersion,
    /// A policy variable without a value makes a negated operator hold; in iam-simulate it does
    /// not. IAM User Guide, `reference_policies_variables`.
    NegatedWithoutValue,
    /// `${*}` is the character in every string, says AWS; in iam-simulate not with `StringEquals`
    /// and its kin. IAM User Guide, `reference_policies_variables`.
    EscapeInEquals,
    /// The session of a role is named and the caller is any session of it: ours is unknown.
    SessionOfRole,
    /// `NotPrincipal` that names a part of the caller: its account and not the role, or the
    /// reverse. "Might deny", says AWS.
    NotPrincipalInPart,
    /// `*` in front of the last field of an ARN, or an ARN with fewer fields: iam-simulate
    /// compares field by field.
    WildcardAcrossFields,
    /// A wildcard in place of a resource type, which is "not allowed".
    WildcardInType,
    /// `NotResource` with a policy variable that has no value.
    NotResourceWithoutValue,
    /// A key with several values, without set operator.
    NoSetOperator,
    /// `ForAnyValue:` says no without the key, `IfExists` says yes.
    AnyValueIfExists,
}

impl Class {
    /// All classes.
    pub const ALL: &[Self] = &[
        Self::ResourceControlOfOtherService,
        Self::SessionPolicyOfDirectGrant,
        Self::VariablesOfOldVersion,
        Self::NegatedWithoutValue,
        Self::EscapeInEquals,
        Self::SessionOfRole,
        Self::NotPrincipalInPart,
        Self::WildcardAcrossFields,
        Self::WildcardInType,
        Self::NotResourceWithoutValue,
        Self::NoSetOperator,
        Self::AnyValueIfExists,
    ];

    /// `case` without what the class is about; `None` if there is nothing of it.
    #[must_use]
    pub fn without(self, case: &Case) -> Option<Case> {
        let mut rest = case.clone();
        match self {
            Self::ResourceControlOfOtherService if !has_resource_control(case) => rest.resource_control.clear(),
            Self::SessionPolicyOfDirectGrant if case.owner == case.caller.account => rest.session = None,
            Self::ResourceControlOfOtherService | Self::SessionPolicyOfDirectGrant => {}
            _ => policies(&mut rest).for_each(|policy| self.strip(policy, case)),
        }
        (rest.to_json() != case.to_json()).then_some(rest)
    }

    fn strip(self, policy: &mut Value, case: &Case) {
        let is_old = policy.get("Version").and_then(Value::as_str) != Some("2012-10-17");
        if let Some(statements) = policy.get_mut("Statement").and_then(Value::as_array_mut) {
            statements.retain(|statement| !self.is_about(statement, case, is_old));
        }
    }

    fn is_about(self, statement: &Value, case: &Case, is_old: bool) -> bool {
        let resources = || strings(statement, "Resource").chain(strings(statement, "NotResource"));
        let conditions = || conditions(statement);
        match self {
            Self::ResourceControlOfOtherService | Self::SessionPolicyOfDirectGrant => false,
            Self::VariablesOfOldVersion => is_old && statement.to_string().contains("${"),
            Self::NegatedWithoutValue => conditions()
                .any(|(operator, _, values)| operator.contains("Not") && values.to_string().contains("${aws:")),
            Self::EscapeInEquals => conditions()
                .any(|(operator, _, values)| operator.contains("Equals") && values.to_string().contains("${*}")),
            Self::SessionOfRole => case.caller.kind == "role" && statement.to_string().contains(":assumed-role/"),
            Self::NotPrincipalInPart => statement.get("NotPrincipal").is_some(),
            Self::WildcardAcrossFields => resources().any(is_wild_in_front),
            Self::WildcardInType => resources().any(is_wild_in_type),
            Self::NotResourceWithoutValue => strings(statement, "NotResource").any(|arn| arn.contains("${aws:")),
            Self::NoSetOperator => conditions().any(|(operator, key, _)| {
                let several = ["aws:tagkeys", "aws:calledvia"].contains(&key.to_ascii_lowercase().as_str());
                several && !operator.starts_with("For")
            }),
            Self::AnyValueIfExists => conditions()
                .any(|(operator, _, _)| operator.starts_with("ForAnyValue") && operator.ends_with("IfExists")),
        }
    }
}

/// `case` without what any class is about.
#[must_use]
pub fn without_all(case: &Case) -> Case {
    Class::ALL.iter().fold(case.clone(), |case, class| class.without(&case).unwrap_or(case))
}

fn policies(case: &mut Case) -> impl Iterator<Item = &mut Value> {
    let single = [&mut case.boundary, &mut case.session, &mut case.resource_policy].into_iter().flatten();
    let lists = [&mut case.identity, &mut case.service_control, &mut case.resource_control];
    single.chain(lists.into_iter().flatten())
}

fn has_resource_control(case: &Case) -> bool {
    let service = case.action.split(':').next().unwrap_or_default();
    facts::service(service).is_some_and(|service| service.resource_control_policies)
}

fn is_wild_in_front(arn: &str) -> bool {
    let fields: Vec<&str> = arn.splitn(6, ':').collect();
    arn != "*" && (fields.len() < 6 || fields.iter().take(5).any(|field| field.contains('*')))
}

fn is_wild_in_type(arn: &str) -> bool {
    let last = arn.splitn(6, ':').last().unwrap_or_default();
    last.split(['/', ':']).next().is_some_and(|ty| ty.contains(['*', '?']))
}

fn strings<'a>(statement: &'a Value, element: &str) -> impl Iterator<Item = &'a str> {
    let value = statement.get(element);
    let list = value.and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
    value.and_then(Value::as_str).into_iter().chain(list)
}

/// Operators with keys and values.
fn conditions(statement: &Value) -> impl Iterator<Item = (&str, &str, &Value)> {
    let operators = statement.get("Condition").and_then(Value::as_object).into_iter().flat_map(Map::iter);
    operators.flat_map(|(operator, keys)| {
        let keys = keys.as_object().into_iter().flat_map(Map::iter);
        keys.map(move |(key, values)| (operator.as_str(), key.as_str(), values))
    })
}
