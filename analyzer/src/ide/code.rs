//! What stands at a position of a file of Terraform's, whatever the analysis made of it: references,
//! heads of blocks, names of attributes.

use std::fmt;
use std::sync::Arc;

use smol_str::SmolStr;

use crate::analysis::Analysis;
use crate::eval::text::Text;
use crate::module::{Mode, ResourceAddress};
use crate::source::{FileId, Span, TextRange};
use crate::syntax::ast::{Attribute, Block, Expr, ExprKind, Step, TemplateForm, Tree};

use super::{Position, tree, written};

/// Something of Terraform's.
#[derive(Debug, Clone)]
pub(super) enum Code {
    /// `aws_iam_role.ci.arn`
    Reference(Reference),
    /// The words at the start of a block that stands in no other one.
    Head(Arc<Block>),
    /// The name of an attribute, with the blocks that it is in, outermost first.
    Attribute(Vec<Arc<Block>>, Arc<Attribute>),
}

/// A reference to what a module declares.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Reference {
    /// From its first name to the attribute, or to the name of what it is to.
    pub(super) span: Span,
    /// What it is to.
    pub(super) target: Target,
    /// The attribute that it takes of that, indices left aside.
    pub(super) attribute: Option<SmolStr>,
}

/// What a reference is to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Target {
    /// `aws_iam_role.ci`, `data.aws_iam_policy_document.x`
    Resource(ResourceAddress),
    /// `var.name`
    Variable(SmolStr),
    /// `local.name`
    Local(SmolStr),
    /// `module.name`; the attribute is an output of it.
    Call(SmolStr),
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Resource(address) => write!(f, "{address}"),
            Self::Variable(name) => write!(f, "var.{name}"),
            Self::Local(name) => write!(f, "local.{name}"),
            Self::Call(name) => write!(f, "module.{name}"),
        }
    }
}

/// What stands at `position`.
pub(super) fn at(analysis: &Analysis, position: Position) -> Option<Code> {
    in_tree(&tree::of_file(analysis, position.file)?, position)
}

/// What stands at `position` of the file whose tree is `tree`.
pub(super) fn in_tree(tree: &Tree, position: Position) -> Option<Code> {
    let (blocks, attribute) = tree::way_to(&tree.body, position.offset);
    let Some(attribute) = attribute else {
        // In JSON notation the words in front of a block are keys of objects.
        let block = blocks.first().filter(|block| block.header.touches(position.offset))?;
        return Some(Code::Head(Arc::clone(block)));
    };
    if attribute.name.range.touches(position.offset) {
        return Some(Code::Attribute(blocks, attribute));
    }
    let read = |expr: &Expr, bound: &[&SmolStr]| {
        let is_bound = root(expr).is_some_and(|root| bound.contains(&root));
        let reference = read(expr, position.file).filter(|_| !is_bound)?;
        reference.span.range.touches(position.offset).then_some(reference)
    };
    tree::innermost_free(&attribute.value, position.offset, &mut Vec::new(), &read).map(Code::Reference)
}

/// The string at `position` of the file whose tree is `tree` that stands in no interpolation of it, and where its content stands.
pub(super) fn text_in(tree: &Tree, analysis: &Analysis, position: Position) -> Option<(Text, Span)> {
    let (_, attribute) = tree::way_to(&tree.body, position.offset);
    let source = analysis.sources().file(position.file);
    let read = |expr: &Expr| match &expr.kind {
        ExprKind::Template(template) if matches!(template.form, TemplateForm::Quoted | TemplateForm::Json) => {
            Some((Some(written::text(source.text(), position.file, template)), expr.range))
        }
        ExprKind::Variable(_) | ExprKind::GetAttr(..) | ExprKind::Index(..) | ExprKind::Splat(_) => {
            Some((None, expr.range))
        }
        _ => None,
    };
    let (text, range) = tree::innermost(&attribute?.value, position.offset, &read)?;
    Some((text?, content(source.text(), range).at(position.file)))
}

/// Where the content of the string at `range` of `source` stands, without its quotes, of which one may be missing.
pub(super) fn content(source: &str, range: TextRange) -> TextRange {
    let text = source.get(range.as_usize()).unwrap_or_default();
    let opened = text.starts_with('"');
    let closed = opened && text.len() > 1 && text.ends_with('"');
    TextRange::new(range.start + u32::from(opened), range.end - u32::from(closed))
}

/// The reference that `expr` is, with what is taken of it.
pub(super) fn read(expr: &Expr, file: FileId) -> Option<Reference> {
    let names = names(expr)?;
    let text = |index: usize| names.get(index).map(|(name, _)| name.clone());
    let (target, length) = match text(0)?.as_str() {
        "var" => (Target::Variable(text(1)?), 2),
        "local" => (Target::Local(text(1)?), 2),
        "module" => (Target::Call(text(1)?), 2),
        "data" => (Target::Resource(address(Mode::Data, text(1)?, text(2)?)), 3),
        "ephemeral" => (Target::Resource(address(Mode::Ephemeral, text(1)?, text(2)?)), 3),
        "each" | "count" | "path" | "self" | "terraform" => return None,
        ty => (Target::Resource(address(Mode::Managed, ty.into(), text(1)?)), 2),
    };
    let end = names.get(length).or_else(|| names.get(length - 1)).map_or(expr.range.end, |(_, range)| range.end);
    let span = TextRange::new(expr.range.start, end).at(file);
    Some(Reference { span, target, attribute: text(length) })
}

fn address(mode: Mode, ty: SmolStr, name: SmolStr) -> ResourceAddress {
    ResourceAddress { mode, ty, name }
}

/// The first name of a chain of names.
pub(super) fn root(expr: &Expr) -> Option<&SmolStr> {
    match &expr.kind {
        ExprKind::Variable(name) => Some(name),
        ExprKind::GetAttr(of, _) | ExprKind::Index(of, _) => root(of),
        ExprKind::Splat(splat) => root(&splat.source),
        _ => None,
    }
}

/// The names that are parted by dots, indices and stars left out.
fn names(expr: &Expr) -> Option<Vec<(SmolStr, TextRange)>> {
    match &expr.kind {
        ExprKind::Variable(name) => Some(vec![(name.clone(), expr.range)]),
        ExprKind::GetAttr(of, name) => {
            let mut names = names(of)?;
            names.push((name.text.clone(), name.range));
            Some(names)
        }
        ExprKind::Index(of, _) => names(of),
        ExprKind::Splat(splat) => {
            let mut names = names(&splat.source)?;
            let attributes = splat.each.iter().filter_map(|step| match step {
                Step::Attribute(name) => Some((name.text.clone(), name.range)),
                Step::Index(_) | Step::Splat(_) => None,
            });
            names.extend(attributes);
            Some(names)
        }
        _ => None,
    }
}
