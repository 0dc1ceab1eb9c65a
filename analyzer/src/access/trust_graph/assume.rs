//! Who may become which role.

use std::collections::BTreeMap;

use smol_str::SmolStr;

use crate::access::claims::may_allow;
use crate::access::grants::{State, actions, identity, named};
use crate::access::hole::{Hole, Side, pattern};
use crate::access::request::Action;
use crate::access::view::{AccessView, TargetSide};
use crate::aws::facts::{self, ActionFacts};
use crate::aws::pattern::{Pattern, Syntax};
use crate::eval::account::{Account, same};
use crate::iam::{Key, Principal, PrincipalKind};
use crate::policy::model::Statement;

use super::build::{Builder, Draft, Who};
use super::judge::{Judged, judge, judge_many};
use super::nodes::{Named, named_in};
use super::{EdgeKind, NodeKind};

const ASSUME_ROLE: &str = "sts:AssumeRole";

/// The actions by which a role is assumed, and whether those who do are known to an identity provider.
const ASSUMING: [(&str, bool); 3] =
    [(ASSUME_ROLE, false), ("sts:AssumeRoleWithSAML", true), ("sts:AssumeRoleWithWebIdentity", true)];

/// Adds the edges that end at roles.
pub(super) fn add(builder: &mut Builder<'_, '_>) {
    let claimants = Claimants::of(builder);
    let view = builder.view;
    for (index, role) in view.iam().principals().iter().enumerate().filter(|(_, it)| it.kind == PrincipalKind::Role) {
        let Some(trust) = view.iam().trust(role, view.policies()) else { continue };
        if !builder.wants_principal(index) && !trust.statements.iter().any(|it| names_wanted(builder, it)) {
            continue;
        }
        let on = view.role(role);
        for statement in &trust.statements {
            for (name, federated) in ASSUMING {
                let action = facts::action(name).filter(|action| may_allow(statement, action));
                if let Some(action) = action {
                    let way = Way { index, on: &on, action: Action::new(action.name), facts: action, federated };
                    way.follow(statement, builder, &claimants);
                }
            }
        }
    }
    add_claims(builder, &claimants);
}

/// Whether a statement may be about someone whose edges are wanted.
fn names_wanted(builder: &Builder<'_, '_>, statement: &Statement) -> bool {
    let mut named = named_in(builder.view, statement);
    named.any(|(_, named)| match named {
        Named::Principal(principal) => builder.index_of(principal).is_some_and(|index| builder.wants_principal(index)),
        Named::Other(kind, _) => matches!(kind, NodeKind::Account),
    })
}

/// A role, and an action by which it is assumed.
struct Way<'w, 'v> {
    index: usize,
    on: &'w TargetSide<'v>,
    action: Action,
    facts: ActionFacts,
    federated: bool,
}

impl Way<'_, '_> {
    /// Adds the edges of those whom `statement` of the trust policy names.
    fn follow(&self, statement: &Statement, builder: &mut Builder<'_, '_>, claimants: &Claimants<'_>) {
        for (_, named) in named_in(builder.view, statement) {
            let fits = match &named {
                Named::Other(NodeKind::Federated(_), _) => self.federated,
                Named::Principal(_) | Named::Other(..) => !self.federated,
            };
            if !fits {
                continue;
            }
            if let Named::Other(NodeKind::Account, Some(account)) = &named {
                for who in claimants.of_account(account, self.on) {
                    if who != Who::from(self.index) && builder.wants(Some(who.index), self.index) {
                        self.delegate(statement, who, builder);
                    }
                }
            }
            self.let_in(statement, named, builder);
        }
    }

    fn let_in(&self, statement: &Statement, named: Named<'_>, builder: &mut Builder<'_, '_>) {
        let view = builder.view;
        let index = match &named {
            Named::Principal(principal) => builder.index_of(principal),
            Named::Other(..) => None,
        };
        if !builder.wants(index, self.index) {
            return;
        }
        let is_many = matches!(&named, Named::Other(NodeKind::Account | NodeKind::Everyone, _));
        let (Some(to), Some((from, calling))) = (builder.principal_node(self.index), builder.node_of(named)) else {
            return;
        };
        let asked = || std::iter::once((&self.action, self.on));
        let judged = match (calling, index) {
            (Some(calling), _) if is_many => judge_many(view, calling, statement, asked()),
            (Some(calling), _) => judge(view, &view.stranger(calling), &self.action, self.on),
            (None, Some(index)) => builder.side(index.into()).and_then(|side| judge(view, side, &self.action, self.on)),
            (None, None) => None,
        };
        if let Some(judged) = judged {
            self.add(from, to, statement, &judged, builder);
        }
    }

    /// Adds the edge of a principal that makes use of the trust in its account.
    fn delegate(&self, statement: &Statement, who: Who, builder: &mut Builder<'_, '_>) {
        let view = builder.view;
        let judged = builder.side(who).and_then(|side| judge(view, side, &self.action, self.on));
        let Some(judged) = judged.filter(|it| !matches!(it.state, State::IdentityMissing | State::ResourceMissing))
        else {
            return;
        };
        if let (Some(from), Some(to)) = (builder.caller_node(who), builder.principal_node(self.index)) {
            self.add(from, to, statement, &judged, builder);
        }
    }

    fn add(&self, from: usize, to: usize, statement: &Statement, judged: &Judged, builder: &mut Builder<'_, '_>) {
        let action = SmolStr::new_static(self.facts.name);
        let (kind, resource) = (EdgeKind::Assume, Some(statement.span));
        builder.add(&Draft { from, to, kind, action, judged, resource, identity: None });
    }
}

/// Adds what policies of principals say of roles by name and no trust policy answers.
fn add_claims<'a>(builder: &mut Builder<'_, 'a>, claimants: &Claimants<'a>) {
    let view = builder.view;
    for claimant in &claimants.all {
        for (_, statement) in identity::statements(view, claimant.principal) {
            if actions::assume_role(statement).is_none() {
                continue;
            }
            for leaf in identity::resources(statement) {
                let role = named::role(view.iam(), &leaf.text).and_then(|role| builder.index_of(role));
                let is_wanted =
                    |role: &usize| Who::from(*role) != claimant.who && builder.wants(Some(claimant.who.index), *role);
                if let Some(role) = role.filter(is_wanted) {
                    claim(claimant.who, role, statement, builder);
                }
            }
        }
    }
}

fn claim(who: Who, role: usize, statement: &Statement, builder: &mut Builder<'_, '_>) {
    let view = builder.view;
    let (Some(from), Some(to)) = (builder.caller_node(who), builder.principal_node(role)) else { return };
    let target = builder.principal(role).filter(|_| !builder.has_edge(from, to, EdgeKind::Assume));
    let Some(on) = target.map(|target| view.role(target)) else { return };
    let judged = builder.side(who).and_then(|side| judge(view, side, &Action::new(ASSUME_ROLE), &on));
    if let Some(judged) = judged {
        let (kind, action) = (EdgeKind::Assume, SmolStr::new_static(ASSUME_ROLE));
        builder.add(&Draft { from, to, kind, action, judged: &judged, resource: None, identity: Some(statement.span) });
    }
}

/// The principals that may be allowed to assume roles.
struct Claimants<'a> {
    all: Vec<Claimant<'a>>,
    /// By accounts of one text, with one of those.
    by_account: BTreeMap<Key, (Account, Vec<usize>)>,
}

struct Claimant<'a> {
    who: Who,
    principal: &'a Principal,
    /// The roles that its policies name.
    roles: Vec<Pattern<Hole>>,
    /// Whether they may mean any.
    any: bool,
}

impl<'a> Claimants<'a> {
    fn of(builder: &Builder<'_, 'a>) -> Self {
        let view = builder.view;
        let mut claimants = Self { all: Vec::new(), by_account: BTreeMap::new() };
        let Some(action) = facts::action(ASSUME_ROLE) else { return claimants };
        for who in builder.callers() {
            let (Some(principal), Some(account)) = (builder.principal(who.index), builder.account(who)) else {
                continue;
            };
            let claimant = Claimant::of(view, who, principal, &action);
            if claimant.any || !claimant.roles.is_empty() {
                let name = Key::new(&account.text);
                let group = claimants.by_account.entry(name).or_insert_with(|| (account, Vec::new()));
                group.1.push(claimants.all.len());
                claimants.all.push(claimant);
            }
        }
        claimants
    }

    /// Those of `account` whose policies may name the role `on`.
    fn of_account(&self, account: &Account, on: &TargetSide<'_>) -> Vec<Who> {
        let mut groups: Vec<&Vec<usize>> = Vec::new();
        for (known, members) in self.by_account.values() {
            let sameness = same(known, account);
            if sameness.truth.is_yes() && !sameness.likely {
                groups.push(members);
            }
        }
        let claimants = groups.into_iter().flatten().filter_map(|index| self.all.get(*index));
        let names = |claimant: &&Claimant<'_>| {
            claimant.any || claimant.roles.iter().any(|pattern| on.target.matches(pattern).may_be())
        };
        let mut found: Vec<Who> = claimants.filter(names).map(|claimant| claimant.who).collect();
        found.sort_unstable();
        found
    }
}

impl<'a> Claimant<'a> {
    fn of(view: &AccessView<'a>, who: Who, principal: &'a Principal, action: &ActionFacts) -> Self {
        let mut claimant = Self { who, principal, roles: Vec::new(), any: false };
        let iam = view.iam();
        let groups = principal.groups.iter().filter_map(|membership| iam.principals().get(membership.group));
        for policy in std::iter::once(principal).chain(groups).flat_map(|it| &it.policies) {
            let Some(document) = iam.document(&policy.source, view.policies()) else { continue };
            document.statements.iter().filter(|it| may_allow(it, action)).for_each(|it| claimant.hear(it));
        }
        claimant
    }

    fn hear(&mut self, statement: &Statement) {
        self.any |= statement.resources.iter().any(|strings| strings.negated || !strings.open.is_empty());
        let leaves = statement.resources.iter().flat_map(|strings| strings.items.iter().chain(&strings.possible));
        for leaf in leaves {
            self.any |= leaf.text.display().contains("${") || actions::is_everything(&leaf.text);
            self.roles.push(pattern(&leaf.text, Syntax::Wildcards, Side::Policy));
        }
    }
}
