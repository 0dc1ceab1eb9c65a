//! Whether a statement applies to a request.
//!
//! Source: IAM User Guide, `reference_policies_elements` and `reference_policies_grammar`.

use crate::aws::pattern::{Pattern, Syntax};
use crate::eval::symbol::Symbol;
use crate::policy::model::{self, Leaf, PolicyKind, PrincipalGroup, Strings};
use crate::source::Span;
use crate::truth::Truth;

use super::accounts::Accounts;
use super::condition::Condition;
use super::decide::Obstacle;
use super::hole::{Hole, Side, pattern};
use super::principal::{Levels, PrincipalSet};
use super::request::Request;
use super::resource::Resource;
use super::standing::Standing;
use super::template::Reading;

/// A list of a policy, of which a part may be unknown.
#[derive(Debug)]
pub(super) struct Listed<T> {
    pub(super) items: Vec<T>,
    pub(super) possible: Vec<T>,
    pub(super) open: Vec<Symbol>,
    /// Whether there is nothing else that may be among them.
    exhaustive: bool,
}

impl<T> Default for Listed<T> {
    fn default() -> Self {
        Self { items: Vec::new(), possible: Vec::new(), open: Vec::new(), exhaustive: true }
    }
}

impl<T> Listed<T> {
    pub(super) fn of_strings(strings: &Strings, read: impl Fn(&Leaf) -> T) -> Self {
        let Strings { items, possible, open, exhaustive, .. } = strings;
        Self::read(items, possible, open, *exhaustive, read)
    }

    pub(super) fn of_group(group: &PrincipalGroup, read: impl Fn(&Leaf) -> T) -> Self {
        let PrincipalGroup { items, possible, open, exhaustive, .. } = group;
        Self::read(items, possible, open, *exhaustive, read)
    }

    pub(super) fn of_values(condition: &model::Condition, read: impl Fn(&Leaf) -> T) -> Self {
        let model::Condition { values, possible, open, exhaustive, .. } = condition;
        Self::read(values, possible, open, *exhaustive, read)
    }

    fn read(items: &[Leaf], possible: &[Leaf], open: &[Symbol], exhaustive: bool, read: impl Fn(&Leaf) -> T) -> Self {
        Self {
            items: items.iter().map(&read).collect(),
            possible: possible.iter().map(&read).collect(),
            open: open.to_vec(),
            exhaustive,
        }
    }

    /// Whether others may be among them of which nothing is known.
    pub(super) const fn may_have_others(&self) -> bool {
        !self.exhaustive
    }

    /// Whether `holds` for one of them.
    pub(super) fn any(&self, mut holds: impl FnMut(&T) -> Truth) -> Truth {
        let certain = Truth::any(self.items.iter().map(&mut holds));
        if certain.is_yes() {
            return certain;
        }
        let possible = Truth::any(self.possible.iter().map(holds)).and(Truth::Unknown);
        let more = if self.may_have_others() { Truth::Unknown } else { Truth::No };
        certain.or(possible).or(more)
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &T> {
        self.items.iter().chain(&self.possible)
    }
}

/// An element that holds strings, or its `Not` form.
#[derive(Debug)]
struct Element<T> {
    negated: bool,
    list: Listed<T>,
}

impl<T> Element<T> {
    fn compile(strings: &Strings, read: impl Fn(&Leaf) -> T) -> Self {
        let list = Listed::of_strings(strings, read);
        Self { negated: strings.negated, list }
    }

    fn matches(&self, holds: impl FnMut(&T) -> Truth) -> Truth {
        let listed = self.list.any(holds);
        if self.negated { listed.not() } else { listed }
    }
}

/// What a statement is about to say of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Effect {
    Allow,
    Deny,
    /// Either, or neither.
    Unknown,
}

/// A statement, ready to be asked.
#[derive(Debug)]
pub(super) struct Statement {
    pub(super) span: Span,
    pub(super) effect: Effect,
    /// Whether it stands as it is: nothing may be added and no condition may narrow it.
    closed: bool,
    principals: Principals,
    actions: Vec<Element<Pattern<Hole>>>,
    resources: Vec<Element<Resource>>,
    /// What a statement without `Resource` is about.
    without_resource: Truth,
    conditions: Vec<Condition>,
    /// What keeps it from standing as it is.
    open: Vec<Symbol>,
}

#[derive(Debug)]
enum Principals {
    /// The kind of policy says who is meant.
    Implied,
    /// `Principal` or `NotPrincipal`.
    Written(PrincipalSet),
    /// None where there has to be one, or the reverse: AWS refuses to store it.
    Invalid,
}

impl Statement {
    pub(super) fn compile(statement: &model::Statement, kind: PolicyKind, variables: Truth) -> Self {
        let reading = Reading { wildcards: true, variables, folded: false };
        let action = |leaf: &Leaf| pattern(&leaf.text, Syntax::Wildcards, Side::Policy).fold_case();
        let resources = |strings: &Strings| {
            Element::compile(strings, |leaf| Resource::compile(&leaf.text, reading, kind, strings.negated))
        };
        Self {
            span: statement.span,
            effect: Effect::read(statement.effect.as_ref()),
            closed: statement.certain && statement.open.is_empty() && statement.conditions_open.is_empty(),
            principals: Principals::compile(&statement.principals, kind),
            actions: statement.actions.iter().map(|it| Element::compile(it, action)).collect(),
            resources: statement.resources.iter().map(resources).collect(),
            without_resource: if kind == PolicyKind::Trust { Truth::Yes } else { Truth::Unknown },
            conditions: statement.conditions.iter().map(|it| Condition::compile(it, variables)).collect(),
            open: open_symbols(statement),
        }
    }

    /// Whether it is about the request, the caller aside.
    pub(super) fn matches(&self, request: &Request<'_>) -> Truth {
        let mut answer = self.action(request);
        for part in [Self::resource, Self::condition] {
            if answer.is_no() {
                return answer;
            }
            answer = answer.and(part(self, request));
        }
        if self.closed { answer } else { answer.and(Truth::Unknown) }
    }

    /// Whether it is about the request, the caller among that, but for its conditions.
    pub(super) fn is_about(&self, request: &Request<'_>, accounts: &dyn Accounts) -> Truth {
        let answer = self.action(request).and(self.resource(request));
        // Whether the caller has a boundary matters to `NotPrincipal` alone.
        if answer.is_no() { answer } else { answer.and(self.levels(request, accounts, Truth::Unknown).any()) }
    }

    /// Whether its conditions may hold for the request.
    pub(super) fn may_hold(&self, request: &Request<'_>) -> bool {
        self.condition(request).may_be()
    }

    pub(super) fn conditions(&self) -> &[Condition] {
        &self.conditions
    }

    fn action(&self, request: &Request<'_>) -> Truth {
        let matches = |element: &Element<_>| element.matches(|it: &Pattern<Hole>| it.covers(request.action.pattern()));
        match self.actions.as_slice() {
            [] => Truth::Unknown,
            elements => Truth::all(elements.iter().map(matches)),
        }
    }

    fn resource(&self, request: &Request<'_>) -> Truth {
        match self.resources.as_slice() {
            [] => self.without_resource,
            elements => Truth::all(elements.iter().map(|element| element.matches(|it| it.matches(request)))),
        }
    }

    fn condition(&self, request: &Request<'_>) -> Truth {
        Truth::all(self.conditions.iter().map(|condition| condition.holds(request)))
    }

    /// How it names the caller.
    pub(super) fn levels(&self, request: &Request<'_>, accounts: &dyn Accounts, has_boundary: Truth) -> Levels {
        match &self.principals {
            Principals::Implied => Levels::direct(Truth::Yes),
            Principals::Invalid => Levels::UNKNOWN,
            Principals::Written(set) => {
                let levels = set.levels(request.caller, accounts, has_boundary);
                // AWS does not support `NotPrincipal` with `Allow`.
                let supported = !set.is_negated() || self.effect == Effect::Deny;
                if supported { levels } else { levels.and(Truth::Unknown) }
            }
        }
    }

    /// How each of its parts fits the request. A caller without a boundary is assumed.
    pub(super) fn standing(&self, request: &Request<'_>, accounts: &dyn Accounts) -> Standing {
        Standing {
            allows: self.effect.allows(),
            principal: self.levels(request, accounts, Truth::No).any(),
            action: self.action(request),
            resource: self.resource(request),
            conditions: self.conditions.iter().map(|condition| condition.holds(request)).collect(),
        }
    }

    /// What keeps it from a certain answer.
    pub(super) fn obstacles(&self, request: &Request<'_>, levels: Levels, found: &mut Vec<Obstacle>) {
        let symbol = |symbol: &Symbol| Obstacle::Symbol(symbol.clone());
        found.extend(self.open.iter().map(symbol));
        if let (Principals::Written(set), Truth::Unknown) = (&self.principals, levels.any()) {
            found.extend(set.symbols().map(symbol));
        }
        if self.action(request) == Truth::Unknown {
            let holes = self.actions.iter().flat_map(|it| it.list.iter()).flat_map(Pattern::holes);
            found.extend(holes.map(Hole::symbol).chain(self.actions.iter().flat_map(|it| &it.list.open)).map(symbol));
        }
        if self.resource(request) == Truth::Unknown {
            self.resource_obstacles(request, found);
        }
        for condition in self.conditions.iter().filter(|it| it.holds(request) == Truth::Unknown) {
            found.extend(condition.unknown_keys(request).into_iter().map(Obstacle::Key));
            found.extend(condition.symbols().map(symbol));
        }
    }

    fn resource_obstacles(&self, request: &Request<'_>, found: &mut Vec<Obstacle>) {
        let symbol = |symbol: &Symbol| Obstacle::Symbol(symbol.clone());
        for resource in self.resources.iter().flat_map(|it| it.list.iter()) {
            if resource.matches(request) == Truth::Unknown {
                let keys = resource.keys();
                if request.target.is_each() && keys.is_empty() && resource.symbols().next().is_none() {
                    found.push(Obstacle::Part);
                }
                found.extend(keys.into_iter().map(|key| Obstacle::Key(key.into())));
                found.extend(resource.symbols().map(symbol));
            }
        }
        found.extend(self.resources.iter().flat_map(|it| &it.list.open).map(symbol));
        found.extend(request.target.pattern().holes().map(Hole::symbol).map(symbol));
    }
}

fn open_symbols(statement: &model::Statement) -> Vec<Symbol> {
    let effect = statement.effect.iter().flat_map(|leaf| leaf.text.holes());
    statement.open.iter().chain(&statement.conditions_open).chain(effect).cloned().collect()
}

impl Effect {
    /// Letter case matters; what is neither is refused by AWS.
    fn read(effect: Option<&Leaf>) -> Self {
        match effect.and_then(|leaf| leaf.text.as_known()).as_deref() {
            Some("Allow") => Self::Allow,
            Some("Deny") => Self::Deny,
            Some(_) | None => Self::Unknown,
        }
    }

    pub(super) fn allows(self) -> Truth {
        self.is(Self::Allow)
    }

    pub(super) fn denies(self) -> Truth {
        self.is(Self::Deny)
    }

    fn is(self, wanted: Self) -> Truth {
        if self == Self::Unknown { Truth::Unknown } else { Truth::from(self == wanted) }
    }
}

impl Principals {
    fn compile(principals: &[model::Principals], kind: PolicyKind) -> Self {
        let implied = match kind {
            PolicyKind::Identity | PolicyKind::ServiceControl | PolicyKind::Session => true,
            PolicyKind::Resource | PolicyKind::Trust | PolicyKind::ResourceControl | PolicyKind::Endpoint => false,
            PolicyKind::Unattached => principals.is_empty(),
        };
        match principals {
            [] if implied => Self::Implied,
            [one] if !implied => Self::Written(PrincipalSet::compile(one)),
            _ => Self::Invalid,
        }
    }
}
