//! The text that adds the missing half of a grant.
//!
//! An identity half is a new policy behind the role or user, in its file; a resource half is
//! one more statement of the policy that is there. Names of the same module are referred
//! to, others are written out; where an ARN is not known there is no fix.

use crate::access::grants::{Grant, GrantTarget};
use crate::aws::facts;
use crate::finding::{Edit, Fix, Safety};
use crate::iam::{Principal, PrincipalKind};
use crate::policy::model::Leaf;
use crate::policy::sites::{Form, PolicySite};
use crate::rules::RuleContext;
use crate::source::{FileId, TextRange};

/// A place where blocks can be written: a module of a stack.
#[derive(Debug, PartialEq, Eq)]
struct Place<'a> {
    stack: &'a str,
    module: &'a str,
}

/// A new policy of the principal that allows `actions` on what the grant is about.
pub(super) fn identity_half(grant: &Grant<'_>, actions: &[String], ctx: &RuleContext<'_>) -> Option<Fix> {
    let principal = grant.principal;
    let file = ctx.sources.file(principal.span.file);
    let is_terraform = file.path().ends_with(".tf");
    if principal.downloaded || !is_terraform || (ctx.foreign)(principal.span.file) {
        return None;
    }
    let (place, block) = place(&principal.stack, &principal.address)?;
    let (ty, argument) = match principal.kind {
        PrincipalKind::Role => ("aws_iam_role_policy", "role"),
        PrincipalKind::User => ("aws_iam_user_policy", "user"),
        PrincipalKind::Group | PrincipalKind::PermissionSet => return None,
    };
    let label = label(block, grant.target)?;
    if !block.starts_with("aws_iam_") || file.text().contains(&format!("\"{label}\"")) {
        return None;
    }
    let provider = provider_line(file.text(), principal.span.range.start).unwrap_or_default();
    let resource = resource_text(grant, actions, &place)?;
    // As `terraform fmt` aligns it.
    let width = if provider.is_empty() { 4 } else { "provider".len() };
    let text = format!(
        "\nresource \"{ty}\" \"{label}\" {{\n{provider}  {:width$} = \"{}\"\n  {argument:width$} = {block}.name\n\n  \
         policy = jsonencode({{\n    Version = \"2012-10-17\"\n    Statement = [\n      {{\n        \
         Effect   = \"Allow\"\n        Action   = {}\n        Resource = {resource}\n      }},\n    ]\n  }})\n}}\n",
        "name",
        label.replace('_', "-"),
        list(actions),
    );
    let text = if file.text().ends_with('\n') { text } else { format!("\n{text}") };
    let title = format!("add a policy to `{}` that allows it", principal.address);
    insert(principal.span.file, file.text().len(), text, title)
}

/// One more statement of the policy `site`, which lets the principal in.
pub(super) fn resource_half(
    grant: &Grant<'_>,
    actions: &[String],
    site: &PolicySite,
    ctx: &RuleContext<'_>,
) -> Option<Fix> {
    if site.form == Form::DataSource {
        return statement_block(grant, actions, site, ctx);
    }
    let last = site.document.statements.last()?.span;
    let text = ctx.sources.file(last.file).text().clone();
    let behind = text.get(last.range.as_usize().end..)?;
    let is_list = behind.trim_start().trim_start_matches(',').trim_start().starts_with(']');
    let is_here = site.document.span.range.contains_range(last.range) && site.document.span.file == last.file;
    if site.downloaded || (ctx.foreign)(last.file) || !is_list || !is_here {
        return None;
    }
    let (place, _) = place(&site.stack, &site.address)?;
    let principal = principal_text(grant.principal, &place)?;
    let resource = match grant.target {
        GrantTarget::Role(_) => None,
        GrantTarget::Resource(resource) if resource.service == "kms" => Some(quoted("*")),
        GrantTarget::Resource(_) => Some(quoted(&grant.leaf.text.as_known()?)),
    };
    let statement = match site.form {
        Form::Jsonencode => {
            let resource = resource.map(|it| format!(", Resource = {it}")).unwrap_or_default();
            format!(
                "{{ Effect = \"Allow\", Principal = {{ AWS = {principal} }}, Action = {}{resource} }}",
                list(actions)
            )
        }
        Form::Heredoc => {
            let principal = if principal.starts_with('"') { principal } else { format!("\"${{{principal}}}\"") };
            let resource = resource.map(|it| format!(", \"Resource\": {it}")).unwrap_or_default();
            let actions = list(actions);
            format!(
                "{{ \"Effect\": \"Allow\", \"Principal\": {{ \"AWS\": {principal} }}, \"Action\": {actions}{resource} }}"
            )
        }
        Form::Quoted
        | Form::DataSource
        | Form::File
        | Form::Template
        | Form::Reference
        | Form::Other
        | Form::PolicyFile => return None,
    };
    let start = last.range.as_usize().start;
    let line = text.get(..start)?.rsplit('\n').next()?;
    let own_line = line.trim().is_empty();
    let separator = if own_line { format!(",\n{line}") } else { ", ".to_owned() };
    let title = format!("let `{}` in", grant.principal.address);
    insert(last.file, last.range.as_usize().end, format!("{separator}{statement}"), title)
}

/// One more `statement` block of an `aws_iam_policy_document`.
fn statement_block(grant: &Grant<'_>, actions: &[String], site: &PolicySite, ctx: &RuleContext<'_>) -> Option<Fix> {
    let header = site.document.span;
    let text = ctx.sources.file(header.file).text().clone();
    let start = header.range.as_usize().start;
    let is_block = text.get(start..)?.starts_with("data ");
    if site.downloaded || (ctx.foreign)(header.file) || !is_block {
        return None;
    }
    let end = start + text.get(start..)?.find("\n}")? + 1;
    let (place, _) = place(&site.stack, &site.address)?;
    let principal = principal_text(grant.principal, &place)?;
    let resources = match grant.target {
        GrantTarget::Role(_) => String::new(),
        GrantTarget::Resource(resource) if resource.service == "kms" => "    resources = [\"*\"]\n".to_owned(),
        GrantTarget::Resource(_) => format!("    resources = [{}]\n", quoted(&grant.leaf.text.as_known()?)),
    };
    let width = if resources.is_empty() { "actions".len() } else { "resources".len() };
    let names: Vec<String> = actions.iter().map(|name| quoted(name)).collect();
    let new_text = format!(
        "\n  statement {{\n    {:width$} = [{}]\n{resources}\n    principals {{\n      type        = \"AWS\"\n      \
         identifiers = [{principal}]\n    }}\n  }}\n",
        "actions",
        names.join(", ")
    );
    insert(header.file, end, new_text, format!("let `{}` in", grant.principal.address))
}

fn insert(file: FileId, at: usize, new_text: String, title: String) -> Option<Fix> {
    let span = TextRange::empty(u32::try_from(at).ok()?).at(file);
    Some(Fix { title, safety: Safety::Unsafe, edits: vec![Edit { span, new_text }] })
}

/// The place of a resource and its address there; `None` for one instance of several.
fn place<'a>(stack: &'a str, address: &'a str) -> Option<(Place<'a>, &'a str)> {
    if address.contains('[') {
        return None;
    }
    let (front, _name) = address.rsplit_once('.')?;
    let (module, _ty) = front.rsplit_once('.').unwrap_or(("", front));
    let block = if module.is_empty() { address } else { address.get(module.len() + 1..)? };
    Some((Place { stack, module }, block))
}

/// A name for the new block: `deploy_admin`.
fn label(block: &str, target: GrantTarget<'_>) -> Option<String> {
    let of = |address: &str| address.rsplit_once('.').map(|(_, name)| name.to_owned());
    let target = match target {
        GrantTarget::Role(role) => of(&role.address),
        GrantTarget::Resource(resource) => of(&resource.address),
    };
    Some(format!("{}_{}", of(block)?, target.filter(|it| !it.contains('['))?))
}

/// How the thing that a grant is about is written in `place`.
fn resource_text(grant: &Grant<'_>, actions: &[String], place: &Place<'_>) -> Option<String> {
    let (stack, address, arn) = match grant.target {
        GrantTarget::Role(role) => (&role.stack, &role.address, &role.arn),
        GrantTarget::Resource(resource) => (&resource.stack, &resource.address, &resource.arn),
    };
    let reference = written(stack, address, place);
    let whole = reference.clone().or_else(|| arn.as_known().map(|arn| quoted(&arn)))?;
    let is_bucket = matches!(grant.target, GrantTarget::Resource(resource) if resource.service == "s3");
    if !is_bucket {
        return Some(whole);
    }
    let objects = match reference {
        Some(reference) => quoted(&format!("${{{reference}}}/*")),
        None => quoted(&format!("{}/*", arn.as_known()?)),
    };
    let takes = |object: bool| {
        let mut found = actions.iter().flat_map(|name| facts::expand(name));
        found.any(|action| action.resource_types().any(|(name, _)| (name == "object") == object))
    };
    Some(match (takes(false), takes(true)) {
        (true, true) => format!("[{whole}, {objects}]"),
        (false, true) => objects,
        (true, false) | (false, false) => whole,
    })
}

fn principal_text(principal: &Principal, at: &Place<'_>) -> Option<String> {
    let known = || principal.arn.as_known().map(|arn| quoted(&arn));
    written(&principal.stack, &principal.address, at).or_else(known)
}

/// The reference to an ARN, if it is of the same module.
fn written(stack: &str, address: &str, at: &Place<'_>) -> Option<String> {
    let (place, block) = place(stack, address)?;
    let is_aws = block.starts_with("aws_");
    (place == *at && is_aws).then(|| format!("{block}.arn"))
}

/// The line that chooses the provider of the block that holds `offset`.
fn provider_line(text: &str, offset: u32) -> Option<String> {
    let at = usize::try_from(offset).ok()?;
    let start = text.get(..at)?.rfind("\nresource ").unwrap_or(0);
    let block = text.get(start..)?;
    let block = block.split_once("\n}").map_or(block, |(block, _)| block);
    let is_provider =
        |line: &&str| line.trim_start().strip_prefix("provider").is_some_and(|it| it.trim_start().starts_with('='));
    let line = block.lines().find(is_provider)?;
    let (_, provider) = line.split_once('=')?;
    Some(format!("  provider = {}\n", provider.trim()))
}

/// The actions as they are written, each once.
pub(super) fn names(actions: &[&Leaf]) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for leaf in actions {
        let name = leaf.text.display();
        if !names.contains(&name) {
            names.push(name);
        }
    }
    names
}

/// Actions as a string or a list; the two languages agree on both.
fn list(actions: &[String]) -> String {
    let names: Vec<String> = actions.iter().map(|name| quoted(name)).collect();
    match names.as_slice() {
        [one] => one.clone(),
        names => format!("[{}]", names.join(", ")),
    }
}

fn quoted(text: &str) -> String {
    format!("\"{text}\"")
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::{Place, place, provider_line};
    use crate::analysis::{Analysis, Host, Options, Roots};
    use crate::finding::Finding;
    use crate::source::MemoryFileSystem;

    const ACCOUNTS: &str = r#"provider "aws" {
  region              = "eu-west-1"
  allowed_account_ids = ["222222222222"]
}

provider "aws" {
  alias               = "tools"
  region              = "eu-west-1"
  allowed_account_ids = ["111111111111"]
}

resource "aws_iam_role" "deploy" {
  provider = aws.tools
  name     = "deploy"

  assume_role_policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Principal = { Service = "ec2.amazonaws.com" }, Action = "sts:AssumeRole" }]
  })
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

    /// The only finding, what its fix adds, and what is found when it is done.
    fn mended(main: &str) -> (&'static str, String) {
        let main = format!("{ACCOUNTS}{main}");
        let [finding] = <[Finding; 1]>::try_from(analysis(&main).findings(&Options::default())).unwrap();
        let [fix] = finding.fixes.as_slice() else { panic!("{finding:?}") };
        let [edit] = fix.edits.as_slice() else { panic!("{fix:?}") };
        let mut text = main.clone();
        text.replace_range(edit.span.range.as_usize(), &edit.new_text);
        assert_eq!(analysis(&text).findings(&Options::default()), [], "{text}");
        (finding.code, edit.new_text.clone())
    }

    #[test]
    fn a_new_policy_behind_the_role() {
        let (code, added) = mended(
            r#"
resource "aws_iam_role" "admin" {
  name               = "admin"
  assume_role_policy = <<-EOT
    {
      "Version": "2012-10-17",
      "Statement": [
        { "Effect": "Allow", "Principal": { "AWS": "${aws_iam_role.deploy.arn}" }, "Action": "sts:AssumeRole" }
      ]
    }
  EOT
}
"#,
        );
        assert_eq!(code, "assume-role-missing-identity-half");
        let expected = r#"
resource "aws_iam_role_policy" "deploy_admin" {
  provider = aws.tools
  name     = "deploy-admin"
  role     = aws_iam_role.deploy.name

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect   = "Allow"
        Action   = "sts:AssumeRole"
        Resource = aws_iam_role.admin.arn
      },
    ]
  })
}
"#;
        assert_eq!(added, expected);
    }

    #[test]
    fn a_new_policy_for_a_bucket() {
        let (code, added) = mended(
            r#"
resource "aws_s3_bucket" "logs" {
  bucket = "logs"
}

resource "aws_s3_bucket_policy" "logs" {
  bucket = aws_s3_bucket.logs.id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { AWS = aws_iam_role.deploy.arn }
      Action    = ["s3:GetObject", "s3:ListBucket"]
      Resource  = [aws_s3_bucket.logs.arn, "${aws_s3_bucket.logs.arn}/*"]
    }]
  })
}
"#,
        );
        assert_eq!(code, "missing-identity-half");
        assert!(added.contains(r#"Action   = ["s3:GetObject", "s3:ListBucket"]"#), "{added}");
        assert!(added.contains(r#"Resource = [aws_s3_bucket.logs.arn, "${aws_s3_bucket.logs.arn}/*"]"#), "{added}");
    }

    const DEPLOY: &str = r#"
resource "aws_iam_role_policy" "deploy" {
  provider = aws.tools
  role     = aws_iam_role.deploy.name

  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = "ACTION", Resource = "RESOURCE" }]
  })
}
"#;

    fn may(action: &str, resource: &str) -> String {
        DEPLOY.replace("ACTION", action).replace("RESOURCE", resource)
    }

    #[test]
    fn a_statement_in_a_trust_policy() {
        let admin = "arn:aws:iam::222222222222:role/admin";
        let object = may("sts:AssumeRole", admin)
            + r#"
resource "aws_iam_role" "admin" {
  name = "admin"

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      { Effect = "Allow", Principal = { Service = "ec2.amazonaws.com" }, Action = "sts:AssumeRole" },
    ]
  })
}
"#;
        let (code, added) = mended(&object);
        assert_eq!(code, "assume-role-missing-trust-half");
        let statement =
            r#"{ Effect = "Allow", Principal = { AWS = aws_iam_role.deploy.arn }, Action = "sts:AssumeRole" }"#;
        assert_eq!(added, format!(",\n      {statement}"));
        let heredoc = may("sts:AssumeRole", admin)
            + r#"
resource "aws_iam_role" "admin" {
  name               = "admin"
  assume_role_policy = <<EOT
{
  "Version": "2012-10-17",
  "Statement": [{ "Effect": "Allow", "Principal": { "Service": "ec2.amazonaws.com" }, "Action": "sts:AssumeRole" }]
}
EOT
}
"#;
        let statement = r#", { "Effect": "Allow", "Principal": { "AWS": "${aws_iam_role.deploy.arn}" }, "Action": "sts:AssumeRole" }"#;
        assert_eq!(mended(&heredoc).1, statement);
    }

    #[test]
    fn a_statement_block() {
        let (code, added) = mended(
            &(may("sts:AssumeRole", "arn:aws:iam::222222222222:role/admin")
                + r#"
data "aws_iam_policy_document" "trust" {
  statement {
    actions = ["sts:AssumeRole"]

    principals {
      type        = "Service"
      identifiers = ["ec2.amazonaws.com"]
    }
  }
}

resource "aws_iam_role" "admin" {
  name               = "admin"
  assume_role_policy = data.aws_iam_policy_document.trust.json
}
"#),
        );
        assert_eq!(code, "assume-role-missing-trust-half");
        let expected = r#"
  statement {
    actions = ["sts:AssumeRole"]

    principals {
      type        = "AWS"
      identifiers = [aws_iam_role.deploy.arn]
    }
  }
"#;
        assert_eq!(added, expected);
    }

    #[test]
    fn a_statement_in_the_policy_of_a_queue() {
        let jobs = "arn:aws:sqs:eu-west-1:222222222222:jobs";
        let (code, added) = mended(
            &(may("sqs:SendMessage", jobs)
                + r#"
resource "aws_sqs_queue" "jobs" {
  name = "jobs"
}

resource "aws_sqs_queue_policy" "jobs" {
  queue_url = aws_sqs_queue.jobs.url

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect    = "Allow"
        Principal = { AWS = "arn:aws:iam::222222222222:root" }
        Action    = "sqs:ReceiveMessage"
        Resource  = "arn:aws:sqs:eu-west-1:222222222222:jobs"
      },
    ]
  })
}
"#),
        );
        assert_eq!(code, "missing-resource-half");
        let statement = r#"{ Effect = "Allow", Principal = { AWS = aws_iam_role.deploy.arn }, Action = "sqs:SendMessage", Resource = "arn:aws:sqs:eu-west-1:222222222222:jobs" }"#;
        assert_eq!(added, format!(",\n      {statement}"));
    }

    #[test]
    fn where_blocks_are() {
        let at = |address| place(".", address).map(|(place, block)| (place.module.to_owned(), block.to_owned()));
        let pair = |module: &str, block: &str| Some((module.to_owned(), block.to_owned()));
        assert_eq!(at("aws_iam_role.x"), pair("", "aws_iam_role.x"));
        assert_eq!(at("module.a.module.b.aws_iam_role.x"), pair("module.a.module.b", "aws_iam_role.x"));
        assert_eq!(at("aws_iam_role.x[0]"), None);
        assert_ne!(Place { stack: "a", module: "" }, Place { stack: "b", module: "" });
    }

    #[test]
    fn the_provider_of_a_block() {
        let text = "resource \"a\" \"b\" {\n  provider = aws.x\n}\n\nresource \"a\" \"c\" {\n  name = \"c\"\n}\n";
        let at = |needle: &str| u32::try_from(text.find(needle).unwrap()).unwrap();
        assert_eq!(provider_line(text, at("aws.x")), Some("  provider = aws.x\n".to_owned()));
        assert_eq!(provider_line(text, at("name")), None);
    }
}
