//! From claims to principals with their policies.
//!
//! A claim goes to the principal that has its name in its account. If there is none for
//! certain, it goes to a principal of its own, which is only named, and perhaps to those of
//! that name whose account may be the same. A claim about a name with holes that is nobody's
//! may be about every principal of its stack that can have the name; those of other stacks it
//! is taken not to mean, since else one module with a variable for a role would leave nothing
//! known of any role in view.

use rustc_hash::FxHashMap;
use smol_str::SmolStr;
use thin_vec::{ThinVec, thin_vec};

use crate::aws::arn::Arn;
use crate::aws::facts;
use crate::aws::pattern;
use crate::eval::account::same;
use crate::eval::evaluator::Existence;
use crate::eval::symbol::{Cause, Symbol};
use crate::eval::text::{Piece, Text};
use crate::iam::attachment::{AttachedPolicy, PolicySource};
use crate::iam::collect::{Claim, ClaimSubject, ManagedPolicyDeclaration, Mention, Says, StackPart};
use crate::iam::index::Index;
use crate::iam::key::Key;
use crate::iam::principal::{Assignment, Exclusive, Membership, Origin, Principal, PrincipalKind};
use crate::policy::model::PolicyKind;
use crate::policy::sites::PolicySite;
use crate::source::Span;
use crate::truth::Truth;

use super::strangers::Strangers;
use super::{MOST_NAMESAKES, SitesAt};

/// The principals of all stacks, with what the claims of all stacks give them.
pub(in crate::iam) fn principals(parts: &[&StackPart], sites: &SitesAt<'_>) -> Vec<Principal> {
    let mut join = Join::new(parts, sites);
    join.principals.reserve_exact(parts.iter().map(|part| part.principals.len()).sum());
    let mut claims = Vec::new();
    let mut looked_up = Vec::new();
    for part in parts {
        // Principals that are declared get the first numbers.
        let mut numbers = Vec::new();
        for principal in &part.principals {
            if principal.origin == Origin::Declared {
                numbers.push(Some(join.principals.len()));
                let principal = join.with_trust(principal.clone());
                join.principals.push(principal);
            } else {
                numbers.push(None);
                looked_up.push(principal);
            }
        }
        let number = |index: usize| numbers.get(index).copied().flatten();
        claims.extend(part.claims.iter().filter_map(|claim| {
            let itself = match claim.subject {
                ClaimSubject::Itself(index) => Some(number(index)?),
                ClaimSubject::Named(..) | ClaimSubject::Anyone(..) => None,
            };
            Some((itself, claim))
        }));
    }
    join.index();
    for principal in looked_up {
        join.look_up(principal);
    }
    claims.into_iter().for_each(|(itself, claim)| join.claim(itself, claim));
    join.open_namesakes();
    join.open_strangers();
    join.principals
}

struct Join<'s, 'p> {
    sites: &'s SitesAt<'p>,
    managed: Vec<&'s ManagedPolicyDeclaration>,
    /// The managed policies by their ARNs.
    managed_by_arn: Index,
    principals: Vec<Principal>,
    /// By name and account; by ARN for permission sets.
    exact: Index,
    by_name: Index,
    /// Names that something was attached to in an account that may be that of many principals.
    crowded: FxHashMap<(PrincipalKind, Key), Symbol>,
    strangers: Strangers<PrincipalKind>,
}

impl<'s, 'p> Join<'s, 'p> {
    fn new(parts: &[&'s StackPart], sites: &'s SitesAt<'p>) -> Self {
        let managed: Vec<&ManagedPolicyDeclaration> = parts.iter().flat_map(|part| &part.managed).collect();
        let managed_by_arn = Index::of(managed.iter().map(|it| Key::new(&it.arn)).zip(0..));
        Self {
            sites,
            managed,
            managed_by_arn,
            principals: Vec::new(),
            exact: Index::default(),
            by_name: Index::default(),
            crowded: FxHashMap::default(),
            strangers: Strangers::new(),
        }
    }

    /// Indexes the principals that are there.
    fn index(&mut self) {
        self.exact = Index::of(self.principals.iter().map(exact_key).zip(0..));
        self.by_name = Index::of(self.principals.iter().map(|it| (it.kind, Key::new(&it.name))).zip(0..));
    }

    /// The principal with the number of its trust policy.
    fn with_trust(&self, principal: Principal) -> Principal {
        let is_trust = |(_, site): &(usize, &PolicySite)| site.kind == PolicyKind::Trust;
        let trust = self.sites.of(&principal.stack, &principal.address).find(is_trust).map(|(index, _)| index);
        Principal { trust, ..principal }
    }

    fn add(&mut self, principal: Principal) -> usize {
        let index = self.principals.len();
        let principal = self.with_trust(principal);
        self.exact.add(&exact_key(&principal), index);
        self.by_name.add(&(principal.kind, Key::new(&principal.name)), index);
        self.principals.push(principal);
        index
    }

    /// The principals that claims name so.
    fn exact(&self, name: ExactKey) -> impl Iterator<Item = usize> {
        self.exact.get(name, |name, index| self.principals.get(index).is_some_and(|it| is_exactly(it, name)))
    }

    /// The managed policies with that ARN.
    fn managed(&self, arn: &Text) -> impl Iterator<Item = &'s ManagedPolicyDeclaration> {
        let is_its = |arn: &Key, index: usize| self.managed.get(index).is_some_and(|it| arn.is_of(&it.arn));
        self.managed_by_arn.get(Key::new(arn), is_its).filter_map(|index| self.managed.get(index).copied())
    }

    /// A data source adds nothing to a principal that is declared in view.
    fn look_up(&mut self, principal: &Principal) {
        if self.exact(exact_key(principal)).next().is_none() {
            self.add(principal.clone());
        }
    }

    /// `itself` is the number of the principal that a claim is about if that is the one that says it.
    fn claim(&mut self, itself: Option<usize>, claim: &Claim) {
        match &claim.subject {
            ClaimSubject::Itself(_) => itself.into_iter().for_each(|index| self.tell(index, claim, &claim.existence)),
            ClaimSubject::Named(kind, mention) => {
                let account = Key::new(&claim.account.text);
                let is_known = |text: &Text| self.exact(subject_key(*kind, text, &account)).next().is_some();
                for (text, existence) in mention.texts(&is_known) {
                    self.about(*kind, text, mention.span.unwrap_or(claim.via), claim, &claim.existence.and(&existence));
                }
            }
            ClaimSubject::Anyone(kind, symbol) => self.stranger(*kind, &Text::hole(symbol.clone()), symbol, claim),
        }
    }

    /// Gives the claim to all principals that `name` may be.
    fn about(&mut self, kind: PrincipalKind, name: &Text, span: Span, claim: &Claim, existence: &Existence) {
        let key = subject_key(kind, name, &Key::new(&claim.account.text));
        let exact: Vec<usize> = self.exact(key).collect();
        let is_declared = |index: &usize| self.principals.get(*index).is_some_and(|it| it.origin == Origin::Declared);
        let is_settled = exact.iter().any(is_declared);
        for (index, symbol) in if is_settled { Vec::new() } else { self.namesakes(kind, name, claim, &exact) } {
            self.tell(index, claim, &existence.and(&Existence::MayExist(symbol)));
        }
        if let Some(symbol) = name.holes().next().filter(|_| !is_settled) {
            self.stranger(kind, name, symbol, claim);
        }
        let exact = if exact.is_empty() { vec![self.add(named(kind, name, span, claim))] } else { exact };
        for index in exact {
            self.tell(index, claim, existence);
        }
    }

    /// Principals of that name in accounts that may be that of the claim, each with the symbol that decides.
    fn namesakes(&mut self, kind: PrincipalKind, name: &Text, claim: &Claim, exact: &[usize]) -> Vec<(usize, Symbol)> {
        if kind == PrincipalKind::PermissionSet {
            return Vec::new();
        }
        let key = (kind, Key::new(name));
        let is_called = |(kind, name): &&(PrincipalKind, Key), index: usize| {
            self.principals.get(index).is_some_and(|it| it.kind == *kind && name.is_of(&it.name))
        };
        let found: Vec<usize> = self.by_name.get(&key, is_called).take(MOST_NAMESAKES + 1).collect();
        if found.len() > MOST_NAMESAKES {
            if let Some(symbol) = claim.account.text.holes().next() {
                self.crowded.entry(key).or_insert_with(|| symbol.clone());
            }
            return Vec::new();
        }
        let others = found.iter().filter(|index| !exact.contains(index));
        let principals = others.filter_map(|index| Some((*index, self.principals.get(*index)?)));
        let perhaps = principals.filter_map(|(index, principal)| {
            let holes = claim.account.text.holes().chain(principal.account.text.holes());
            let is_open = principal.origin == Origin::Declared
                && same(&claim.account, &principal.account).truth == Truth::Unknown;
            holes.into_iter().next().filter(|_| is_open).map(|symbol| (index, symbol.clone()))
        });
        perhaps.collect()
    }

    fn tell(&mut self, index: usize, claim: &Claim, existence: &Existence) {
        let via = claim.via;
        match &claim.says {
            Says::Inline(attribute) => {
                let policies = self.inline(claim, attribute, existence);
                self.update(index, |principal| add(&mut principal.policies, policies));
            }
            Says::Attached(mention) => {
                let policies = self.attached(mention, via, existence);
                self.update(index, |principal| add(&mut principal.policies, policies));
            }
            Says::AttachedUnknown(symbol) => self.update(index, |principal| principal.open.push(symbol.clone())),
            Says::Bounded(mention) => {
                let boundary = one_of(self.attached(mention, via, existence), mention);
                self.update(index, |principal| principal.boundary = boundary);
            }
            Says::Member(mention) => self.member(index, mention, claim, existence),
            Says::Assigned(mention) => {
                let texts = mention.texts(&|_| false);
                let assignment = |(account, doubt): (&Text, Existence)| Assignment {
                    account: account.clone(),
                    via,
                    existence: existence.and(&doubt),
                };
                let assignments: Vec<Assignment> = texts.into_iter().map(assignment).collect();
                self.update(index, |principal| principal.assignments.extend(assignments));
            }
            Says::InlineOnly => self.update(index, |principal| principal.exclusive.inline = Some(via)),
            Says::ManagedOnly => self.update(index, |principal| principal.exclusive.managed = Some(via)),
        }
    }

    fn update(&mut self, index: usize, change: impl FnOnce(&mut Principal)) {
        if let Some(principal) = self.principals.get_mut(index) {
            change(principal);
        }
    }

    /// The documents of the attribute that the claim is about.
    fn inline(&self, claim: &Claim, attribute: &str, existence: &Existence) -> Vec<AttachedPolicy> {
        let own = self.sites.of(&claim.stack, &claim.address).filter(|(_, site)| site.attribute == attribute);
        let policy = |(index, site): (usize, &PolicySite)| AttachedPolicy {
            source: PolicySource::Site(index),
            via: site.span,
            existence: existence.and(&site.existence),
        };
        own.map(policy).collect()
    }

    /// The managed policies that an ARN may be that of.
    fn attached(&self, mention: &Mention, via: Span, existence: &Existence) -> Vec<AttachedPolicy> {
        let is_known = |text: &Text| self.managed(text).next().is_some();
        let texts = mention.texts(&is_known).into_iter();
        texts.flat_map(|(text, doubt)| self.managed_policy(text, via, &existence.and(&doubt))).collect()
    }

    fn managed_policy(&self, arn: &Text, via: Span, existence: &Existence) -> Vec<AttachedPolicy> {
        let sites = self.managed(arn).flat_map(|policy| self.sites.of(&policy.stack, &policy.address));
        let identity = sites.filter(|(_, site)| site.kind == PolicyKind::Identity);
        let policy = |source, existence| AttachedPolicy { source, via, existence };
        let in_view: Vec<AttachedPolicy> =
            identity.map(|(index, site)| policy(PolicySource::Site(index), existence.and(&site.existence))).collect();
        if in_view.is_empty() { vec![policy(elsewhere(arn), existence.clone())] } else { in_view }
    }

    fn member(&mut self, user: usize, group: &Mention, claim: &Claim, existence: &Existence) {
        let account = Key::new(&claim.account.text);
        let is_known = |text: &Text| self.exact(subject_key(PrincipalKind::Group, text, &account)).next().is_some();
        for (name, doubt) in group.texts(&is_known) {
            let key = subject_key(PrincipalKind::Group, name, &account);
            let found = self.exact(key).next();
            let group = match found {
                Some(index) => index,
                None => self.add(named(PrincipalKind::Group, name, claim.via, claim)),
            };
            let membership = Membership { group, via: claim.via, existence: existence.and(&doubt) };
            self.update(user, |principal| principal.groups.push(membership));
        }
    }

    fn stranger(&mut self, kind: PrincipalKind, name: &Text, symbol: &Symbol, claim: &Claim) {
        if adds_permissions(&claim.says) {
            self.strangers.add(&claim.stack, kind, name, symbol);
        }
    }

    /// Opens the principals of crowded names.
    fn open_namesakes(&mut self) {
        for principal in &mut self.principals {
            if let Some(symbol) = self.crowded.get(&(principal.kind, Key::new(&principal.name))) {
                open(principal, symbol);
            }
        }
    }

    /// Opens the principals that a name with holes in their stack may mean.
    fn open_strangers(&mut self) {
        for principal in self.principals.iter_mut().filter(|it| it.origin == Origin::Declared) {
            let is_kind = |kind: &PrincipalKind| *kind == principal.kind;
            let symbols = self.strangers.may_be(&principal.stack, is_kind, &[subject(principal)]);
            symbols.iter().for_each(|symbol| open(principal, symbol));
        }
    }
}

/// Most principals have a policy or two: there is no room for more unless there are more.
fn add(policies: &mut ThinVec<AttachedPolicy>, more: Vec<AttachedPolicy>) {
    if policies.len() < 2 {
        policies.reserve_exact(more.len());
    }
    policies.extend(more);
}

fn open(principal: &mut Principal, symbol: &Symbol) {
    if !principal.open.contains(symbol) {
        principal.open.push(symbol.clone());
    }
}

/// Whether a claim may give its subject more than it has.
fn adds_permissions(says: &Says) -> bool {
    match says {
        Says::Inline(_) | Says::Attached(_) | Says::AttachedUnknown(_) | Says::Member(_) => true,
        Says::Bounded(_) | Says::Assigned(_) | Says::InlineOnly | Says::ManagedOnly => false,
    }
}

/// How claims name a principal: by name and account, a permission set by ARN.
type ExactKey = (PrincipalKind, Key, Option<Key>);

fn exact_key(principal: &Principal) -> ExactKey {
    subject_key(principal.kind, subject(principal), &Key::new(&principal.account.text))
}

fn is_exactly(principal: &Principal, (kind, name, account): &ExactKey) -> bool {
    principal.kind == *kind
        && name.is_of(subject(principal))
        && account.as_ref().is_none_or(|account| account.is_of(&principal.account.text))
}

/// What claims call the principal.
fn subject(principal: &Principal) -> &Text {
    if principal.kind == PrincipalKind::PermissionSet { &principal.arn } else { &principal.name }
}

fn subject_key(kind: PrincipalKind, name: &Text, account: &Key) -> ExactKey {
    (kind, Key::new(name), (kind != PrincipalKind::PermissionSet).then(|| account.clone()))
}

/// A principal of which only the name is in view.
fn named(kind: PrincipalKind, name: &Text, span: Span, claim: &Claim) -> Principal {
    let shown = name.display();
    let symbol = |what: &str, cause| {
        let address = format!("{what} of {} {shown}", kind.arn_prefix());
        Symbol::new(claim.stack.clone(), address, cause, Some(span))
    };
    let (arn, name) = if kind == PrincipalKind::PermissionSet {
        (name.clone(), Text::hole(symbol("name", Cause::Data)))
    } else {
        let partition = Text::known("arn:").concat(Text::hole(symbol("partition", Cause::Partition)));
        let account = Text::known(":iam::").concat(claim.account.text.clone());
        let path = Text::known(format!(":{}/", kind.arn_prefix())).concat(Text::hole(symbol("path", Cause::Data)));
        (partition.concat(account).concat(path).concat(name.clone()), name.clone())
    };
    Principal {
        kind,
        origin: Origin::Named,
        stack: claim.stack.clone(),
        address: SmolStr::default(),
        account: claim.account.clone(),
        arn,
        name,
        path: None,
        trust: None,
        given_trust: None,
        policies: ThinVec::new(),
        groups: ThinVec::new(),
        assignments: ThinVec::new(),
        open: thin_vec![symbol("policies", Cause::Data)],
        boundary: None,
        exclusive: Exclusive::default(),
        existence: Existence::Certain,
        downloaded: false,
        span,
        service_linked: false,
    }
}

/// The one policy that the boundary is; unknown if it may be several.
fn one_of(policies: Vec<AttachedPolicy>, mention: &Mention) -> Option<AttachedPolicy> {
    let (first, rest) = policies.split_first()?;
    let source = match mention.text.holes().next().filter(|_| !rest.is_empty()) {
        Some(symbol) => PolicySource::Unknown(symbol.clone()),
        None => first.source.clone(),
    };
    let existence = if rest.is_empty() { first.existence.clone() } else { mention.existence.clone() };
    Some(AttachedPolicy { source, via: first.via, existence })
}

/// The policy of an ARN that no resource in view makes.
fn elsewhere(arn: &Text) -> PolicySource {
    match arn.pieces() {
        [Piece::Hole(symbol)] => PolicySource::Unknown(symbol.clone()),
        _ => aws_policy(arn).map_or_else(|| PolicySource::NotInView(arn.clone()), PolicySource::Aws),
    }
}

/// The policy of AWS's own that has this ARN in some partition.
fn aws_policy(arn: &Text) -> Option<facts::ManagedPolicy> {
    let pieces = arn.pieces().iter().map(|piece| match piece {
        Piece::Known(known) => pattern::Piece::Text(known.text.as_str()),
        Piece::Hole(symbol) => pattern::Piece::Hole(symbol),
    });
    let arn = Arn::read(pieces).ok().filter(|arn| arn.account.known().as_deref() == Some("aws"))?;
    facts::managed_policy(arn.resource.known()?.strip_prefix("policy/")?)
}
