//! What fixes write: statements, policies and resources, in the style of the file that they are put in.

pub(super) mod block;
pub(super) mod layout;

use crate::aws::sites::{self as table, Subject};
use crate::aws::subjects::{SubjectType, subject_type};
use crate::finding::{Edit, Fix, Safety};
use crate::iam::PolicedResource;
use crate::policy::sites::PolicySite;
use crate::source::{FileId, Span, TextRange};

use super::RuleContext;
use block::{Block, provider_line};
use layout::{Members, Notation, Shape};

/// Whether blocks can be written in the file of `span`.
pub(super) fn is_own(downloaded: bool, span: Span, ctx: &RuleContext<'_>) -> bool {
    !downloaded && ctx.sources.file(span.file).path().ends_with(".tf") && !(ctx.foreign)(span.file)
}

/// Whether no other instance of the block of `site` has a policy: what is written there is about this one.
pub(super) fn is_only_instance(site: &PolicySite, ctx: &RuleContext<'_>) -> bool {
    let is_instance = |other: &&PolicySite| {
        other.stack == site.stack
            && other.block_address == site.block_address
            && other.module == site.module
            && other.attribute == site.attribute
    };
    ctx.policies.iter().filter(is_instance).nth(1).is_none()
}

/// The place behind the last statement of a policy, and `statements` laid out as it is.
pub(super) fn last_statements(
    statements: &[Members],
    notation: Notation,
    site: &PolicySite,
    ctx: &RuleContext<'_>,
) -> Option<(Span, String)> {
    let last = site.document.statements.last()?.span;
    let source = ctx.sources.file(last.file);
    let (text, range) = (source.text(), last.range.as_usize());
    let behind = text.get(range.end..)?;
    let is_list = behind.trim_start().trim_start_matches(',').trim_start().starts_with(']');
    let is_here = site.document.span.range.contains_range(last.range) && site.document.span.file == last.file;
    if !is_list || !is_here || (ctx.foreign)(last.file) {
        return None;
    }
    let line = text.get(..range.start)?.rsplit('\n').next()?;
    let is_on_own_line = line.trim().is_empty();
    let separator = if is_on_own_line { format!(",\n{line}") } else { ", ".to_owned() };
    let shape = Shape::of(text.get(range.clone())?);
    let written = statements.iter().map(|it| format!("{separator}{}", layout::statement(it, notation, &shape)));
    Some((at(last.file, range.end)?, written.collect()))
}

/// The place behind the last block of an `aws_iam_policy_document`.
pub(super) fn behind_blocks(site: &PolicySite, ctx: &RuleContext<'_>) -> Option<Span> {
    let header = site.document.span;
    let source = ctx.sources.file(header.file);
    let start = header.range.as_usize().start;
    let behind = source.text().get(start..)?;
    if (ctx.foreign)(header.file) || !behind.starts_with("data ") {
        return None;
    }
    at(header.file, start + behind.find("\n}")? + 1)
}

/// A resource that puts a policy with these statements on `resource`, the `block`.
pub(super) fn new_policy(
    kind: &PolicyType,
    block: &Block<'_>,
    resource: &PolicedResource,
    statements: &[Members],
    ctx: &RuleContext<'_>,
) -> String {
    let file = ctx.sources.file(resource.span.file);
    let mut arguments = provider_line(file.text(), resource.span.range.start);
    arguments.push((kind.argument, block.reference(kind.named_by)));
    layout::resource(kind.ty, &block.label(), "", &arguments, &layout::policy(kind.attribute, statements))
}

/// The resource type that puts a policy on resources of some type.
pub(super) struct PolicyType {
    pub(super) ty: &'static str,
    /// The attribute that holds the policy.
    attribute: &'static str,
    /// The argument that names the resource.
    argument: &'static str,
    /// The attribute of the resource that it takes.
    named_by: &'static str,
}

impl PolicyType {
    /// The one for resources of the type of `block`.
    pub(super) fn of_block(block: &Block<'_>) -> Option<Self> {
        Self::of(&subject_type(block.ty)?)
    }

    pub(super) fn of(subject: &SubjectType) -> Option<Self> {
        let provider = subject.ty.split('_').next()?;
        let fits = |site: &table::Site<table::PolicySite>| {
            site.kind == table::PolicySite::Resource
                && (site.service, site.subject_type) == (subject.service, Some(subject.resource_type))
                && site.resource_type.split('_').next() == Some(provider)
        };
        table::all_policies().filter(fits).find_map(|site| {
            let Subject::Named { attributes, by } = site.subject else { return None };
            let named_by = match by {
                "name" | "name or arn" => subject.name?,
                "id" | "url" | "id or arn" => subject.id?,
                _ => subject.arn,
            };
            Some(Self { ty: site.resource_type, attribute: site.attribute, argument: attributes, named_by })
        })
    }
}

/// `texts` behind what stands in their files.
pub(super) fn appended(texts: Vec<(FileId, String)>, ctx: &RuleContext<'_>) -> Option<Vec<Edit>> {
    let mut edits: Vec<Edit> = Vec::new();
    for (file, text) in texts {
        if let Some(edit) = edits.iter_mut().find(|edit| edit.span.file == file) {
            edit.new_text.push_str(&text);
            continue;
        }
        let source = ctx.sources.file(file);
        let new_text = if source.text().ends_with('\n') { text } else { format!("\n{text}") };
        edits.push(Edit { span: at(file, source.text().len())?, new_text });
    }
    Some(edits)
}

fn at(file: FileId, offset: usize) -> Option<Span> {
    Some(TextRange::empty(u32::try_from(offset).ok()?).at(file))
}

pub(super) const fn fix(title: String, edits: Vec<Edit>) -> Fix {
    Fix { title, safety: Safety::Unsafe, edits }
}
