//! `--as-of`: what AWS supported on another day.

mod support;

use support::Sandbox;

/// One line for each type that a policy is put on, that is named, and whose tags are asked
/// for, and one with a condition key of CloudTrail's own.
const MAIN: &str = r#"
locals {
  prefix = "arn:aws:cloudtrail:eu-west-1:111122223333"
}

resource "aws_iam_policy" "types" {
  name = "types"
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      { Effect = "Allow", Action = "cloudtrail:ListTags", Resource = "${local.prefix}:channel/*" },
      { Effect = "Allow", Action = "cloudtrail:ListTags", Resource = "${local.prefix}:dashboard/*" },
      { Effect = "Allow", Action = "cloudtrail:ListTags", Resource = "${local.prefix}:eventdatastore/*" },
      { Effect = "Allow", Action = "cloudtrail:ListTags", Resource = "${local.prefix}:trail/*" },
    ]
  })
}

resource "aws_iam_policy" "conditions" {
  name = "conditions"
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      { Effect = "Allow", Action = "cloudtrail:ListTags", Resource = "${local.prefix}:channel/*", Condition = { StringEquals = { "aws:ResourceTag/channel" = "x" } } },
      { Effect = "Allow", Action = "cloudtrail:ListTags", Resource = "${local.prefix}:eventdatastore/*", Condition = { StringEquals = { "aws:ResourceTag/store" = "x" } } },
      { Effect = "Allow", Action = "cloudtrail:ListTags", Resource = "${local.prefix}:trail/*", Condition = { StringEquals = { "aws:ResourceTag/trail" = "x" } } },
      { Effect = "Allow", Action = "cloudtrail:StopLogging", Resource = "*", Condition = { StringEquals = { "cloudtrail:TrailName" = "x" } } },
    ]
  })
}

resource "awscc_cloudtrail_resource_policy" "channel" {
  resource_arn    = "arn:aws:cloudtrail:eu-west-1:111122223333:channel/x"
  resource_policy = "{\"Version\":\"2012-10-17\",\"Statement\":{\"Effect\":\"Allow\",\"Principal\":{\"AWS\":\"444455556666\"},\"Action\":\"cloudtrail-data:PutAuditEvents\",\"Resource\":\"arn:aws:cloudtrail:eu-west-1:111122223333:channel/x\"}}"
}

resource "awscc_cloudtrail_resource_policy" "store" {
  resource_arn    = "arn:aws:cloudtrail:eu-west-1:111122223333:eventdatastore/x"
  resource_policy = "{\"Version\":\"2012-10-17\",\"Statement\":{\"Effect\":\"Allow\",\"Principal\":{\"AWS\":\"444455556666\"},\"Action\":\"cloudtrail:StartQuery\",\"Resource\":\"arn:aws:cloudtrail:eu-west-1:111122223333:eventdatastore/x\"}}"
}

resource "awscc_cloudtrail_resource_policy" "trail" {
  resource_arn    = "arn:aws:cloudtrail:eu-west-1:111122223333:trail/x"
  resource_policy = "{\"Version\":\"2012-10-17\",\"Statement\":{\"Effect\":\"Allow\",\"Principal\":{\"AWS\":\"444455556666\"},\"Action\":\"cloudtrail:GetTrail\",\"Resource\":\"arn:aws:cloudtrail:eu-west-1:111122223333:trail/x\"}}"
}
"#;

/// What is found in [`MAIN`], without places.
fn found(arguments: &[&str], files: &[(&str, &str)], name: &str) -> Vec<String> {
    let sandbox = Sandbox::with(name, files);
    let run = sandbox.run(&[&["lint", "--format", "concise"], arguments].concat());
    let said = |line: &str| line.splitn(4, ':').last().unwrap_or_default().trim().to_owned();
    run.stdout.lines().map(said).collect()
}

const NO_KEYS: &str = "error[unknown-condition-key] there is no condition key `cloudtrail:TrailName`";
const NO_POLICY: &str = "error[resource-policy-unsupported] a resource of the type `trail` takes no resource policy";

/// The page "How AWS CloudTrail works with IAM" of that day: three resource types, resource
/// policies on channels only, tags decide about event data stores only, no condition keys.
#[test]
fn cloudtrail_of_2023() {
    let tags = |tag: &str| {
        format!(
            "warning[tag-condition-unsupported] `cloudtrail:ListTags` never comes with `aws:ResourceTag/{tag}` \
             before 2024-07-23, so this statement does not allow it"
        )
    };
    let store = "error[resource-policy-unsupported] a resource of the type `eventdatastore` takes no resource policy \
                 before 2024-11-21";
    assert_eq!(
        found(&["--as-of", "2023-10-01"], &[("main.tf", MAIN)], "as-of-2023"),
        [
            "error[malformed-arn] `cloudtrail` has no resource type `dashboard`",
            &tags("channel"),
            &tags("trail"),
            NO_KEYS,
            store,
            NO_POLICY,
        ]
    );
}

#[test]
fn without_it_the_day_of_the_facts_counts() {
    assert_eq!(found(&[], &[("main.tf", MAIN)], "as-of-none"), [NO_KEYS, NO_POLICY]);
}

#[test]
fn what_is_typed_is_stronger_than_the_configuration() {
    let files = [("main.tf", MAIN), ("crosstrail.toml", "as_of = 2023-10-01\n")];
    assert_eq!(found(&[], &files, "as-of-configured").len(), 6);
    assert_eq!(found(&["--as-of", "2026-11-24"], &files, "as-of-typed"), [NO_KEYS, NO_POLICY]);
}

#[test]
fn what_is_no_day_is_refused() {
    let sandbox = Sandbox::with("as-of-wrong", &[("main.tf", MAIN)]);
    let run = sandbox.run(&["lint", "--as-of", "yesterday"]);
    assert_eq!((run.code, run.stdout.as_str()), (2, ""));
    assert!(run.stderr.starts_with("error: invalid value 'yesterday' for '--as-of <YYYY-MM-DD>'"), "{run:?}");
}
