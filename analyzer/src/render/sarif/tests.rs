//! What a log says, member for member.

use serde_json::{Value, json};

use super::*;
use crate::render::{Base, sample};

fn rendered(report: &Report<'_>) -> Value {
    serde_json::from_str(&render(report)).unwrap()
}

#[test]
fn every_member_is_there() {
    let sample = sample::trust();
    let mut log = rendered(&sample.report());
    let mut prints = Vec::new();
    for result in log["runs"][0]["results"].as_array_mut().unwrap() {
        prints.push(result["partialFingerprints"]["crosstrail/v1"].take());
    }
    assert!(prints.iter().all(|print| print.as_str().is_some_and(|print| print.len() == 32)), "{prints:?}");
    assert_ne!(prints[0], prints[1]);
    let region = |line: u32, column: u32, end: u32| json!({"startLine": line, "startColumn": column, "endLine": line, "endColumn": end});
    let physical = |file: &str, region: Value| json!({"artifactLocation": {"uri": format!("org/prod/{file}"), "uriBaseId": "%SRCROOT%"}, "region": region});
    let expected = json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": {"driver": {
                "name": "Crosstrail",
                "organization": "Crosstrail",
                "version": env!("CARGO_PKG_VERSION"),
                "semanticVersion": env!("CARGO_PKG_VERSION"),
                "informationUri": env!("CARGO_PKG_REPOSITORY"),
                "rules": [{"id": "odd-name"}, {"id": "wildcard-trust"}]
            }},
            "invocations": [{"executionSuccessful": true}],
            "originalUriBaseIds": {"%SRCROOT%": {"description": {"text": "the root of the repository"}}},
            "columnKind": "unicodeCodePoints",
            "results": [
                {
                    "ruleId": "wildcard-trust",
                    "ruleIndex": 1,
                    "level": "error",
                    "message": {"text": "anyone in any AWS account can assume `aws_iam_role.admin`\n\
                                         name the accounts or roles that may assume it"},
                    "locations": [{"physicalLocation": physical("main.tf", region(2, 15, 18))}],
                    "relatedLocations": [
                        {
                            "id": 1,
                            "physicalLocation": physical("main.tf", region(2, 3, 12)),
                            "message": {"text": "no condition narrows this statement"}
                        },
                        {
                            "id": 2,
                            "physicalLocation": physical("locals.tf", region(2, 11, 28)),
                            "message": {"text": "the policy is put together here"}
                        },
                        {
                            "id": 3,
                            "physicalLocation": physical("main.tf", region(8, 15, 26)),
                            "message": {"text": "and used here"}
                        }
                    ],
                    "partialFingerprints": {"crosstrail/v1": null},
                    "fixes": [{
                        "description": {"text": "name the account of this stack"},
                        "artifactChanges": [{
                            "artifactLocation": {"uri": "org/prod/main.tf", "uriBaseId": "%SRCROOT%"},
                            "replacements": [{
                                "deletedRegion": region(2, 15, 18),
                                "insertedContent": {"text": "\"111122223333\""}
                            }]
                        }],
                        "properties": {"safety": "unsafe"}
                    }],
                    "properties": {"confidence": "likely"}
                },
                {
                    "ruleId": "odd-name",
                    "ruleIndex": 0,
                    "level": "note",
                    "message": {"text": "`é` is no name"},
                    "locations": [{"physicalLocation": physical("main.tf", region(1, 25, 28))}],
                    "partialFingerprints": {"crosstrail/v1": null},
                    "properties": {"confidence": "certain"}
                }
            ]
        }]
    });
    assert_eq!(log, expected);
}

#[test]
fn a_rule_has_its_page() {
    let mut sample = sample::trust();
    sample.findings.truncate(1);
    sample.findings[0].code = "unused-suppression";
    let log = rendered(&sample.report());
    let rule = &log["runs"][0]["tool"]["driver"]["rules"][0];
    assert_eq!(rule["id"], "unused-suppression");
    assert_eq!(rule["shortDescription"]["text"], "A comment silences a rule that finds nothing there.");
    let help = rule["help"]["markdown"].as_str().unwrap();
    assert!(help.starts_with("A comment silences") && help.contains("## Why\n\nA suppression"), "{help}");
    assert!(!help.contains("Examples"), "{help}");
    let url = rule["helpUri"].as_str().unwrap();
    assert!(url.ends_with("/analyzer/src/rules/analysis/unused_suppression.md"), "{url}");
    assert_eq!(rule["defaultConfiguration"]["level"], "note");
    assert_eq!(rule["properties"]["tags"], json!(["security", "analysis"]));
}

#[test]
fn what_is_silenced_or_known_is_marked() {
    let sample = sample::trust();
    let [silenced, known] = <[Finding; 2]>::try_from(sample.findings.clone()).unwrap();
    let silenced = [Silenced { place: silenced.labels[0].span, finding: silenced, reason: "for a week".to_owned() }];
    let known = [known];
    let report = Report { findings: &[], silenced: &silenced, known: Some(&known), ..sample.report() };
    let results = rendered(&report)["runs"][0]["results"].clone();
    let external = json!([{"kind": "external", "status": "accepted", "justification": "known in the baseline"}]);
    assert_eq!(results[0]["suppressions"], external);
    assert_eq!(results[0]["baselineState"], "unchanged");
    assert_eq!(results[1]["suppressions"][0]["kind"], "inSource");
    assert_eq!(results[1]["suppressions"][0]["justification"], "for a week");
    assert_eq!(
        results[1]["suppressions"][0]["location"]["physicalLocation"]["region"],
        json!({"startLine": 2, "startColumn": 3, "endLine": 2, "endColumn": 12})
    );
    let report = Report { known: Some(&[]), ..sample.report() };
    assert_eq!(rendered(&report)["runs"][0]["results"][0]["baselineState"], "new");
}

#[test]
fn fingerprints_do_not_depend_on_what_is_shown() {
    let sample = sample::trust();
    let print = |report: &Report<'_>, index: usize| {
        rendered(report)["runs"][0]["results"][index]["partialFingerprints"]["crosstrail/v1"].clone()
    };
    let (shown, known) = sample.findings.split_at(1);
    let report = Report { findings: shown, known: Some(known), ..sample.report() };
    assert_eq!(print(&report, 1), print(&sample.report(), 1));
}

#[test]
fn what_could_not_be_checked_is_a_notification() {
    let sample = sample::trust();
    let notice = |at, severity| Notice { path: "a b.tf".to_owned(), at, message: "odd".to_owned(), severity };
    let at = Some(LineColumn { line: 2, column: 3 });
    let base = Base::above("infra");
    let report = |notices| rendered(&Report { findings: &[], notices, base: &base, ..sample.report() });
    let notices = [notice(at, Severity::Error), notice(None, Severity::Warning)];
    let invocation = report(&notices)["runs"][0]["invocations"][0].clone();
    let location = json!({"uri": "infra/a%20b.tf", "uriBaseId": "%SRCROOT%"});
    let region = json!({"startLine": 2, "startColumn": 3, "endLine": 2, "endColumn": 3});
    let expected = json!({
        "executionSuccessful": false,
        "toolExecutionNotifications": [
            {
                "level": "error",
                "message": {"text": "odd"},
                "locations": [{"physicalLocation": {"artifactLocation": location, "region": region}}]
            },
            {
                "level": "warning",
                "message": {"text": "odd"},
                "locations": [{"physicalLocation": {"artifactLocation": location}}]
            }
        ]
    });
    assert_eq!(invocation, expected);
    let odd = [notice(None, Severity::Warning)];
    assert_eq!(report(&odd)["runs"][0]["invocations"][0]["executionSuccessful"], true);
}
