//! Every way of writing a policy, from files to documents; spans are asserted by the
//! text that they underline.

use crate::eval::evaluator::{Evaluator, Existence, Options};
use crate::module::load_workspace;
use crate::policy::model::{Leaf, PolicyKind, Statement};
use crate::source::{MemoryFileSystem, SourceMap, Span};

use super::{Form, Knowledge, PolicySite, of_file, of_stack};

mod lost;

struct Case {
    sources: SourceMap,
    sites: Vec<PolicySite>,
}

fn case(files: &[(&str, &str)]) -> Case {
    let mut disk = MemoryFileSystem::default();
    for (path, text) in files {
        disk.insert(path, *text);
    }
    let sources = SourceMap::default();
    let workspace = load_workspace(&disk, &sources, &[".".to_owned()]);
    let mut sites = Vec::new();
    for stack in &workspace.stacks {
        sites.extend(of_stack(&Evaluator::new(stack, &sources, &disk, Options::usual())));
    }
    Case { sources, sites }
}

fn main_tf(text: &str) -> Case {
    case(&[("main.tf", text)])
}

impl Case {
    fn only(&self) -> &PolicySite {
        assert_eq!(self.sites.len(), 1, "{:?}", self.addresses());
        &self.sites[0]
    }

    fn addresses(&self) -> Vec<String> {
        self.sites.iter().map(|site| format!("{} {}", site.address, site.attribute)).collect()
    }

    fn site(&self, address: &str) -> &PolicySite {
        self.sites.iter().find(|site| site.address == address).unwrap()
    }

    fn statement(&self) -> &Statement {
        assert_eq!(self.only().document.faults, []);
        &self.only().document.statements[0]
    }

    fn underlined(&self, span: Span) -> String {
        self.sources.text(span)
    }

    /// `file: text` of each leaf.
    fn shown(&self, leaves: &[Leaf]) -> Vec<String> {
        let show =
            |leaf: &Leaf| format!("{}: {}", self.sources.file(leaf.span.file).path(), self.underlined(leaf.span));
        leaves.iter().map(show).collect()
    }
}

#[test]
fn jsonencode() {
    let it = main_tf(
        r#"
locals {
  actions = ["s3:GetObject"]
}
variable "account" {}
resource "aws_iam_role" "r" {
  assume_role_policy = jsonencode({
    Version   = "2012-10-17"
    Statement = {
      Effect    = "Allow"
      Action    = local.actions
      Principal = { AWS = "arn:aws:iam::${var.account}:root", "Service" = ["a", "b"] }
      Condition = { StringEquals = { "aws:PrincipalOrgID" = "o-1", "${var.account}:sub" = 7 } }
    }
  })
}
"#,
    );
    let site = it.only();
    assert_eq!((site.kind, site.form, site.knowledge), (PolicyKind::Trust, Form::Jsonencode, Knowledge::Partly));
    assert_eq!(site.site.unwrap().service, "iam");
    assert!(it.underlined(site.span).starts_with("assume_role_policy = jsonencode("));
    assert!(it.underlined(site.document.span).starts_with("{\n    Version"));
    let statement = it.statement();
    assert_eq!(it.underlined(statement.actions[0].key), "Action");
    assert_eq!(it.shown(&statement.actions[0].items), ["main.tf: s3:GetObject"]);
    let via: Vec<_> = statement.actions[0].items[0].via.iter().map(|span| it.underlined(*span)).collect();
    assert_eq!(via, ["local.actions"]);
    let groups = &statement.principals[0].groups;
    assert_eq!(it.shown(&groups[0].items), ["main.tf: arn:aws:iam::${var.account}:root"]);
    assert_eq!(groups[0].items[0].text.display(), "arn:aws:iam::{var.account}:root");
    assert_eq!(it.shown(&groups[1].items), ["main.tf: a", "main.tf: b"]);
    let keys: Vec<_> = statement.conditions.iter().map(|condition| it.underlined(condition.key.span)).collect();
    assert_eq!(keys, ["aws:PrincipalOrgID", "${var.account}:sub"]);
    assert_eq!(it.shown(&statement.conditions[1].values), ["main.tf: 7"]);
}

#[test]
fn heredocs() {
    for tag in ["<<EOF", "<<-EOF"] {
        let it = main_tf(&format!(
            r#"
variable "bucket" {{}}
resource "aws_s3_bucket_policy" "p" {{
  bucket = var.bucket
  policy = {tag}
    {{
      "Statement": [{{
        "Principal": "*",
        "Action": "s3:*",
        "Resource": ["arn:aws:s3:::${{var.bucket}}/*", "arn:aws:s3:::x/$${{aws:username}}"],
        "Condition": {{"Bool": {{"aws:SecureTransport": "true"}}}}
      }}]
    }}
    EOF
}}
"#
        ));
        let site = it.only();
        assert_eq!((site.kind, site.form), (PolicyKind::Resource, Form::Heredoc));
        let statement = it.statement();
        assert!(statement.principals[0].bare);
        assert_eq!(it.underlined(statement.actions[0].key), "Action");
        let expected = ["main.tf: arn:aws:s3:::${var.bucket}/*", "main.tf: arn:aws:s3:::x/$${aws:username}"];
        assert_eq!(it.shown(&statement.resources[0].items), expected);
        let texts: Vec<_> = statement.resources[0].items.iter().map(|leaf| leaf.text.display()).collect();
        assert_eq!(texts, ["arn:aws:s3:::{var.bucket}/*", "arn:aws:s3:::x/${aws:username}"]);
        assert!(it.underlined(statement.span).starts_with("{\n        \"Principal\""));
        assert!(it.underlined(statement.span).ends_with("\n      }"));
        assert_eq!(it.underlined(statement.conditions[0].key.span), "aws:SecureTransport");
    }
}

#[test]
fn files_and_templates() {
    let it = case(&[
        (
            "main.tf",
            r#"
variable "topic" {}
resource "aws_iam_policy" "file" {
  policy = file("${path.module}/p.json")
}
resource "aws_sns_topic_policy" "template" {
  arn    = var.topic
  policy = templatefile("t.json.tftpl", { topic = var.topic, accounts = ["111111111111", "222222222222"], open = false })
}
"#,
        ),
        ("p.json", r#"{"Statement": [{"Action": "s3:\u0047et*"}]}"#),
        (
            "t.json.tftpl",
            r#"{"Statement": [
%{ for account in accounts ~}
  {"Principal": {"AWS": "${account}"}, "Resource": "${topic}"},
%{ endfor ~}
%{ if open }{"Principal": "*"},%{ endif }
  {"Effect": "Deny"}
]}"#,
        ),
    ]);
    let file = it.site("aws_iam_policy.file");
    assert_eq!((file.form, file.knowledge), (Form::File, Knowledge::Known));
    assert_eq!(it.shown(&file.document.statements[0].actions[0].items), [r"p.json: s3:\u0047et*"]);
    assert_eq!(file.document.statements[0].actions[0].items[0].text.as_known().unwrap(), "s3:Get*");
    let template = it.site("aws_sns_topic_policy.template");
    assert_eq!((template.form, template.knowledge), (Form::Template, Knowledge::Partly));
    assert_eq!(template.document.faults, []);
    let statements = &template.document.statements;
    assert_eq!(statements.len(), 3);
    let principal = |statement: &Statement| statement.principals[0].groups[0].items[0].text.display();
    assert_eq!([principal(&statements[0]), principal(&statements[1])], ["111111111111", "222222222222"]);
    assert_eq!(it.shown(&statements[1].resources[0].items), ["t.json.tftpl: ${topic}"]);
    assert_eq!(it.shown(&statements[2].effect.iter().cloned().collect::<Vec<_>>()), ["t.json.tftpl: Deny"]);
}

#[test]
fn documents_of_data_sources_are_read_once() {
    let it = main_tf(
        r#"
variable "accounts" {}
data "aws_iam_policy_document" "d" {
  statement {
    sid       = "A"
    actions   = ["s3:GetObject"]
    resources = []
    dynamic "principals" {
      for_each = var.accounts
      content {
        type        = "AWS"
        identifiers = ["arn:aws:iam::${principals.value}:root", "111111111111"]
      }
    }
    condition {
      test     = "StringLike"
      variable = "aws:PrincipalArn"
      values   = ["&{aws:username}"]
    }
  }
}
data "aws_iam_policy_document" "unused" {
  statement {
    not_actions = ["iam:*"]
    not_principals {
      type        = "AWS"
      identifiers = ["*"]
    }
  }
}
resource "aws_kms_key" "a" {
  policy = data.aws_iam_policy_document.d.json
}
resource "aws_kms_key" "b" {
  policy = data.aws_iam_policy_document.d.json
}
"#,
    );
    let expected = ["data.aws_iam_policy_document.unused json", "aws_kms_key.a policy", "aws_kms_key.b policy"];
    assert_eq!(it.addresses(), expected);
    let (a, b) = (it.site("aws_kms_key.a"), it.site("aws_kms_key.b"));
    assert!(std::sync::Arc::ptr_eq(&a.document, &b.document));
    assert_eq!((a.kind, a.form, a.knowledge), (PolicyKind::Resource, Form::DataSource, Knowledge::Partly));
    assert_eq!(it.underlined(a.document.span), "data \"aws_iam_policy_document\" \"d\"");
    let statement = &a.document.statements[0];
    assert_eq!(it.underlined(statement.span), "statement");
    assert!(statement.effect.as_ref().unwrap().implied);
    assert_eq!(it.underlined(statement.actions[0].key), "actions");
    let omitted: Vec<_> = statement.omitted.iter().map(|omission| it.underlined(omission.span)).collect();
    assert_eq!(omitted, ["resources = []"]);
    let group = &statement.principals[0].groups[0];
    assert_eq!(it.underlined(group.kind.span), "AWS");
    assert!(group.items.is_empty() && !group.open.is_empty());
    let possible = ["main.tf: 111111111111", "main.tf: arn:aws:iam::${principals.value}:root"];
    assert_eq!(it.shown(&group.possible), possible);
    assert_eq!(it.shown(&statement.conditions[0].values), ["main.tf: &{aws:username}"]);
    let unused = it.site("data.aws_iam_policy_document.unused");
    assert_eq!((unused.kind, unused.knowledge), (PolicyKind::Unattached, Knowledge::Known));
    let statement = &unused.document.statements[0];
    assert!(statement.actions[0].negated && statement.principals[0].negated);
    let keys = [statement.actions[0].key, statement.principals[0].key].map(|key| it.underlined(key));
    assert_eq!(keys, ["not_actions", "not_principals"]);
}

#[test]
fn documents_chosen_by_an_unknown_are_possible() {
    let it = main_tf(
        r#"
variable "strict" { type = bool }
data "aws_iam_policy_document" "a" {
  count = var.strict ? 1 : 0
  statement { actions = ["s3:Get*"] }
}
resource "aws_iam_policy" "p" {
  policy = join("", data.aws_iam_policy_document.a[*].json)
}
resource "aws_iam_policy" "q" {
  policy = var.strict ? jsonencode({ Statement = [{ Action = "a" }] }) : "{\"Statement\": {\"Action\": \"b\"}}"
}
"#,
    );
    assert_eq!(it.addresses(), ["aws_iam_policy.p policy", "aws_iam_policy.q policy"]);
    // If there is a policy at all, it has the statement.
    let site = it.site("aws_iam_policy.p");
    assert!(matches!(site.existence, Existence::MayExist(_)));
    assert_eq!((site.knowledge, site.document.statements.len()), (Knowledge::Known, 1));
    assert!(site.document.statements[0].certain);
    let document = &it.site("aws_iam_policy.q").document;
    let shown: Vec<_> = document.statements.iter().map(|it| (&it.actions[0].items, it.certain)).collect();
    assert_eq!(it.shown(shown[0].0), ["main.tf: a"]);
    assert_eq!(it.shown(shown[1].0), ["main.tf: b"]);
    assert!(shown.iter().all(|(_, certain)| !certain));
}

#[test]
fn nested_blocks_and_modules() {
    let it = case(&[
        (
            "main.tf",
            r#"
provider "aws" { region = "eu-west-1" }
module "m" {
  source   = "./m"
  for_each = toset(["x", "y"])
  name     = each.key
}
"#,
        ),
        (
            "m/main.tf",
            r#"
variable "name" {}
resource "aws_iam_role" "r" {
  count = 1
  dynamic "inline_policy" {
    for_each = ["one"]
    content {
      name   = inline_policy.value
      policy = jsonencode({ Statement = [{ Resource = "arn:aws:s3:::${var.name}" }] })
    }
  }
}
"#,
        ),
    ]);
    let expected = [
        "module.m[\"x\"].aws_iam_role.r[0] inline_policy.policy",
        "module.m[\"y\"].aws_iam_role.r[0] inline_policy.policy",
    ];
    assert_eq!(it.addresses(), expected);
    let site = &it.sites[0];
    assert_eq!((site.block_address.as_str(), site.module.as_str()), ("aws_iam_role.r", "module.m[\"x\"]"));
    assert_eq!((site.kind, site.knowledge), (PolicyKind::Identity, Knowledge::Known));
    assert_eq!(site.existence, Existence::Certain);
    assert!(it.underlined(site.span).starts_with("policy = jsonencode("));
    let resource = &site.document.statements[0].resources[0].items[0];
    assert_eq!(resource.text.as_known().unwrap(), "arn:aws:s3:::x");
}

#[test]
fn policies_of_an_organization_are_of_the_kind_of_their_type() {
    let it = main_tf(
        r#"
variable "type" {}
resource "aws_organizations_policy" "a" { content = "{\"Statement\": []}" }
resource "aws_organizations_policy" "b" {
  type    = "RESOURCE_CONTROL_POLICY"
  content = "{\"Statement\": []}"
}
resource "aws_organizations_policy" "c" {
  type    = "TAG_POLICY"
  content = "{\"tags\": {}}"
}
resource "aws_organizations_policy" "d" {
  type    = var.type
  content = "{\"Statement\": []}"
}
"#,
    );
    let kinds: Vec<_> = it.sites.iter().map(|site| (site.block_address.as_str(), site.kind)).collect();
    let expected = [
        ("aws_organizations_policy.a", PolicyKind::ServiceControl),
        ("aws_organizations_policy.b", PolicyKind::ResourceControl),
        ("aws_organizations_policy.d", PolicyKind::Unattached),
    ];
    assert_eq!(kinds, expected);
    assert_eq!(it.sites[0].form, Form::Quoted);
    assert_eq!(it.underlined(it.sites[0].document.statement_key.unwrap()), "Statement");
}

#[test]
fn what_is_unset_is_no_policy() {
    let it = main_tf(
        r#"
resource "aws_s3_bucket" "a" { policy = null }
resource "aws_s3_bucket" "b" { policy = "" }
resource "aws_s3_bucket" "c" {}
"#,
    );
    assert!(it.sites.is_empty());
}

#[test]
fn files_of_policies_stand_alone() {
    let sources = SourceMap::default();
    let policy = sources.add("p.json", r#"{"Version": "2012-10-17", "Statement": {"Action": "s3:*"}}"#);
    let other = sources.add("q.json", r#"{"name": "Statement"}"#);
    assert!(of_file(&sources, other).is_none());
    let site = of_file(&sources, policy).unwrap();
    assert_eq!((site.kind, site.form, site.knowledge), (PolicyKind::Unattached, Form::PolicyFile, Knowledge::Known));
    assert_eq!(sources.text(site.document.statements[0].actions[0].items[0].span), "s3:*");
}

#[test]
fn what_stands_nowhere_is_marked_where_it_is_referred_to() {
    let it = main_tf(
        r#"
variable "trusted" {}
resource "aws_sns_topic" "t" { name = "t" }
locals { topic = aws_sns_topic.t.arn }
data "aws_iam_policy_document" "d" {
  statement {
    resources = [local.topic]
    principals {
      type        = "AWS"
      identifiers = [var.trusted]
    }
  }
}
resource "aws_sns_topic_policy" "p" {
  arn    = local.topic
  policy = data.aws_iam_policy_document.d.json
}
resource "aws_kms_key" "k" { policy = data.aws_kms_key.old.policy }
data "aws_kms_key" "old" { key_id = "x" }
"#,
    );
    let statement = &it.site("aws_sns_topic_policy.p").document.statements[0];
    let resource = &statement.resources[0].items[0];
    assert_eq!(it.underlined(resource.span), "aws_sns_topic.t.arn");
    let via: Vec<_> = resource.via.iter().map(|span| it.underlined(*span)).collect();
    assert_eq!(via, ["local.topic"]);
    assert_eq!(it.shown(&statement.principals[0].groups[0].items), ["main.tf: var.trusted"]);
    let unknown = it.site("aws_kms_key.k");
    assert_eq!(unknown.knowledge, Knowledge::Unknown);
    assert_eq!(it.underlined(unknown.document.span), "policy = data.aws_kms_key.old.policy");
}

#[test]
fn half_typed_policies_are_read_without_panic() {
    let whole = r#"
variable "v" {}
data "aws_iam_policy_document" "d" {
  source_policy_documents = ["{\"Statement\": [{\"Sid\": \"A\"}]}", var.v]
  statement {
    sid     = "A"
    actions = var.v ? ["s3:Get*"] : concat(["a"], var.v)
    dynamic "principals" {
      for_each = var.v
      content {
        type        = principals.key
        identifiers = [principals.value, "é"]
      }
    }
    condition {
      test     = "Bool"
      variable = "${var.v}:x"
      values   = [true]
    }
  }
}
resource "aws_iam_role" "r" {
  assume_role_policy = data.aws_iam_policy_document.d.json
  inline_policy { policy = jsonencode(merge({ Statement = [{ (var.v) = 1 }] }, var.v)) }
}
resource "aws_iam_policy" "p" {
  policy = <<-EOF
    {"Statement": [{"Action": "${var.v}:*", "Condition": {"Bool": {"a\u00e9": ${var.v}}}}]}
  EOF
}
"#;
    for (end, _) in whole.char_indices() {
        main_tf(whole.get(..end).unwrap());
    }
    assert_eq!(main_tf(whole).sites.len(), 3);
}

#[test]
fn json_notation() {
    let it = case(&[(
        "main.tf.json",
        r#"{
  "variable": {"id": {}},
  "data": {"aws_iam_policy_document": {"d": {
    "statement": {"actions": ["sts:AssumeRole"], "principals": [{"type": "AWS", "identifiers": ["arn:aws:iam::${var.id}:root", "${var.id}"]}]}
  }}},
  "resource": {
    "aws_iam_role": {"r": {
      "assume_role_policy": "${data.aws_iam_policy_document.d.json}",
      "inline_policy": [{"name": "i", "policy": "{\"Statement\": {\"Action\": \"s3:*\", \"Resource\": \"${var.id}\"}}"}]
    }}
  }
}"#,
    )]);
    assert_eq!(it.addresses(), ["aws_iam_role.r assume_role_policy", "aws_iam_role.r inline_policy.policy"]);
    let trust = &it.sites[0];
    assert_eq!((trust.kind, trust.form), (PolicyKind::Trust, Form::DataSource));
    let group = &trust.document.statements[0].principals[0].groups[0];
    assert_eq!(it.shown(&group.items), ["main.tf.json: arn:aws:iam::${var.id}:root", "main.tf.json: var.id"]);
    let inline = &it.sites[1];
    assert_eq!((inline.kind, inline.form), (PolicyKind::Identity, Form::Quoted));
    let statement = &inline.document.statements[0];
    assert_eq!(it.shown(&statement.actions[0].items), ["main.tf.json: s3:*"]);
    assert_eq!(it.shown(&statement.resources[0].items), ["main.tf.json: ${var.id}"]);
}

#[test]
fn attributes_within_objects() {
    let it = main_tf(
        r#"
resource "awscc_iam_role" "r" {
  assume_role_policy_document = sensitive(jsonencode({ Statement = [{ Action = "sts:AssumeRole" }] }))
  policies = [{
    policy_name     = "p"
    policy_document = jsonencode({ Statement = [{ Action = "s3:*" }] })
  }]
}
"#,
    );
    assert_eq!(it.sites.len(), 2);
    let (trust, inline) = (&it.sites[0], &it.sites[1]);
    assert_eq!((trust.kind, inline.kind), (PolicyKind::Trust, PolicyKind::Identity));
    assert!(trust.document.statements[0].actions[0].items[0].sensitive);
    let action = &inline.document.statements[0].actions[0].items[0];
    assert_eq!((it.underlined(action.span).as_str(), action.sensitive), ("s3:*", false));
    assert_eq!(it.underlined(inline.span), "policy_document");
}

#[test]
fn one_template_is_one_string_whatever_its_parts() {
    let it = main_tf(
        r#"
variable "strict" { type = bool }
data "aws_partition" "p" { count = var.strict ? 1 : 0 }
resource "aws_sns_topic" "t" { count = var.strict ? 1 : 0 }
resource "aws_kms_key" "k" {
  policy = jsonencode({ Statement = [{
    Principal = { AWS = ["arn:${join("", data.aws_partition.p[*].partition)}:iam::1:root"] }
    Action    = [var.strict ? "kms:Encrypt" : "kms:Decrypt"]
    Resource  = [join("", aws_sns_topic.t[*].arn)]
  }] })
}
"#,
    );
    let statement = it.statement();
    let group = &statement.principals[0].groups[0];
    assert_eq!(it.shown(&group.items), [r#"main.tf: arn:${join("", data.aws_partition.p[*].partition)}:iam::1:root"#]);
    assert_eq!(
        (group.items[0].text.known_prefix().as_str(), group.items[0].text.known_suffix().as_str()),
        ("arn:", ":iam::1:root")
    );
    assert!(group.possible.is_empty());
    let actions = &statement.actions[0];
    assert_eq!(
        (actions.items.len(), it.shown(&actions.possible)),
        (0, vec!["main.tf: kms:Encrypt".to_owned(), "main.tf: kms:Decrypt".to_owned()])
    );
    let resources = &statement.resources[0];
    assert!(resources.items.iter().chain(&resources.possible).all(|leaf| !leaf.text.is_empty()));
    assert!(!resources.open.is_empty() || !resources.items[0].text.is_known());
}

#[test]
fn lists_of_a_policy_have_no_room_to_spare() {
    let policy =
        r#""{\"Statement\": [{\"Principal\": {\"AWS\": \"*\"}, \"Action\": \"sqs:*\", \"Resource\": \"*\"}]}""#;
    let it = main_tf(&format!("resource \"aws_sqs_queue_policy\" \"p\" {{ policy = {policy} }}"));
    let document = &it.site("aws_sqs_queue_policy.p").document;
    let statement = &document.statements[0];
    let group = &statement.principals[0].groups[0];
    let of_lists = [document.statements.capacity(), statement.principals.capacity(), statement.actions.capacity()];
    assert_eq!((of_lists, statement.actions[0].items.capacity(), group.items.capacity()), ([1; 3], 1, 1));
}
