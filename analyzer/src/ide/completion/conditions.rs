//! Condition operators, keys that fit the actions, and values that fit a key.

use crate::aws::facts::{self, ConditionKeyFacts, KeyScope, KeyType, OPERATORS, OperatorType, SetQualifier};
use crate::ide::hover::condition;

use super::arns::{self, Wanted};
use super::names::{as_name, values as few};
use super::{Asked, CompletionItemKind, Draft, principals};

/// The operators that most conditions are written with.
const USUAL: &[&str] =
    &["ArnEquals", "ArnLike", "Bool", "IpAddress", "Null", "StringEquals", "StringLike", "StringNotEquals"];

/// The operators, those that fit the type of `keys` first.
pub(super) fn operators(asked: &Asked<'_>, keys: &[smol_str::SmolStr]) -> Vec<Draft> {
    let facts: Vec<ConditionKeyFacts> = keys.iter().filter_map(|key| facts::condition_key(key)).collect();
    let fits = |ty: OperatorType| facts.iter().all(|key| key.accepts(ty));
    let multivalued = facts.iter().any(|key| key.multivalued);
    let mut drafts = Vec::new();
    for operator in OPERATORS.iter().filter(|operator| fits(operator.ty)) {
        let is_null = operator.ty == OperatorType::Null;
        let sets = [None, Some(SetQualifier::ForAnyValue), Some(SetQualifier::ForAllValues)];
        for set in sets.into_iter().filter(|set| set.is_none() || !is_null) {
            for if_exists in [false, true].into_iter().filter(|if_exists| !if_exists || !is_null) {
                let used = facts::OperatorUse { operator, set, if_exists };
                let is_usual = USUAL.contains(&operator.name);
                let rank =
                    u32::from(set.is_some() != multivalued) * 4 + u32::from(if_exists) * 2 + u32::from(!is_usual);
                let name = used.name();
                let draft = as_name(asked, &name, CompletionItemKind::Operator, rank);
                drafts.push(Draft { detail: Some(condition::meaning(operator)), ..draft });
            }
        }
    }
    drafts
}

/// The keys that the actions of the statement have, and global ones behind them.
pub(super) fn keys(asked: &Asked<'_>, operator: Option<&str>) -> Vec<Draft> {
    let ty = operator.and_then(facts::operator).map(|used| used.operator.ty);
    let fits = |key: &ConditionKeyFacts| ty.is_none_or(|ty| key.accepts(ty));
    let mut names: Vec<&'static str> = Vec::new();
    let mut seen_types: Vec<(&str, &str)> = Vec::new();
    for action in asked.actions() {
        names.extend(action.condition_keys());
        for (name, _) in action.resource_types() {
            if !seen_types.contains(&(action.service(), name)) {
                seen_types.push((action.service(), name));
                let found = facts::resource_type(action.service(), name);
                names.extend(found.iter().flat_map(|found| found.condition_keys()));
            }
        }
    }
    names.sort_unstable();
    names.dedup();
    let own = names.into_iter().filter_map(facts::condition_key).filter(fits).map(|key| draft(asked, &key, 0));
    let global = facts::condition_keys().take_while(|key| key.scope == KeyScope::Global);
    let global = global.filter(fits).map(|key| draft(asked, &key, 1));
    let mut drafts: Vec<Draft> = own.chain(global).collect();
    drafts.sort_by(|a, b| (&a.label, a.rank).cmp(&(&b.label, b.rank)));
    drafts.dedup_by(|a, b| a.label == b.label);
    drafts
}

/// A key; of a template what stands in front of what the writer fills in.
fn draft(asked: &Asked<'_>, key: &ConditionKeyFacts, rank: u32) -> Draft {
    let text = key.name.split(['$', '<']).next().unwrap_or(key.name);
    let several = if key.multivalued { ", several values" } else { "" };
    let draft = as_name(asked, text, CompletionItemKind::Key, rank);
    let draft = Draft { label: key.name.to_owned(), ..draft }.detail(format!("{}{several}", key.ty.name()));
    if key.present.is_empty() { draft } else { draft.documentation(format!("Carried by: {}", key.present)) }
}

/// Values that keys of certain names take. Sources: IAM User Guide,
/// `reference_policies_condition-keys` and `reference_policies_variables`; Amazon S3 User Guide, `acl-overview`
/// and `UsingServerSideEncryption`.
const VALUES: &[(&str, &[(&str, &str)])] = &[
    (
        "aws:principaltype",
        &[("Account", ""), ("Anonymous", ""), ("AssumedRole", ""), ("FederatedUser", ""), ("User", "")],
    ),
    (
        "s3:x-amz-acl",
        &[
            ("bucket-owner-full-control", ""),
            ("bucket-owner-read", ""),
            ("private", ""),
            ("public-read", ""),
            ("public-read-write", ""),
            ("authenticated-read", ""),
            ("aws-exec-read", ""),
        ],
    ),
    ("s3:x-amz-server-side-encryption", &[("aws:kms", ""), ("AES256", ""), ("aws:kms:dsse", "")]),
];

/// The values that `key` may be compared with, as far as they can be guessed.
pub(super) fn values(asked: &Asked<'_>, key: Option<&str>) -> Vec<Draft> {
    let Some(key) = key else { return Vec::new() };
    let name = key.to_ascii_lowercase();
    if let Some((_, values)) = VALUES.iter().find(|(known, _)| *known == name) {
        return few(values);
    }
    if name.ends_with("account") {
        let number = |(id, name): (String, String)| Draft::text(id, CompletionItemKind::Name, 0).detail(name);
        return principals::numbers(asked).into_iter().map(number).collect();
    }
    if name.ends_with("orgid") {
        let id = asked.analysis.configuration().organization().id.clone();
        return id.into_iter().map(|id| Draft::text(id, CompletionItemKind::Name, 0)).collect();
    }
    if name == "aws:requestedregion" || name.ends_with(":region") {
        let regions = facts::regions().zip(0..);
        return regions.map(|(region, rank)| Draft::text(region.name, CompletionItemKind::Value, rank)).collect();
    }
    if matches!(
        name.as_str(),
        "iam:passedtoservice" | "iam:awsservicename" | "aws:calledvia" | "aws:calledviafirst" | "aws:calledvialast"
    ) {
        return principals::services();
    }
    match facts::condition_key(key).map(|facts| facts.ty) {
        Some(KeyType::Bool) => few(&[("true", ""), ("false", "")]),
        Some(KeyType::Arn) if name == "aws:principalarn" => {
            let roles = arns::named(asked, &Wanted::one("iam", "role")).into_iter().filter(|it| it.rank < 2);
            roles.chain(principals::roles_and_users(asked)).collect()
        }
        Some(KeyType::Arn) => arns::named(asked, &source(asked)),
        _ => Vec::new(),
    }
}

/// What a service that the statement names may call for.
fn source(asked: &Asked<'_>) -> Wanted {
    let principals = asked.context.statement.iter().flat_map(|statement| &statement.principals);
    let service = principals.filter(|(kind, _)| kind == "Service").find_map(|(_, name)| name.split('.').next());
    service.map(Wanted::of_service).unwrap_or_default()
}
