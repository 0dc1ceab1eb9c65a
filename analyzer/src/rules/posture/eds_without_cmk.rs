//! What it finds, why, and its tests: `eds_without_cmk.md`.

use crate::cloudtrail::Kind;
use crate::finding::Severity;
use crate::rules::arguments::is_given;
use crate::rules::{Check, Group, Report, Rule, RuleContext};

pub(in crate::rules) static RULE: Rule = Rule {
    code: "eds-without-cmk",
    group: Group::Posture,
    severity: Severity::Note,
    since: "0.1.0",
    sources: &["checkov CKV_AWS_294"],
    check: Check::Workspace(check),
};

fn check(ctx: &RuleContext<'_>, report: &mut Report<'_>) {
    for store in ctx.cloudtrail.declared(Kind::EventDataStore) {
        if is_given(&store.settings, "kms_key_id").is_no() {
            report
                .finding(store.span, "the events of the event data store are not encrypted with a key of yours")
                .help("give it `kms_key_id` when it is made: the key of an event data store cannot be changed later");
        }
    }
}
