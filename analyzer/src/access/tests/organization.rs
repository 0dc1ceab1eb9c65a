//! What organizations restrict, from files to decisions.

use std::sync::Arc;

use crate::access::{Action, Context, Verdict};
use crate::analysis::{Host, Roots};
use crate::config::{Configuration, ConfigurationPlace, FILE_NAME};
use crate::source::MemoryFileSystem;

const SETTINGS: &str = "[accounts.app]\nid = \"111111111111\"\n";

const WORKSPACE: &str = r#"
variable "x" {}
provider "aws" {
  allowed_account_ids = ["111111111111"]
}
resource "aws_organizations_organization" "o" {}
resource "aws_organizations_organizational_unit" "top" {
  name      = "top"
  parent_id = aws_organizations_organization.o.roots[0].id
}
resource "aws_organizations_organizational_unit" "work" {
  name      = "work"
  parent_id = aws_organizations_organizational_unit.top.id
}
resource "aws_organizations_policy" "p" {
  name    = "p"
  content = jsonencode({ Version = "2012-10-17", Statement = [STATEMENTS] })
}
resource "aws_iam_role" "app" {
  name               = "app"
  assume_role_policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = "sts:AssumeRole", Principal = { Service = "ec2.amazonaws.com" } }]
  })
}
resource "aws_iam_role_policy" "app" {
  role   = aws_iam_role.app.name
  policy = jsonencode({ Version = "2012-10-17", Statement = [{ Effect = "Allow", Action = "*", Resource = "*" }] })
}
"#;

const WORK: &str = "aws_organizations_organizational_unit.work.id";
const TOP: &str = "aws_organizations_organizational_unit.top.id";
const ROOT: &str = "aws_organizations_organization.o.roots[0].id";
const LIST: &str = r#"{ Effect = "Allow", Action = ["s3:*", "sqs:*"], Resource = "*" }"#;

fn attachment(name: &str, policy: &str, target: &str, rest: &str) -> String {
    format!(
        "resource \"aws_organizations_policy_attachment\" \"{name}\" {{\n  policy_id = {policy}\n  target_id = {target}\n{rest}\n}}\n"
    )
}

fn attached(target: &str) -> String {
    attachment("p", "aws_organizations_policy.p.id", target, "")
}

/// Whether the role may read about itself, where the account is in `parent`.
fn verdict(parent: &str, statements: &str, attachments: &str) -> Verdict {
    let parent = if parent.is_empty() { String::new() } else { format!("  parent_id = {parent}\n") };
    let account = format!(
        "resource \"aws_organizations_account\" \"app\" {{\n  name  = \"app\"\n  email = \"app@example.com\"\n{parent}}}\n"
    );
    let mut files = MemoryFileSystem::default();
    files.insert("main.tf", format!("{}{account}{attachments}", WORKSPACE.replace("STATEMENTS", statements)));
    let (configuration, errors) = Configuration::read(ConfigurationPlace::new(FILE_NAME), SETTINGS);
    assert_eq!(errors, []);
    let mut host = Host::new(Arc::new(files));
    host.set_roots(Roots { directories: vec![".".to_owned()], ..Roots::default() });
    host.set_configuration(Arc::new(configuration));
    let analysis = host.analysis();
    assert_eq!(analysis.problems(), []);
    let view = analysis.access();
    let role = view.iam().at(".", "aws_iam_role.app").unwrap();
    let (by, on) = (view.caller(role).unwrap(), view.role(role));
    view.verdict(&by, &Action::new("iam:GetRole"), &on, &Context::default())
}

fn in_work(statements: &str, attachments: &str) -> Verdict {
    verdict(WORK, statements, attachments)
}

#[test]
fn a_list_that_leaves_it_out_keeps_it_from_being_certain() {
    for target in [WORK, TOP, ROOT, "aws_organizations_account.app.id", "\"111111111111\""] {
        assert_eq!(in_work(LIST, &attached(target)), Verdict::Unknown, "{target}");
    }
    let other = attached("\"222222222222\"");
    assert_eq!(in_work(LIST, &other), Verdict::Allowed, "that is another account");
    assert_eq!(verdict("", LIST, &attached(ROOT)), Verdict::Unknown, "what is in no unit is in the root");
    assert_eq!(verdict("", LIST, &attached(WORK)), Verdict::Allowed);
}

#[test]
fn a_list_that_holds_it_allows_it() {
    let iam = r#"{ Effect = "Allow", Action = ["s3:*", "iam:*"], Resource = "*" }"#;
    assert_eq!(in_work(iam, &attached(WORK)), Verdict::Allowed);
    let all =
        r#"{ Effect = "Allow", Action = "*", Resource = "*" }, { Effect = "Deny", Action = "s3:*", Resource = "*" }"#;
    assert_eq!(in_work(all, &attached(WORK)), Verdict::Allowed);
    let unknown = r#"{ Effect = "Allow", Action = var.x, Resource = "*" }"#;
    assert_eq!(in_work(unknown, &attached(WORK)), Verdict::Unknown);
}

#[test]
fn beside_full_access_a_list_leaves_nothing_out() {
    let full = |target: &str| attachment("full", "\"p-FullAWSAccess\"", target, "");
    assert_eq!(in_work(LIST, &(attached(WORK) + &full(WORK))), Verdict::Allowed);
    assert_eq!(in_work(LIST, &(attached(WORK) + &full(TOP))), Verdict::Unknown, "each level has to allow it");
    let perhaps = attachment("full", "\"p-FullAWSAccess\"", WORK, "  count = var.x ? 1 : 0");
    assert_eq!(in_work(LIST, &(attached(WORK) + &perhaps)), Verdict::Unknown);
}

#[test]
fn denies_are_in_force_whatever_else_is_attached() {
    let deny = r#"{ Effect = "Deny", Action = "iam:*", Resource = "*" }"#;
    for target in [WORK, TOP, ROOT] {
        assert_eq!(in_work(deny, &attached(target)), Verdict::Denied, "{target}");
    }
    assert_eq!(in_work(deny, &attached("var.x")), Verdict::Allowed, "nothing says that it is on this account");
    let perhaps = attachment("p", "aws_organizations_policy.p.id", WORK, "  count = var.x ? 1 : 0");
    assert_eq!(in_work(deny, &perhaps), Verdict::Unknown);
    assert_eq!(in_work(LIST, &perhaps), Verdict::Unknown);
    let of_others = r#"{ Effect = "Deny", Action = "s3:*", Resource = "*" }"#;
    assert_eq!(in_work(of_others, &attached(WORK)), Verdict::Allowed);
}
