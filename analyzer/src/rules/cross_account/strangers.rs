//! Whether an account belongs to others than those who keep the workspace.
//!
//! A workspace rarely shows all accounts of its owner. An account is taken for that of
//! others if the public knows whose it is, or if what is known of the own accounts leaves
//! little doubt that it is none of them.

use std::collections::BTreeSet;

use crate::aws::arn::AccountId;
use crate::aws::known_accounts::{Owner, owner};
use crate::eval::account::{Account, same};
use crate::iam::MemberKind;
use crate::rules::RuleContext;
use crate::truth::Truth;

/// An account of others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Stranger {
    /// The vendor that it is known to be of.
    pub(super) vendor: Option<&'static str>,
    /// Whether it is certain that it is none of the workspace's.
    pub(super) certain: bool,
}

/// What `account` is, a principal's, to the workspace, if something in `home` lets it in;
/// `None` if it is one of the workspace's, a trusted one, one of AWS, or may be one of these.
pub(super) fn stranger(account: AccountId, home: &Account, ctx: &RuleContext<'_>) -> Option<Stranger> {
    let apart = home.id.is_some_and(|id| id != account);
    if is_own(account, ctx) || home.id == Some(account) {
        return None;
    }
    match owner(account) {
        Some(Owner::Aws) => return None,
        Some(Owner::Vendor(name)) => return Some(Stranger { vendor: Some(name), certain: apart }),
        None => {}
    }
    let (declared, numbers) = (ctx.access.accounts().declared(), numbers(ctx));
    let listed = !declared.is_empty() && declared.iter().all(|account| account.id.is_some());
    let several = numbers.as_ref().is_some_and(|numbers| numbers.len() > 1);
    let known = apart && (listed || declared.is_empty() && several);
    known.then_some(Stranger { vendor: None, certain: listed && numbers.is_some() })
}

/// Whether the account is one that the workspace calls its own, or trusts.
fn is_own(account: AccountId, ctx: &RuleContext<'_>) -> bool {
    let number = account.to_string();
    let is_declared = ctx.access.accounts().declared().iter().any(|declared| declared.id == Some(account));
    let is_trusted = ctx.access.accounts().trusted().iter().any(|trusted| trusted.ids.contains(&account));
    let is_of_stack = ctx.iam.stacks().iter().flat_map(|stack| &stack.accounts).any(|it| it.id == Some(account));
    let mut members = ctx.iam.organization_members().iter().filter(|member| member.kind == MemberKind::Account);
    is_declared || is_trusted || is_of_stack || members.any(|it| it.id.as_known().is_some_and(|id| id == number))
}

/// The numbers of the accounts that something in view is applied in, if all of them and of those
/// that something makes are known.
fn numbers(ctx: &RuleContext<'_>) -> Option<BTreeSet<AccountId>> {
    let mut members = ctx.iam.organization_members().iter().filter(|member| member.kind == MemberKind::Account);
    let stacks = ctx.iam.stacks().iter().filter(|stack| !stack.library);
    let numbers = stacks.flat_map(|stack| &stack.accounts).map(|account| account.id);
    if members.all(|it| it.id.is_known()) { numbers.collect() } else { None }
}

/// Whether the two accounts are one for certain.
pub(super) fn is_same(left: &Account, right: &Account) -> bool {
    let sameness = same(left, right);
    sameness.truth == Truth::Yes && !sameness.likely
}
