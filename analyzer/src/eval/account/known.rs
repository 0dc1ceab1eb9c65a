//! Accounts of any stack, by what stands in policies and by what the configuration of the
//! analysis tells of them.

use crate::aws::arn::AccountId;
use crate::config::{AccountRole, Configuration, ConfiguredAccount, TrustedAccounts};
use crate::source::SourceMap;

use super::super::symbol::{Cause, Symbol};
use super::super::text::{Piece, Text};
use super::member::Member;
use super::provider::fields_of_arn;
use super::{Account, Evidence, EvidenceKind, Identity, KnownOfAccount};

/// What the symbols of accounts start with that the configuration of the analysis declares.
const CONFIGURED: &str = "account ";

/// What is told of accounts beside what stands in the source.
#[derive(Debug, Clone, Copy)]
pub struct KnownAccounts<'a> {
    configuration: Option<&'a Configuration>,
    sources: &'a SourceMap,
}

impl<'a> KnownAccounts<'a> {
    /// The accounts that `configuration` declares, if there is one; it has a place among `sources`.
    #[must_use]
    pub fn new(configuration: Option<&'a Configuration>, sources: &'a SourceMap) -> Self {
        Self { configuration, sources }
    }

    /// The accounts that the configuration of the analysis declares, or names where it says what lives where.
    #[must_use]
    pub fn declared(self) -> &'a [ConfiguredAccount] {
        self.configuration.map_or(&[], Configuration::accounts)
    }

    /// The accounts of others that it says are trusted.
    #[must_use]
    pub fn trusted(self) -> &'a [TrustedAccounts] {
        self.configuration.map_or(&[], Configuration::trusted)
    }

    /// The management account of the organisation, if the configuration of the analysis names it.
    #[must_use]
    pub fn management(self) -> Option<Account> {
        let is_management = |account: &&ConfiguredAccount| account.roles.contains(&AccountRole::Management);
        let account = self.declared().iter().find(is_management)?;
        Some(self.as_configured(account, Evidence { kind: EvidenceKind::Configured, span: None }))
    }

    /// The id of the organisation, if the configuration of the analysis has it.
    #[must_use]
    pub fn organization_id(self) -> Option<&'a str> {
        self.configuration?.organization().id.as_deref()
    }

    /// The account that `text` stands for: a number, or the account field of an ARN as a policy has it.
    #[must_use]
    pub fn of_text(self, text: &Text) -> Account {
        self.told_by(text, Evidence { kind: EvidenceKind::Written, span: None })
    }

    /// The account in an ARN; `None` if the text is no ARN, or one without an account.
    #[must_use]
    pub fn of_arn(self, arn: &Text) -> Option<Account> {
        fields_of_arn(arn).map(|(_, account)| self.of_text(&account))
    }

    pub(super) fn told_by(self, text: &Text, evidence: Evidence) -> Account {
        let known = text.as_known();
        let hole = match text.pieces() {
            [Piece::Hole(symbol)] => Some(symbol),
            _ => None,
        };
        let member = hole.and_then(Member::read);
        let declared = hole.and_then(configured_name).or_else(|| member.as_ref().map(Member::name));
        if let Some(account) = known.as_deref().or(declared).and_then(|reference| self.configured(reference)) {
            return self.as_configured(account, evidence);
        }
        let account = KnownOfAccount {
            text: text.clone(),
            id: known.and_then(|known| AccountId::parse(&known)),
            name: member.as_ref().map(|member| member.name().into()),
            evidence,
            identity: member.map_or(Identity::Text, |member| Identity::Member(Box::new(member))),
        };
        account.into()
    }

    /// The account that the configuration of the analysis calls so.
    pub(super) fn configured(self, reference: &str) -> Option<&'a ConfiguredAccount> {
        self.configuration?.account(reference)
    }

    pub(super) fn as_configured(self, account: &ConfiguredAccount, evidence: Evidence) -> Account {
        let text = match account.id {
            Some(id) => Text::known(id.to_string()),
            None => Text::hole(self.symbol(account)),
        };
        let is_number = account.id.is_some_and(|id| id.to_string() == account.name);
        let name = (!is_number).then(|| account.name.as_str().into());
        let identity = Identity::Configured(account.name.as_str().into());
        KnownOfAccount { text, id: account.id, name, evidence, identity }.into()
    }

    /// The symbol of an account without a number: all stacks have it in common.
    fn symbol(self, account: &ConfiguredAccount) -> Symbol {
        let span = self.configuration.map(|configuration| configuration.span(account.range, self.sources));
        Symbol::new("", format!("{CONFIGURED}{}", account.name), Cause::Account, span)
    }
}

fn configured_name(symbol: &Symbol) -> Option<&str> {
    if symbol.scope().is_empty() { symbol.address().strip_prefix(CONFIGURED) } else { None }
}
