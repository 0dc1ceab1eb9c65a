//! Whether the callers of a statement are services or identities: condition keys tell them apart.

use crate::policy::model::{Leaf, PrincipalGroup, Statement};
use crate::rules::arn_fields::{ACCOUNT, fields};
use crate::rules::text::may_be;

/// Keys that only calls of a service carry.
///
/// Source: IAM User Guide, `reference_policies_condition-keys`, the availability of each key.
pub(in crate::rules) const OF_SERVICES: [&str; 4] =
    ["aws:SourceAccount", "aws:SourceArn", "aws:SourceOrgID", "aws:SourceOrgPaths"];

/// Keys that only calls of users and roles carry, with what a call of a service has instead.
pub(in crate::rules) const OF_IDENTITIES: [(&str, &str); 6] = [
    ("aws:PrincipalAccount", "aws:SourceAccount"),
    ("aws:PrincipalArn", "aws:SourceArn"),
    ("aws:PrincipalOrgID", "aws:SourceOrgID"),
    ("aws:PrincipalOrgPaths", "aws:SourceOrgPaths"),
    ("aws:PrincipalTag/${TagKey}", "aws:SourceAccount"),
    ("aws:username", "aws:SourceAccount"),
];

/// The callers that a statement lets in.
#[derive(Clone, Copy)]
pub(in crate::rules) enum Callers<'a> {
    /// Services and nobody else; the first of them.
    Services(&'a Leaf),
    /// Accounts, users, roles and their sessions, and nobody else; the first of them.
    Identities(&'a Leaf),
}

/// The callers of a statement. `None` if there may be others, if they are of both kinds,
/// or if one may be everybody.
pub(in crate::rules) fn callers(statement: &Statement) -> Option<Callers<'_>> {
    let is_closed = statement.open.is_empty()
        && statement.principals.iter().all(|principals| !principals.negated && principals.open.is_empty());
    let groups = || statement.principals.iter().flat_map(|principals| &principals.groups);
    if !is_closed || !groups().all(|group| group.open.is_empty()) {
        return None;
    }
    let first = groups().flat_map(|group| &group.items).next()?;
    if groups().all(|group| is_of(group, "Service")) {
        return Some(Callers::Services(first));
    }
    let are_identities = groups().all(|group| is_of(group, "AWS") && group.items.iter().all(is_identity));
    are_identities.then_some(Callers::Identities(first))
}

fn is_of(group: &PrincipalGroup, kind: &str) -> bool {
    group.kind.text.as_known().is_some_and(|text| text == kind)
}

/// Whether a principal is an account, or an identity of one. CloudFront's users belong to no account.
fn is_identity(leaf: &Leaf) -> bool {
    let is_number = leaf.text.as_known().is_some_and(|text| text.bytes().all(|byte| byte.is_ascii_digit()));
    let fields = fields(&leaf.text);
    let is = |at: usize, wanted: &str| fields.get(at).is_some_and(|field| field.certain() == Some(wanted));
    let is_arn = is(0, "arn") && (is(2, "iam") || is(2, "sts")) && !is(ACCOUNT, "cloudfront");
    !may_be(&leaf.text, "*") && (is_number || is_arn)
}
