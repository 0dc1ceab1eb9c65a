//! Who has which policies: every way of attaching one, in one stack and over several.

#![expect(clippy::string_slice, reason = "a test that slips fails, as it should")]

use std::sync::Arc;

use super::*;
use crate::analysis::{Analysis, Host, Roots};
use crate::config::{Configuration, ConfigurationPlace, FILE_NAME};
use crate::eval::evaluator::Existence;
use crate::source::{MemoryFileSystem, Span};

struct View {
    analysis: Analysis,
}

fn view(files: &[(&str, &str)]) -> View {
    configured("", files)
}

fn main_tf(text: &str) -> View {
    view(&[("main.tf", text)])
}

fn configured(configuration: &str, files: &[(&str, &str)]) -> View {
    let (configuration, errors) = Configuration::read(ConfigurationPlace::new(FILE_NAME), configuration);
    assert_eq!(errors, []);
    let mut system = MemoryFileSystem::default();
    for (path, text) in files {
        system.insert(path, *text);
    }
    let mut host = Host::new(Arc::new(system));
    host.set_roots(Roots { directories: vec![".".to_owned()], documents: Vec::new() });
    host.set_configuration(Arc::new(configuration));
    let analysis = host.analysis();
    assert_eq!(analysis.problems(), []);
    View { analysis }
}

impl View {
    fn iam(&self) -> &IamModel {
        self.analysis.iam()
    }

    /// The principal of that address in the root stack, or of that name.
    fn principal(&self, address: &str) -> &Principal {
        let mut all = self.iam().principals().iter();
        let found = all.find(|it| it.address == address || it.address.is_empty() && it.name.display() == address);
        found.unwrap_or_else(|| panic!("{:?}", self.all()))
    }

    fn all(&self) -> Vec<String> {
        self.iam()
            .principals()
            .iter()
            .map(|it| format!("{:?} {} {}", it.origin, it.address, it.arn.display()))
            .collect()
    }

    /// The policies of a principal: what they are, how they are attached, and `?` for what may not be.
    fn policies(&self, address: &str) -> Vec<String> {
        self.principal(address).policies.iter().map(|it| self.shown(it)).collect()
    }

    fn shown(&self, policy: &AttachedPolicy) -> String {
        let source = match &policy.source {
            PolicySource::Site(index) => self.analysis.policies()[*index].address.to_string(),
            PolicySource::Aws(facts) => format!("aws {}", facts.name),
            PolicySource::NotInView(arn) => format!("elsewhere {}", arn.display()),
            PolicySource::Unknown(symbol) => format!("any {}", symbol.address()),
        };
        format!("{source}{} via {}", doubt(&policy.existence), self.text(policy.via))
    }

    fn open(&self, address: &str) -> Vec<String> {
        self.principal(address).open.iter().map(|symbol| symbol.address().to_string()).collect()
    }

    /// The first line of what stands at a place.
    fn text(&self, span: Span) -> String {
        let text = self.analysis.sources().text(span);
        let line = text.lines().next().unwrap_or_default();
        line[..line.floor_char_boundary(60)].to_owned()
    }
}

fn doubt(existence: &Existence) -> String {
    match existence {
        Existence::Certain => String::new(),
        Existence::MayExist(symbol) => format!(" if {}", symbol.address()),
    }
}

const DOCUMENT: &str = r#"
locals {
  any   = jsonencode({ Version = "2012-10-17", Statement = [{ Effect = "Allow", Action = "s3:*", Resource = "*" }] })
  trust = jsonencode({ Version = "2012-10-17", Statement = [{ Effect = "Allow", Action = "sts:AssumeRole", Principal = { Service = "ec2.amazonaws.com" } }] })
}
"#;

fn with_document(text: &str) -> View {
    main_tf(&format!("{DOCUMENT}{text}"))
}

#[test]
fn a_role_and_what_its_resources_attach() {
    let it = with_document(
        r#"
resource "aws_iam_role" "r" {
  name                 = "deploy"
  path                 = "/ci/"
  assume_role_policy   = local.trust
  permissions_boundary = "arn:aws:iam::aws:policy/PowerUserAccess"
  managed_policy_arns  = ["arn:aws:iam::aws:policy/ReadOnlyAccess", aws_iam_policy.p.arn]
  inline_policy {
    name   = "inline"
    policy = local.any
  }
}
resource "aws_iam_role_policy" "by_id" {
  role   = aws_iam_role.r.id
  policy = local.any
}
resource "aws_iam_role_policy" "by_literal" {
  role   = "deploy"
  policy = local.any
}
resource "aws_iam_policy" "p" {
  name   = "p"
  policy = local.any
}
resource "aws_iam_role_policy_attachment" "a" {
  role       = aws_iam_role.r.name
  policy_arn = aws_iam_policy.p.arn
}
resource "aws_iam_policy_attachment" "list" {
  name       = "list"
  roles      = [aws_iam_role.r.name, "elsewhere"]
  users      = ["joe"]
  policy_arn = "arn:aws:iam::123456789012:policy/theirs"
}
"#,
    );
    assert_eq!(
        it.policies("aws_iam_role.r"),
        [
            "elsewhere arn:aws:iam::123456789012:policy/theirs via policy_arn = \"arn:aws:iam::123456789012:policy/theirs\"",
            "aws_iam_role.r via policy = local.any",
            "aws ReadOnlyAccess via managed_policy_arns  = [\"arn:aws:iam::aws:policy/ReadOnlyAcc",
            "aws_iam_policy.p via managed_policy_arns  = [\"arn:aws:iam::aws:policy/ReadOnlyAcc",
            "aws_iam_role_policy.by_id via policy = local.any",
            "aws_iam_role_policy.by_literal via policy = local.any",
            "aws_iam_policy.p via policy_arn = aws_iam_policy.p.arn",
        ]
    );
    let role = it.principal("aws_iam_role.r");
    assert_eq!(
        it.shown(role.boundary.as_ref().unwrap()),
        "aws PowerUserAccess via permissions_boundary = \"arn:aws:iam::aws:policy/PowerUserAcc"
    );
    assert_eq!(it.analysis.policies()[role.trust.unwrap()].attribute, "assume_role_policy");
    assert_eq!(it.text(role.span), "name                 = \"deploy\"");
    assert_eq!(role.path.as_ref().unwrap().display(), "/ci/");
    assert!(role.open.is_empty() && role.exclusive.managed.is_some() && role.exclusive.inline.is_none());
    assert_eq!(it.policies("elsewhere").len(), 1);
    assert_eq!(it.open("elsewhere"), ["policies of role elsewhere"]);
    assert_eq!(it.principal("joe").kind, PrincipalKind::User);
    assert_eq!(it.principal("joe").arn.display(), "arn:{partition of user joe}:iam::{home}:user/{path of user joe}joe");
}

#[test]
fn a_role_without_policies_has_none() {
    let it = with_document("resource \"aws_iam_role\" \"r\" {\n  assume_role_policy = local.trust\n}\n");
    let role = it.principal("aws_iam_role.r");
    assert!(role.policies.is_empty() && role.open.is_empty() && role.boundary.is_none());
    assert_eq!(it.text(role.span), "resource \"aws_iam_role\" \"r\"");
    assert_eq!(it.iam().with_arn(&role.arn).count(), 1);
    assert!(it.iam().at(".", "aws_iam_role.r").is_some());
}

#[test]
fn users_groups_and_memberships() {
    let it = with_document(
        r#"
resource "aws_iam_user" "u" {
  name = "u"
}
resource "aws_iam_group" "g" {
  name = "g"
}
resource "aws_iam_group_policy" "p" {
  group  = aws_iam_group.g.name
  policy = local.any
}
resource "aws_iam_group_policy_attachment" "p" {
  group      = aws_iam_group.g.name
  policy_arn = "arn:aws:iam::aws:policy/AdministratorAccess"
}
resource "aws_iam_user_policy" "p" {
  user   = aws_iam_user.u.name
  policy = local.any
}
resource "aws_iam_user_policy_attachment" "p" {
  user       = aws_iam_user.u.name
  policy_arn = "arn:aws:iam::aws:policy/NoSuchPolicy"
}
resource "aws_iam_group_membership" "m" {
  name  = "m"
  group = aws_iam_group.g.name
  users = [aws_iam_user.u.name]
}
resource "aws_iam_user_group_membership" "m" {
  user   = aws_iam_user.u.name
  groups = ["others"]
}
"#,
    );
    assert_eq!(
        it.policies("aws_iam_group.g"),
        [
            "aws_iam_group_policy.p via policy = local.any",
            "aws AdministratorAccess via policy_arn = \"arn:aws:iam::aws:policy/AdministratorAccess\"",
        ]
    );
    assert_eq!(
        it.policies("aws_iam_user.u"),
        [
            "aws_iam_user_policy.p via policy = local.any",
            "elsewhere arn:aws:iam::aws:policy/NoSuchPolicy via policy_arn = \"arn:aws:iam::aws:policy/NoSuchPolicy\"",
        ]
    );
    let groups: Vec<_> = it.principal("aws_iam_user.u").groups.iter().map(|it| it.group).collect();
    let names: Vec<_> = groups.into_iter().map(|index| it.iam().principals()[index].name.display()).collect();
    assert_eq!(names, ["g", "others"]);
}

#[test]
fn repeated_and_conditional() {
    let it = with_document(
        r#"
variable "create" { type = bool }
variable "arns" { type = list(string) }
variable "extra" {}
resource "aws_iam_role" "r" {
  for_each           = toset(["a", "b"])
  name               = each.key
  assume_role_policy = local.trust
}
resource "aws_iam_role_policy_attachment" "each" {
  for_each   = aws_iam_role.r
  role       = each.value.name
  policy_arn = "arn:aws:iam::aws:policy/job-function/Billing"
}
resource "aws_iam_role_policy_attachment" "perhaps" {
  count      = var.create ? 1 : 0
  role       = aws_iam_role.r["a"].name
  policy_arn = "arn:aws:iam::aws:policy/PowerUserAccess"
}
resource "aws_iam_role_policy_attachment" "many" {
  for_each   = toset(var.arns)
  role       = aws_iam_role.r["b"].name
  policy_arn = each.value
}
resource "aws_iam_role_policy_attachment" "either" {
  role       = aws_iam_role.r["b"].name
  policy_arn = var.create ? "arn:aws:iam::aws:policy/PowerUserAccess" : var.extra
}
"#,
    );
    assert_eq!(
        it.policies("aws_iam_role.r[\"a\"]"),
        [
            "aws job-function/Billing via policy_arn = \"arn:aws:iam::aws:policy/job-function/Billing\"",
            "aws PowerUserAccess if (var.create ? 1 : 0) via policy_arn = \"arn:aws:iam::aws:policy/PowerUserAccess\"",
        ]
    );
    assert_eq!(
        it.policies("aws_iam_role.r[\"b\"]"),
        [
            "aws job-function/Billing via policy_arn = \"arn:aws:iam::aws:policy/job-function/Billing\"",
            "aws PowerUserAccess if (var.create ? \"arn:aws:iam::aws:policy/PowerUserAccess\" : var.extra) via policy_arn = var.create ? \"arn:aws:iam::aws:policy/PowerUser",
            "any var.extra if (var.create ? \"arn:aws:iam::aws:policy/PowerUserAccess\" : var.extra) via policy_arn = var.create ? \"arn:aws:iam::aws:policy/PowerUser",
            "any each.key of var.arns if var.arns via policy_arn = each.value",
        ]
    );
}

#[test]
fn through_modules() {
    let it = view(&[
        (
            "main.tf",
            &format!(
                "{DOCUMENT}{}",
                r#"
module "role" {
  source = "./role"
  trust  = local.trust
}
module "attach" {
  source = "./attach"
  role   = module.role.name
  policy = module.role.policy_arn
}
"#
            ),
        ),
        (
            "role/main.tf",
            r#"
variable "trust" {}
resource "aws_iam_role" "this" {
  name_prefix        = "app-"
  assume_role_policy = var.trust
}
resource "aws_iam_policy" "this" {
  policy = var.trust
}
output "name" {
  value = aws_iam_role.this.name
}
output "policy_arn" {
  value = aws_iam_policy.this.arn
}
"#,
        ),
        (
            "attach/main.tf",
            r#"
variable "role" {}
variable "policy" {}
resource "aws_iam_role_policy_attachment" "this" {
  role       = var.role
  policy_arn = var.policy
}
"#,
        ),
    ]);
    assert_eq!(
        it.policies("module.role.aws_iam_role.this"),
        ["module.role.aws_iam_policy.this via policy_arn = var.policy"]
    );
    assert_eq!(it.open("module.role.aws_iam_role.this"), [""; 0]);
}

#[test]
fn an_unknown_role_may_be_any_of_its_stack() {
    let it = with_document(
        r#"
variable "role" {}
variable "suffix" {}
resource "aws_iam_role" "a" {
  name               = "app-a"
  assume_role_policy = local.trust
}
resource "aws_iam_role" "b" {
  name               = "b"
  assume_role_policy = local.trust
}
resource "aws_iam_user" "u" {
  name = "app-a"
}
resource "aws_iam_role_policy" "p" {
  role   = "app-${var.suffix}"
  policy = local.any
}
"#,
    );
    assert_eq!(it.open("aws_iam_role.a"), ["var.suffix"]);
    assert_eq!(it.open("aws_iam_role.b"), [""; 0]);
    assert_eq!(it.open("aws_iam_user.u"), [""; 0]);
    assert_eq!(it.policies("app-{var.suffix}"), ["aws_iam_role_policy.p via policy = local.any"]);
}

#[test]
fn over_several_stacks() {
    let role = format!(
        "{DOCUMENT}resource \"aws_iam_role\" \"r\" {{\n  name = \"deploy\"\n  assume_role_policy = local.trust\n}}\n"
    );
    let attachment =
        format!("{DOCUMENT}resource \"aws_iam_role_policy\" \"p\" {{\n  role = \"deploy\"\n  policy = local.any\n}}\n");
    let it = view(&[("a/main.tf", role.as_str()), ("b/main.tf", attachment.as_str())]);
    let perhaps = "aws_iam_role_policy.p if home via policy = local.any";
    assert_eq!(it.policies("aws_iam_role.r"), [perhaps], "the accounts may be one");
    assert_eq!(it.policies("deploy"), ["aws_iam_role_policy.p via policy = local.any"]);
    let both = format!("{role}{}", attachment.replace(DOCUMENT, ""));
    let it = view(&[("a/main.tf", role.as_str()), ("b/main.tf", both.as_str())]);
    let policies: Vec<_> = it.iam().principals().iter().map(|it| (it.stack.as_str(), it.policies.len())).collect();
    assert_eq!(policies, [("a", 0), ("b", 1)], "a name is the nearest principal's");
}
