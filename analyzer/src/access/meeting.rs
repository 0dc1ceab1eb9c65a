//! Whether conditions can hold together.
//!
//! Keys are taken to be independent of each other but for those of which a request never has
//! both, so that two conditions are at odds if they are about one key and no value of it, nor
//! its absence, fulfils both. That they are not found to be at odds says nothing.
//!
//! Sources: IAM User Guide, `reference_policies_elements_condition_operators`,
//! `reference_policies_condition-single-vs-multi-valued-context-keys` and, for the keys,
//! `reference_policies_condition-keys`.

use crate::source::Span;
use crate::truth::Truth;

use super::accounts::Accounts;
use super::compiled::CompiledPolicy;
use super::condition::Condition;
use super::policy_set::{Attached, Policies};
use super::request::Request;
use super::statement::Statement;

/// Two conditions that never hold together, by the places of their keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct AtOdds {
    /// The one.
    pub first: Span,
    /// The other one.
    pub second: Span,
}

/// Keys of which a request has only one: those of a VPC endpoint, and the public address.
const APART: [(&str, &[&str]); 1] = [("aws:sourceip", &["aws:sourcevpc", "aws:sourcevpce", "aws:vpcsourceip"])];

impl CompiledPolicy {
    /// For each statement with conditions that never hold together its number and these conditions.
    pub fn at_odds(&self) -> impl Iterator<Item = (usize, AtOdds)> {
        let statements = self.statements().iter().enumerate();
        statements.filter_map(|(number, statement)| Some((number, within(statement)?)))
    }
}

/// Conditions of one statement that never hold together.
fn within(statement: &Statement) -> Option<AtOdds> {
    let conditions = statement.conditions();
    conditions.iter().enumerate().find_map(|(index, one)| {
        let behind = conditions.iter().skip(index + 1);
        behind.filter(|other| are_at_odds(one, other)).map(|other| pair(one, other)).next()
    })
}

/// Conditions of two statements that never hold together.
fn between(one: &Statement, other: &Statement) -> Option<AtOdds> {
    let pairs = one.conditions().iter().flat_map(|one| other.conditions().iter().map(move |other| (one, other)));
    pairs.filter(|(one, other)| are_at_odds(one, other)).map(|(one, other)| pair(one, other)).next()
}

fn pair(first: &Condition, second: &Condition) -> AtOdds {
    AtOdds { first: first.span(), second: second.span() }
}

fn are_at_odds(one: &Condition, other: &Condition) -> bool {
    let (Some(key), Some(other_key)) = (one.certain_key(), other.certain_key()) else { return false };
    let (wanted, other_wanted) = (one.wants_presence(), other.wants_presence());
    if key != other_key {
        return wanted && other_wanted && never_both(key, other_key);
    }
    wanted && (other.wants_absence() || one.excludes(other))
        || other_wanted && (one.wants_absence() || other.excludes(one))
}

fn never_both(key: &str, other: &str) -> bool {
    APART.iter().any(|(one, others)| *one == key && others.contains(&other) || *one == other && others.contains(&key))
}

/// The conditions, of the caller's side and of the resource's, by which both sides allow `request`
/// and never together: whichever two statements are taken, theirs are at odds.
pub(super) fn never_meet(request: &Request<'_>, policies: &Policies<'_>, accounts: &dyn Accounts) -> Option<AtOdds> {
    let own = allowing(&policies.identity, request, accounts)?;
    let theirs = allowing(&policies.resource, request, accounts)?;
    let mut found = None;
    for (one, is_one) in &own {
        for (other, is_other) in &theirs {
            let at_odds = between(one, other)?;
            if found.is_none() && is_one.is_yes() && is_other.is_yes() {
                found = Some(at_odds);
            }
        }
    }
    found
}

/// The statements of a side that may allow `request`, and whether they are about it, their conditions
/// aside; `None` if it may have others. Those are left out whose own conditions never hold.
fn allowing<'a>(
    attached: &Attached<'a>,
    request: &Request<'_>,
    accounts: &dyn Accounts,
) -> Option<Vec<(&'a Statement, Truth)>> {
    let policies = attached.policies.iter().chain(attached.possible);
    if !attached.is_closed() || !policies.clone().all(|policy| policy.is_closed()) {
        return None;
    }
    let may_allow = |statement: &&Statement| statement.effect.allows().may_be() && within(statement).is_none();
    let statements = policies.flat_map(|policy| policy.statements()).filter(may_allow);
    let about = statements.map(|statement| (statement, statement.is_about(request, accounts)));
    Some(about.filter(|(statement, is_about)| is_about.may_be() && statement.may_hold(request)).collect())
}
