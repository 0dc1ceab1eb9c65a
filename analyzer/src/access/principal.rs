//! How a resource policy names a caller.
//!
//! Sources: IAM User Guide, `reference_policies_elements_principal`,
//! `reference_policies_elements_notprincipal` and `reference_policies_evaluation-logic_policy-eval-denyallow`.

use thin_vec::ThinVec;

use crate::aws::arn::{AccountId, Arn, Field, NoArn};
use crate::aws::facts;
use crate::aws::pattern::{Pattern, Piece as PatternPiece, Syntax};
use crate::eval::symbol::{Cause, Symbol};
use crate::eval::text::{Known, Piece, Text};
use crate::policy::model::{Leaf, Principals};
use crate::truth::Truth;

use super::accounts::Accounts;
use super::caller::{Caller, Principal};
use super::hole::{Hole, Side, in_partition, pattern};
use super::statement::Listed;

/// Whether a statement names a caller, by how directly it does.
#[derive(Debug, Clone, Copy)]
pub(super) struct Levels {
    /// By its own name, or everyone.
    pub(super) direct: Truth,
    /// By the role or the user behind its session.
    pub(super) behind: Truth,
    /// By its account.
    pub(super) account: Truth,
}

impl Levels {
    pub(super) const NONE: Self = Self::direct(Truth::No);
    pub(super) const UNKNOWN: Self = Self { direct: Truth::Unknown, behind: Truth::Unknown, account: Truth::Unknown };

    pub(super) const fn direct(direct: Truth) -> Self {
        Self { direct, behind: Truth::No, account: Truth::No }
    }

    pub(super) const fn any(self) -> Truth {
        self.direct.or(self.behind).or(self.account)
    }

    pub(super) const fn or(self, other: Self) -> Self {
        Self {
            direct: self.direct.or(other.direct),
            behind: self.behind.or(other.behind),
            account: self.account.or(other.account),
        }
    }

    pub(super) const fn and(self, truth: Truth) -> Self {
        Self { direct: self.direct.and(truth), behind: self.behind.and(truth), account: self.account.and(truth) }
    }
}

/// `Principal` or `NotPrincipal`.
#[derive(Debug)]
pub(super) struct PrincipalSet {
    negated: bool,
    groups: Vec<Listed<Named>>,
    /// What may add principals of any type.
    open: ThinVec<Symbol>,
}

/// A principal of a policy.
#[derive(Debug)]
struct Named {
    kind: Kind,
    name: Pattern<Hole>,
    everyone: Truth,
    /// Whether it is an identifier that only IAM can tell whose it is: `AROA...`.
    opaque: bool,
    account: AccountName,
    symbols: Vec<Symbol>,
}

/// What the type of a principal says it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Aws,
    Service,
    Federated,
    /// The account of an S3 user, by another number.
    CanonicalUser,
    Unknown,
}

/// The account that a principal names, if it names one.
#[derive(Debug)]
struct AccountName {
    /// Whether it is the name of an account.
    applies: Truth,
    account: Text,
}

impl PrincipalSet {
    pub(super) fn compile(principals: &Principals) -> Self {
        let groups = principals.groups.iter().map(|group| {
            let kind = if principals.bare { Kind::Aws } else { Kind::read(&group.kind.text) };
            Listed::of_group(group, |leaf| Named::compile(kind, &group.kind, leaf))
        });
        Self { negated: principals.negated, groups: groups.collect(), open: principals.open.clone() }
    }

    /// How it names `caller`. With `NotPrincipal` those who are not named are meant, and
    /// whoever has a boundary.
    pub(super) fn levels(&self, caller: &Caller, accounts: &dyn Accounts, has_boundary: Truth) -> Levels {
        let named = self.named(caller, accounts);
        if !self.negated {
            return named;
        }
        let meant = named_in_full(named, caller).not();
        let is_identity = Truth::from(caller.account().is_some());
        Levels::direct(meant.or(has_boundary.and(is_identity)))
    }

    pub(super) const fn is_negated(&self) -> bool {
        self.negated
    }

    fn named(&self, caller: &Caller, accounts: &dyn Accounts) -> Levels {
        let start = if self.open.is_empty() { Levels::NONE } else { Levels::UNKNOWN };
        let groups = self.groups.iter().map(|group| {
            let certain = group.items.iter().map(|named| named.levels(caller, accounts));
            let possible = group.possible.iter().map(|named| named.levels(caller, accounts).and(Truth::Unknown));
            let more = if group.may_have_others() { Levels::UNKNOWN } else { Levels::NONE };
            certain.chain(possible).fold(more, Levels::or)
        });
        groups.fold(start, Levels::or)
    }

    pub(super) fn symbols(&self) -> impl Iterator<Item = &Symbol> {
        self.open.iter().chain(self.groups.iter().flat_map(|group| {
            let items = group.items.iter().chain(&group.possible).flat_map(|named| &named.symbols);
            group.open.iter().chain(items)
        }))
    }
}

/// Whether `NotPrincipal` spares a caller. To be sure, its account and the role behind it
/// have to be named too; where only some are, AWS says that it "might deny".
fn named_in_full(named: Levels, caller: &Caller) -> Truth {
    let all = match caller.principal() {
        Principal::Role { .. } => named.behind.and(named.account),
        Principal::Session { .. } | Principal::FederatedUser { .. } => {
            named.direct.and(named.behind).and(named.account)
        }
        Principal::User { .. } => named.direct.and(named.account),
        Principal::Root { .. } => named.account,
        Principal::Service(_) | Principal::Federated(_) | Principal::Anonymous => named.direct,
    };
    match (all, named.any()) {
        (Truth::Yes, _) => Truth::Yes,
        (_, Truth::No) => Truth::No,
        (Truth::No | Truth::Unknown, Truth::Yes | Truth::Unknown) => Truth::Unknown,
    }
}

impl Kind {
    fn read(kind: &Text) -> Self {
        match kind.as_known().as_deref() {
            Some("AWS" | "*") => Self::Aws,
            Some("Service") => Self::Service,
            Some("Federated") => Self::Federated,
            Some("CanonicalUser") => Self::CanonicalUser,
            Some(_) | None => Self::Unknown,
        }
    }
}

impl Named {
    fn compile(kind: Kind, written: &Leaf, leaf: &Leaf) -> Self {
        let name = pattern(&leaf.text, Syntax::Literal, Side::Policy);
        let everyone = if kind == Kind::Aws { name.matches("*") } else { Truth::No };
        let opaque = leaf.text.as_known().is_some_and(|name| is_identifier(&name));
        let account = AccountName::read(&leaf.text);
        let symbols = written.text.holes().chain(leaf.text.holes()).cloned().collect();
        Self { kind, name, everyone, opaque, account, symbols }
    }

    fn levels(&self, caller: &Caller, accounts: &dyn Accounts) -> Levels {
        let everyone = Levels::direct(self.everyone);
        let named = match (self.kind, caller.principal()) {
            (Kind::Unknown, _) => Levels::UNKNOWN,
            (Kind::Service, Principal::Service(name)) => Levels::direct(self.is_service(name)),
            (Kind::Federated, Principal::Federated(_)) => Levels::direct(self.is(caller.name())),
            (Kind::CanonicalUser, _) if caller.account().is_some() => Levels::UNKNOWN,
            (Kind::Aws, _) => caller.account().map_or(Levels::NONE, |account| self.identity(caller, account, accounts)),
            (Kind::Service | Kind::Federated | Kind::CanonicalUser, _) => Levels::NONE,
        };
        named.or(everyone)
    }

    fn identity(&self, caller: &Caller, account: &Text, accounts: &dyn Accounts) -> Levels {
        if self.opaque {
            return Levels::UNKNOWN;
        }
        let direct = match caller.sessions() {
            // One of the sessions may be the one.
            Some(sessions) if self.name.overlaps_as_arn(sessions).may_be() => Truth::Unknown,
            Some(_) => Truth::No,
            None => self.is(caller.name()),
        };
        let account = self.account.names(account, accounts);
        Levels { direct, behind: self.is(caller.behind()), account }
    }

    fn is(&self, name: Option<&Pattern<Hole>>) -> Truth {
        name.map_or(Truth::No, |name| in_partition(&self.name, name, Pattern::covers))
    }

    /// A principal with a region in it is that service when it calls from another region.
    fn is_service(&self, name: &str) -> Truth {
        let exact = self.name.matches(name);
        let Some(service) = facts::service_principal(name).map(|it| it.service) else { return exact };
        let regional = Pattern::of_text(&format!("{service}.*"), Syntax::Wildcards);
        match exact {
            Truth::No if self.name.overlaps(&regional).may_be() => Truth::Unknown,
            answer => answer,
        }
    }
}

impl AccountName {
    fn read(text: &Text) -> Self {
        match Arn::read(text.pieces().iter().map(borrowed)) {
            Ok(arn) => {
                let service = arn.service.pattern(Syntax::Literal).matches("iam");
                let root = arn.resource.pattern(Syntax::Literal).matches("root");
                Self { applies: service.and(root), account: text_of(&arn.account) }
            }
            Err(NoArn::Other) => Self { applies: is_number(text), account: text.clone() },
            Err(NoArn::Short(_)) => Self { applies: Truth::No, account: Text::default() },
            Err(NoArn::Unknown) => Self { applies: is_number(text), account: text.clone() },
        }
    }

    fn names(&self, account: &Text, accounts: &dyn Accounts) -> Truth {
        match self.applies {
            Truth::No => Truth::No,
            Truth::Yes => accounts.same(&self.account, account),
            // An unknown may be an ARN as well as the number of an account.
            Truth::Unknown if accounts.same(&self.account, account).is_yes() => Truth::Yes,
            Truth::Unknown => Truth::Unknown,
        }
    }
}

/// The account that a principal names, if it is certain to name one.
pub(super) fn account_named(text: &Text) -> Option<Text> {
    let name = AccountName::read(text);
    name.applies.is_yes().then_some(name.account)
}

/// Whether a text that is no ARN is the number of an account.
fn is_number(text: &Text) -> Truth {
    match (text.as_known(), text.pieces()) {
        (Some(known), _) => AccountId::parse(&known).is_some().into(),
        (None, [Piece::Hole(symbol)]) if *symbol.cause() == Cause::Account => Truth::Yes,
        (None, _) => Truth::Unknown,
    }
}

/// Whether a principal is the unique identifier that IAM stores in place of an ARN.
fn is_identifier(name: &str) -> bool {
    name.starts_with('A') && name.len() > 15 && name.bytes().all(|it| it.is_ascii_uppercase() || it.is_ascii_digit())
}

fn borrowed(piece: &Piece) -> PatternPiece<'_, &Symbol> {
    match piece {
        Piece::Known(known) => PatternPiece::Text(known.text.as_str()),
        Piece::Hole(symbol) => PatternPiece::Hole(symbol),
    }
}

fn text_of(field: &Field<'_, &Symbol>) -> Text {
    Text::from_pieces(field.pieces().iter().map(|piece| match piece {
        PatternPiece::Text(text) => Piece::Known(Known { text: (*text).into(), place: None }),
        PatternPiece::Hole(symbol) => Piece::Hole((*symbol).clone()),
    }))
}
