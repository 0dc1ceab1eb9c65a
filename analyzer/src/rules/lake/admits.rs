//! Whether statements let a service do something, conditions left aside.

use crate::aws::pattern::{Pattern, Syntax};
use crate::cloudtrail::Declared;
use crate::eval::symbol::Symbol;
use crate::iam::{Held, PolicedResource};
use crate::policy::model::{Leaf, PrincipalGroup, Principals, Statement};
use crate::rules::RuleContext;
use crate::rules::condition::meaning::{Effect, effect};
use crate::rules::text::{may_be, pattern};
use crate::truth::Truth;

/// The statements on a resource, if all of them are in view.
pub(super) struct Statements<'a> {
    held: Held<'a>,
}

impl<'a> Statements<'a> {
    /// `None` if there may be statements that are not in view.
    pub(super) fn on(resource: &'a PolicedResource, ctx: &RuleContext<'a>) -> Option<Self> {
        Self::beside(resource, &[], ctx)
    }

    /// The same where what may add to them are the access control lists of these resources alone.
    pub(super) fn beside(resource: &'a PolicedResource, lists: &[&Declared], ctx: &RuleContext<'a>) -> Option<Self> {
        let held = ctx.iam.resource_policies(resource, ctx.policies);
        // The list of a resource is known as its grant.
        let is_of = |symbol: &Symbol| lists.iter().any(|it| symbol.address() == &format!("grant of {}", it.address));
        let mut documents = held.certain.iter().chain(&held.possible);
        let is_closed = held.in_view && held.open.iter().all(is_of) && documents.all(|it| it.open.is_empty());
        is_closed.then_some(Self { held })
    }

    /// All of them, also those that are there perhaps.
    pub(super) fn all(&self) -> impl Iterator<Item = &'a Statement> {
        self.held.certain.iter().chain(&self.held.possible).flat_map(|document| &document.statements)
    }

    /// Those that are there for certain.
    pub(super) fn certain(&self) -> impl Iterator<Item = &'a Statement> {
        let statements = self.held.certain.iter().flat_map(|document| &document.statements);
        statements.filter(|statement| statement.certain)
    }
}

/// Whether the statement allows `action` to `service`, conditions and resources left aside.
pub(super) fn lets(statement: &Statement, service: &str, action: &str) -> Truth {
    let allows = match effect(statement) {
        Some(Effect::Allow) => Truth::Yes,
        Some(Effect::Deny) => Truth::No,
        None => Truth::Unknown,
    };
    let open = |truth: Truth| if statement.open.is_empty() { truth } else { truth.or(Truth::Unknown) };
    let principals = Truth::any(statement.principals.iter().map(|principals| names(principals, service)));
    allows.and(open(principals)).and(open(has_action(statement, action)))
}

/// Whether principals have `service` among them.
fn names(principals: &Principals, service: &str) -> Truth {
    let group = |group: &PrincipalGroup| {
        let is_kind = match group.kind.text.as_known().as_deref() {
            Some("Service" | "*") => Truth::Yes,
            Some(_) => Truth::No,
            None => Truth::Unknown,
        };
        let item = |leaf: &Leaf| match leaf.text.as_known() {
            Some(text) => (text == service || text == "*").into(),
            None if may_be(&leaf.text, service) => Truth::Unknown,
            None => Truth::No,
        };
        let certain = Truth::any(group.items.iter().map(item));
        let possible = Truth::any(group.possible.iter().map(item)).and(Truth::Unknown);
        let more = if group.open.is_empty() { Truth::No } else { Truth::Unknown };
        is_kind.and(certain.or(possible).or(more))
    };
    let more = if principals.open.is_empty() { Truth::No } else { Truth::Unknown };
    let named = Truth::any(principals.groups.iter().map(group)).or(more);
    // Who is left out of a `NotPrincipal` is not known here.
    if principals.negated { Truth::Unknown } else { named }
}

fn has_action(statement: &Statement, action: &str) -> Truth {
    let wanted = Pattern::of_text(action, Syntax::Literal).fold_case();
    Truth::any(statement.actions.iter().map(|actions| {
        let covers = |leaf: &Leaf| pattern(&leaf.text, Syntax::Wildcards).fold_case().covers(&wanted);
        let certain = Truth::any(actions.items.iter().map(covers));
        let possible = Truth::any(actions.possible.iter().map(covers)).and(Truth::Unknown);
        let more = if actions.open.is_empty() { Truth::No } else { Truth::Unknown };
        let named = certain.or(possible).or(more);
        if actions.negated { named.not() } else { named }
    }))
}
