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
use crate::rules::listing::{each_once, joined};
use crate::rules::writing::block::Block;
use crate::rules::writing::layout::{Members, Notation, quoted};
use crate::rules::writing::{self, PolicyType};
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
    let is_wrong = lacks.iter().any(|lack| matches!(lack.fault, Fault::Type(..)) || !lack.is_alone);
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
        Form::Jsonencode => {
            writing::last_statements(&mender.members(&grants, Notation::Hcl), Notation::Hcl, site, ctx)?
        }
        Form::Heredoc => writing::last_statements(&mender.members(&grants, Notation::Json), Notation::Json, site, ctx)?,
        Form::DataSource => {
            let blocks: String = grants.iter().map(Grant::block).collect();
            (writing::behind_blocks(site, ctx)?, blocks)
        }
        Form::Quoted | Form::File | Form::Template | Form::Reference | Form::Other | Form::PolicyFile => return None,
    };
    let (span, new_text) = edit;
    Some(writing::fix(title(lacks), vec![Edit { span, new_text }]))
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
        || !writing::is_own(resource.downloaded, resource.span, ctx)
    {
        return None;
    }
    let reference = block.arn_in(&block.place, arn_attribute(resource));
    let mender = Mender { sender: &first.sender, resource, text: source.text(), reference };
    let grants = mender.grants(lacks)?;
    let text = writing::new_policy(&kind, &block, resource, &mender.members(&grants, Notation::Hcl), ctx);
    Some(writing::fix(title(lacks), writing::appended(vec![(resource.span.file, text)], ctx)?))
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
mod tests;
