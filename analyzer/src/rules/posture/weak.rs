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

#[cfg(test)]
mod tests {
    use crate::rules::Rule;
    use crate::rules::posture::{trail_logging_off, trail_not_multi_region, trail_without_cmk};
    use crate::rules::testing::in_workspace;

    fn found(rule: &'static Rule, arguments: &str) -> Vec<String> {
        let text = format!(
            "variable \"x\" {{}}\nresource \"aws_cloudtrail\" \"x\" {{\n  name = \"main\"\n  s3_bucket_name = \"logs\"\n  {arguments}\n}}\n"
        );
        in_workspace(rule, "", &[("main.tf", &text)])
    }

    #[test]
    fn what_is_known_to_be_off_or_not_there() {
        assert_eq!(found(&trail_not_multi_region::RULE, "").len(), 1);
        assert_eq!(found(&trail_logging_off::RULE, ""), [""; 0], "logging is on where nothing is said");
        assert_eq!(found(&trail_logging_off::RULE, "enable_logging = var.x"), [""; 0]);
        assert_eq!(found(&trail_without_cmk::RULE, "kms_key_id = \"\"").len(), 1);
        assert_eq!(found(&trail_without_cmk::RULE, "kms_key_id = null").len(), 1);
        assert_eq!(found(&trail_without_cmk::RULE, "kms_key_id = var.x"), [""; 0]);
    }

    #[test]
    fn the_default_of_a_module_is_its_callers_to_change() {
        let module = "variable \"all\" {\n  default = false\n}\nresource \"aws_cloudtrail\" \"x\" {\n  name = \"main\"\n  s3_bucket_name = \"logs\"\n  is_multi_region_trail = var.all\n}\n";
        let library = in_workspace(&trail_not_multi_region::RULE, "", &[("modules/trail/main.tf", module)]);
        assert_eq!(library, ["false | likely note: the trail records the events of one region"]);
    }
}
