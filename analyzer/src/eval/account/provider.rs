//! The account of a provider configuration: by what the configuration of the analysis says,
//! by what the provider allows, by the credentials that it takes.

use smol_str::SmolStr;

use crate::aws::arn::{AccountId, Arn};
use crate::aws::pattern;
use crate::source::Span;
use crate::syntax::NestedBlock;
use crate::syntax::ast::Body;
use crate::truth::Truth;

use super::super::canonical::{shorten, symbols_of, value_name};
use super::super::equality::texts_equal;
use super::super::evaluator::{EvaluatedBlock, Evaluator, Existence, Provider};
use super::super::expression::{alternatives, one_of};
use super::super::symbol::{Cause, Symbol};
use super::super::text::{Known, Piece, Text};
use super::super::types::Type;
use super::super::value::{Value, ValueKind};
use super::{Account, Evidence, EvidenceKind, KnownOfAccount, same};

/// The blocks that name roles; one of the first kind is assumed last, and decides.
const ROLES: [&str; 2] = ["assume_role", "assume_role_with_web_identity"];

/// Where a provider takes its credentials from.
#[derive(Debug, Default)]
struct Credentials {
    /// The roles that it may assume, and whether it may assume none.
    role: Option<Value>,
    profile: Option<Value>,
    /// An access key of its own.
    key: Option<Value>,
}

impl Credentials {
    /// Whether there are any beside a role: others than those of whoever applies the stack.
    fn are_own(&self) -> bool {
        self.profile.is_some() || self.key.is_some()
    }
}

impl Evaluator<'_> {
    /// The account that resources with `provider` live in.
    #[must_use]
    pub fn provider_account(&self, provider: &Provider) -> Account {
        if let Some(found) = self.accounts.borrow().get(&provider.address) {
            // While it is found out, its own account is all that a circle can name.
            return found.clone().unwrap_or_else(|| self.own_account(provider));
        }
        self.accounts.borrow_mut().insert(provider.address.clone(), None);
        let account = self.find_account(provider);
        self.accounts.borrow_mut().insert(provider.address.clone(), Some(account.clone()));
        account
    }

    fn find_account(&self, provider: &Provider) -> Account {
        if let Some(account) = self.given_account(provider) {
            return account;
        }
        if let Some(account) = self.planned_account(provider) {
            return account;
        }
        let allowed = self.allowed_account(provider);
        if let Some(account) = allowed.as_ref().filter(|account| account.id.is_some()) {
            return account.clone();
        }
        if let Some(default) = self.like_default(provider) {
            return self.provider_account(&default);
        }
        let credentials = self.credentials(provider);
        let told = credentials.role.as_ref().and_then(|role| self.account_of_role(provider, &credentials, role));
        let unread = || Some(self.unread_role(credentials.role.as_ref()?));
        let by_role = told.or(allowed).or_else(unread);
        by_role.unwrap_or_else(|| self.ambient_account(provider, &credentials))
    }

    /// The account that the configuration of the analysis gives for this very provider.
    fn given_account(&self, provider: &Provider) -> Option<Account> {
        let environment = self.stack.environment.as_deref();
        let name = provider.root_name.as_deref()?;
        let account = self.configuration?.account_of(&self.stack.dir, environment, name)?;
        Some(
            self.known_accounts()
                .as_configured(account, Evidence { kind: EvidenceKind::Configured, span: provider.span }),
        )
    }

    /// The account that a plan knows of the provider.
    fn planned_account(&self, provider: &Provider) -> Option<Account> {
        let number = self.bound(|| format!("{}.account_id", provider.address).into())?;
        let evidence = Evidence { kind: EvidenceKind::Planned, span: provider.span };
        Some(self.known_accounts().told_by(number.as_text()?, evidence))
    }

    /// The account that the configuration of the analysis says the stack is applied in.
    fn given_home(&self) -> Option<Account> {
        let account = self.configuration?.home_account(&self.stack.dir, self.stack.environment.as_deref())?;
        let span = self.configuration.map(|configuration| configuration.span(account.range, self.sources));
        Some(self.known_accounts().as_configured(account, Evidence { kind: EvidenceKind::Configured, span }))
    }

    /// The only account that the provider allows, be its number known or not.
    fn allowed_account(&self, provider: &Provider) -> Option<Account> {
        let allowed = self.provider_setting(provider, "allowed_account_ids")?;
        let [only] = allowed.elements().map(|items| &items[..])? else { return None };
        let text = text_of(only).filter(|text| text.as_known().is_none_or(|text| AccountId::parse(&text).is_some()))?;
        Some(
            self.known_accounts()
                .told_by(&text, Evidence { kind: EvidenceKind::Allowed, span: only.origin.span.or(provider.span) }),
        )
    }

    /// The root's default configuration, if `provider` is written with the same credentials: it is there
    /// for another region then.
    fn like_default(&self, provider: &Provider) -> Option<Provider> {
        provider.root_name.as_ref().filter(|_| !provider.is_open)?;
        let default = self.root_provider("aws").filter(|default| default.address != provider.address)?;
        (self.written_credentials(provider) == self.written_credentials(&default)).then_some(default)
    }

    /// What the provider says about its credentials, as it is written.
    pub(in crate::eval) fn written_credentials(&self, provider: &Provider) -> Vec<SmolStr> {
        let Some(config) = &provider.config else { return Vec::new() };
        let written = |body: &Body, name: &str| {
            let attribute = body.attribute(name)?;
            let text = self.sources.text(attribute.value.range.at(attribute.file));
            Some(SmolStr::from(format!("{name} = {text}")))
        };
        let of_role = |role: NestedBlock| match role {
            NestedBlock::Plain(block) => vec![written(&block.body, "role_arn")],
            NestedBlock::Dynamic(block) => {
                let content = block.body.blocks("content").into_iter().next();
                vec![written(&block.body, "for_each"), content.and_then(|it| written(&it.body, "role_arn"))]
            }
        };
        let own = ["access_key", "assume_role", "profile"].map(|name| written(&config.body, name));
        let roles = ROLES.iter().flat_map(|kind| config.body.nested_blocks(kind)).flat_map(of_role);
        own.into_iter().chain(roles).flatten().collect()
    }

    fn credentials(&self, provider: &Provider) -> Credentials {
        let setting = |name| self.provider_setting(provider, name).filter(|value| !is_unset(value));
        Credentials {
            role: ROLES.iter().find_map(|kind| self.assumed_role(provider, kind)),
            profile: setting("profile"),
            key: setting("access_key"),
        }
    }

    /// The ARN of the role that is assumed last, which decides; an alternative that is null if it
    /// may be that none is.
    fn assumed_role(&self, provider: &Provider, kind: &str) -> Option<Value> {
        let (config, scope) = provider.config.as_ref().zip(provider.scope.as_ref())?;
        let blocks = self.blocks_in(scope, &config.body, kind);
        let role = match blocks.last() {
            Some(block) => self.role_of(block),
            None => self.role_of_attribute(&config.body, provider, kind),
        };
        role.filter(|role| !is_unset(role))
    }

    fn role_of(&self, block: &EvaluatedBlock) -> Option<Value> {
        let role = self.block_attribute(block, "role_arn")?;
        match &block.existence {
            Existence::Certain => Some(role),
            Existence::MayExist(symbol) => {
                let address = shorten(format!("perhaps {}", value_name(&role)));
                let symbol = Symbol::derived(address, vec![symbol.clone()]);
                one_of(vec![role, Value::new(ValueKind::Null(Type::String))], || symbol).ok()
            }
        }
    }

    /// Providers of the newer framework take an object.
    fn role_of_attribute(&self, body: &Body, provider: &Provider, kind: &str) -> Option<Value> {
        body.attribute(kind)?;
        let object = self.provider_setting(provider, kind)?;
        self.get_attribute(&object, "role_arn").ok()
    }

    /// The value of an argument of the provider.
    pub(in crate::eval) fn provider_setting(&self, provider: &Provider, name: &str) -> Option<Value> {
        let (config, scope) = provider.config.as_ref().zip(provider.scope.as_ref())?;
        Some(self.attribute_value(config.body.attribute(name)?, scope))
    }

    /// The ARNs of the roles that `provider` may assume.
    #[must_use]
    pub fn assumed_roles(&self, provider: &Provider) -> Vec<Text> {
        let Some(role) = self.credentials(provider).role else { return Vec::new() };
        match alternatives(&role) {
            Some(options) => options.iter().filter_map(text_of).collect(),
            None => text_of(&role).into_iter().collect(),
        }
    }

    /// The account that the ARN `role` names. Of several alternatives all have to name the same; one
    /// that is null means that no role is assumed.
    fn account_of_role(&self, provider: &Provider, credentials: &Credentials, role: &Value) -> Option<Account> {
        if is_unset(role) {
            return Some(self.ambient_account(provider, credentials));
        }
        if let Some(options) = alternatives(role) {
            let mut accounts = options.iter().map(|option| self.account_of_role(provider, credentials, option));
            let first = accounts.next()??;
            let is_first = |account: Option<Account>| account.is_some_and(|it| same(&first, &it).truth.is_yes());
            return accounts.all(is_first).then_some(first);
        }
        let (_, account) = fields_of_arn(role.as_text()?)?;
        Some(
            self.known_accounts()
                .told_by(&account, Evidence { kind: EvidenceKind::Role, span: role.origin.span.or(provider.span) }),
        )
    }

    /// The account of a role of which that cannot be read: the same for the same expression.
    fn unread_role(&self, role: &Value) -> Account {
        let inputs = symbols_of(std::slice::from_ref(role));
        let span = role.origin.span.or_else(|| inputs.first().and_then(Symbol::span));
        let address = shorten(format!("account of {}", value_name(role)));
        let cause = match inputs.as_slice() {
            // The same output of the same state is the same role in all stacks.
            [only] if matches!(only.cause(), Cause::RemoteState(Some(_))) && is_hole(role, only) => {
                only.cause().clone()
            }
            _ => account_cause(inputs),
        };
        Account::unknown(self.symbol(address, cause, span), EvidenceKind::Role)
    }

    /// The account where no role is assumed: that of the profile, or of whoever applies the stack.
    fn ambient_account(&self, provider: &Provider, credentials: &Credentials) -> Account {
        let given = || if provider.is_default() || !credentials.are_own() { self.given_home() } else { None };
        if provider.is_open {
            return self.own_account(provider);
        }
        if let Some(account) = given() {
            return account;
        }
        if let Some(profile) = credentials.profile.as_ref().and_then(text_of) {
            return self.account_of_profile(&profile, provider.span);
        }
        if credentials.key.is_some() {
            return self.own_account(provider);
        }
        Account::unknown(self.symbol("home", Cause::Account, provider.span), EvidenceKind::Home)
    }

    /// Profiles of one name are the same account in all stacks: they are read from one machine.
    fn account_of_profile(&self, profile: &Text, span: Option<Span>) -> Account {
        let evidence = Evidence { kind: EvidenceKind::Profile, span };
        let Some(name) = profile.as_known() else {
            let address = shorten(format!("profile {}", profile.display()));
            let cause = account_cause(profile.holes().cloned().collect());
            return Account::unknown(self.symbol(address, cause, span), EvidenceKind::Profile);
        };
        if let Some(account) = self.known_accounts().configured(&name) {
            return self.known_accounts().as_configured(account, evidence);
        }
        let symbol = Symbol::new("", format!("profile {name}"), Cause::Account, span);
        KnownOfAccount { name: Some(name), ..KnownOfAccount::unknown(symbol, EvidenceKind::Profile) }.into()
    }

    fn own_account(&self, provider: &Provider) -> Account {
        let address = SmolStr::from(format!("{}.account_id", provider.address));
        Account::unknown(self.symbol(address, Cause::Account, provider.span), EvidenceKind::Provider)
    }

    /// The partition of the role that the provider assumes.
    pub(in crate::eval) fn partition_of_role(&self, provider: &Provider) -> Option<Text> {
        let role = self.credentials(provider).role?;
        let of = |role: &Value| Some(fields_of_arn(role.as_text()?)?.0);
        let Some(options) = alternatives(&role) else { return of(&role) };
        let mut partitions = options.iter().filter(|option| !is_unset(option)).map(of);
        let first = partitions.next()??;
        let is_first = |other: Option<Text>| other.is_some_and(|it| texts_equal(&first, &it) == Truth::Yes);
        partitions.all(is_first).then_some(first)
    }
}

/// The partition and the account of an ARN whose fields can be told apart.
pub(super) fn fields_of_arn(text: &Text) -> Option<(Text, Text)> {
    let pieces = text.pieces().iter().map(|piece| match piece {
        Piece::Known(known) => pattern::Piece::Text(known.text.as_str()),
        Piece::Hole(symbol) => pattern::Piece::Hole(symbol),
    });
    let arn = Arn::read(pieces).ok()?;
    let of_field = |pieces: &[pattern::Piece<'_, &Symbol>]| {
        Text::from_pieces(pieces.iter().map(|piece| match piece {
            pattern::Piece::Text(text) => Piece::Known(Known { text: (*text).into(), place: None }),
            pattern::Piece::Hole(symbol) => Piece::Hole((*symbol).clone()),
        }))
    };
    let account = of_field(arn.account.pieces());
    (!account.is_empty()).then(|| (of_field(arn.partition.pieces()), account))
}

/// The cause of the symbol of an account that follows from `inputs`: one account, unless they differ
/// from instance to instance.
fn account_cause(inputs: Vec<Symbol>) -> Cause {
    if inputs.iter().all(Symbol::is_stable) { Cause::Account } else { Cause::Derived(inputs) }
}

/// Whether `value` is `symbol` and nothing else.
fn is_hole(value: &Value, symbol: &Symbol) -> bool {
    matches!(value.to_text().as_ref().map(Text::pieces), Some([Piece::Hole(hole)]) if hole == symbol)
}

fn is_unset(value: &Value) -> bool {
    value.is_null() || value.as_text().is_some_and(Text::is_empty)
}

/// `value` as a text, if it is a string, or may be one or become one.
fn text_of(value: &Value) -> Option<Text> {
    match &value.kind {
        ValueKind::Number(number) => Some(Text::known(number.to_string())),
        _ => value.to_text(),
    }
}
