//! Which AWS account something lives in: an identity that can be compared, with a number
//! where one is known.
//!
//! Fewer than 6 % of the resources in public code have a number in their source, and nearly
//! all have an identity: the same role, profile or entry of a map of accounts is the same
//! account, whatever its number is. This module must not know what an account may do.

mod member;
mod provider;
#[cfg(test)]
mod tests;

use smol_str::SmolStr;

use crate::aws::arn::AccountId;
use crate::config::ConfiguredAccount;
use crate::source::Span;
use crate::truth::Truth;

use super::equality::texts_equal;
use super::evaluator::{Evaluator, InstanceKey, ResourceInstance};
use super::symbol::{Cause, Symbol};
use super::text::{Piece, Text};
use super::types::Type;
use super::value::{Origin, Value, ValueKind};

use member::Member;
pub(super) use member::{element_named, elements_by_name, entry_named, is_account_map};

/// An AWS account.
#[derive(Debug, Clone)]
pub struct Account {
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
    Member(Member),
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
    let by_text = texts_equal(&a.text, &b.text);
    match (by_text, &a.identity, &b.identity) {
        (Truth::Unknown, Identity::Configured(a), Identity::Configured(b)) => certain((a == b).into()),
        (Truth::Unknown, Identity::Member(a), Identity::Member(b)) if a.is_beside(b) => {
            Sameness { truth: (a.key == b.key).into(), likely: a.key != b.key }
        }
        (by_text, _, _) => certain(by_text),
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
        let evidence = Evidence { kind, span: symbol.span() };
        Self { text: Text::hole(symbol), id: None, name: None, evidence, identity: Identity::Text }
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
        self.told_by(text, Evidence { kind: EvidenceKind::Written, span: None })
    }

    fn told_by(&self, text: &Text, evidence: Evidence) -> Account {
        let known = text.as_known();
        let member = match text.pieces() {
            [Piece::Hole(symbol)] => Member::read(symbol),
            _ => None,
        };
        let configured = match (&known, text.pieces()) {
            (Some(known), _) => self.configured_account(known),
            (None, [Piece::Hole(symbol)]) => configured_name(symbol)
                .or_else(|| Some(member.as_ref()?.name()))
                .and_then(|name| self.configured_account(name)),
            (None, _) => None,
        };
        if let Some(account) = configured {
            return self.as_configured(account, evidence);
        }
        Account {
            text: text.clone(),
            id: known.and_then(|known| AccountId::parse(&known)),
            name: member.as_ref().map(|member| member.name().into()),
            evidence,
            identity: member.map_or(Identity::Text, Identity::Member),
        }
    }

    /// The account that the configuration of the analysis calls so.
    fn configured_account(&self, reference: &str) -> Option<&ConfiguredAccount> {
        self.configuration?.account(reference)
    }

    fn as_configured(&self, account: &ConfiguredAccount, evidence: Evidence) -> Account {
        let text = match account.id {
            Some(id) => Text::known(id.to_string()),
            None => Text::hole(self.configured_symbol(account)),
        };
        let is_number = account.id.is_some_and(|id| id.to_string() == account.name);
        let name = (!is_number).then(|| account.name.as_str().into());
        let identity = Identity::Configured(account.name.as_str().into());
        Account { text, id: account.id, name, evidence, identity }
    }

    /// The symbol of an account without a number: all stacks have it in common.
    fn configured_symbol(&self, account: &ConfiguredAccount) -> Symbol {
        let span = self.configuration.map(|configuration| configuration.span(account.range, self.sources));
        Symbol::new("", format!("{CONFIGURED}{}", account.name), Cause::Account, span)
    }

    /// The number or symbol of the account that `symbol`, of type `ty`, names, if the configuration of the
    /// analysis has one of that name.
    pub(super) fn configured_member(&self, symbol: &Symbol, ty: &Type) -> Option<Value> {
        self.configuration.filter(|configuration| !configuration.accounts().is_empty())?;
        let may_be_id = |member: &Member| *ty == Type::String || (*ty == Type::Dynamic && member.is_id());
        let member = Member::read(symbol).filter(may_be_id)?;
        let account = self.configured_account(member.name())?;
        let evidence = Evidence { kind: EvidenceKind::Configured, span: symbol.span() };
        Some(self.as_configured(account, evidence).value())
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
        let account = names.into_iter().find_map(|name| self.configured_account(&name))?;
        let evidence = Evidence { kind: EvidenceKind::Configured, span: Some(instance.decl.header) };
        Some(self.as_configured(account, evidence).value())
    }
}

/// What the symbols of accounts start with that the configuration of the analysis declares.
const CONFIGURED: &str = "account ";

fn configured_name(symbol: &Symbol) -> Option<&str> {
    if symbol.scope().is_empty() { symbol.address().strip_prefix(CONFIGURED) } else { None }
}
