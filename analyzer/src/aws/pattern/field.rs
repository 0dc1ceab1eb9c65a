//! ARNs compared field by field, as the `Arn` operators do.
//!
//! A pattern that starts with the letters `arn:` and has five colons has fields. Any
//! other pattern with unknowns may have any fields, and is compared as a whole where
//! that is safe.

use crate::truth::Truth;

use super::{Pattern, Token};

/// Fields of an ARN: `arn`, partition, service, region, account, resource.
const FIELDS: usize = 6;

/// Whether `outer` covers `inner`.
pub(super) fn covers<H: Eq + Clone>(outer: &Pattern<H>, inner: &Pattern<H>) -> Truth {
    compare(outer, inner, super::covers)
}

/// Whether there is an ARN that both match.
pub(super) fn overlaps<H: Eq + Clone>(left: &Pattern<H>, right: &Pattern<H>) -> Truth {
    compare(left, right, super::overlaps)
}

fn compare<H: Eq + Clone>(
    left: &Pattern<H>,
    right: &Pattern<H>,
    fields: impl Fn(&[Token<H>], &[Token<H>]) -> Truth,
) -> Truth {
    match (split(left), split(right)) {
        (Some(left), Some(right)) => Truth::all(left.iter().zip(right).map(|(left, right)| fields(left, right))),
        _ if !left.has_unknowns() && !right.has_unknowns() => Truth::No,
        // What matches field by field also matches as a whole, so a `No` for the whole
        // holds for the fields. A `Yes` holds only for two that are the same.
        _ if left == right && fields(&left.tokens, &right.tokens).is_yes() => Truth::Yes,
        _ => fields(&left.tokens, &right.tokens) & Truth::Unknown,
    }
}

/// The start of every ARN.
pub(super) const START: [char; 4] = ['a', 'r', 'n', ':'];

/// What stands behind the partition of an ARN.
pub(super) struct Behind<'p, H> {
    pub(super) rest: &'p [Token<H>],
    /// Whether the partition is a hole.
    pub(super) is_unknown: bool,
}

/// What stands behind the partition, if that is one hole or known.
pub(super) fn behind_partition<H: Eq + Clone>(pattern: &Pattern<H>) -> Option<Behind<'_, H>> {
    let (start, behind) = pattern.tokens.split_at_checked(START.len())?;
    let starts = start.iter().zip(START).all(|(token, letter)| *token == Token::Char(letter));
    let end = behind.iter().position(|token| *token == Token::Char(':')).filter(|_| starts)?;
    let (partition, rest) = behind.split_at_checked(end)?;
    let is_unknown = matches!(partition, [Token::Field(_)]);
    let is_known = partition.iter().all(|token| matches!(token, Token::Char(_)));
    (is_unknown || is_known).then_some(Behind { rest, is_unknown })
}

/// The fields, if it is certain where they are.
pub(super) fn split<H: Eq + Clone>(pattern: &Pattern<H>) -> Option<[&[Token<H>]; FIELDS]> {
    let starts = "arn:".chars().zip(&pattern.tokens).filter(|(letter, token)| **token == Token::Char(*letter));
    let is_arn = starts.count() == 4 || !pattern.has_unknowns();
    let mut fields = pattern.tokens.splitn(FIELDS, |token| *token == Token::Char(':'));
    let split = [(); FIELDS].map(|()| fields.next());
    if !is_arn || split.iter().any(Option::is_none) {
        return None;
    }
    Some(split.map(Option::unwrap_or_default))
}
