//! From claims to resources with the policies on them.
//!
//! A policy goes to the resource of its stack that it names by ARN, name, id or URL, else to
//! one of another stack in the same account, else to a resource of its own that is only named.

use std::sync::Arc;

use rustc_hash::FxHashMap;
use smol_str::SmolStr;
use thin_vec::{ThinVec, thin_vec};

use crate::aws::facts;
use crate::eval::account::same;
use crate::eval::evaluator::Existence;
use crate::eval::symbol::{Cause, Symbol};
use crate::eval::text::Text;
use crate::iam::collect::{ResourceClaim, ResourceSays, ResourceSubject, StackPart};
use crate::iam::index::Index;
use crate::iam::key::Key;
use crate::iam::principal::Origin;
use crate::iam::resource::{AccountPolicy, PolicedResource, ResourcePolicy, ResourcePolicySource};
use crate::policy::sites::PolicySite;
use crate::source::Span;
use crate::truth::Truth;

use super::strangers::Strangers;
use super::{MOST_NAMESAKES, SitesAt};

/// A service and a resource type in it, as far as a policy tells.
type Type = (&'static str, Option<&'static str>);

/// A claim, and the number of the resource that it is about if that is the one that says it.
#[derive(Clone, Copy)]
pub(super) struct Told<'a> {
    pub(super) itself: Option<usize>,
    pub(super) claim: &'a ResourceClaim,
}

/// The resources of all stacks with the policies on them. Those of which nothing is claimed are shared with the parts.
pub(in crate::iam) struct Resources {
    pub(in crate::iam) resources: Vec<Arc<PolicedResource>>,
    /// The policies of whole accounts.
    pub(in crate::iam) account_policies: Vec<AccountPolicy>,
    pub(in crate::iam) by_arn: Index,
    /// By services and names.
    pub(in crate::iam) by_name: Index,
}

/// The resources of all stacks.
pub(in crate::iam) fn resources(parts: &[&StackPart], sites: &SitesAt<'_>) -> Resources {
    let mut join = Join::new(sites);
    join.resources.reserve(parts.iter().map(|part| part.resources.len()).sum());
    let mut claims = Vec::new();
    let mut looked_up = Vec::new();
    for part in parts {
        let mut numbers = Vec::new();
        for resource in &part.resources {
            if resource.origin == Origin::Declared {
                numbers.push(Some(join.resources.len()));
                join.resources.push(Arc::clone(resource));
            } else {
                numbers.push(None);
                looked_up.push(resource);
            }
        }
        claims.extend(part.resource_claims.iter().filter_map(|claim| {
            let itself = match claim.subject {
                ResourceSubject::Itself(index) => Some(numbers.get(index).copied().flatten()?),
                ResourceSubject::Named(_) | ResourceSubject::Account => None,
            };
            Some(Told { itself, claim })
        }));
    }
    join.index();
    for resource in looked_up {
        join.look_up(resource);
    }
    let is_about_key = |told: &&Told<'_>| matches!(told.claim.says, ResourceSays::Encrypted(_));
    claims.iter().filter(|told| !is_about_key(told)).for_each(|told| join.claim(*told));
    join.name_keys(parts.iter().flat_map(|part| &part.key_aliases));
    join.encrypt(&claims);
    join.open_namesakes();
    join.open_strangers();
    let Join { resources, account_policies, by_arn, by_name, .. } = join;
    Resources { resources, account_policies, by_arn: by_arn.settled(), by_name: by_name.settled() }
}

pub(super) struct Join<'s, 'p> {
    sites: &'s SitesAt<'p>,
    pub(super) resources: Vec<Arc<PolicedResource>>,
    account_policies: Vec<AccountPolicy>,
    by_arn: Index,
    /// By services and names.
    by_name: Index,
    /// By services, names and accounts. Hardly ever needed.
    exact: Option<Index>,
    /// The keys behind aliases, by their account and the name or the ARN of the alias.
    pub(super) aliases: FxHashMap<(Key, Key), usize>,
    /// Names that a policy was put on in an account that may be that of many resources.
    crowded: FxHashMap<(Type, Key), Symbol>,
    strangers: Strangers<Type>,
}

impl<'s, 'p> Join<'s, 'p> {
    fn new(sites: &'s SitesAt<'p>) -> Self {
        Self {
            sites,
            resources: Vec::new(),
            account_policies: Vec::new(),
            by_arn: Index::default(),
            by_name: Index::default(),
            exact: None,
            aliases: FxHashMap::default(),
            crowded: FxHashMap::default(),
            strangers: Strangers::new(),
        }
    }

    /// Indexes the resources that are there.
    fn index(&mut self) {
        let numbered = || self.resources.iter().zip(0..);
        self.by_arn = Index::of(numbered().map(|(resource, index)| (Key::new(&resource.arn), index)));
        self.by_name = Index::of(numbered().flat_map(|(resource, index)| {
            names(resource).into_iter().map(move |name| ((resource.service, name), index))
        }));
    }

    fn add(&mut self, resource: Arc<PolicedResource>) -> usize {
        let index = self.resources.len();
        self.by_arn.add(&Key::new(&resource.arn), index);
        for name in names(&resource) {
            if let Some(exact) = &mut self.exact {
                exact.add(&(resource.service, &name, Key::new(&resource.account.text)), index);
            }
            self.by_name.add(&(resource.service, name), index);
        }
        self.resources.push(resource);
        index
    }

    fn is(&self, index: usize, is_wanted: impl FnOnce(&PolicedResource) -> bool) -> bool {
        self.resources.get(index).is_some_and(|it| is_wanted(it))
    }

    /// The resources with that ARN.
    pub(super) fn with_arn<'j>(&'j self, arn: &'j Key) -> impl Iterator<Item = usize> + 'j {
        self.by_arn.get(arn, |arn, index| self.is(index, |it| arn.is_of(&it.arn)))
    }

    /// The resources of that service and name.
    fn with_name<'j>(&'j self, service: &'static str, name: &'j Key) -> impl Iterator<Item = usize> + 'j {
        self.by_name.get((service, name), |(service, name), index| {
            self.is(index, |it| it.service == *service && it.is_called(name))
        })
    }

    /// The resources of that type and name.
    pub(super) fn of_type<'j>(&'j self, kind: Type, name: &'j Key) -> impl Iterator<Item = usize> + 'j {
        self.with_name(kind.0, name).filter(move |index| self.is(*index, |it| is_kind(it, kind)))
    }

    /// The resources of that type and name in that account, of which there may be many in others.
    fn in_account(&mut self, kind: Type, name: &Key, account: &Key) -> Vec<usize> {
        let all = || {
            self.resources.iter().zip(0..).flat_map(|(resource, index)| {
                let account = Key::new(&resource.account.text);
                names(resource).into_iter().map(move |name| ((resource.service, name, account.clone()), index))
            })
        };
        let exact = self.exact.get_or_insert_with(|| Index::of(all()));
        let is_exact =
            |it: &PolicedResource| is_kind(it, kind) && it.is_called(name) && account.is_of(&it.account.text);
        let resources = &self.resources;
        let found =
            exact.get((kind.0, name, account), |_, index| resources.get(index).is_some_and(|it: &Arc<_>| is_exact(it)));
        found.collect()
    }

    /// A data source adds nothing to a resource that is declared in view.
    fn look_up(&mut self, resource: &Arc<PolicedResource>) {
        if self.with_arn(&Key::new(&resource.arn)).next().is_none() {
            self.add(Arc::clone(resource));
        }
    }

    fn claim(&mut self, Told { itself, claim }: Told<'_>) {
        match &claim.subject {
            ResourceSubject::Itself(_) => {
                itself.into_iter().for_each(|index| self.tell(index, claim, &claim.existence));
            }
            ResourceSubject::Account => self.about_account(claim),
            ResourceSubject::Named(mention) => {
                let kind = (claim.service, claim.resource_type);
                let is_known = |text: &Text| {
                    let name = Key::new(text);
                    self.with_arn(&name).next().is_some() || self.of_type(kind, &name).next().is_some()
                };
                for (text, existence) in mention.texts(&is_known) {
                    self.about(text, mention.span.unwrap_or(claim.via), claim, &claim.existence.and(&existence));
                }
            }
        }
    }

    fn about_account(&mut self, claim: &ResourceClaim) {
        let ResourceSays::Policy(attribute) = claim.says else { return };
        let of_attribute = self.sites.of(&claim.stack, &claim.address).filter(|(_, site)| site.attribute == attribute);
        let (service, account) = (claim.service, &claim.account);
        let policy = |(site, _): (usize, &PolicySite)| AccountPolicy { service, account: account.clone(), site };
        self.account_policies.extend(of_attribute.map(policy));
    }

    /// Gives the claim to all resources that `text` may name.
    fn about(&mut self, text: &Text, span: Span, claim: &ResourceClaim, existence: &Existence) {
        let (mut exact, perhaps) = self.named(text, claim);
        let is_declared = |index: &usize| self.resources.get(*index).is_some_and(|it| it.origin == Origin::Declared);
        let is_settled = exact.iter().any(is_declared);
        if !is_settled {
            for (index, symbol) in perhaps {
                self.tell(index, claim, &existence.and(&Existence::MayExist(symbol)));
            }
            if let Some(symbol) = text.holes().next() {
                self.strangers.add(&claim.stack, (claim.service, claim.resource_type), text, symbol);
            }
        }
        if exact.is_empty() {
            exact.push(self.add(Arc::new(named(text, span, claim))));
        }
        for index in exact {
            self.tell(index, claim, existence);
        }
    }

    /// The resources that `text` names: for certain, those of the same stack before others; and
    /// perhaps, with the symbol that decides.
    pub(super) fn named(&mut self, text: &Text, claim: &ResourceClaim) -> (Vec<usize>, Vec<(usize, Symbol)>) {
        let (kind, name) = ((claim.service, claim.resource_type), Key::new(text));
        let of_arn: Vec<usize> = self.with_arn(&name).collect();
        if !of_arn.is_empty() {
            return (self.nearest(of_arn, &claim.stack), Vec::new());
        }
        let found: Vec<usize> = self.with_name(kind.0, &name).take(MOST_NAMESAKES + 1).collect();
        if found.len() > MOST_NAMESAKES {
            return (self.among_many(kind, name, text, claim), Vec::new());
        }
        let (mut exact, mut perhaps) = (Vec::new(), Vec::new());
        for index in found {
            let Some(resource) = self.resources.get(index).filter(|it| is_kind(it, kind)) else { continue };
            let accounts = same(&claim.account, &resource.account).truth;
            // The names of buckets are those of the whole partition.
            let accounts =
                if claim.service == "s3" && resource.resource_type == Some("bucket") { Truth::Yes } else { accounts };
            let mut holes = claim.account.text.holes().chain(resource.account.text.holes());
            match (accounts, holes.next()) {
                (Truth::Yes, _) => exact.push(index),
                (Truth::Unknown, Some(symbol)) => perhaps.push((index, symbol.clone())),
                (Truth::Unknown, None) | (Truth::No, _) => {}
            }
        }
        (self.nearest(exact, &claim.stack), perhaps)
    }

    /// Of more resources of one name than can be asked one by one, those in the same account;
    /// if none of them is declared, the policy may be that of any of them.
    fn among_many(&mut self, kind: Type, name: Key, text: &Text, claim: &ResourceClaim) -> Vec<usize> {
        let exact = self.in_account(kind, &name, &Key::new(&claim.account.text));
        let exact = self.nearest(exact, &claim.stack);
        let is_declared = |index: &usize| self.resources.get(*index).is_some_and(|it| it.origin == Origin::Declared);
        if !exact.iter().any(is_declared) {
            let unknown = || {
                let address = format!("policy of {}", text.display());
                Symbol::new(claim.stack.clone(), address, Cause::Limit("resources of one name"), Some(claim.via))
            };
            let symbol = claim.account.text.holes().next().cloned();
            self.crowded.entry((kind, name)).or_insert_with(|| symbol.unwrap_or_else(unknown));
        }
        exact
    }

    fn nearest(&self, found: Vec<usize>, stack: &SmolStr) -> Vec<usize> {
        let near: Vec<usize> = found.iter().copied().filter(|index| self.is(*index, |it| it.stack == *stack)).collect();
        if near.is_empty() { found } else { near }
    }

    fn tell(&mut self, index: usize, claim: &ResourceClaim, existence: &Existence) {
        let Some(resource) = self.resources.get_mut(index) else { return };
        match &claim.says {
            ResourceSays::Policy(attribute) => {
                let sites = self.sites.of(&claim.stack, &claim.address);
                for (index, site) in sites.filter(|(_, site)| site.attribute == *attribute) {
                    put(Arc::make_mut(resource), index, site.span, existence.and(&site.existence));
                }
            }
            ResourceSays::Grant(document) => {
                let source = ResourcePolicySource::Implied(document.clone());
                let policy = ResourcePolicy { source, via: claim.via, existence: existence.clone() };
                Arc::make_mut(resource).policies.push(policy);
            }
            ResourceSays::Open(symbol) => Arc::make_mut(resource).open.push(symbol.clone()),
            ResourceSays::Encrypted(_) => {}
        }
    }

    /// Opens the resources of crowded names.
    fn open_namesakes(&mut self) {
        if self.crowded.is_empty() {
            return;
        }
        for resource in &mut self.resources {
            let symbols: Vec<Symbol> = keys(resource).filter_map(|key| self.crowded.get(&key).cloned()).collect();
            if let Some(missing) = symbols.into_iter().find(|symbol| !resource.open.contains(symbol)) {
                Arc::make_mut(resource).open.push(missing);
            }
        }
    }

    fn open_strangers(&mut self) {
        for resource in self.resources.iter_mut().filter(|it| it.origin == Origin::Declared) {
            let texts: Vec<&Text> = resource.names.iter().chain([&resource.arn]).collect();
            let symbols = self.strangers.may_be(&resource.stack, |kind| is_kind(resource, *kind), &texts);
            let mut symbols = symbols.into_iter().peekable();
            if symbols.peek().is_some() {
                Arc::make_mut(resource).open.extend(symbols);
            }
        }
    }
}

/// The types and names by which policies name the resource: some do not tell the type.
fn keys(resource: &PolicedResource) -> impl Iterator<Item = (Type, Key)> + '_ {
    let types = [resource.resource_type, None].map(|resource_type| (resource.service, resource_type));
    resource.names.iter().flat_map(move |name| types.map(|kind| (kind, Key::new(name))))
}

/// The names by which policies name the resource beside its ARN, each once.
fn names(resource: &PolicedResource) -> Vec<Key> {
    let mut names: Vec<Key> = resource.names.iter().map(Key::new).collect();
    names.sort_unstable();
    names.dedup();
    names
}

/// Whether the resource is of that type, as far as a policy tells it.
fn is_kind(resource: &PolicedResource, (service, resource_type): Type) -> bool {
    resource.service == service && (resource_type.is_none() || resource.resource_type == resource_type)
}

/// Puts a policy on a resource in place of the one that AWS would give it.
fn put(resource: &mut PolicedResource, site: usize, via: Span, existence: Existence) {
    match &existence {
        Existence::Certain => resource.policies.retain(|policy| !policy.is_default()),
        Existence::MayExist(_) => {
            for default in resource.policies.iter_mut().filter(|policy| policy.is_default()) {
                default.existence = existence.clone();
            }
        }
    }
    resource.policies.push(ResourcePolicy { source: ResourcePolicySource::Site(site), via, existence });
}

/// A resource of which only the name is in view.
fn named(text: &Text, span: Span, claim: &ResourceClaim) -> PolicedResource {
    let shown = text.display();
    let kind = claim.resource_type.unwrap_or(claim.service);
    let symbol =
        |what: &str| Symbol::new(claim.stack.clone(), format!("{what} of {kind} {shown}"), Cause::Data, Some(span));
    let is_arn = text.known_prefix().starts_with("arn:");
    let arn = if is_arn { text.clone() } else { arn_with_name(text, claim, &symbol) };
    PolicedResource {
        service: claim.service,
        resource_type: claim.resource_type,
        origin: Origin::Named,
        stack: claim.stack.clone(),
        address: SmolStr::default(),
        account: claim.account.clone(),
        arn,
        names: if is_arn { ThinVec::new() } else { thin_vec![text.clone()] },
        aliases: ThinVec::new(),
        encryption: ThinVec::new(),
        policies: ThinVec::new(),
        open: thin_vec![symbol("policy")],
        existence: Existence::Certain,
        downloaded: false,
        span,
    }
}

/// The ARN form of the type with what is known put in: a name stands for the only unknown part.
fn arn_with_name(name: &Text, claim: &ResourceClaim, symbol: &impl Fn(&str) -> Symbol) -> Text {
    let hole = |what: &str| Text::hole(symbol(what));
    let facts = claim.resource_type.and_then(|name| facts::resource_type(claim.service, name));
    let Some(facts) = facts.filter(|_| !name.known_prefix().contains("://")) else { return hole("arn") };
    let mut parts = facts.arn.split("${");
    let mut arn = Text::known(parts.next().unwrap_or_default());
    let parts: Vec<(&str, &str)> = parts.filter_map(|part| part.split_once('}')).collect();
    let is_own = |name: &str| !matches!(name, "Partition" | "Region" | "Account");
    let only = parts.iter().filter(|(name, _)| is_own(name)).count() == 1;
    for (placeholder, behind) in parts {
        let value = match placeholder {
            "Account" => claim.account.text.clone(),
            own if is_own(own) && only => name.clone(),
            other => hole(&other.to_ascii_lowercase()),
        };
        arn = arn.concat(value).concat(Text::known(behind));
    }
    arn
}
