//! The statements that a policy lacks for a trail, in the style of its file.
//!
//! They are those of AWS's documentation. What is of the same module is referred to, other
//! things are written out; where a part is not known and nothing in the file tells it, there
//! is no fix.

use crate::cloudtrail::{ENCRYPTION_CONTEXT, Need, SERVICE, Sender};
use crate::eval::symbol::Cause;
use crate::eval::text::{Piece, Text};
use crate::finding::{Edit, Fix};
use crate::iam::PolicedResource;
use crate::policy::sites::{Form, PolicySite};
use crate::rules::cross_account::half_fix::block::Block;
use crate::rules::cross_account::half_fix::layout::{Members, Notation, quoted};
use crate::rules::cross_account::half_fix::{self as half, PolicyType};
use crate::rules::listing::{each_once, joined};
use crate::rules::{FindingBuilder, RuleContext};

use super::asked::{Fault, Lack};

/// What is written for the requests of one trail.
struct Mender<'m, 'a> {
    sender: &'m Sender<'a>,
    resource: &'m PolicedResource,
    /// The text of the file that is written in.
    text: &'m str,
    /// The reference to the resource, if it is of the same module.
    reference: Option<String>,
}

/// A statement that lets CloudTrail do something.
struct Grant {
    action: &'static str,
    /// On what.
    resource: Template,
    /// Operators, keys and values.
    conditions: Vec<(&'static str, &'static str, Template)>,
}

/// A text with expressions in it.
type Template = Vec<Part>;

#[derive(Debug, Clone)]
enum Part {
    Text(String),
    Expression(String),
}

/// Offers the statements that `lacks`, all of one trail and one resource, ask for.
pub(super) fn offer<'f, 'l, 'a: 'l>(
    finding: FindingBuilder<'f>,
    lacks: impl IntoIterator<Item = &'l Lack<'a>>,
    ctx: &RuleContext<'_>,
) -> FindingBuilder<'f> {
    let lacks: Vec<&Lack<'_>> = lacks.into_iter().filter(|lack| lack.delivery.need != Need::WriteDigest).collect();
    // A statement that is there, but wrong, is to be mended and not to have another beside it.
    let is_wrong = lacks.iter().any(|lack| matches!(lack.fault, Fault::Type(..)));
    match grant(&lacks, ctx).filter(|_| !is_wrong) {
        Some(fix) => finding.fix(fix),
        None => finding,
    }
}

/// Lets CloudTrail do what `lacks`, all of one trail and one resource, ask for.
fn grant(lacks: &[&Lack<'_>], ctx: &RuleContext<'_>) -> Option<Fix> {
    let first = *lacks.first()?;
    match first.paper {
        Some(paper) => in_policy(lacks, ctx.policies.get(paper.site?)?, ctx),
        None => as_new_policy(lacks, first.resource, ctx),
    }
}

fn in_policy(lacks: &[&Lack<'_>], site: &PolicySite, ctx: &RuleContext<'_>) -> Option<Fix> {
    let first = lacks.first()?;
    let block = Block::of(&site.stack, &site.address)?;
    if site.downloaded || !block.key.is_empty() {
        return None;
    }
    let source = ctx.sources.file(site.document.span.file);
    let own = Block::of(&first.resource.stack, &first.resource.address);
    let reference = own.and_then(|own| own.arn_in(&block.place, arn_attribute(first.resource)));
    let mender = Mender { sender: &first.sender, resource: first.resource, text: source.text(), reference };
    let grants = mender.grants(lacks)?;
    let edit = match site.form {
        Form::Jsonencode => half::last_statements(&mender.members(&grants, Notation::Hcl), Notation::Hcl, site, ctx)?,
        Form::Heredoc => half::last_statements(&mender.members(&grants, Notation::Json), Notation::Json, site, ctx)?,
        Form::DataSource => {
            let blocks: String = grants.iter().map(Grant::block).collect();
            (half::behind_blocks(site, ctx)?, blocks)
        }
        Form::Quoted | Form::File | Form::Template | Form::Reference | Form::Other | Form::PolicyFile => return None,
    };
    let (span, new_text) = edit;
    Some(half::fix(title(lacks), vec![Edit { span, new_text }]))
}

fn as_new_policy(lacks: &[&Lack<'_>], resource: &PolicedResource, ctx: &RuleContext<'_>) -> Option<Fix> {
    let first = lacks.first()?;
    let block = Block::of(&resource.stack, &resource.address)?;
    let (kind, source) = (PolicyType::of_block(&block)?, ctx.sources.file(resource.span.file));
    let is_taken = source.text().contains(&format!("\"{}\" \"{}\"", kind.ty, block.label()));
    // A key needs a policy that lets in its administrators too.
    if is_taken
        || !block.key.is_empty()
        || resource.service == "kms"
        || !half::is_own(resource.downloaded, resource.span, ctx)
    {
        return None;
    }
    let reference = block.arn_in(&block.place, arn_attribute(resource));
    let mender = Mender { sender: &first.sender, resource, text: source.text(), reference };
    let grants = mender.grants(lacks)?;
    let text = half::new_policy(&kind, &block, resource, &mender.members(&grants, Notation::Hcl), ctx);
    Some(half::fix(title(lacks), half::appended(vec![(resource.span.file, text)], ctx)?))
}

fn title(lacks: &[&Lack<'_>]) -> String {
    let actions = each_once(lacks.iter().map(|lack| format!("`{}`", action(lack))));
    format!("allow CloudTrail {}", joined(&actions))
}

fn arn_attribute(resource: &PolicedResource) -> &'static str {
    let ty = resource.address.rsplit('.').nth(1).unwrap_or_default();
    crate::aws::subjects::subject_type(ty).map_or("arn", |it| it.arn)
}

/// The action as AWS's own policies name it.
pub(super) fn action(lack: &Lack<'_>) -> &'static str {
    match lack.delivery.need {
        Need::Encrypt => "kms:GenerateDataKey*",
        _ => lack.delivery.action,
    }
}

impl Mender<'_, '_> {
    fn grants(&self, lacks: &[&Lack<'_>]) -> Option<Vec<Grant>> {
        lacks.iter().map(|lack| self.grant(lack)).collect()
    }

    fn grant(&self, lack: &Lack<'_>) -> Option<Grant> {
        let mut conditions = vec![("StringEquals", "aws:SourceArn", self.template(&self.sender.arn)?)];
        let resource = match lack.delivery.need {
            Need::BucketAcl | Need::Publish => self.own()?,
            Need::Write | Need::WriteDigest | Need::WriteOrganization => {
                conditions.push((
                    "StringEquals",
                    "s3:x-amz-acl",
                    vec![Part::Text("bucket-owner-full-control".to_owned())],
                ));
                let path = lack.delivery.target.clone();
                self.objects(&path, lack.delivery.need)?
            }
            Need::Encrypt => {
                conditions.push(("StringEquals", ENCRYPTION_CONTEXT, self.template(&self.sender.arn)?));
                vec![Part::Text("*".to_owned())]
            }
            _ => vec![Part::Text("*".to_owned())],
        };
        Some(Grant { action: action(lack), resource, conditions })
    }

    /// The resource itself.
    fn own(&self) -> Option<Template> {
        match &self.reference {
            Some(reference) => Some(vec![Part::Expression(reference.clone())]),
            None => self.template(&self.resource.arn),
        }
    }

    /// Objects of the bucket: those of the account or the organisation, whatever kind of log they are.
    fn objects(&self, target: &Text, need: Need) -> Option<Template> {
        let mut path = self.own()?;
        let rest = within(target, &self.resource.arn)?;
        let end = match need {
            Need::Write => "/CloudTrail/*",
            Need::WriteOrganization => "/*/CloudTrail/*",
            _ => "/*",
        };
        let mut template = self.template(&rest)?;
        if let Some(Part::Text(last)) = template.last_mut() {
            *last = format!("{}/*", last.strip_suffix(end)?);
        }
        path.append(&mut template);
        Some(path)
    }

    /// `text` with what the file calls the account, the region and the partition for what is not known.
    fn template(&self, text: &Text) -> Option<Template> {
        let part = |piece: &Piece| match piece {
            Piece::Known(known) => Some(Part::Text(known.text.to_string())),
            Piece::Hole(symbol) => match symbol.cause() {
                Cause::Account => self.declared("aws_caller_identity", &["account_id"]),
                Cause::Region => self.declared("aws_region", &["region", "name", "id"]),
                Cause::Partition => self.declared("aws_partition", &["partition"]),
                _ => None,
            },
        };
        text.pieces().iter().map(part).collect()
    }

    /// A reference to an attribute of a data source that the file uses already.
    fn declared(&self, ty: &str, attributes: &[&str]) -> Option<Part> {
        let start = format!("data.{ty}.");
        let names = self.text.split(start.as_str()).skip(1);
        let is_word = |letter: char| letter.is_alphanumeric() || letter == '_' || letter == '-';
        let mut used = names.filter_map(|behind| {
            let (name, rest) = behind.split_once('.')?;
            let attribute = rest.split(|letter| !is_word(letter)).next()?;
            (name.chars().all(is_word) && attributes.contains(&attribute)).then(|| format!("{start}{name}.{attribute}"))
        });
        used.next().map(Part::Expression)
    }

    fn members(&self, grants: &[Grant], notation: Notation) -> Vec<Members> {
        grants.iter().map(|grant| grant.members(notation)).collect()
    }
}

/// What is in `text` behind the pieces of `start`; `None` if it does not begin with them.
fn within(text: &Text, start: &Text) -> Option<Text> {
    let begins = text.display().starts_with(&start.display());
    begins.then(|| Text::from_pieces(text.pieces().iter().skip(start.pieces().len()).cloned()))
}

impl Grant {
    fn members(&self, notation: Notation) -> Members {
        let colon = |key: &str, value: &str| match notation {
            Notation::Hcl => format!("{key} = {value}"),
            Notation::Json => format!("\"{key}\": {value}"),
        };
        let mut operators: Vec<(&str, Vec<String>)> = Vec::new();
        for (operator, key, value) in &self.conditions {
            let entry = match notation {
                Notation::Hcl => format!("\"{key}\" = {}", written(value, notation)),
                Notation::Json => format!("\"{key}\": {}", written(value, notation)),
            };
            match operators.iter_mut().find(|(known, _)| known == operator) {
                Some((_, entries)) => entries.push(entry),
                None => operators.push((operator, vec![entry])),
            }
        }
        let operators: Vec<String> =
            operators.iter().map(|(name, entries)| colon(name, &format!("{{ {} }}", entries.join(", ")))).collect();
        vec![
            ("Effect", quoted("Allow")),
            ("Principal", format!("{{ {} }}", colon("Service", &quoted(SERVICE)))),
            ("Action", quoted(self.action)),
            ("Resource", written(&self.resource, notation)),
            ("Condition", format!("{{ {} }}", operators.join(", "))),
        ]
    }

    /// A `statement` block.
    fn block(&self) -> String {
        let conditions: String = self
            .conditions
            .iter()
            .map(|(operator, key, value)| {
                let value = written(value, Notation::Hcl);
                format!(
                    "\n    condition {{\n      test     = \"{operator}\"\n      variable = \"{key}\"\n      values   = [{value}]\n    }}\n"
                )
            })
            .collect();
        format!(
            "\n  statement {{\n    actions   = [{}]\n    resources = [{}]\n\n    principals {{\n      type        = \"Service\"\n      \
             identifiers = [\"{SERVICE}\"]\n    }}\n{conditions}  }}\n",
            quoted(self.action),
            written(&self.resource, Notation::Hcl)
        )
    }
}

/// A template as an expression, or as a string of JSON within a template.
fn written(template: &[Part], notation: Notation) -> String {
    if let ([Part::Expression(expression)], Notation::Hcl) = (template, notation) {
        return expression.clone();
    }
    let parts = template.iter().map(|part| match part {
        Part::Text(text) => text.clone(),
        Part::Expression(expression) => format!("${{{expression}}}"),
    });
    quoted(&parts.collect::<String>())
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use crate::analysis::{Analysis, Host, Options, Roots};
    use crate::source::MemoryFileSystem;

    const START: &str = r#"provider "aws" {
  region              = "eu-west-1"
  allowed_account_ids = ["111122223333"]
}

resource "aws_s3_bucket" "logs" {
  bucket = "logs"
}
"#;

    const TRAIL: &str = r#"
resource "aws_cloudtrail" "main" {
  name           = "main"
  s3_bucket_name = aws_s3_bucket.logs.id
  # more
  depends_on = [aws_s3_bucket_policy.logs]
}
"#;

    fn analysis(main: &str) -> Analysis {
        let mut files = MemoryFileSystem::default();
        files.insert("main.tf", main);
        let mut host = Host::new(Arc::new(files));
        host.set_roots(Roots { directories: vec![".".to_owned()], ..Roots::default() });
        let analysis = host.analysis();
        assert_eq!(analysis.problems(), [], "{main}");
        analysis
    }

    /// The code of the only finding of the group, and what its fix adds; done, it is not found any more.
    fn mended(text: &str) -> (&'static str, String) {
        let mut options = Options::default();
        options.select.select("trail").unwrap();
        let found = analysis(text).findings(&options);
        let [finding] = found.as_slice() else { panic!("{found:#?}") };
        let [fix] = finding.fixes.as_slice() else { panic!("{finding:#?}") };
        let mut mended = text.to_owned();
        for edit in fix.edits.iter().rev() {
            mended.replace_range(edit.span.range.as_usize(), &edit.new_text);
        }
        // What is new has to come before the trail too: another fix.
        let left = analysis(&mended).findings(&options);
        assert!(left.iter().all(|it| it.code == "trail-bucket-policy-order"), "{mended}{left:#?}");
        (finding.code, fix.edits.iter().map(|edit| edit.new_text.as_str()).collect())
    }

    #[test]
    fn a_policy_of_a_bucket_without_one() {
        let text = format!("{START}{}", TRAIL.replace("  depends_on = [aws_s3_bucket_policy.logs]\n", ""));
        let text = text.replace("  # more\n", "");
        let found = analysis(&text).findings(&Options::default());
        let [finding] = found.as_slice() else { panic!("{found:#?}") };
        let added = &finding.fixes[0].edits[0].new_text;
        let expected = r#"
resource "aws_s3_bucket_policy" "logs" {
  bucket = aws_s3_bucket.logs.bucket

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect    = "Allow"
        Principal = { Service = "cloudtrail.amazonaws.com" }
        Action    = "s3:GetBucketAcl"
        Resource  = aws_s3_bucket.logs.arn
        Condition = { StringEquals = { "aws:SourceArn" = "arn:aws:cloudtrail:eu-west-1:111122223333:trail/main" } }
      },
      {
        Effect    = "Allow"
        Principal = { Service = "cloudtrail.amazonaws.com" }
        Action    = "s3:PutObject"
        Resource  = "${aws_s3_bucket.logs.arn}/AWSLogs/111122223333/*"
        Condition = { StringEquals = { "aws:SourceArn" = "arn:aws:cloudtrail:eu-west-1:111122223333:trail/main", "s3:x-amz-acl" = "bucket-owner-full-control" } }
      },
    ]
  })
}
"#;
        assert_eq!(added, expected);
    }

    #[test]
    fn a_statement_of_a_heredoc() {
        let policy = r#"
resource "aws_s3_bucket_policy" "logs" {
  bucket = aws_s3_bucket.logs.id
  policy = <<JSON
{
  "Version": "2012-10-17",
  "Statement": [
    {
      "Effect": "Allow",
      "Principal": { "Service": "cloudtrail.amazonaws.com" },
      "Action": "s3:GetBucketAcl",
      "Resource": "${aws_s3_bucket.logs.arn}",
      "Condition": { "StringEquals": { "aws:SourceAccount": "111122223333" } }
    }
  ]
}
JSON
}
"#;
        let (code, added) = mended(&format!("{START}{policy}{TRAIL}"));
        assert_eq!(code, "trail-bucket-write-missing");
        let expected = r#",
    {
      "Effect": "Allow",
      "Principal": { "Service": "cloudtrail.amazonaws.com" },
      "Action": "s3:PutObject",
      "Resource": "${aws_s3_bucket.logs.arn}/AWSLogs/111122223333/*",
      "Condition": { "StringEquals": { "aws:SourceArn": "arn:aws:cloudtrail:eu-west-1:111122223333:trail/main", "s3:x-amz-acl": "bucket-owner-full-control" } }
    }"#;
        assert_eq!(added, expected);
    }

    #[test]
    fn a_block_of_a_data_source_with_what_the_file_calls_the_account() {
        let start = START.replace("  allowed_account_ids = [\"111122223333\"]\n", "");
        let policy = r#"
data "aws_caller_identity" "me" {}

data "aws_iam_policy_document" "logs" {
  statement {
    actions   = ["s3:PutObject"]
    resources = ["${aws_s3_bucket.logs.arn}/AWSLogs/${data.aws_caller_identity.me.account_id}/*"]

    principals {
      type        = "Service"
      identifiers = ["cloudtrail.amazonaws.com"]
    }

    condition {
      test     = "StringEquals"
      variable = "aws:SourceAccount"
      values   = [data.aws_caller_identity.me.account_id]
    }
  }
}

resource "aws_s3_bucket_policy" "logs" {
  bucket = aws_s3_bucket.logs.id
  policy = data.aws_iam_policy_document.logs.json
}
"#;
        let (code, added) = mended(&format!("{start}{policy}{TRAIL}"));
        assert_eq!(code, "trail-bucket-acl-check-missing");
        let expected = r#"
  statement {
    actions   = ["s3:GetBucketAcl"]
    resources = [aws_s3_bucket.logs.arn]

    principals {
      type        = "Service"
      identifiers = ["cloudtrail.amazonaws.com"]
    }

    condition {
      test     = "StringEquals"
      variable = "aws:SourceArn"
      values   = ["arn:aws:cloudtrail:eu-west-1:${data.aws_caller_identity.me.account_id}:trail/main"]
    }
  }
"#;
        assert_eq!(added, expected);
    }

    const POLICY: &str = r#"
resource "aws_s3_bucket_policy" "logs" {
  bucket = aws_s3_bucket.logs.id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      { Effect = "Allow", Principal = { Service = "cloudtrail.amazonaws.com" }, Action = "s3:GetBucketAcl", Resource = aws_s3_bucket.logs.arn },
      { Effect = "Allow", Principal = { Service = "cloudtrail.amazonaws.com" }, Action = "s3:PutObject", Resource = "${aws_s3_bucket.logs.arn}/AWSLogs/*" },
    ]
  })
}
"#;

    #[test]
    fn statements_of_keys_and_topics() {
        let key = r#"
resource "aws_kms_key" "logs" {
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      { Effect = "Allow", Principal = { AWS = "arn:aws:iam::111122223333:root" }, Action = "kms:*", Resource = "*" },
    ]
  })
}
"#;
        let trail = TRAIL.replace("  # more\n", "  kms_key_id     = aws_kms_key.logs.arn\n");
        let (code, added) = mended(&format!("{START}{POLICY}{key}{trail}"));
        assert_eq!(code, "trail-kms-grant-missing");
        assert!(added.contains(r#"Action = "kms:GenerateDataKey*", Resource = "*""#), "{added}");
        assert!(added.contains(r#"Action = "kms:DescribeKey", Resource = "*""#), "{added}");
        let topic = "\nresource \"aws_sns_topic\" \"logs\" {\n  name = \"logs\"\n}\n";
        let trail = TRAIL.replace("  # more\n", "  sns_topic_name = aws_sns_topic.logs.name\n");
        let (code, added) = mended(&format!("{START}{POLICY}{topic}{trail}"));
        assert_eq!(code, "trail-topic-grant-missing");
        assert!(
            added.contains("resource \"aws_sns_topic_policy\" \"logs\" {\n  arn = aws_sns_topic.logs.arn\n"),
            "{added}"
        );
        assert!(added.contains("Resource  = aws_sns_topic.logs.arn"), "{added}");
    }

    #[test]
    fn paths_and_arns() {
        let trail = TRAIL.replace("  # more\n", "  s3_key_prefix  = \"audit\"\n");
        assert_eq!(
            mended(&format!("{START}{POLICY}{trail}")),
            ("trail-bucket-prefix-mismatch", "/audit/AWSLogs".to_owned())
        );
        let other = "arn:aws:cloudtrail:us-east-1:111122223333:trail/main";
        let condition = format!(
            "Action = \"s3:GetBucketAcl\", Condition = {{ StringEquals = {{ \"aws:SourceArn\" = \"{other}\" }} }}"
        );
        let policy = POLICY.replace("Action = \"s3:GetBucketAcl\"", &condition);
        let arn = "arn:aws:cloudtrail:eu-west-1:111122223333:trail/main".to_owned();
        assert_eq!(mended(&format!("{START}{policy}{TRAIL}")), ("source-arn-mismatch", arn));
    }

    #[test]
    fn what_is_not_known_is_not_written() {
        let start = START.replace("  allowed_account_ids = [\"111122223333\"]\n", "");
        let text = format!("{start}{}", TRAIL.replace("  depends_on = [aws_s3_bucket_policy.logs]\n", ""));
        let found = analysis(&text).findings(&Options::default());
        assert!(found.iter().any(|it| it.code == "trail-bucket-policy-missing" && it.fixes.is_empty()), "{found:#?}");
    }

    #[test]
    fn services_that_a_deny_leaves_alone() {
        let deny = r#"      {
        Effect    = "Deny"
        Principal = "*"
        Action    = "s3:*"
        Resource  = "*"
        Condition = { StringNotEquals = { "aws:PrincipalOrgID" = "o-a1b2c3d4e5" } }
      },
    ]
"#;
        let policy = POLICY.replace("    ]\n", deny);
        let added = r#" Bool = { "aws:PrincipalIsAWSService" = "false" },"#.to_owned();
        assert_eq!(mended(&format!("{START}{policy}{TRAIL}")), ("delivery-denied", added));
    }
}
