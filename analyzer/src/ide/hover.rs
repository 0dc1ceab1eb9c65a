//! What is known of the text under the pointer.

mod action;
mod declared;
mod who;

use crate::analysis::Analysis;
use crate::finding::Finding;
use crate::rules;
use crate::source::Span;

use super::code::{self, Code, Reference, Target};
use super::place::{self, Element, Part};
use super::{Position, tree};

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
    let part = place::at(analysis, position);
    let known = part.and_then(|part| of_part(&part)).or_else(|| of_code(analysis, position));
    let rules = of_findings(position, findings);
    match (known, rules) {
        (Some(known), Some(rules)) => {
            Some(Hover { span: known.span, markdown: format!("{}\n\n---\n\n{}", known.markdown, rules.markdown) })
        }
        (known, rules) => known.or(rules),
    }
}

fn of_part(part: &Part<'_>) -> Option<Hover> {
    let text = part.leaf.text.as_known().filter(|_| !part.leaf.sensitive);
    let markdown = match part.element {
        Element::Action => action::markdown(&text?)?,
        Element::Version
        | Element::Id
        | Element::Sid
        | Element::Effect
        | Element::Resource
        | Element::PrincipalType
        | Element::Principal(_)
        | Element::Operator(_)
        | Element::Key(_)
        | Element::Value(_) => return None,
    };
    Some(Hover { span: part.span(), markdown })
}

fn of_code(analysis: &Analysis, position: Position) -> Option<Hover> {
    match code::at(analysis, position)? {
        Code::Reference(Reference { span, target: Target::Resource(address), .. }) => {
            declared::markdown(analysis, position.file, &address).map(|markdown| Hover { span, markdown })
        }
        Code::Head(block) => {
            let module = tree::module_of(analysis, position.file)?;
            let resource = module.resources.values().find(|resource| resource.header == block.header_span())?;
            let markdown = declared::markdown(analysis, position.file, &resource.address)?;
            Some(Hover { span: block.header_span(), markdown })
        }
        Code::Reference(_) | Code::Attribute(..) => None,
    }
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
