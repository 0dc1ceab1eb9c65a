//! Which account a provider configuration is for, by what is known of its resources.
//!
//! A plan has a provider's `role_arn` only where it is a constant. What was read with the
//! provider tells more: the caller's identity, and the ARNs of resources that are there already.

use std::collections::BTreeMap;

use crate::aws::arn::{AccountId, Arn};
use crate::source::TextRange;

use super::document::{Identity, Pieces, Raw, text_of};
use super::instances::Instance;

/// An account number, and the text that tells it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Told {
    pub(super) account: AccountId,
    pub(super) place: TextRange,
}

/// The accounts of provider configurations, by their keys. `key_of` gives that of an instance.
pub(super) fn accounts<'k>(
    instances: &[Instance<'k>],
    text: Pieces<'_>,
    key_of: impl Fn(&Instance<'k>) -> Option<&'k str>,
) -> BTreeMap<&'k str, Told> {
    let mut certain = BTreeMap::new();
    let mut votes: BTreeMap<&str, Option<Told>> = BTreeMap::new();
    for instance in instances {
        let Some(key) = key_of(instance) else { continue };
        if instance.is_data() {
            let is_caller = instance.ty() == "aws_caller_identity";
            certain.extend(instance.values.filter(|_| is_caller).and_then(|it| caller(it, text)).map(|it| (key, it)));
            continue;
        }
        let arns = instance.before.into_iter().chain(instance.values).filter_map(|values| of_arn(values, text));
        for told in arns {
            let vote = votes.entry(key).or_insert(Some(told));
            // Resources of two accounts under one provider: then none of them tells.
            if vote.is_some_and(|first| first.account != told.account) {
                *vote = None;
            }
        }
    }
    for (key, told) in votes {
        if let Some(told) = told {
            certain.entry(key).or_insert(told);
        }
    }
    certain
}

/// The account of a state's instance by its own ARN.
pub(super) fn own(instance: &Instance<'_>, text: Pieces<'_>) -> Option<Told> {
    of_arn(instance.values.filter(|_| !instance.is_data())?, text)
}

fn caller(values: Raw<'_>, text: Pieces<'_>) -> Option<Told> {
    let identity: Identity<'_> = serde_json::from_str(values.get()).ok()?;
    let number = identity.account_id?;
    Some(Told { account: AccountId::parse(&text_of(number)?)?, place: text.range(number) })
}

fn of_arn(values: Raw<'_>, text: Pieces<'_>) -> Option<Told> {
    let identity: Identity<'_> = serde_json::from_str(values.get()).ok()?;
    let piece = identity.arn?;
    let arn = text_of(piece)?;
    let account = Arn::of_text(&arn).ok()?.account.known()?.into_owned();
    Some(Told { account: AccountId::parse(&account)?, place: text.range(piece) })
}
