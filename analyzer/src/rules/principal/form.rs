//! What the text of a principal can be.
//!
//! Source: IAM User Guide, `reference_policies_elements_principal` and `reference_identifiers`.

use super::named::Type;
use crate::aws::facts;
use crate::aws::pattern::{Pattern, Syntax};
use crate::eval::symbol::Cause;
use crate::eval::text::{Piece, Text};
use crate::policy::model::Leaf;
use crate::rules::action::trust::WEB_PROVIDERS;
use crate::rules::arn_fields;
use crate::rules::text::{known_parts, pattern};

/// The ARNs of principals. What is wrong with other fields than the service and the resource is left to others.
const PRINCIPALS: [&str; 5] = [
    "arn:*:iam:*:*:root",
    "arn:*:iam:*:*:user/*",
    "arn:*:iam:*:*:role/*",
    "arn:*:sts:*:*:assumed-role/*",
    "arn:*:sts:*:*:federated-user/*",
];

/// What kind of identity provider an ARN names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Provider {
    /// One of SAML or OpenID Connect.
    Some,
    /// It is certain that it names none.
    None,
    /// It may name one.
    Unknown,
}

/// Whether it is an ARN with all its fields for certain.
pub(super) fn is_arn(leaf: &Leaf) -> bool {
    arn_fields::arn(&leaf.text).is_some()
}

/// Whether an ARN names no principal, whatever its holes are. One with a wildcard or a
/// variable is left to others.
pub(super) fn is_no_principal_arn(leaf: &Leaf) -> bool {
    !is_pattern(leaf) && !may_match(leaf, &PRINCIPALS)
}

/// The identity provider that an ARN names.
pub(super) fn provider(leaf: &Leaf) -> Provider {
    let forms = ["arn:*:iam:*:*:saml-provider/*", "arn:*:iam:*:*:oidc-provider/*"];
    let written = pattern(&leaf.text, Syntax::Wildcards);
    let covered = |form: &&str| Pattern::of_text(form, Syntax::Wildcards).covers_as_arn(&written).is_yes();
    if forms.iter().any(covered) {
        Provider::Some
    } else if may_match(leaf, &forms) {
        Provider::Unknown
    } else {
        Provider::None
    }
}

/// Whether what is no ARN is none of the other forms of a principal of AWS either: an
/// account id, the id of a user or a role, a canonical user id.
pub(super) fn is_no_principal(leaf: &Leaf) -> bool {
    let start = leaf.text.known_prefix();
    let may_be_id = |text: &str| text.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit());
    let may_be_canonical = |text: &str| text.bytes().all(|byte| byte.is_ascii_hexdigit());
    let may_be_number = start.starts_with(|letter: char| letter.is_ascii_digit());
    let may_be_arn = "arn:".starts_with(start.as_str()) || start.starts_with("arn:");
    let is_id =
        !may_be_arn && !may_be_number && (may_be_id(&start) || leaf.text.is_known() && may_be_canonical(&start));
    !start.is_empty() && !is_pattern(leaf) && !may_be_arn && !may_be_number && !is_id
}

/// The type of principals that a text is of which is no ARN and no account.
pub(super) fn other_type(text: &str) -> Option<Type> {
    if WEB_PROVIDERS.contains(&text) {
        return Some(Type::Federated);
    }
    facts::service_principal(text).map(|_| Type::Service)
}

/// The text with some region for each hole that is one; otherwise holes are shown.
pub(super) fn with_regions(text: &Text) -> String {
    let pieces = text.pieces().iter().map(|piece| match piece {
        Piece::Known(known) => known.text.to_string(),
        Piece::Hole(symbol) if *symbol.cause() == Cause::Region => "us-east-1".to_owned(),
        Piece::Hole(symbol) => format!("{{{}}}", symbol.address()),
    });
    pieces.collect()
}

/// Whether it holds a wildcard, a policy variable, or what another tool fills in: `{{account}}`.
pub(super) fn is_pattern(leaf: &Leaf) -> bool {
    known_parts(&leaf.text).any(|part| part.contains(['*', '?', '$', '{', '<']))
}

fn may_match(leaf: &Leaf, forms: &[&str]) -> bool {
    let written = pattern(&leaf.text, Syntax::Wildcards);
    forms.iter().any(|form| written.overlaps_as_arn(&Pattern::of_text(form, Syntax::Wildcards)).may_be())
}
