//! Accounts in messages: by name and number, as far as they are known.

use crate::eval::account::{Account, EvidenceKind};

/// `account 111122223333`, or what else the account is called.
pub(super) fn shown(account: &Account) -> String {
    match (&account.name, account.id) {
        (Some(name), Some(id)) => format!("account `{name}` ({id})"),
        (None, Some(id)) => format!("account {id}"),
        (Some(name), None) => format!("account `{name}`"),
        (None, None) if account.evidence.kind == EvidenceKind::Home => "the account of this stack".to_owned(),
        (None, None) => format!("account `{}`", account.text.display()),
    }
}
