//! What it finds, why, and its tests: `lake_closed.md`.

use std::collections::BTreeSet;

use jiff::civil::Date;

use crate::aws::facts::{self, Feature, Support};
use crate::cloudtrail::Kind;
use crate::finding::Severity;
use crate::rules::{Check, Group, Report, Rule, RuleContext};

pub(in crate::rules) static RULE: Rule = Rule {
    code: "lake-closed",
    group: Group::Lake,
    severity: Severity::Note,
    since: "0.1.0",
    sources: &["CloudTrail User Guide cloudtrail-lake-service-availability-change"],
    check: Check::Workspace(check),
};

/// What Lake consists of: an event data store, and what goes in and out of it.
const PARTS: [(Kind, &str); 3] =
    [(Kind::EventDataStore, "eventdatastore"), (Kind::Channel, "channel"), (Kind::Dashboard, "dashboard")];

fn check(ctx: &RuleContext<'_>, report: &mut Report<'_>) {
    let mut told = BTreeSet::new();
    for (kind, name) in PARTS {
        let support = facts::support(Feature::NewCustomers, "cloudtrail", name);
        let Some(until) = support.and_then(|support| closed(support, ctx)) else { continue };
        for declared in ctx.cloudtrail.declared(kind) {
            // What a stack has of Lake begins with its event data stores: they are named, if there are any.
            if told.contains(&declared.stack) && kind != Kind::EventDataStore {
                continue;
            }
            report
                .finding(
                    declared.span,
                    format!("an account that had no CloudTrail Lake by {until} cannot start to use it"),
                )
                .help("new accounts analyse events in CloudWatch; accounts that have Lake keep it");
        }
        told.extend(ctx.cloudtrail.declared(kind).iter().map(|declared| &declared.stack));
    }
}

/// The last day, if it is over.
fn closed(support: Support, ctx: &RuleContext<'_>) -> Option<Date> {
    support.until.filter(|until| *until < ctx.as_of)
}
