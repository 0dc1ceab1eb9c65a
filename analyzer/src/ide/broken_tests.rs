//! Texts that break off behind the cursor: what is offered there, and said, is what a whole text has.

#![allow(clippy::string_slice, clippy::unwrap_used, reason = "a test that slips fails, as it should")]

use std::collections::BTreeSet;

use super::testing::Fixture;
use super::{Position, completions, hover};

/// Policies in all notations; `|` stands behind what is asked about.
const TEXTS: &[(&str, &str)] = &[
    (
        "main.tf",
        r#"resource "aws_sqs_queue" "q" {
  name = "q"
}

resource "aws_iam_policy" "p" {
  policy = jsonencode({
    Version = "2012-10-17|"
    Statement = [{
      Effect = "Al|low"
      Action = ["s3:Ge|tObject", "sqs:Send|Message"]
      Resource = "${aws_sqs_queue.q.ar|n}"
      Condition = { StringEquals = { "aws:SourceAcc|ount" = "111122223333" } }
    }]
  })
}
"#,
    ),
    (
        "main.tf",
        r#"resource "aws_iam_role" "r" {
  assume_role_policy = <<-EOF
    {
      "Version": "2012-10-17|",
      "Statement": [{
        "Effect": "Al|low",
        "Action": "sts:Assume|Role",
        "Principal": { "Service": "ec2.ama|zonaws.com" },
        "Condition": { "StringEquals": { "aws:SourceAcc|ount": "111122223333" } }
      }]
    }
  EOF
}
"#,
    ),
    (
        "main.tf",
        r#"data "aws_iam_policy_document" "p" {
  version = "2012-10-17|"
  statement {
    effect  = "Al|low"
    actions = ["s3:Ge|tObject", "sqs:Send|Message"]
    resources = ["*|"]
    principals {
      type        = "Ser|vice"
      identifiers = ["ec2.ama|zonaws.com"]
    }
    condition {
      test     = "StringEq|uals"
      variable = "aws:SourceAcc|ount"
      values   = ["111122223333"]
    }
  }
}
"#,
    ),
    (
        "policy.json",
        r#"{
  "Version": "2012-10-17|",
  "Statement": [{
    "Effect": "Al|low",
    "Action": ["s3:Ge|tObject", "sqs:Send|Message"],
    "Resource": "*|",
    "Condition": { "StringEquals": { "aws:SourceAcc|ount": "111122223333" } }
  }]
}
"#,
    ),
    (
        "main.tf.json",
        r#"{
  "data": { "aws_iam_policy_document": { "p": { "statement": [{
    "effect": "Al|low",
    "actions": ["s3:Ge|tObject", "sqs:Send|Message"],
    "resources": ["*|"]
  }] } } }
}
"#,
    ),
];

/// The text without its marks, and where they were.
fn read(marked: &str) -> (String, Vec<usize>) {
    let mut parts = marked.split('|');
    let mut text = parts.next().unwrap().to_owned();
    let mut places = Vec::new();
    for part in parts {
        places.push(text.len());
        text.push_str(part);
    }
    (text, places)
}

/// What is offered in place of the word at the end of `before`.
fn offered(path: &str, before: &str, behind: &str) -> BTreeSet<String> {
    let fixture = Fixture::new(&[(path, &format!("{before}$0{behind}"))]);
    let position = Position { offset: u32::try_from(before.len()).unwrap(), ..fixture.position };
    let typed = before.rsplit(['"', '{', ' ']).next().unwrap().to_lowercase();
    let items = completions(&fixture.analysis, position).items.into_iter();
    items.filter(|it| it.label.to_lowercase().starts_with(&typed)).map(|it| it.label).collect()
}

/// The ways in which a text goes on behind the cursor while someone types there.
fn broken(text: &str, at: usize) -> [String; 4] {
    let line = text[at..].find('\n').map_or(text.len(), |line| at + line);
    let word = text[at..].find(['"', '}']).map_or(text.len(), |word| at + word);
    [String::new(), text[line..].to_owned(), text[word..].to_owned(), format!("\"{}", &text[line..])]
}

#[test]
fn what_is_offered_is_offered_where_the_text_breaks_off() {
    let mut lacking = Vec::new();
    for (path, marked) in TEXTS {
        let (text, places) = read(marked);
        for at in places {
            let whole = offered(path, &text[..at], &text[at..]);
            assert!(!whole.is_empty(), "{path}: {}", &text[..at]);
            for behind in broken(&text, at) {
                let missing: Vec<String> =
                    whole.difference(&offered(path, &text[..at], &behind)).take(3).cloned().collect();
                if !missing.is_empty() {
                    let line = text[..at].rsplit('\n').next().unwrap();
                    lacking.push(format!("{path}: {line}|{:.20?}: {missing:?}", behind));
                }
            }
        }
    }
    assert!(lacking.is_empty(), "{}", lacking.join("\n"));
}

#[test]
fn what_is_said_is_said_where_the_text_breaks_off() {
    let (mut silent, mut asked) = (Vec::new(), 0);
    for (path, marked) in TEXTS {
        let (text, places) = read(marked);
        for at in places {
            // The whole word is there, and what follows is not.
            let end = text[at..].find(['"', '}']).map_or(text.len(), |word| at + word);
            let said = |behind: &str| {
                let fixture = Fixture::new(&[(path, &format!("{}$0{}{behind}", &text[..at], &text[at..end]))]);
                hover(&fixture.analysis, fixture.position, &[]).is_some()
            };
            if !said(&text[end..]) {
                continue;
            }
            asked += 1;
            if !said("\"") {
                let line = text[..at].rsplit('\n').next().unwrap();
                silent.push(format!("{path}: {line}"));
            }
        }
    }
    assert!(asked > 20, "{asked}");
    assert!(silent.is_empty(), "{}", silent.join("\n"));
}
