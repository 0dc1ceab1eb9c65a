//! What it finds, why, and its tests: `event_selector.md`.

use super::recorder::{Recording, recordings};
use super::{advanced_selectors, basic_selectors};
use crate::aws::facts::cloudtrail::Recorder;
use crate::finding::Severity;
use crate::rules::selectors::is_certain;
use crate::rules::{Check, Group, Report, Rule, RuleContext};

pub(in crate::rules) static RULE: Rule = Rule {
    code: "event-selector",
    group: Group::Trail,
    severity: Severity::Error,
    since: "0.1.0",
    sources: &["CloudTrail InvalidEventSelectorsException"],
    check: Check::Workspace(check),
};

/// What AWS answers to selectors that are wrong.
pub(super) const EXCEPTION: &str = "InvalidEventSelectorsException";

fn check(ctx: &RuleContext<'_>, report: &mut Report<'_>) {
    for recording in recordings(ctx) {
        if recording.recorder == Recorder::Trail {
            both_kinds(&recording, report);
            basic_selectors::check(&recording, ctx, report);
        }
        advanced_selectors::check(&recording, report);
    }
}

/// Basic and advanced selectors on one trail: each takes the place of the other.
fn both_kinds(recording: &Recording<'_>, report: &mut Report<'_>) {
    let first = |kind: &str| recording.settings.blocks(kind).iter().find(|block| is_certain(block));
    if let (Some(basic), Some(advanced)) = (first("event_selector"), first("advanced_event_selector")) {
        let message = "a trail has basic event selectors or advanced ones, not both";
        let finding = report.finding(advanced.span, message).label(basic.span, "a basic one");
        recording.refused(finding, EXCEPTION);
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::testing::in_workspace;

    fn trail(body: &str) -> Vec<String> {
        let text = format!(
            "variable \"x\" {{}}\nresource \"aws_cloudtrail\" \"x\" {{\n name = \"main\"\n s3_bucket_name = \"logs\"\n{body}\n}}\n"
        );
        in_workspace(&RULE, "", &[("main.tf", &text)])
    }

    fn resource(ty: &str, value: &str) -> usize {
        trail(&format!("event_selector {{\n data_resource {{\n type = \"{ty}\"\n values = [{value}]\n }}\n}}")).len()
    }

    #[test]
    fn values_of_data_resources() {
        let (s3, lambda) = ("AWS::S3::Object", "AWS::Lambda::Function");
        for good in ["arn:aws:s3", "arn:aws:s3:::", "arn:aws:s3:::a/", "arn:aws:s3:::a/b", "arn:aws-cn:s3:::${var.x}"] {
            assert_eq!(resource(s3, &format!("\"{good}\"")), 0, "{good}");
        }
        for bad in
            ["arn:aws:s3:::a", "arn:aws:s3:::a/*", "arn:aws:s3:::*/", "arn:aws:s3:::/", "a", "a/", "arn:aws:lambda"]
        {
            assert_eq!(resource(s3, &format!("\"{bad}\"")), 1, "{bad}");
        }
        assert_eq!(resource(lambda, "\"arn:aws:lambda:eu-west-1:111122223333:function:a\""), 0);
        assert_eq!(resource(lambda, "\"arn:aws:lambda:*:111122223333:function:a\""), 1);
        assert_eq!(resource(lambda, "\"arn:aws:s3:::a/\""), 1);
        assert_eq!(resource("AWS::SNS::Topic", "\"arn:aws:sns\""), 1);
        assert_eq!(resource(s3, "var.x"), 0);
    }

    #[test]
    fn how_many_there_may_be() {
        let basic = |number: usize| trail(&"event_selector {}\n".repeat(number)).len();
        assert_eq!((basic(5), basic(6)), (0, 1));
        let values = |number: usize| {
            let values = format!("[for n in range({number}) : \"arn:aws:s3:::a/${{n}}\"]");
            trail(&format!(
                "event_selector {{\n data_resource {{\n type = \"AWS::S3::Object\"\n values = {values}\n }}\n}}"
            ))
            .len()
        };
        assert_eq!((values(250), values(251)), (0, 1));
    }

    #[test]
    fn each_category_has_its_fields() {
        let advanced = |category: &str, field: &str| {
            let category = format!("field_selector {{\n field = \"eventCategory\"\n equals = [{category}]\n}}");
            trail(&format!("advanced_event_selector {{\n {category}\n field_selector {{\n {field}\n}}\n}}"))
        };
        let ty = "field = \"resources.type\"\n equals = [\"AWS::S3::Object\"]";
        assert_eq!(advanced("\"Data\"", ty), [""; 0]);
        assert_eq!(advanced("\"Management\"", ty).len(), 1);
        assert_eq!(advanced("var.x", ty), [""; 0]);
        assert_eq!(advanced("\"Insight\"", ty).len(), 1, "a trail has no such category");
        let source = "field = \"eventSource\"\n equals = [\"kms.amazonaws.com\"]";
        assert_eq!(advanced("\"NetworkActivity\"", source), [""; 0]);
        assert_eq!(advanced("\"Management\"", source).len(), 1);
        let other = "field = \"eventSource\"\n not_equals = [\"s3.amazonaws.com\"]";
        assert_eq!(advanced("\"Management\"", other).len(), 1);
        assert_eq!(advanced("\"Data\"", other).len(), 1, "the type of the resources is missing");
        assert_eq!(advanced("\"Data\"", "field = var.x\n equals = [\"y\"]"), [""; 0], "it may be there");
    }
}
