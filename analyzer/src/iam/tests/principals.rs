//! Every way of attaching a policy to a principal.

use super::*;
use crate::eval::evaluator::{Evaluator, Options};
use crate::module::load_workspace;
use crate::source::SourceMap;

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
    assert!(role.open.is_empty() && role.exclusive.managed.is_some() && role.exclusive.inline.is_some());
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
fn a_conditional_name_through_a_whole_object() {
    let role = r#"
variable "env" {}
variable "trust" {}
resource "aws_iam_role" "this" {
  name               = "ci${var.env != null ? "-${var.env}" : ""}"
  assume_role_policy = var.trust
}
output "role" {
  value = aws_iam_role.this
}
"#;
    let root = r#"
variable "env" {}
module "role" {
  source = "./role"
  env    = var.env
  trust  = local.trust
}
resource "aws_iam_role_policy" "p" {
  role   = module.role.role.id
  policy = local.any
}
"#;
    let it = view(&[("main.tf", &format!("{DOCUMENT}{root}")), ("role/main.tf", role)]);
    assert_eq!(it.policies("module.role.aws_iam_role.this"), ["aws_iam_role_policy.p via policy = local.any"]);
    assert_eq!(it.iam().principals().len(), 1, "{:?}", it.all());
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

#[test]
fn one_account_over_several_stacks() {
    let configuration = "[accounts.prod]\nid = \"111122223333\"\n[stacks.\"a\"]\naccount = \"prod\"\n[stacks.\"b\"]\naccount = \"prod\"\n";
    let role = format!(
        "{DOCUMENT}resource \"aws_iam_role\" \"r\" {{\n  name = \"deploy\"\n  assume_role_policy = local.trust\n}}\n"
    );
    let attachment = r#"
data "aws_iam_role" "r" {
  name = "deploy"
}
resource "aws_iam_role_policy_attachment" "p" {
  role       = data.aws_iam_role.r.name
  policy_arn = "arn:aws:iam::aws:policy/PowerUserAccess"
}
"#;
    let it = configured(configuration, &[("a/main.tf", role.as_str()), ("b/main.tf", attachment)]);
    assert_eq!(it.iam().principals().len(), 1, "{:?}", it.all());
    assert_eq!(
        it.policies("aws_iam_role.r"),
        ["aws PowerUserAccess via policy_arn = \"arn:aws:iam::aws:policy/PowerUserAccess\""]
    );
    let policy = &it.principal("aws_iam_role.r").policies[0];
    let document = it.iam().document(&policy.source, it.analysis.policies()).unwrap();
    assert!(document.is_wholly_known() && document.faults.is_empty());
    assert_eq!(document.statements.len(), 2);
}

#[test]
fn permission_sets() {
    let it = with_document(
        r#"
resource "aws_ssoadmin_permission_set" "s" {
  name         = "admin"
  instance_arn = "arn:aws:sso:::instance/ssoins-1"
}
resource "aws_ssoadmin_managed_policy_attachment" "a" {
  instance_arn       = "arn:aws:sso:::instance/ssoins-1"
  managed_policy_arn = "arn:aws:iam::aws:policy/AdministratorAccess"
  permission_set_arn = aws_ssoadmin_permission_set.s.arn
}
resource "aws_ssoadmin_permission_set_inline_policy" "i" {
  instance_arn       = "arn:aws:sso:::instance/ssoins-1"
  inline_policy      = local.any
  permission_set_arn = aws_ssoadmin_permission_set.s.arn
}
resource "aws_ssoadmin_customer_managed_policy_attachment" "c" {
  instance_arn       = "arn:aws:sso:::instance/ssoins-1"
  permission_set_arn = aws_ssoadmin_permission_set.s.arn
  customer_managed_policy_reference {
    name = "theirs"
    path = "/"
  }
}
resource "aws_ssoadmin_permissions_boundary_attachment" "b" {
  instance_arn       = "arn:aws:sso:::instance/ssoins-1"
  permission_set_arn = aws_ssoadmin_permission_set.s.arn
  permissions_boundary {
    managed_policy_arn = "arn:aws:iam::aws:policy/ReadOnlyAccess"
  }
}
resource "aws_ssoadmin_account_assignment" "a" {
  instance_arn       = "arn:aws:sso:::instance/ssoins-1"
  permission_set_arn = aws_ssoadmin_permission_set.s.arn
  principal_id       = "g"
  principal_type     = "GROUP"
  target_id          = "111122223333"
  target_type        = "AWS_ACCOUNT"
}
"#,
    );
    assert_eq!(
        it.policies("aws_ssoadmin_permission_set.s"),
        [
            "elsewhere theirs via name = \"theirs\"",
            "aws AdministratorAccess via managed_policy_arn = \"arn:aws:iam::aws:policy/AdministratorA",
            "aws_ssoadmin_permission_set_inline_policy.i via inline_policy      = local.any",
        ]
    );
    let set = it.principal("aws_ssoadmin_permission_set.s");
    assert_eq!(set.assignments[0].account.display(), "111122223333");
    assert!(matches!(set.boundary.as_ref().unwrap().source, PolicySource::Aws(_)));
    assert_eq!(it.iam().principals().len(), 1, "{:?}", it.all());
}

#[test]
fn service_linked_roles_have_policies_of_their_own() {
    let it =
        main_tf("resource \"aws_iam_service_linked_role\" \"e\" {\n  aws_service_name = \"es.amazonaws.com\"\n}\n");
    let role = it.principal("aws_iam_service_linked_role.e");
    assert!(role.service_linked && role.trust.is_none());
    assert_eq!(it.open("aws_iam_service_linked_role.e"), ["aws_iam_service_linked_role.e.policies"]);
}

#[test]
fn exclusive_lists() {
    let it = with_document(
        r#"
resource "aws_iam_role" "r" {
  name               = "r"
  assume_role_policy = local.trust
}
resource "aws_iam_role_policies_exclusive" "i" {
  role_name    = aws_iam_role.r.name
  policy_names = []
}
resource "aws_iam_role_policy_attachments_exclusive" "m" {
  role_name   = aws_iam_role.r.name
  policy_arns = ["arn:aws:iam::aws:policy/PowerUserAccess"]
}
"#,
    );
    assert_eq!(it.policies("aws_iam_role.r").len(), 1);
    let exclusive = it.principal("aws_iam_role.r").exclusive;
    assert!(exclusive.inline.is_some() && exclusive.managed.is_some());
}

#[test]
fn work_is_linear_in_roles_of_one_name() {
    let role = "resource \"aws_iam_role\" \"r\" {\n  name = \"deploy\"\n  assume_role_policy = \"{}\"\n}\n";
    let attachment = "resource \"aws_iam_role_policy\" \"p\" {\n  role = \"deploy\"\n  policy = \"{}\"\n}\n";
    let paths: Vec<String> = (0..200).map(|number| format!("s{number}/main.tf")).collect();
    let text = |index: usize| if index.is_multiple_of(2) { role } else { attachment };
    let files: Vec<(&str, &str)> = paths.iter().enumerate().map(|(index, path)| (path.as_str(), text(index))).collect();
    let it = view(&files);
    let declared = || it.iam().principals().iter().filter(|it| it.origin == Origin::Declared);
    assert_eq!(declared().count(), 100);
    assert_eq!(declared().map(|it| it.policies.len()).sum::<usize>(), 0);
    assert!(declared().all(|it| it.open.len() == 1), "what is not compared is open");
}

/// How many expressions are evaluated of a configuration with that text.
fn expressions(text: &str) -> u64 {
    let mut disk = MemoryFileSystem::default();
    disk.insert("main.tf", text);
    let sources = SourceMap::default();
    let workspace = load_workspace(&disk, &sources, &[".".to_owned()]);
    let evaluator = Evaluator::new(&workspace.stacks[0], &sources, &disk, Options::usual());
    let _sites = crate::policy::sites::of_stack(&evaluator);
    let _part = of_stack(&evaluator);
    evaluator.statistics().expressions
}

#[test]
fn what_is_about_no_policy_is_not_evaluated() {
    let repeated =
        |ty: &str| format!("resource \"{ty}\" \"x\" {{\n  for_each = toset([for i in range(9) : \"${{i}}\"])\n}}\n");
    let role = repeated("aws_iam_role");
    assert!(expressions(&role) > 9);
    assert_eq!(expressions(&(repeated("aws_instance") + &role)), expressions(&role));
}

#[test]
fn work_grows_as_the_stack_does() {
    let of_roles = |count: usize| {
        let one = |number: usize| {
            format!(
                "resource \"aws_iam_role\" \"r{number}\" {{\n  name = \"r{number}\"\n  assume_role_policy = \"{{}}\"\n}}\n\
                 resource \"aws_iam_role_policy_attachment\" \"r{number}\" {{\n  role = aws_iam_role.r{number}.name\n  policy_arn = var.arn\n}}\n"
            )
        };
        let text: String = ["variable \"arn\" {}\n".to_owned()].into_iter().chain((0..count).map(one)).collect();
        expressions(&text)
    };
    let [once, twice, four_times] = [20, 40, 80].map(of_roles);
    assert_eq!(four_times - twice, 2 * (twice - once));
}

#[test]
fn roles_of_new_accounts() {
    let text = r#"
provider "aws" {
  region              = "eu-west-1"
  allowed_account_ids = ["111111111111"]
}
resource "aws_organizations_account" "log" {
  name  = "log"
  email = "log@example.com"
}
resource "aws_organizations_account" "app" {
  name      = "app"
  email     = "app@example.com"
  role_name = "Management"
}
"#;
    let view = main_tf(text);
    let shown = |it: &Principal| {
        let trust = view.iam().trust(it, view.analysis.policies()).unwrap();
        let trusted = trust.statements[0].principals[0].groups[0].items[0].text.display();
        (it.arn.display(), it.existence == Existence::Certain, trusted)
    };
    let mut roles: Vec<_> = view.iam().principals().iter().map(shown).collect();
    let role = |label: &str, name: &str| {
        let arn = format!("arn:aws:iam::{{aws_organizations_account.{label}.id}}:role/{name}");
        (arn, false, "arn:aws:iam::111111111111:root".to_owned())
    };
    let mut expected = [role("log", "OrganizationAccountAccessRole"), role("app", "Management")];
    roles.sort();
    expected.sort();
    assert_eq!(roles, expected);
}
