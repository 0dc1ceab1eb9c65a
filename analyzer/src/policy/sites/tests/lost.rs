//! What Terraform drops where it puts a policy together.

use crate::eval::data_sources::policy_document::Replacement;
use crate::policy::model::{FaultKind, Statement};

use super::main_tf;

#[test]
fn empty_lists_are_noted_with_what_may_fill_them() {
    let it = main_tf(
        r#"
variable "names" { default = [] }
locals {
  none  = []
  some  = [for name in var.names : upper(name)]
  other = local.some
}
data "aws_iam_policy_document" "d" {
  statement {
    actions   = local.other
    resources = [for name in local.none : name]
    principals {
      type        = "AWS"
      identifiers = local.none
    }
    condition {
      test     = "Bool"
      variable = "k"
      values   = []
    }
  }
  dynamic "statement" {
    for_each = [[]]
    content {
      actions       = statement.value
      not_resources = null
    }
  }
}
"#,
    );
    let omitted = |statement: &Statement| -> Vec<(String, bool)> {
        statement.omitted.iter().map(|it_is| (it.underlined(it_is.span), it_is.variable)).collect()
    };
    let statements = &it.only().document.statements;
    let pair = |text: &str, variable: bool| (text.to_owned(), variable);
    let expected = [
        pair("actions   = local.other", true),
        pair("resources = [for name in local.none : name]", false),
        pair("identifiers = local.none", false),
        pair("values   = []", false),
    ];
    assert_eq!(omitted(&statements[0]), expected);
    assert_eq!(omitted(&statements[1]), [pair("actions       = statement.value", false)]);
}

#[test]
fn keys_that_stand_twice_in_an_object_are_kept() {
    let it = main_tf(
        r#"
locals {
  statement = { Effect = "Allow", Action = "s3:Get*", "Action" = "s3:Put*" }
  other     = { a = 1, a = 2 }
}
variable "key" {}
resource "aws_iam_policy" "p" {
  tags = { b = 1, b = 2 }
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [local.statement, { (var.key) = 1, (var.key) = 2, Resource = [for x in ["a"] : { c = 1, c = x }] }]
    Version = "2012-10-17"
  })
}
"#,
    );
    let duplicates = it.only().document.faults.iter().filter(|fault| matches!(fault.kind, FaultKind::DuplicateKey(_)));
    assert_eq!(duplicates.map(|fault| it.underlined(fault.span)).collect::<Vec<_>>(), ["Action", "c", "Version"]);
}

#[test]
fn statements_that_gave_way_are_kept_with_those_that_took_their_place() {
    let it = main_tf(
        r#"
variable "maybe" { type = bool }
data "aws_iam_policy_document" "base" {
  statement { sid = "A" }
  statement { sid = "B" }
  statement { sid = "A" }
  statement { sid = "" }
  statement { sid = "" }
}
data "aws_iam_policy_document" "more" {
  statement { sid = "C" }
}
data "aws_iam_policy_document" "d" {
  source_policy_documents   = [data.aws_iam_policy_document.base.json, data.aws_iam_policy_document.more.json]
  override_policy_documents = [data.aws_iam_policy_document.more.json, data.aws_iam_policy_document.more.json]
  statement { sid = "B" }
  dynamic "statement" {
    for_each = var.maybe ? [1] : []
    content { sid = "A" }
  }
}
resource "aws_iam_policy" "p" {
  policy = data.aws_iam_policy_document.d.json
}
"#,
    );
    let replaced = |address: &str| -> Vec<_> {
        let document = &it.site(address).document;
        document.replaced.iter().map(|it| (it.by.text.display(), it.replacement)).collect()
    };
    let own = |sid: &str| (sid.to_owned(), Replacement::AmongBlocks);
    assert_eq!(replaced("data.aws_iam_policy_document.base"), [own("A")]);
    assert_eq!(replaced("data.aws_iam_policy_document.more"), []);
    let expected = [
        ("B".to_owned(), Replacement::BetweenLayers),
        ("C".to_owned(), Replacement::BetweenLayers),
        ("C".to_owned(), Replacement::AmongOverrides),
    ];
    assert_eq!(replaced("aws_iam_policy.p"), expected);
    let lost = &it.site("data.aws_iam_policy_document.base").document.replaced[0].lost;
    assert_eq!((it.underlined(lost.span), lost.via.len()), ("A".to_owned(), 0));
}
