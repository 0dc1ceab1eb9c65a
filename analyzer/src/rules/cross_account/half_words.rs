//! What findings about halves of grants say of principals, resources, actions and files.

use super::account_words;
use crate::access::grants::{Grant, GrantTarget};
use crate::finding::Fix;
use crate::iam::{Principal, PrincipalKind};
use crate::policy::model::Leaf;
use crate::rules::{FindingBuilder, RuleContext};
use crate::source::Span;

/// How many actions a message names.
const NAMED: usize = 3;

/// ``role `deploy` of account 111122223333``
pub(super) fn principal(principal: &Principal) -> String {
    let kind = if principal.kind == PrincipalKind::User { "user" } else { "role" };
    format!("{kind} `{}` of {}", name(principal), account_words::shown(&principal.account))
}

/// Its name, or its address if a part of the name is not known.
fn name(principal: &Principal) -> String {
    principal.name.as_known().unwrap_or_else(|| principal.address.clone()).to_string()
}

/// ``bucket `aws_s3_bucket.logs` of account 111122223333``, without the kind.
pub(super) fn target(target: GrantTarget<'_>) -> String {
    format!("`{}` of {}", called(target), account_words::shown(target.account()))
}

/// The address of a resource, or its ARN if it is not declared.
pub(super) fn called(target: GrantTarget<'_>) -> String {
    let (address, arn) = match target {
        GrantTarget::Role(role) => (&role.address, &role.arn),
        GrantTarget::Resource(resource) => (&resource.address, &resource.arn),
    };
    if address.is_empty() { arn.display() } else { address.to_string() }
}

/// The actions, each once: `` `a`, `b` and 2 more ``.
pub(super) fn actions(leaves: &[&Leaf]) -> String {
    let mut names: Vec<String> = Vec::new();
    for leaf in leaves {
        let name = format!("`{}`", leaf.text.display());
        if !names.contains(&name) {
            names.push(name);
        }
    }
    let rest = names.len().saturating_sub(NAMED);
    names.truncate(NAMED);
    if rest > 0 {
        return format!("{} and {rest} more", names.join(", "));
    }
    match names.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, front)) => format!("{} and {last}", front.join(", ")),
        None => String::new(),
    }
}

/// The path of the file that `span` is in.
pub(super) fn path(span: Span, ctx: &RuleContext<'_>) -> String {
    ctx.sources.file(span.file).path().to_string()
}

/// What a grant is about, as an identity policy names it: the ARN, or the address if that is not known.
pub(super) fn arn(grant: &Grant<'_>) -> String {
    let arn = match grant.target {
        GrantTarget::Role(role) => &role.arn,
        GrantTarget::Resource(resource) => &resource.arn,
    };
    arn.as_known().map_or_else(|| called(grant.target), |arn| arn.to_string())
}

/// The ARN of a principal, or its address if that is not known.
pub(super) fn arn_of(principal: &Principal) -> String {
    principal.arn.as_known().unwrap_or_else(|| principal.address.clone()).to_string()
}

/// What all findings about halves end with.
pub(super) fn finish(finding: FindingBuilder<'_>, grant: &Grant<'_>, fix: Option<Fix>) {
    let finding = if grant.likely { finding.likely() } else { finding };
    if let Some(fix) = fix {
        finding.fix(fix);
    }
}
