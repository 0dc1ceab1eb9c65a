//! Dashboards and the event data stores that their widgets query: each store has to let them.
//!
//! Source: CloudTrail User Guide, `security_iam_resource-based-policy-examples`, "Allow CloudTrail to
//! run queries to refresh a dashboard".

use rustc_hash::FxHashMap;

use super::admits::{Statements, lets};
use super::policy::supports_policies;
use crate::aws::facts;
use crate::aws::pattern::Syntax;
use crate::cloudtrail::{Declared, Kind, Settings};
use crate::eval::evaluator::Existence;
use crate::eval::symbol::{Cause, Symbol};
use crate::policy::model::{Condition, Leaf, Statement};
use crate::rules::arguments::leaf;
use crate::rules::text::pattern;
use crate::rules::{Report, RuleContext, strings};

/// Who runs the queries.
const SERVICE: &str = "cloudtrail.amazonaws.com";

/// What it does to run them.
const START_QUERY: &str = "cloudtrail:StartQuery";

/// Event data stores by the id that AWS gives them.
type Stores<'a> = FxHashMap<&'a Symbol, &'a Declared>;

/// Reports each query of an event data store that does not let its dashboard query it.
pub(super) fn check(ctx: &RuleContext<'_>, report: &mut Report<'_>) {
    if !["dashboard", "eventdatastore"].iter().all(|ty| supports_policies(ty, ctx.as_of)) {
        return;
    }
    let stores = ctx.cloudtrail.declared(Kind::EventDataStore);
    let stores: Stores<'_> = stores.iter().filter_map(|store| Some((id(store)?, store))).collect();
    let is_there = |it: &&Declared| it.existence == Existence::Certain;
    for dashboard in ctx.cloudtrail.declared(Kind::Dashboard).iter().filter(is_there) {
        for widget in dashboard.settings.blocks("widget") {
            query(widget, dashboard, &stores, ctx, report);
        }
    }
}

/// The id that AWS gives to an event data store.
fn id(store: &Declared) -> Option<&Symbol> {
    let start = format!("{}.", store.address);
    store.arn.holes().find(|hole| *hole.cause() == Cause::Computed && hole.address().starts_with(&start))
}

fn query(widget: &Settings, dashboard: &Declared, stores: &Stores<'_>, ctx: &RuleContext<'_>, report: &mut Report<'_>) {
    let Some(query) = widget.argument("query_statement").and_then(leaf) else { return };
    let mut queried: Vec<&Declared> = query.text.holes().filter_map(|hole| store_of(hole, stores)).collect();
    queried.dedup_by_key(|store| (&store.stack, &store.address));
    for store in queried.into_iter().filter(|store| store.existence == Existence::Certain) {
        if lets_nobody(store, dashboard, ctx) {
            say(&query, store, dashboard, report);
        }
    }
}

/// The event data store that a part of a query names.
fn store_of<'a>(symbol: &Symbol, stores: &Stores<'a>) -> Option<&'a Declared> {
    let derived = || match symbol.cause() {
        Cause::Derived(inputs) => inputs.iter().find_map(|input| store_of(input, stores)),
        _ => None,
    };
    stores.get(symbol).copied().or_else(derived)
}

/// Whether no statement on `store` can let `dashboard` query it.
fn lets_nobody(store: &Declared, dashboard: &Declared, ctx: &RuleContext<'_>) -> bool {
    let resource = ctx.iam.resource_at(&store.stack, &store.address);
    let statements = resource.and_then(|resource| Statements::on(resource, ctx));
    statements.is_some_and(|statements| !statements.all().any(|it| may_let(it, dashboard)))
}

fn may_let(statement: &Statement, dashboard: &Declared) -> bool {
    lets(statement, SERVICE, START_QUERY).may_be() && statement.conditions.iter().all(|it| may_hold(it, dashboard))
}

/// Whether a condition may hold when CloudTrail calls for `dashboard`.
fn may_hold(condition: &Condition, dashboard: &Declared) -> bool {
    let is_of_source = condition.key.text.as_known().is_some_and(|key| key.eq_ignore_ascii_case("aws:SourceArn"));
    let operator = condition.operator.text.as_known().and_then(|operator| facts::operator(&operator));
    let is_plain = operator.is_some_and(|operator| !operator.operator.negated);
    if !(is_of_source && is_plain && condition.certain && condition.open.is_empty()) {
        return true;
    }
    let arn = pattern(&dashboard.arn, Syntax::Literal);
    strings::values(condition).any(|value| pattern(&value.text, Syntax::Wildcards).covers(&arn).may_be())
}

fn say(query: &Leaf, store: &Declared, dashboard: &Declared, report: &mut Report<'_>) {
    let message = format!("`{}` does not let `{}` query it", store.address, dashboard.address);
    report
        .leaf(query, message)
        .label(store.span, format!("no statement on it lets `{SERVICE}` do `{START_QUERY}` for the dashboard"))
        .help(format!(
            "allow `{START_QUERY}` to `{SERVICE}` in the policy of the event data store, for the dashboard in `aws:SourceArn`"
        ));
}
