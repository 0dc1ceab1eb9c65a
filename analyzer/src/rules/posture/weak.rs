//! What a trail could do and does not: an argument that is off, or one that is not given.

use crate::cloudtrail::Trail;
use crate::rules::arguments::{is_default_of_library, is_given, leaf};
use crate::rules::{Report, RuleContext};

/// Something that a trail may lack.
pub(super) struct Weak {
    /// The argument, in the names of the provider `aws`.
    pub(super) argument: &'static str,
    /// What a trail has that lacks it.
    pub(super) says: &'static str,
    /// What to do.
    pub(super) help: &'static str,
}

/// Reports the trails of which the argument is false; `default` is what it is where nothing is said.
pub(super) fn off(weak: &Weak, default: bool, ctx: &RuleContext<'_>, report: &mut Report<'_>) {
    for trail in ctx.cloudtrail.trails() {
        if trail.settings.truth(weak.argument, default).is_no() {
            say(weak, trail, ctx, report);
        }
    }
}

/// Reports the trails to which the argument is not given.
pub(super) fn missing(weak: &Weak, ctx: &RuleContext<'_>, report: &mut Report<'_>) {
    for trail in ctx.cloudtrail.trails() {
        if is_given(&trail.settings, weak.argument).is_no() {
            say(weak, trail, ctx, report);
        }
    }
}

fn say(weak: &Weak, trail: &Trail, ctx: &RuleContext<'_>, report: &mut Report<'_>) {
    match trail.settings.argument(weak.argument).and_then(leaf) {
        Some(value) => {
            let finding = report.leaf(&value, weak.says).label(trail.span, "the trail").help(weak.help);
            if is_default_of_library(&value, &trail.stack, ctx) {
                finding.likely();
            }
        }
        None => {
            report.finding(trail.span, weak.says).help(weak.help);
        }
    }
}
