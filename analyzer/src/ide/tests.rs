//! The pages of the features.

#![allow(clippy::string_slice, clippy::unwrap_used, reason = "a test that slips fails, as it should")]

use super::testing::{Fixture, check};

#[test]
fn hovers() {
    check("hover.md", |fixture: &Fixture| {
        let found = super::hover(&fixture.analysis, fixture.position, &fixture.findings());
        let Some(found) = found else { return "nothing".to_owned() };
        format!("[{}]\n{}", fixture.analysis.sources().text(found.span), found.markdown)
    });
}

/// The best of what can be written that goes on from what is typed, each with what the line reads then.
fn shown(fixture: &Fixture) -> String {
    let found = super::completions(&fixture.analysis, fixture.position);
    let text = fixture.analysis.sources().file(fixture.position.file).text().to_string();
    let offset = fixture.position.offset as usize;
    let mut lines = Vec::new();
    let fits = |item: &&super::CompletionItem| {
        let typed = &text[item.edit.span.range.start as usize..offset];
        item.filter.to_lowercase().starts_with(&typed.to_lowercase())
    };
    let fitting: Vec<_> = found.items.iter().filter(fits).collect();
    for item in fitting.iter().take(8) {
        let range = item.edit.span.range.as_usize();
        let start = text[..range.start].rfind('\n').map_or(0, |at| at + 1);
        let end = text[range.end..].find('\n').map_or(text.len(), |at| range.end + at);
        let line = format!("{}{}{}", &text[start..range.start], item.edit.new_text, &text[range.end..end]);
        let detail = item.detail.as_deref().map(|detail| format!(" ({detail})")).unwrap_or_default();
        lines.push(format!("{}{detail}\n    {}", item.label, line.trim()));
    }
    let more = fitting.len().saturating_sub(8);
    let others = found.items.len() - fitting.len();
    let goes_on = if found.is_incomplete { ", more when more is typed" } else { "" };
    format!("{}\n{more} more, {others} that do not fit what is typed{goes_on}", lines.join("\n"))
}

#[test]
fn completions() {
    check("completions.md", shown);
}

/// Small policies in all notations, each with the place of what it stands in.
const NOTATIONS: &[(&str, &str)] = &[
    (
        "main.tf",
        r#"resource "aws_sqs_queue" "q" { name = "q" }
resource "aws_iam_policy" "p" {
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{ Sid = "A", Effect = "Allow", Action = ["sqs:Send*", "s3:GetObject"], Resource = ["${aws_sqs_queue.q.arn}", "arn:aws:s3:::é/*"]
      Condition = { "ForAnyValue:StringLike" = { "aws:TagKeys" = ["a"] }, Bool = { "aws:SecureTransport" = true } } }]
  })
}
"#,
    ),
    (
        "main.tf",
        r#"resource "aws_iam_role" "r" {
  assume_role_policy = <<-EOF
    {
      "Version": "2012-10-17",
      "Statement": [{ "Effect": "Allow", "Action": "sts:AssumeRole", %{ if var.x }"Sid": "é",%{ endif }
        "Principal": { "AWS": ["arn:aws:iam::${var.a}:root", "*"], "Service": "ec2.amazonaws.com" } }]
    }
  EOF
}
variable "a" {}
"#,
    ),
    (
        "main.tf",
        r#"data "aws_iam_policy_document" "p" {
  version = "2012-10-17"
  statement {
    not_actions = concat(["iam:*"], var.x ? ["sts:*"] : [])
    resources = [for x in local.y : "arn:aws:s3:::${x}/*"]
    dynamic "principals" {
      for_each = [1]
      content {
        type = "AWS"
        identifiers = ["111122223333"]
      }
    }
    condition {
      test = "StringEquals"
      variable = "aws:SourceAccount"
      values = [data.aws_caller_identity.me.account_id]
    }
  }
}
"#,
    ),
    (
        "policy.json",
        "\u{feff}{\r\n  \"Version\": \"2012-10-17\", \"Id\": \"\\u00e9\",\r\n  \"Statement\": { \"Effect\": \"Deny\", \"NotPrincipal\": \"*\",\r\n    \
         \"Action\": \"s3:*\", \"Resource\": \"arn:aws:s3:::a/${aws:username}\", \"Condition\": { \"Null\": { \"aws:PrincipalArn\": \"true\" } } }\r\n}",
    ),
    (
        "main.tf.json",
        r#"{"data": {"aws_iam_policy_document": {"p": {"statement": [{"actions": ["s3:Get*"], "resources": ["${var.b}"],
  "principals": {"type": "Service", "identifiers": ["s3.amazonaws.com"]}}]}}},
 "resource": {"aws_iam_policy": {"q": {"policy": "{\"Statement\": [{\"Effect\": \"Allow\", \"Action\": \"a:b\"}]}"}}}}"#,
    ),
];

/// Everything that an editor may ask at that offset.
fn ask(fixture: &Fixture, offset: u32) {
    let position = super::Position { offset, ..fixture.position };
    let text = fixture.analysis.sources().file(position.file).text().to_string();
    let inside = |span: crate::source::Span| text.get(span.range.as_usize()).is_some();
    if let Some(hover) = super::hover(&fixture.analysis, position, &[]) {
        assert!(inside(hover.span), "{offset}: {:?}\n{text}", hover.span);
    }
    for item in super::completions(&fixture.analysis, position).items {
        let range = item.edit.span.range;
        assert!(inside(item.edit.span) && range.touches(offset), "{offset}: {range:?} {}\n{text}", item.label);
    }
}

/// Every offset, within characters and behind the end too.
#[test]
fn nothing_panics_at_any_offset() {
    for (path, text) in NOTATIONS {
        let fixture = Fixture::new(&[(path, &format!("$0{text}"))]);
        for offset in 0..=u32::try_from(text.len() + 2).unwrap() {
            ask(&fixture, offset);
        }
    }
}

#[test]
fn nothing_panics_at_the_end_of_a_text_that_breaks_off() {
    for (path, text) in NOTATIONS {
        for (at, _) in text.char_indices() {
            ask(&Fixture::new(&[(path, &format!("{}$0", &text[..at]))]), u32::try_from(at).unwrap());
        }
    }
}

#[test]
fn nothing_panics_where_a_text_is_torn_in_two() {
    for (path, text) in NOTATIONS {
        for (at, _) in text.char_indices().step_by(7) {
            let behind = text[at..].find('\n').map_or(text.len(), |line| at + line);
            ask(&Fixture::new(&[(path, &format!("{}$0{}", &text[..at], &text[behind..]))]), u32::try_from(at).unwrap());
        }
    }
}
