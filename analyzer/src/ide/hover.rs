//! What is known of the text under the pointer.

mod action;
mod arn;
mod as_written;
pub(super) mod condition;
mod declared;
mod principal;
mod who;

use std::sync::Arc;

use crate::analysis::Analysis;
use crate::aws::arn::AccountId;
use crate::aws::facts;
use crate::aws::sites::PolicySite;
use crate::eval::text::Text;
use crate::finding::Finding;
use crate::policy::model::Condition;
use crate::rules;
use crate::source::Span;
use crate::syntax::ast::{Attribute, Block};

use super::code::{self, Code, Reference, Target};
use super::place::{self, Element, Part};
use super::{Position, attributes, elements, tree, words};

/// What is shown at a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hover {
    /// The text that it is about.
    pub span: Span,
    /// What is to be said of it, in Markdown.
    pub markdown: String,
}

/// What is known of what stands at `position`, and below that the rules of those of `findings` that are
/// about it: the findings that an editor shows.
#[must_use]
pub fn hover(analysis: &Analysis, position: Position, findings: &[Finding]) -> Option<Hover> {
    if !position.is_between_characters(analysis) {
        return None;
    }
    let known = in_policy(analysis, position);
    let known = known.or_else(|| as_written::hover(analysis, position)).or_else(|| of_code(analysis, position));
    match (known, of_findings(position, findings)) {
        (Some(known), Some(rules)) => {
            Some(Hover { span: known.span, markdown: format!("{}\n\n---\n\n{}", known.markdown, rules.markdown) })
        }
        (known, rules) => known.or(rules),
    }
}

/// A text of a policy that the analysis has.
fn in_policy(analysis: &Analysis, position: Position) -> Option<Hover> {
    let part = place::at(analysis, position)?;
    if part.leaf.sensitive {
        return Some(Hover { span: part.span(), markdown: words::SENSITIVE.to_owned() });
    }
    let known = part.leaf.text.as_known();
    let markdown = match part.element {
        Element::Action => known.as_deref().and_then(action::markdown),
        Element::Resource => resource(analysis, &part.leaf.text, position),
        Element::Principal(group) => principal::markdown(analysis, &part, group, position),
        Element::Operator(condition) => known.as_deref().and_then(|text| condition::operator(text, condition)),
        Element::Key(condition) => {
            let statement = part.statement.map(|(_, statement)| statement);
            known.as_deref().and_then(|key| condition::key(key, condition, statement))
        }
        Element::Value(condition) => value(analysis, &part.leaf.text, condition, position),
        Element::Version => elements::meaning("Version").map(|meaning| format!("**`Version`**: {meaning}")),
        Element::PrincipalType => known.as_deref().and_then(principal::of_type),
        Element::Id | Element::Sid | Element::Effect => None,
    };
    // What is nothing but a hole is known by what it is a reference to.
    let markdown = markdown.or_else(|| unknown(analysis, &part))?;
    let uses = uses(&part).map(|uses| format!("\n\n{uses}")).unwrap_or_default();
    Some(Hover { span: part.span(), markdown: format!("{markdown}{uses}") })
}

/// A text with unknowns of which nothing else can be said.
fn unknown(analysis: &Analysis, part: &Part<'_>) -> Option<String> {
    let holes = words::holes(analysis, &part.leaf.text)?;
    Some(format!("**{}**\n\n{holes}", words::code(&part.leaf.text)))
}

/// That the text has other uses than the one that is spoken of.
fn uses(part: &Part<'_>) -> Option<String> {
    let others = part.uses.checked_sub(1).filter(|others| *others > 0)?;
    Some(format!("As `{}` has it, and {}.", part.site.address, words::count(others, "other use")))
}

fn resource(analysis: &Analysis, text: &Text, position: Position) -> Option<String> {
    if text.as_known().as_deref() == Some("*") {
        return Some("**`*`**: every resource that the actions can be done to".to_owned());
    }
    arn::markdown(analysis, text, position)
}

/// A value of a condition: what it is by itself, and how it is compared.
fn value(analysis: &Analysis, text: &Text, condition: &Condition, position: Position) -> Option<String> {
    let known = text.as_known();
    let by_itself = arn::markdown(analysis, text, position).or_else(|| plain(analysis, known.as_deref()?))?;
    Some(format!(
        "{by_itself}\n\nCompared with {} by {}.",
        words::code(&condition.key.text),
        words::code(&condition.operator.text)
    ))
}

/// A text that is known for what it is: the number of an account, a region, the organization.
fn plain(analysis: &Analysis, text: &str) -> Option<String> {
    if AccountId::parse(text).is_some() {
        return principal::account(analysis, text);
    }
    if let Some(region) = facts::region(text) {
        return Some(format!("**`{text}`**: a region of the partition `{}`", region.partition));
    }
    let is_organization = analysis.configuration().organization().id.as_deref() == Some(text);
    is_organization.then(|| format!("**`{text}`**: the organization"))
}

/// What stands in Terraform's own code.
fn of_code(analysis: &Analysis, position: Position) -> Option<Hover> {
    let tree = tree::of_file(analysis, position.file)?;
    if let Some((text, span)) = code::text_in(&tree, analysis, position) {
        let markdown = arn::markdown(analysis, &text, position).or_else(|| plain(analysis, &text.as_known()?))?;
        return Some(Hover { span, markdown });
    }
    match code::in_tree(&tree, position)? {
        Code::Reference(Reference { span, target: Target::Resource(address), .. }) => {
            declared::markdown(analysis, position.file, &address).map(|markdown| Hover { span, markdown })
        }
        Code::Head(block) => {
            let module = tree::module_of(analysis, position.file)?;
            let resource = module.resources.iter().find(|resource| resource.header == block.header_span())?;
            let markdown = declared::markdown(analysis, position.file, &resource.address)?;
            Some(Hover { span: block.header_span(), markdown })
        }
        Code::Attribute(blocks, attribute) => {
            let markdown = policy_attribute(&blocks, &attribute)?;
            Some(Hover { span: attribute.name.range.at(position.file), markdown })
        }
        Code::Reference(_) => None,
    }
}

/// What kind of policy an attribute holds.
fn policy_attribute(blocks: &[Arc<Block>], attribute: &Attribute) -> Option<String> {
    let site = attributes::policy(blocks, attribute)?;
    let kind = match site.kind {
        PolicySite::Identity => "an identity policy: what someone may do".to_owned(),
        PolicySite::Trust => "a trust policy: who may assume the role".to_owned(),
        PolicySite::Session => "a session policy: it narrows the sessions of a role".to_owned(),
        PolicySite::Endpoint => "the policy of a VPC endpoint: what may pass it".to_owned(),
        PolicySite::Organization => "a policy of the organization".to_owned(),
        PolicySite::Resource => {
            let ty = site.subject_type.map(|ty| format!(":{ty}")).unwrap_or_default();
            format!("a resource policy on `{}{ty}`: who may do what to it", site.service)
        }
    };
    Some(format!("**`{}`** of `{}`: {kind}", site.attribute, site.resource_type))
}

/// The rules of the findings at `position`, each once.
fn of_findings(position: Position, findings: &[Finding]) -> Option<Hover> {
    let is_here =
        |finding: &&Finding| finding.primary.file == position.file && finding.primary.range.touches(position.offset);
    let here: Vec<&Finding> = findings.iter().filter(is_here).collect();
    let span = here.iter().map(|finding| finding.primary).min_by_key(|span| span.range.len())?;
    let mut codes: Vec<&str> = here.iter().map(|finding| finding.code).collect();
    codes.sort_unstable();
    codes.dedup();
    let pages = codes.into_iter().filter_map(rules::find);
    let texts: Vec<String> =
        pages.map(|rule| format!("[`{}`]({}): {}", rule.code, rule.url(), rule.summary())).collect();
    (!texts.is_empty()).then(|| Hover { span, markdown: texts.join("\n\n") })
}
