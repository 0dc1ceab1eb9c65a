//! What it finds, why, and its tests: `trail_prefix.md`.

use crate::aws::facts::cloudtrail::{Limit, limit};
use crate::finding::{Safety, Severity};
use crate::policy::model::Leaf;
use crate::rules::arguments::leaf;
use crate::rules::text::known_parts;
use crate::rules::{Check, Group, Report, Rule, RuleContext};
use crate::source::Span;

pub(in crate::rules) static RULE: Rule = Rule {
    code: "trail-prefix",
    group: Group::Trail,
    severity: Severity::Error,
    since: "0.1.0",
    sources: &["CloudTrail InvalidS3PrefixException"],
    check: Check::Workspace(check),
};

/// What CloudTrail puts behind the prefix itself.
const LOGS: &str = "AWSLogs/";

fn check(ctx: &RuleContext<'_>, report: &mut Report<'_>) {
    for trail in ctx.cloudtrail.trails() {
        if let Some(prefix) = trail.prefix().and_then(leaf) {
            refused(&prefix, trail.span, report);
            slashes(&prefix, report);
        }
    }
}

/// What AWS refuses.
fn refused(prefix: &Leaf, span: Span, report: &mut Report<'_>) {
    let (length, most) = (known_parts(&prefix.text).map(str::len).sum::<usize>(), limit(Limit::KeyPrefixLength));
    let message = if known_parts(&prefix.text).any(|part| part.contains(LOGS)) {
        format!("the prefix of a trail cannot have `{LOGS}` in it: CloudTrail adds that itself")
    } else if length > most {
        format!("the prefix of a trail has {length} characters: it may have {most}")
    } else {
        return;
    };
    report.leaf(prefix, message).label(span, "AWS refuses this trail with `InvalidS3PrefixException`");
}

/// Slashes at the ends, beside which CloudTrail puts its own.
fn slashes(prefix: &Leaf, report: &mut Report<'_>) {
    let (start, end) = (prefix.text.known_prefix(), prefix.text.known_suffix());
    let (starts, ends) = (start.starts_with('/'), end.ends_with('/') && !end.ends_with(LOGS));
    if !(starts || ends) {
        return;
    }
    let shown = prefix.text.display();
    let message = match (starts, ends) {
        (true, _) => format!("the keys of this trail start with a slash: `{shown}`"),
        (false, _) => format!("the keys of this trail have two slashes in them: `{shown}/{LOGS}`"),
    };
    let literal = prefix.text.as_known().filter(|_| report.is_literal(prefix));
    let finding = report.leaf(prefix, message).severity(Severity::Warning);
    match literal.as_deref().map(|text| text.trim_matches('/')).filter(|text| !text.is_empty()) {
        Some(trimmed) => finding.replace(prefix.span, trimmed, Safety::Unsafe),
        None => finding.help("leave the slashes at the ends of the prefix out"),
    };
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::testing::in_workspace;

    fn found(prefix: &str) -> Vec<String> {
        let text = format!(
            "variable \"x\" {{}}\nresource \"aws_cloudtrail\" \"x\" {{\n  name = \"main\"\n  s3_bucket_name = \"logs\"\n  s3_key_prefix = {prefix}\n}}\n"
        );
        in_workspace(&RULE, "", &[("main.tf", &text)])
    }

    #[test]
    fn prefixes() {
        for prefix in ["\"logs\"", "\"a/b\"", "\"\"", "null", "var.x", "\"${var.x}/b\"", "\"AWSLogs\""] {
            assert_eq!(found(prefix), [""; 0], "{prefix}");
        }
        assert_eq!(found(&format!("\"{}\"", "x".repeat(200))), [""; 0]);
        assert!(
            found(&format!("\"{}${{var.x}}\"", "x".repeat(201)))[0].contains("has 201 characters: it may have 200")
        );
        assert!(found("\"${var.x}/AWSLogs/1\"")[0].contains("cannot have `AWSLogs/` in it"));
        assert_eq!(
            found("\"logs/\""),
            ["logs/ | warning: the keys of this trail have two slashes in them: `logs//AWSLogs/`"]
        );
        assert_eq!(
            found("\"/${var.x}\""),
            ["/${var.x} | warning: the keys of this trail start with a slash: `/{var.x}`"]
        );
    }
}
