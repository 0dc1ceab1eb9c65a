//! Which AWS account something lives in: an identity that can be compared, with a number
//! where one is known.
//!
//! Fewer than 6 % of the resources in public code have a number in their source, and nearly
//! all have an identity: the same role, profile or entry of a map of accounts is the same
//! account, whatever its number is. This module must not know what an account may do.

mod known;
mod member;
mod provider;
mod state;
#[cfg(test)]
mod tests;

use std::ops::Deref;
use std::sync::Arc;

use smol_str::SmolStr;

use crate::aws::arn::AccountId;
use crate::config::{AccountRole, ConfiguredAccount};
use crate::source::Span;
use crate::truth::Truth;

use super::equality::texts_equal;
use super::evaluator::{Evaluator, InstanceKey, ResourceInstance};
use super::symbol::Symbol;
use super::text::Text;
use super::types::Type;
use super::value::{Origin, Value, ValueKind};

pub use known::KnownAccounts;
use member::Member;
pub(super) use member::{element_named, elements_by_name, entry_named, is_account_map};

/// An AWS account. A clone costs a counter.
#[derive(Debug, Clone)]
pub struct Account(Arc<KnownOfAccount>);

/// What is known of an [`Account`].
#[derive(Debug)]
pub struct KnownOfAccount {
    /// What stands in the account field of an ARN: twelve digits, or symbols.
    pub text: Text,
    /// The number, if it is known.
    pub id: Option<AccountId>,
    /// What people call it.
    pub name: Option<SmolStr>,
    /// How it is known.
    pub evidence: Evidence,
    identity: Identity,
}

/// How an account is known, and where that stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Evidence {
    /// How.
    pub kind: EvidenceKind,
    /// Where.
    pub span: Option<Span>,
}

/// The ways to know an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EvidenceKind {
    /// The configuration of the analysis says so.
    Configured,
    /// A plan says it, by what was read with the provider.
    Planned,
    /// `allowed_account_ids` of the provider: it refuses any other account.
    Allowed,
    /// The role that the provider assumes.
    Role,
    /// The profile that the provider takes its credentials from.
    Profile,
    /// Nothing but the provider configuration itself is known: its keys, or who passes it.
    Provider,
    /// The account of whoever applies the stack.
    Home,
    /// It stands where it is used: in a policy, in an ARN.
    Written,
}

/// What else than its text tells one account from another.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Identity {
    /// Nothing.
    Text,
    /// The account of that name in the configuration of the analysis.
    Configured(SmolStr),
    /// An entry of a collection of accounts.
    Member(Box<Member>),
}

/// Whether two accounts are one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sameness {
    /// Whether they are.
    pub truth: Truth,
    /// Whether that is only likely: two entries of one map of accounts are taken to be two accounts.
    pub likely: bool,
}

/// Whether the two accounts are one.
#[must_use]
pub fn same(a: &Account, b: &Account) -> Sameness {
    let certain = |truth| Sameness { truth, likely: false };
    if let (Some(a), Some(b)) = (a.id, b.id) {
        return certain((a == b).into());
    }
    let is_stable = || a.text.holes().chain(b.text.holes()).all(Symbol::is_stable);
    let by_text = match texts_equal(&a.text, &b.text) {
        Truth::Yes if !is_stable() => Truth::Unknown,
        Truth::Unknown if state::are_one_output(&a.text, &b.text) => Truth::Yes,
        truth => truth,
    };
    match (by_text, &a.identity, &b.identity) {
        (Truth::Unknown, Identity::Configured(a), Identity::Configured(b)) => certain((a == b).into()),
        (Truth::Unknown, Identity::Member(a), Identity::Member(b)) if a.is_beside(b) => {
            Sameness { truth: (a.key == b.key).into(), likely: a.key != b.key }
        }
        (by_text, _, _) => certain(by_text),
    }
}

impl KnownOfAccount {
    /// Nothing but the symbol.
    fn unknown(symbol: Symbol, kind: EvidenceKind) -> Self {
        let evidence = Evidence { kind, span: symbol.span() };
        Self { text: Text::hole(symbol), id: None, name: None, evidence, identity: Identity::Text }
    }
}

impl From<KnownOfAccount> for Account {
    fn from(known: KnownOfAccount) -> Self {
        Self(Arc::new(known))
    }
}

impl Deref for Account {
    type Target = KnownOfAccount;

    fn deref(&self) -> &KnownOfAccount {
        &self.0
    }
}

impl Account {
    /// What stands in the account field of an ARN, as a value.
    #[must_use]
    pub fn value(&self) -> Value {
        let value = Value::new(ValueKind::String(self.text.clone()));
        match self.evidence.span {
            Some(span) => value.with_origin(Origin::at(span)),
            None => value,
        }
    }

    /// An account of which nothing but a symbol is known.
    fn unknown(symbol: Symbol, kind: EvidenceKind) -> Self {
        KnownOfAccount::unknown(symbol, kind).into()
    }
}

impl Evaluator<'_> {
    /// The account that `instance` lives in.
    #[must_use]
    pub fn account(&self, instance: &ResourceInstance) -> Account {
        self.provider_account(&self.provider(instance))
    }

    /// The account that `text` stands for: a number, or the account field of an ARN as a policy has it.
    #[must_use]
    pub fn account_of_text(&self, text: &Text) -> Account {
        self.known_accounts().of_text(text)
    }

    pub(super) fn known_accounts(&self) -> KnownAccounts<'_> {
        KnownAccounts::new(self.configuration, self.sources)
    }

    /// The number or symbol of the account that `symbol`, of type `ty`, names, if the configuration of the
    /// analysis has one of that name.
    pub(super) fn configured_member(&self, symbol: &Symbol, ty: &Type) -> Option<Value> {
        self.configuration.filter(|configuration| !configuration.accounts().is_empty())?;
        let may_be_id = |member: &Member| *ty == Type::String || (*ty == Type::Dynamic && member.is_id());
        let member = Member::read(symbol).filter(may_be_id)?;
        let account = self.known_accounts().configured(member.name())?;
        let evidence = Evidence { kind: EvidenceKind::Configured, span: symbol.span() };
        Some(self.known_accounts().as_configured(account, evidence).value())
    }

    /// What the configuration of the analysis says of the organisation.
    pub(super) fn organization_attribute(&self, name: &str) -> Option<Value> {
        let configuration = self.configuration?;
        match name {
            "id" => configuration.organization().id.as_deref().map(Value::string),
            "master_account_id" => {
                let is_management = |account: &&ConfiguredAccount| account.roles.contains(&AccountRole::Management);
                let account = configuration.accounts().iter().find(is_management)?;
                let evidence = Evidence { kind: EvidenceKind::Configured, span: None };
                Some(self.known_accounts().as_configured(account, evidence).value())
            }
            _ => None,
        }
    }

    /// The account that an `aws_organizations_account` makes, if the configuration of the analysis has one
    /// of its name, its key or its label.
    pub(super) fn organization_account(&self, instance: &ResourceInstance) -> Option<Value> {
        self.configuration.filter(|configuration| !configuration.accounts().is_empty())?;
        let name = self.configured(instance, "name").and_then(|name| name.as_str());
        let key = match &instance.key {
            InstanceKey::Name(key) => Some(key.clone()),
            InstanceKey::None | InstanceKey::Index(_) | InstanceKey::Summary => None,
        };
        let names = [name, key, Some(instance.decl.address.name.clone())].into_iter().flatten();
        let account = names.into_iter().find_map(|name| self.known_accounts().configured(&name))?;
        let evidence = Evidence { kind: EvidenceKind::Configured, span: Some(instance.decl.header) };
        Some(self.known_accounts().as_configured(account, evidence).value())
    }
}
