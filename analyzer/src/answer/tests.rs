//! From files to answers.

use std::sync::Arc;

use crate::access::Verdict;
use crate::analysis::{Analysis, Host, Roots};
use crate::answer::{Answer, Entry, can_json, render_can, render_who, who_json};
use crate::config::{Configuration, ConfigurationPlace, FILE_NAME};
use crate::render::human::{Color, Links, Style};
use crate::source::MemoryFileSystem;

const PROVIDERS: &str = r#"
provider "aws" {
  region              = "eu-west-1"
  allowed_account_ids = ["111111111111"]
}
provider "aws" {
  alias               = "data"
  allowed_account_ids = ["222222222222"]
}
"#;

/// A role `name` with one inline policy of these statements.
fn role(name: &str, statements: &str) -> String {
    format!(
        r#"
resource "aws_iam_role" "{name}" {{
  name               = "{name}"
  assume_role_policy = jsonencode({{
    Version   = "2012-10-17"
    Statement = [{{ Effect = "Allow", Principal = {{ Service = "ec2.amazonaws.com" }}, Action = "sts:AssumeRole" }}]
  }})
}}
resource "aws_iam_role_policy" "{name}" {{
  role   = aws_iam_role.{name}.name
  policy = jsonencode({{ Version = "2012-10-17", Statement = [{statements}] }})
}}
"#
    )
}

fn analysis(parts: &[&str]) -> Analysis {
    configured("", &[("main.tf", format!("{PROVIDERS}{}", parts.concat()))])
}

fn configured(settings: &str, texts: &[(&str, String)]) -> Analysis {
    let (configuration, errors) = Configuration::read(ConfigurationPlace::new(FILE_NAME), settings);
    assert_eq!(errors, []);
    let mut files = MemoryFileSystem::default();
    for (path, text) in texts {
        files.insert(path, text.as_bytes());
    }
    let mut host = Host::new(Arc::new(files));
    host.set_roots(Roots { directories: vec![".".to_owned()], ..Roots::default() });
    host.set_configuration(Arc::new(configuration));
    host.analysis()
}

const ALL: &str = r#"{ Sid = "All", Effect = "Allow", Action = "*", Resource = "*" }"#;

const TRAIL: &str = r#"
resource "aws_cloudtrail" "main" {
  name           = "main"
  s3_bucket_name = "logs"
}
"#;

const BUCKET: &str = r#"
resource "aws_s3_bucket" "b" {
  provider = aws.data
  bucket   = "b"
}
resource "aws_s3_bucket_policy" "b" {
  provider = aws.data
  bucket   = aws_s3_bucket.b.bucket
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      { Effect = "Allow", Principal = { AWS = ["333333333333", aws_iam_role.a.arn] }, Action = "s3:GetObject", Resource = "arn:aws:s3:::b/*" },
      { Effect = "Allow", Principal = { Service = "logging.s3.amazonaws.com" }, Action = "s3:PutObject", Resource = "arn:aws:s3:::b/*" },
    ]
  })
}
"#;

/// `allowed by identity 1, resource 1`, `denied by identity 2`, `missing identity`, `unknown: ...`
fn shown(answer: &Answer) -> String {
    let reasons: Vec<_> = answer.reasons.iter().map(|it| format!("{:?} {}", it.half, it.number)).collect();
    let missing: Vec<_> = answer.missing.iter().map(|it| format!("{:?}", it.half)).collect();
    let obstacles: Vec<_> = answer.obstacles.iter().map(|it| it.message.as_str()).collect();
    match answer.verdict {
        Verdict::Allowed => format!("allowed by {}", reasons.join(", ")),
        Verdict::Denied if reasons.is_empty() => format!("missing {}", missing.join(", ")),
        Verdict::Denied => format!("denied by {}", reasons.join(", ")),
        Verdict::Unknown => format!("unknown: {}", obstacles.join(", ")),
    }
}

fn can(analysis: &Analysis, principal: &str, action: &str, on: &str) -> String {
    match analysis.can(principal, action, on) {
        Ok(answer) => shown(&answer),
        Err(refusal) => format!("refused: {refusal}"),
    }
}

#[test]
fn every_way_to_name_a_principal() {
    let analysis = analysis(&[&role("a", ALL), BUCKET]);
    let ask = |principal: &str, action: &str| can(&analysis, principal, action, "arn:aws:s3:::b/x");
    let both = "allowed by Identity 1, Resource 1";
    for name in ["a", "aws_iam_role.a", ".:aws_iam_role.a", "arn:aws:iam::111111111111:role/a"] {
        assert_eq!(ask(name, "s3:GetObject"), both, "{name}");
    }
    assert_eq!(ask("arn:aws:sts::111111111111:assumed-role/a/me", "s3:getobject"), both);
    assert_eq!(ask("333333333333", "s3:GetObject"), "allowed by Resource 1");
    assert_eq!(ask("444444444444", "s3:GetObject"), "missing Resource");
    assert_eq!(ask("logging.s3.amazonaws.com", "s3:PutObject"), "allowed by Resource 2");
    assert_eq!(ask("cloudtrail.amazonaws.com", "s3:PutObject"), "missing Resource");
    assert_eq!(ask("*", "s3:GetObject"), "missing Resource");
    assert_eq!(ask("a", "s3:PutObject"), "missing Resource");
    let stranger = "unknown: the policies of `arn:aws:iam::333333333333:role/x` are not in view, \
                    the permissions boundary of `arn:aws:iam::333333333333:role/x` is not in view";
    assert_eq!(ask("arn:aws:iam::333333333333:role/x", "s3:GetObject"), stranger);
}

#[test]
fn every_way_to_name_a_resource() {
    let analysis = analysis(&[&role("a", ALL), TRAIL, BUCKET]);
    let ask = |action: &str, on: &str| can(&analysis, "a", action, on);
    assert_eq!(ask("cloudtrail:StopLogging", "aws_cloudtrail.main"), "allowed by Identity 1");
    assert_eq!(
        ask("cloudtrail:StopLogging", "arn:aws:cloudtrail:eu-west-1:111111111111:trail/x"),
        "allowed by Identity 1"
    );
    assert_eq!(ask("cloudtrail:DescribeTrails", "*"), "allowed by Identity 1");
    assert_eq!(ask("s3:GetObject", "aws_s3_bucket.b"), "allowed by Identity 1, Resource 1");
    assert_eq!(ask("s3:ListBucket", "aws_s3_bucket.b"), "missing Resource");
    assert_eq!(ask("iam:PassRole", "aws_iam_role.a"), "allowed by Identity 1");
    assert_eq!(ask("sts:AssumeRole", "aws_iam_role.a"), "missing Resource");
    assert_eq!(
        ask("s3:GetObject", "arn:aws:s3:::elsewhere/x"),
        "unknown: the policy on `arn:aws:s3:::elsewhere/x` is not in view"
    );
}

#[test]
fn what_means_nothing_is_refused() {
    let analysis = analysis(&[&role("deploy", ALL), TRAIL, BUCKET]);
    let ask = |principal: &str, action: &str, on: &str| can(&analysis, principal, action, on);
    let stop = "cloudtrail:StopLogging";
    assert_eq!(
        ask("deplyo", stop, "aws_cloudtrail.main"),
        "refused: there is no role or user `deplyo` in view; did you mean `deploy`?"
    );
    assert_eq!(
        ask("deploy", "cloudtrail:StopLoging", "*"),
        "refused: there is no action `cloudtrail:StopLoging`; did you mean `cloudtrail:StopLogging`?"
    );
    assert_eq!(
        ask("deploy", "cloudtrail:*", "*"),
        "refused: `cloudtrail:*` stands for several actions: ask about one of them"
    );
    assert_eq!(
        ask("deploy", stop, "aws_cloudtrail.mian"),
        "refused: there is no resource `aws_cloudtrail.mian` in view; did you mean `aws_cloudtrail.main`?"
    );
    assert_eq!(
        ask("deploy", stop, "aws_s3_bucket.b"),
        "refused: `cloudtrail:StopLogging` is never about `aws_s3_bucket.b`, but about `arn:*:cloudtrail:*:*:trail/*`"
    );
    assert_eq!(
        ask("deploy", "cloudtrail:DescribeTrails", "aws_cloudtrail.main"),
        "refused: `cloudtrail:DescribeTrails` is about no resource in particular: ask about `*`"
    );
    assert_eq!(
        ask("cloudtrial.amazonaws.com", stop, "aws_cloudtrail.main"),
        "refused: there is no service `cloudtrial.amazonaws.com`; did you mean `cloudtrail.amazonaws.com`?"
    );
    assert_eq!(
        ask("arn:aws:s3:::b", stop, "aws_cloudtrail.main"),
        "refused: `arn:aws:s3:::b` is no ARN of someone who calls"
    );
}

#[test]
fn denies_and_unknowns() {
    let deny = format!(r#"{ALL}, {{ Effect = "Deny", Action = "cloudtrail:Stop*", Resource = "*" }}"#);
    let mfa = r#"{ Effect = "Allow", Action = "*", Resource = "*", Condition = { Bool = { "aws:MultiFactorAuthPresent" = "true" } } }"#;
    let other = r#"{ Effect = "Allow", Action = "*", Resource = var.arn }"#;
    let variable = "variable \"arn\" {}\n";
    let analysis = analysis(&[&role("deny", &deny), &role("mfa", mfa), &role("other", other), variable, TRAIL]);
    let ask = |principal: &str| can(&analysis, principal, "cloudtrail:StopLogging", "aws_cloudtrail.main");
    assert_eq!(ask("deny"), "denied by Identity 2");
    assert_eq!(ask("mfa"), "unknown: it depends on the condition key `aws:MultiFactorAuthPresent` of the request");
    assert_eq!(ask("other"), "unknown: `var.arn` is not known from source");
}

/// `principal on resource` of each.
fn names(entries: &[Entry]) -> Vec<String> {
    entries.iter().map(|entry| format!("{} on {}", entry.principal, entry.resource)).collect()
}

#[test]
fn who_can_stop_the_trail() {
    let attached = r#"
resource "aws_iam_user" "admin" {
  name = "admin"
}
resource "aws_iam_user_policy_attachment" "admin" {
  user       = aws_iam_user.admin.name
  policy_arn = "arn:aws:iam::aws:policy/AdministratorAccess"
}
"#;
    let deny = format!(r#"{ALL}, {{ Effect = "Deny", Action = "cloudtrail:Stop*", Resource = "*" }}"#);
    let one = r#"{ Effect = "Allow", NotAction = "iam:*", Resource = aws_cloudtrail.main.arn }"#;
    let mfa = r#"{ Effect = "Allow", Action = "*", Resource = "*", Condition = { Bool = { "aws:MultiFactorAuthPresent" = "true" } } }"#;
    let none = r#"{ Effect = "Allow", Action = "s3:*", Resource = "*" }"#;
    let roles = [role("deny", &deny), role("one", one), role("mfa", mfa), role("none", none)].concat();
    let analysis = analysis(&[&roles, attached, TRAIL]);
    let roll = analysis.who_can("cloudtrail:StopLogging", None).unwrap();
    let trail = "arn:aws:cloudtrail:eu-west-1:111111111111:trail/main";
    assert_eq!(names(&roll.may), [format!("aws_iam_role.one on {trail}"), "aws_iam_user.admin on *".to_owned()]);
    assert_eq!(names(&roll.depends), ["aws_iam_role.mfa on *"]);
    assert_eq!(roll.others, 2);
    let on = analysis.who_can("cloudtrail:StopLogging", Some("aws_cloudtrail.main")).unwrap();
    assert_eq!(names(&on.may), [format!("aws_iam_role.one on {trail}"), format!("aws_iam_user.admin on {trail}")]);
}

#[test]
fn those_whom_resources_name() {
    let analysis =
        analysis(&[&role("a", r#"{ Effect = "Allow", Action = "s3:Get*", Resource = "arn:aws:s3:::b/*" }"#), BUCKET]);
    let may = |action: &str| names(&analysis.who_can(action, None).unwrap().may);
    assert_eq!(may("s3:GetObject"), ["aws_iam_role.a on arn:aws:s3:::b/*", "account 333333333333 on arn:aws:s3:::b/*"]);
    assert_eq!(may("s3:PutObject"), ["logging.s3.amazonaws.com on arn:aws:s3:::b/*"]);
    assert_eq!(may("sts:AssumeRole"), ["ec2.amazonaws.com on aws_iam_role.a"]);
}

#[test]
fn answers_for_people_and_programs() {
    let analysis = analysis(&[&role("a", ALL), TRAIL]);
    let answer = analysis.can("a", "cloudtrail:StopLogging", "aws_cloudtrail.main").unwrap();
    let style = Style { color: Color::Plain, links: Links::Absent, width: 200 };
    let text = render_can(&answer, analysis.sources(), style);
    assert!(
        text.starts_with("allowed: `aws_iam_role.a` may do `cloudtrail:StopLogging` on `arn:aws:cloudtrail:"),
        "{text}"
    );
    assert!(text.contains("allowed by statement `All` of `aws_iam_role_policy.a`"), "{text}");
    let json: serde_json::Value = serde_json::from_str(&can_json(&answer, analysis.sources())).unwrap();
    assert_eq!(json["verdict"], "allowed");
    assert_eq!(json["reasons"][0]["half"], "identity");
    assert_eq!(json["reasons"][0]["statement"], serde_json::json!({"number": 1, "sid": "All"}));
    let roll = analysis.who_can("cloudtrail:StopLogging", None).unwrap();
    let text = render_who(&roll, analysis.sources());
    assert!(text.contains("    aws_iam_role.a on *: statement `All` of aws_iam_role_policy.a (main.tf:"), "{text}");
    let json: serde_json::Value = serde_json::from_str(&who_json(&roll, analysis.sources())).unwrap();
    assert_eq!((&json["version"], &json["may"][0]["account"]), (&1.into(), &"111111111111".into()));
}

#[test]
fn what_is_looked_up_is_told_by_its_stack() {
    let role = "data \"aws_iam_role\" \"seen\" {\n  name = \"NAME\"\n}\n";
    let of = |name: &str| format!("{PROVIDERS}{}", role.replace("NAME", name));
    let analysis = configured("", &[("one/main.tf", of("x")), ("two/main.tf", of("y"))]);
    let roll = analysis.who_can("cloudtrail:DescribeTrails", None).unwrap();
    let expected = "\
may do `cloudtrail:DescribeTrails`, depending on what is not known:
  account 111111111111
    one:data.aws_iam_role.seen on *: not all policies of `data.aws_iam_role.seen` are in view; the permissions boundary of `data.aws_iam_role.seen` is not in view
    two:data.aws_iam_role.seen on *: not all policies of `data.aws_iam_role.seen` are in view; the permissions boundary of `data.aws_iam_role.seen` is not in view

";
    assert_eq!(render_who(&roll, analysis.sources()), expected);
}

#[test]
fn what_organizations_restrict() {
    let organization = r#"
resource "aws_organizations_account" "app" {
  name  = "app"
  email = "app@example.com"
}
resource "aws_organizations_policy" "p" {
  name    = "p"
  content = jsonencode({ Version = "2012-10-17", Statement = [STATEMENT] })
}
resource "aws_organizations_policy_attachment" "p" {
  policy_id = aws_organizations_policy.p.id
  target_id = aws_organizations_account.app.id
}
"#;
    let ask = |statement: &str| {
        let text = organization.replace("STATEMENT", statement);
        let files = [("main.tf", format!("{PROVIDERS}{}{TRAIL}{text}", role("a", ALL)))];
        let analysis = configured("[accounts.app]\nid = \"111111111111\"\n", &files);
        let stop = "cloudtrail:StopLogging";
        (can(&analysis, "a", stop, "aws_cloudtrail.main"), names(&analysis.who_can(stop, None).unwrap().may).len())
    };
    let deny = r#"{ Effect = "Deny", Action = "cloudtrail:Stop*", Resource = "*" }"#;
    assert_eq!(ask(deny), ("denied by ServiceControl 1".to_owned(), 0));
    let list = r#"{ Effect = "Allow", Action = "s3:*", Resource = "*" }"#;
    let words = "unknown: a service control policy allows a list without it, and whether `FullAWSAccess` is still attached beside it is not known from source";
    assert_eq!(ask(list), (words.to_owned(), 0));
    let all = r#"{ Effect = "Allow", Action = "cloudtrail:*", Resource = "*" }"#;
    assert_eq!(ask(all), ("allowed by Identity 1, ServiceControl 1".to_owned(), 1));
}

#[test]
fn those_who_become_someone_who_may() {
    let trusting = |name: &str, principal: &str, statements: &str| {
        let trust = format!(r#"Principal = {{ AWS = {principal} }}"#);
        role(name, statements).replace(r#"Principal = { Service = "ec2.amazonaws.com" }"#, &trust)
    };
    let assume = r#"{ Effect = "Allow", Action = "sts:AssumeRole", Resource = aws_iam_role.mid.arn }"#;
    let start = role("start", assume);
    let mid = trusting("mid", "\"111111111111\"", r#"{ Effect = "Allow", Action = "s3:*", Resource = "*" }"#);
    let end = trusting("end", "aws_iam_role.mid.arn", ALL);
    let mfa = trusting("mfa", "aws_iam_role.start.arn", ALL).replace(
        r#"Action = "sts:AssumeRole" }"#,
        r#"Action = "sts:AssumeRole", Condition = { Bool = { "aws:MultiFactorAuthPresent" = "true" } } }"#,
    );
    let analysis = analysis(&[&start, &mid, &end, &mfa, TRAIL]);
    let roll = analysis.who_can("cloudtrail:StopLogging", None).unwrap();
    assert_eq!(names(&roll.may), ["aws_iam_role.end on *", "aws_iam_role.mfa on *"]);
    let ways: Vec<_> = roll
        .by_roles
        .iter()
        .map(|it| {
            let steps: Vec<&str> = it.steps.iter().map(|step| step.role.as_str()).collect();
            format!("{} as {}, {}", it.principal, steps.join(" as "), it.certain)
        })
        .collect();
    assert_eq!(
        ways,
        [
            "account 111111111111 as aws_iam_role.mid as aws_iam_role.end, true",
            "aws_iam_role.mid as aws_iam_role.end, true",
            "aws_iam_role.start as aws_iam_role.mid as aws_iam_role.end, true",
        ]
    );
    assert_eq!(roll.others, 0);
    let text = render_who(&roll, analysis.sources());
    assert!(
        text.contains("    aws_iam_role.start as aws_iam_role.mid: statement 1 of aws_iam_role_policy.start ("),
        "{text}"
    );
    assert!(
        text.contains(", then as aws_iam_role.end: statement 1 of aws_iam_role.end.assume_role_policy ("),
        "{text}"
    );
    let json: serde_json::Value = serde_json::from_str(&who_json(&roll, analysis.sources())).unwrap();
    assert_eq!(
        (&json["by_roles"][1]["certain"], &json["by_roles"][1]["roles"][0]["role"]),
        (&true.into(), &"aws_iam_role.end".into())
    );
    assert_eq!(analysis.who_can("sts:AssumeRole", None).unwrap().by_roles.len(), 0);
}

#[test]
fn a_way_that_hangs_on_a_condition() {
    let end = role("end", ALL).replace(
        r#"Principal = { Service = "ec2.amazonaws.com" }, Action = "sts:AssumeRole""#,
        r#"Principal = { AWS = "*" }, Action = "sts:AssumeRole", Condition = { StringEquals = { "aws:PrincipalOrgID" = "o-a1b2c3d4e5" } }"#,
    );
    let roll = analysis(&[&end, TRAIL]).who_can("cloudtrail:StopLogging", None).unwrap();
    let [only] = roll.by_roles.as_slice() else { panic!("{:?}", roll.by_roles) };
    assert_eq!((only.principal.as_str(), only.certain), ("everyone", false));
    assert_eq!(
        only.steps[0].obstacles[0].message,
        "it depends on the condition key `aws:PrincipalOrgID` of the request"
    );
}

#[test]
fn actions_of_two_branches() {
    let trail = "arn:aws:cloudtrail:eu-west-1:111111111111:trail/main";
    let actions = |otherwise: &str| {
        let chosen = format!(r#"var.stops ? ["cloudtrail:GetTrail", "cloudtrail:StopLogging"] : {otherwise}"#);
        let statement = format!(r#"{{ Effect = "Allow", Action = {chosen}, Resource = "*" }}"#);
        let analysis = analysis(&["variable \"stops\" {}\nvariable \"others\" {}\n", TRAIL, &role("a", &statement)]);
        let ask = |action: &str| can(&analysis, "a", action, trail);
        ["cloudtrail:GetTrail", "cloudtrail:StopLogging", "cloudtrail:DeleteTrail"].map(ask).map(|answer| {
            let is_unknown = answer.starts_with("unknown: ") && answer.contains("var.stops");
            if is_unknown { "unknown".to_owned() } else { answer }
        })
    };
    assert_eq!(actions(r#"["cloudtrail:GetTrail"]"#), ["allowed by Identity 1", "unknown", "missing Identity"]);
    assert_eq!(actions(r#"["cloudtrail:Get*"]"#), ["unknown", "unknown", "missing Identity"]);
    assert_eq!(actions("[]"), ["unknown", "unknown", "missing Identity"]);
    assert_eq!(actions("var.others"), ["unknown", "unknown", "unknown"], "there may be others");
}

#[test]
fn permission_sets_where_someone_has_them() {
    let set = r#"
variable "more" {}
resource "aws_ssoadmin_permission_set" "admin" {
  name         = "admin"
  instance_arn = "arn:aws:sso:::instance/ssoins-1111111111111111"
}
resource "aws_ssoadmin_managed_policy_attachment" "admin" {
  instance_arn       = "arn:aws:sso:::instance/ssoins-1111111111111111"
  permission_set_arn = aws_ssoadmin_permission_set.admin.arn
  managed_policy_arn = "arn:aws:iam::aws:policy/AdministratorAccess"
}
"#;
    let assigned = |name: &str, account: &str, rest: &str| {
        format!(
            "resource \"aws_ssoadmin_account_assignment\" \"{name}\" {{\n  instance_arn = \"arn:aws:sso:::instance/ssoins-1111111111111111\"\n  \
             permission_set_arn = aws_ssoadmin_permission_set.admin.arn\n  principal_id = \"x\"\n  principal_type = \"GROUP\"\n  \
             target_id = \"{account}\"\n  target_type = \"AWS_ACCOUNT\"\n{rest}\n}}\n"
        )
    };
    let stop = "cloudtrail:StopLogging";
    let one = assigned("one", "222222222222", "");
    let perhaps = assigned("perhaps", "333333333333", "  count = var.more ? 1 : 0");
    let roll = analysis(&[set, &one, &perhaps]).who_can(stop, None).unwrap();
    let of = |entries: &[Entry]| -> Vec<String> {
        entries.iter().map(|it| format!("{} in {}", it.principal, it.account.as_deref().unwrap_or_default())).collect()
    };
    assert_eq!(of(&roll.may), ["aws_ssoadmin_permission_set.admin in 222222222222"]);
    assert_eq!(of(&roll.depends), ["aws_ssoadmin_permission_set.admin in 333333333333"]);
    assert_eq!(roll.depends[0].obstacles[0].kind, "symbol");
    assert_eq!(analysis(&[set]).who_can(stop, None).unwrap().may.len(), 0, "nobody has it");
}

#[test]
fn accounts_of_several_stacks_are_told_apart() {
    let provider = "provider \"aws\" {\n  region = \"eu-west-1\"\n}\n";
    let map = "number_of_the_account_of_the_organization_that_is_called";
    let elsewhere = format!(
        "variable \"{map}_NAME\" {{}}\nprovider \"aws\" {{\n  assume_role {{\n    role_arn = \"arn:aws:iam::${{var.{map}_NAME}}:role/x\"\n  }}\n}}\n"
    );
    let of = |name: &str| format!("{}{}", elsewhere.replace("NAME", name), role("a", ALL));
    let home = || format!("{provider}{}", role("a", ALL));
    let files = [("one/main.tf", home()), ("two/main.tf", home()), ("x/main.tf", of("x")), ("y/main.tf", of("y"))];
    let analysis = configured("", &files);
    let text = render_who(&analysis.who_can("cloudtrail:DescribeTrails", None).unwrap(), analysis.sources());
    let headings: Vec<&str> = text.lines().filter(|line| line.starts_with("  account ")).collect();
    let long = |name: &str| format!("  account {{var.{map}_{name}}}");
    let expected = ["  account {home} of one".to_owned(), "  account {home} of two".to_owned(), long("x"), long("y")];
    assert_eq!(headings, expected, "{text}");
}
