//! The statement that a role lacks to send the events of a trail to its log group, in the style of its file.

use crate::eval::equality::texts_equal;
use crate::eval::evaluator::Existence;
use crate::eval::text::Text;
use crate::finding::{Edit, Fix};
use crate::iam::{AttachedPolicy, PolicySource};
use crate::policy::model::{Leaf, Statement as Written};
use crate::policy::sites::{Form, PolicySite};
use crate::rules::listing::joined;
use crate::rules::writing::block::{Block, Place, provider_line};
use crate::rules::writing::layout::{self, Notation, Statement, quoted};
use crate::rules::writing::{appended, behind_blocks, fix, is_only_instance, is_own, last_statements};
use crate::rules::{Report, RuleContext, strings};
use crate::source::{Span, TextRange};

use super::roles::Sent;

/// Lets the role of `sent` do `actions` in the log group of its trail.
pub(super) fn grant(sent: &Sent<'_>, actions: &[String], ctx: &RuleContext<'_>) -> Option<Fix> {
    let is_certain = |policy: &&AttachedPolicy| policy.existence == Existence::Certain;
    let indices = sent.role.policies.iter().filter(is_certain).filter_map(|policy| match policy.source {
        PolicySource::Site(index) => Some(index),
        PolicySource::Aws(_) | PolicySource::NotInView(_) | PolicySource::Unknown(_) => None,
    });
    let indices: Vec<usize> = indices.collect();
    let edits = match indices.as_slice() {
        [] => as_new_policy(sent, actions, ctx)?,
        indices => vec![indices.iter().find_map(|index| in_policy(sent, actions, *index, ctx))?],
    };
    let names: Vec<String> = actions.iter().map(|action| format!("`{action}`")).collect();
    Some(fix(format!("let `{}` do {} in the log group", sent.role.address, joined(&names)), edits))
}

/// One more statement of a policy that only this role has.
fn in_policy(sent: &Sent<'_>, actions: &[String], index: usize, ctx: &RuleContext<'_>) -> Option<Edit> {
    let site = ctx.policies.get(index)?;
    let block = Block::of(&site.stack, &site.address)?;
    if site.downloaded || !block.key.is_empty() && !is_only_instance(site, ctx) || is_shared(site, index, ctx) {
        return None;
    }
    let resource = log_group(sent, &block.place, ctx)?;
    let statement = Statement { principal: None, actions, resource: Some(resource) };
    let (span, new_text) = match site.form {
        Form::DataSource => (behind_blocks(site, ctx)?, layout::statement_block(&statement)),
        Form::Jsonencode => last_statements(&[statement.members()], Notation::Hcl, site, ctx)?,
        Form::Heredoc => last_statements(&[statement.members()], Notation::Json, site, ctx)?,
        Form::Quoted | Form::File | Form::Template | Form::Reference | Form::Other | Form::PolicyFile => return None,
    };
    Some(Edit { span, new_text })
}

/// Whether somebody else has the policy, or another policy is written there too.
fn is_shared(site: &PolicySite, index: usize, ctx: &RuleContext<'_>) -> bool {
    let has_it = |policy: &AttachedPolicy| matches!(policy.source, PolicySource::Site(other) if other == index);
    let holders = ctx.iam.principals().iter().filter(|principal| principal.policies.iter().any(has_it));
    let is_other = |other: &PolicySite| other.document.span == site.document.span && other.address != site.address;
    holders.count() > 1 || ctx.policies.iter().any(is_other)
}

/// A policy of the role, which has none in view.
fn as_new_policy(sent: &Sent<'_>, actions: &[String], ctx: &RuleContext<'_>) -> Option<Vec<Edit>> {
    let (role, trail) = (sent.role, sent.sender.trail);
    let block = Block::of(&role.stack, &role.address)?;
    let source = ctx.sources.file(role.span.file);
    let label = format!("{}_{}", block.label(), Block::of(&trail.stack, &trail.address)?.label());
    let is_taken = source.text().contains(&format!("\"{label}\""));
    let is_plain = block.ty == "aws_iam_role" && block.key.is_empty();
    if is_taken || !is_plain || !is_own(role.downloaded, role.span, ctx) {
        return None;
    }
    let resource = log_group(sent, &block.place, ctx)?;
    let mut arguments = provider_line(source.text(), role.span.range.start);
    arguments.push(("name", quoted(&label.replace('_', "-"))));
    arguments.push(("role", block.reference("name")));
    let members = Statement { principal: None, actions, resource: Some(resource) }.members();
    let policy = layout::policy("policy", &[members]);
    let text = layout::resource("aws_iam_role_policy", &label, "", &arguments, &policy);
    appended(vec![(role.span.file, text)], ctx)
}

/// All streams of the log group as `place` names them: as the trail does if that is of the same module, or written
/// out where they are known and the module is called once.
fn log_group(sent: &Sent<'_>, place: &Place<'_>, ctx: &RuleContext<'_>) -> Option<String> {
    let trail = sent.sender.trail;
    let group = trail.log_group.as_ref()?;
    let is_near = Block::of(&trail.stack, &trail.address).is_some_and(|block| block.place == *place);
    let expression = ctx.sources.text(group.span);
    let is_text = expression.len() > 1 && expression.starts_with('"') && expression.ends_with('"');
    let is_simple = is_text && !expression.contains(['\n', '\\']) || is_reference(&expression);
    let is_of_instance = ["each.", "count."].iter().any(|name| expression.contains(name));
    if is_near && is_simple && !is_of_instance && ctx.sources.file(group.span.file).path().ends_with(".tf") {
        return Some(if names_streams(&group.text) { expression } else { naming_streams(&expression) });
    }
    streams_of(&group.text).as_known().filter(|_| place.is_root()).map(|arn| quoted(&arn))
}

fn names_streams(group: &Text) -> bool {
    group.known_suffix().ends_with(STREAMS)
}

/// `group` with its streams, which a trail may have left out.
fn streams_of(group: &Text) -> Text {
    if names_streams(group) { group.clone() } else { group.clone().concat(Text::known(STREAMS)) }
}

/// An expression of a log group as one of its streams.
fn naming_streams(expression: &str) -> String {
    match expression.strip_suffix('"') {
        Some(text) => format!("{text}{STREAMS}\""),
        None => format!("\"${{{expression}}}{STREAMS}\""),
    }
}

fn is_reference(expression: &str) -> bool {
    let is_part = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '_' | '-' | '.');
    !expression.is_empty() && expression.chars().all(is_part)
}

/// What stands behind the ARN of a log group where its streams are meant.
const STREAMS: &str = ":*";

/// Names the streams of the log group in a statement that names the group alone.
pub(super) fn with_streams(statement: &Written, group: &Text, report: &Report<'_>) -> Option<Fix> {
    let mut resources = strings::resources(statement);
    let leaf = resources.next().filter(|leaf| leaf.via.is_empty())?;
    let is_group = texts_equal(&leaf.text.clone().concat(Text::known(STREAMS)), &streams_of(group)).is_yes();
    if resources.next().is_some() || !is_group {
        return None;
    }
    let title = "name the streams of the log group".to_owned();
    Some(fix(title, vec![end_with_streams(leaf, report)?]))
}

fn end_with_streams(leaf: &Leaf, report: &Report<'_>) -> Option<Edit> {
    let written = report.source_text(leaf.span);
    let text = report.file_text(leaf.span.file);
    let range = leaf.span.range.as_usize();
    let (before, behind) = (text.get(..range.start)?, text.get(range.end..)?);
    let is_literal = report.is_literal(leaf);
    // The only thing in a template stands for all of it.
    let is_in_template = before.ends_with("${") && behind.starts_with('}');
    if is_reference(&written) && !is_literal && !is_in_template {
        return Some(Edit { span: leaf.span, new_text: naming_streams(&written) });
    }
    let is_template = written.starts_with("${") && written.ends_with('}');
    let end = leaf.span.range.end + u32::from(is_in_template);
    let span: Span = TextRange::empty(end).at(leaf.span.file);
    (is_in_template || is_template || is_literal).then(|| Edit { span, new_text: STREAMS.to_owned() })
}
