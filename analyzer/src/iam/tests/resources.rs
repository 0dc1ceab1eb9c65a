//! Every way of putting a policy on a resource, and the policies of organizations.

use super::*;
use crate::policy::model::PolicyKind;

#[test]
fn by_name_arn_id_and_url() {
    let it = with_document(
        r#"
resource "aws_s3_bucket" "by_id" {
  bucket = "one"
}
resource "aws_s3_bucket_policy" "by_id" {
  bucket = aws_s3_bucket.by_id.id
  policy = local.any
}
resource "aws_s3_bucket" "by_literal" {
  bucket = "two"
}
resource "aws_s3_bucket_policy" "by_literal" {
  bucket = "two"
  policy = local.any
}
resource "aws_s3_bucket" "without" {}
resource "aws_sqs_queue" "q" {}
resource "aws_sqs_queue_policy" "q" {
  queue_url = aws_sqs_queue.q.url
  policy    = local.any
}
resource "aws_sns_topic" "t" {
  policy = local.any
}
resource "aws_sns_topic_policy" "t" {
  arn    = aws_sns_topic.t.arn
  policy = local.any
}
resource "awscc_cloudtrail_channel" "c" {
  name = "c"
}
resource "awscc_cloudtrail_resource_policy" "c" {
  resource_arn    = awscc_cloudtrail_channel.c.channel_arn
  resource_policy = local.any
}
"#,
    );
    assert_eq!(it.on("aws_s3_bucket.by_id"), ["aws_s3_bucket_policy.by_id"]);
    assert_eq!(it.on("aws_s3_bucket.by_literal"), ["aws_s3_bucket_policy.by_literal"]);
    assert_eq!(it.on("aws_s3_bucket.without"), [""; 0]);
    assert!(it.resource("aws_s3_bucket.without").open.is_empty());
    assert_eq!(it.on("aws_sqs_queue.q"), ["aws_sqs_queue_policy.q"]);
    assert_eq!(it.on("aws_sns_topic.t"), ["aws_sns_topic.t", "aws_sns_topic_policy.t"]);
    assert_eq!(it.on("awscc_cloudtrail_channel.c"), ["awscc_cloudtrail_resource_policy.c"]);
    assert_eq!(it.iam().resources().len(), 6, "{:?}", it.resources());
}

#[test]
fn keys_have_a_policy_in_any_case() {
    let it = with_document(
        r#"
variable "own" { type = bool }
resource "aws_kms_key" "default" {}
resource "aws_kms_key" "own" {
  policy = local.any
}
resource "aws_kms_key" "apart" {}
resource "aws_kms_key_policy" "apart" {
  key_id = aws_kms_key.apart.id
  policy = local.any
}
resource "aws_kms_key" "perhaps" {}
resource "aws_kms_key_policy" "perhaps" {
  count  = var.own ? 1 : 0
  key_id = aws_kms_key.perhaps.key_id
  policy = local.any
}
resource "aws_kms_grant" "g" {
  key_id            = aws_kms_key.own.key_id
  grantee_principal = "arn:aws:iam::111122223333:role/reader"
  operations        = ["Decrypt"]
}
"#,
    );
    assert_eq!(it.on("aws_kms_key.default"), ["default"]);
    let ResourcePolicySource::Default(document) = &it.resource("aws_kms_key.default").policies[0].source else {
        panic!("{:?}", it.on("aws_kms_key.default"))
    };
    assert_eq!(document.faults, []);
    assert_eq!(document.statements[0].principals[0].groups[0].items[0].text.display(), "{home}");
    assert_eq!(it.on("aws_kms_key.own"), ["implied", "aws_kms_key.own"]);
    assert_eq!(it.on("aws_kms_key.apart"), ["aws_kms_key_policy.apart"]);
    assert_eq!(
        it.on("aws_kms_key.perhaps"),
        ["default if (var.own ? 1 : 0)", "aws_kms_key_policy.perhaps[0] if (var.own ? 1 : 0)"]
    );
}

#[test]
fn permissions_of_functions() {
    let it = with_document(
        r#"
variable "who" {}
resource "aws_lambda_function" "f" {
  function_name = "f"
}
resource "aws_lambda_permission" "sns" {
  function_name = aws_lambda_function.f.function_name
  action        = "lambda:InvokeFunction"
  principal     = "sns.amazonaws.com"
  source_arn    = "arn:aws:sns:eu-west-1:111122223333:t"
}
resource "aws_lambda_permission" "account" {
  function_name = aws_lambda_function.f.arn
  action        = "lambda:InvokeFunction"
  principal     = "444455556666"
}
resource "aws_lambda_permission" "unknown" {
  function_name = aws_lambda_function.f.arn
  action        = "lambda:InvokeFunction"
  principal     = var.who
}
"#,
    );
    let function = it.resource("aws_lambda_function.f");
    assert_eq!(it.on("aws_lambda_function.f"), ["implied", "implied"]);
    let open: Vec<_> = function.open.iter().map(|symbol| symbol.address().as_str()).collect();
    assert_eq!(open, ["grant of aws_lambda_permission.unknown"]);
    let shown = |policy: &ResourcePolicy| {
        let ResourcePolicySource::Implied(document) = &policy.source else { panic!("{policy:?}") };
        let statement = &document.statements[0];
        let group = &statement.principals[0].groups[0];
        let conditions = statement.conditions.iter().map(|it| it.key.text.display()).collect::<Vec<_>>();
        (group.kind.text.display(), group.items[0].text.display(), conditions.join(" "))
    };
    let statements: Vec<_> = function.policies.iter().map(shown).collect();
    let expected = [("AWS", "444455556666", ""), ("Service", "sns.amazonaws.com", "AWS:SourceArn")];
    assert_eq!(statements, expected.map(|(a, b, c)| (a.to_owned(), b.to_owned(), c.to_owned())));
}

#[test]
fn what_is_not_declared_may_have_other_policies() {
    let it = with_document(
        r#"
variable "queue" {}
data "aws_s3_bucket" "theirs" {
  bucket = "theirs"
}
resource "aws_s3_bucket_policy" "theirs" {
  bucket = data.aws_s3_bucket.theirs.id
  policy = local.any
}
resource "aws_s3_bucket_policy" "named" {
  bucket = "named"
  policy = local.any
}
resource "aws_sqs_queue" "q" {}
resource "aws_sqs_queue_policy" "any" {
  queue_url = var.queue
  policy    = local.any
}
"#,
    );
    assert_eq!(it.on("data.aws_s3_bucket.theirs"), ["aws_s3_bucket_policy.theirs"]);
    assert_eq!(it.resource("data.aws_s3_bucket.theirs").open.len(), 1);
    assert_eq!(it.on("arn:{partition of bucket named}:s3:::named"), ["aws_s3_bucket_policy.named"]);
    let open: Vec<_> = it.resource("aws_sqs_queue.q").open.iter().map(|it| it.address().as_str()).collect();
    assert_eq!(open, ["var.queue"]);
}

#[test]
fn a_bucket_of_another_stack() {
    let bucket = "resource \"aws_s3_bucket\" \"b\" {\n  bucket = \"logs\"\n}\n";
    let policy = format!(
        "{DOCUMENT}resource \"aws_s3_bucket_policy\" \"p\" {{\n  bucket = \"logs\"\n  policy = local.any\n}}\n"
    );
    let it = view(&[("a/main.tf", bucket), ("b/main.tf", &policy)]);
    assert_eq!(it.on("aws_s3_bucket.b"), ["aws_s3_bucket_policy.p"], "a bucket's name is one everywhere");
    let queue = "resource \"aws_ecr_repository\" \"b\" {\n  name = \"app\"\n}\n";
    let policy = format!(
        "{DOCUMENT}resource \"aws_ecr_repository_policy\" \"p\" {{\n  repository = \"app\"\n  policy = local.any\n}}\n"
    );
    let it = view(&[("a/main.tf", queue), ("b/main.tf", &policy)]);
    assert_eq!(it.on("aws_ecr_repository.b"), ["aws_ecr_repository_policy.p if home"]);
}

/// As many stacks with a repository `app` as `count`, and one more with a policy on that name.
fn repositories(count: usize, configuration: &str) -> View {
    let repository = "resource \"aws_ecr_repository\" \"b\" {\n  name = \"app\"\n}\n";
    let policy = format!(
        "{DOCUMENT}resource \"aws_ecr_repository_policy\" \"p\" {{\n  repository = \"app\"\n  policy = local.any\n}}\n"
    );
    let dirs: Vec<String> = (0..count).map(|number| format!("r{number}/main.tf")).collect();
    let mut files: Vec<(&str, &str)> = dirs.iter().map(|dir| (dir.as_str(), repository)).collect();
    files.push(("p/main.tf", &policy));
    configured(configuration, &files)
}

#[test]
fn a_name_that_very_many_have_is_open_for_all_of_them() {
    let declared = |it: &View| {
        let all = it.iam().resources().iter().filter(|resource| !resource.address.is_empty());
        all.map(|resource| (resource.policies.len(), resource.open.len())).collect::<Vec<_>>()
    };
    assert_eq!(declared(&repositories(32, "")), [(1, 0); 32]);
    assert_eq!(declared(&repositories(33, "")), [(0, 1); 33]);
    let stack = |dir: &str| format!("[stacks.\"{dir}\"]\naccount = \"prod\"\n");
    let configuration = format!("[accounts.prod]\nid = \"111122223333\"\n{}{}", stack("p"), stack("r32"));
    let found = declared(&repositories(33, &configuration));
    assert_eq!(found.iter().filter(|counts| **counts == (1, 0)).count(), 1, "that in the account: {found:?}");
    assert_eq!(found.iter().filter(|counts| **counts == (0, 0)).count(), 32, "{found:?}");
}

#[test]
fn policies_of_accounts_and_organizations() {
    let it = with_document(
        r#"
resource "aws_ecr_registry_policy" "r" {
  policy = local.any
}
resource "aws_organizations_organization" "o" {}
resource "aws_organizations_organizational_unit" "u" {
  name      = "u"
  parent_id = aws_organizations_organization.o.roots[0].id
}
resource "aws_organizations_account" "a" {
  name      = "a"
  email     = "a@example.com"
  parent_id = aws_organizations_organizational_unit.u.id
}
resource "aws_organizations_policy" "p" {
  name    = "p"
  content = local.any
}
resource "aws_organizations_policy" "r" {
  name    = "r"
  type    = "RESOURCE_CONTROL_POLICY"
  content = local.any
}
resource "aws_organizations_policy_attachment" "u" {
  policy_id = aws_organizations_policy.p.id
  target_id = aws_organizations_organizational_unit.u.id
}
resource "aws_organizations_policy_attachment" "a" {
  policy_id = aws_organizations_policy.p.id
  target_id = "111122223333"
}
"#,
    );
    let account = &it.iam().account_policies()[0];
    assert_eq!(
        (account.service, it.analysis.policies()[account.site].address.as_str()),
        ("ecr", "aws_ecr_registry_policy.r")
    );
    let kinds: Vec<_> = it.iam().organization_policies().iter().map(|it| (it.kind, it.targets.len())).collect();
    assert_eq!(kinds, [(PolicyKind::ServiceControl, 2), (PolicyKind::ResourceControl, 0)]);
    let [account, unit] = it.iam().organization_members() else { panic!("{:?}", it.iam().organization_members()) };
    assert_eq!((account.kind, unit.kind), (MemberKind::Account, MemberKind::Unit));
    assert_eq!(account.parent.as_ref().unwrap().display(), unit.id.display());
    let unit_targets: Vec<_> = it.iam().organization_policies()[0].targets.iter().map(|it| it.id.display()).collect();
    assert_eq!(unit_targets, ["111122223333".to_owned(), unit.id.display()]);
}

#[test]
fn access_control_lists_may_let_others_in() {
    let view = main_tf(
        r#"
resource "aws_s3_bucket" "own" {
  bucket = "own"
}
resource "aws_s3_bucket_acl" "own" {
  bucket = aws_s3_bucket.own.id
  acl    = "private"
}
resource "aws_s3_bucket" "public" {
  bucket = "public"
}
resource "aws_s3_bucket_acl" "public" {
  bucket = aws_s3_bucket.public.id
  acl    = "public-read"
}
resource "aws_s3_bucket" "old" {
  bucket = "old"
  grant {
    id          = "x"
    type        = "CanonicalUser"
    permissions = ["READ"]
  }
}
"#,
    );
    let open = |address: &str| view.resource(address).open.len();
    assert_eq!((open("aws_s3_bucket.own"), open("aws_s3_bucket.public"), open("aws_s3_bucket.old")), (0, 1, 1));
}
