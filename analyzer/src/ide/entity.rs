//! What stands at a position, as something that has a declaration and uses: what Terraform declares, who and
//! what AWS knows, accounts, actions.
//!
//! An unknown is equal to nothing: a text with holes means what has the same holes, and nothing else.

use std::sync::Arc;

use smol_str::SmolStr;

use crate::access::grants::named;
use crate::analysis::Analysis;
use crate::aws::arn::AccountId;
use crate::eval::text::Text;
use crate::iam::{IamModel, Origin, PolicedResource, Principal, are_one_arn};
use crate::module::{Mode, Module, ResourceAddress, top_level_blocks};
use crate::source::{FileId, Span, TextRange, path};
use crate::syntax::ast::{Attribute, Block, Expr, ExprKind, Notation, TemplatePart};

use super::code::{self, Code, Reference, Target};
use super::place::{self, Element};
use super::{Position, tree, walk, words};

/// Something that is declared somewhere and used elsewhere.
#[derive(Debug, Clone)]
pub(super) enum Entity<'a> {
    /// What a module declares.
    Declared(&'a Arc<Module>, Declared),
    /// The source of a module that is called.
    Source(&'a Arc<Module>),
    /// A role, user or group, by its index in the model.
    Principal(usize),
    /// A resource that can have a policy, by its index in the model.
    Resource(usize),
    /// An account.
    Account(AccountId),
    /// An action, or a pattern of actions, as a policy has it.
    Action(SmolStr),
}

/// What a module can declare.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Declared {
    /// `variable`
    Variable(SmolStr),
    /// An entry of `locals`.
    Local(SmolStr),
    /// `output`
    Output(SmolStr),
    /// `resource`, `data`, `ephemeral`; a provider configuration with an alias, as `aws.log`.
    Resource(ResourceAddress),
    /// `module`
    Call(SmolStr),
}

/// What stands at a position.
#[derive(Debug, Default)]
pub(super) struct Entities<'a> {
    /// The text that means it.
    pub(super) origin: TextRange,
    /// Each that it means.
    pub(super) list: Vec<Entity<'a>>,
}

/// What stands at `position`; nothing where that is not certain.
pub(super) fn at(analysis: &Analysis, position: Position) -> Entities<'_> {
    let ways: [fn(&Analysis, Position) -> Option<Entities<'_>>; 4] = [of_number, of_code, of_part, of_text];
    let found = ways.iter().filter_map(|way| way(analysis, position)).find(|found| !found.list.is_empty());
    found.unwrap_or_default()
}

/// An account by its number, if the configuration or a provider has it.
fn of_number(analysis: &Analysis, position: Position) -> Option<Entities<'_>> {
    let source = analysis.sources().file(position.file);
    let range = number_at(source.text(), position.offset)?;
    let id = AccountId::parse(source.text().get(range.as_usize())?)?;
    let is_known = !super::definition::of_account(analysis, id).is_empty();
    is_known.then(|| Entities { origin: range, list: vec![Entity::Account(id)] })
}

/// The run of twelve digits around `offset` that is no part of a longer word.
pub(super) fn number_at(text: &str, offset: u32) -> Option<TextRange> {
    let at = offset as usize;
    let is_word = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
    let before = text.get(..at)?;
    let start = before.trim_end_matches(is_word).len();
    let behind = text.get(at..)?;
    let end = text.len() - behind.trim_start_matches(is_word).len();
    let is_number = end - start == 12 && text.get(start..end)?.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then_some(TextRange::new(u32::try_from(start).ok()?, u32::try_from(end).ok()?))
}

/// What Terraform's own words say.
fn of_code(analysis: &Analysis, position: Position) -> Option<Entities<'_>> {
    let head = || head_in_json(analysis, position).map(Code::Head);
    let Some(code) = code::at(analysis, position).or_else(head) else { return of_source(analysis, position) };
    match code {
        Code::Reference(reference) => of_reference(analysis, position, &reference),
        Code::Head(block) => {
            let module = tree::module_of(analysis, position.file)?;
            let list = declared_by(&block).map(|it| Entity::Declared(module, it)).into_iter().collect();
            Some(Entities { origin: block.header, list })
        }
        Code::Attribute(blocks, attribute) => of_attribute(analysis, position.file, &blocks, &attribute),
    }
}

/// The text that says where the source of a module is.
fn of_source(analysis: &Analysis, position: Position) -> Option<Entities<'_>> {
    let tree = tree::of_file(analysis, position.file)?;
    let (blocks, attribute) = tree::way_to(&tree.body, position.offset);
    let attribute = attribute.filter(|attribute| attribute.name.text == "source")?;
    let [block] = blocks.as_slice() else { return None };
    let call = block.label(0).filter(|_| block.kind.text == "module")?;
    let module = tree::module_of(analysis, position.file)?;
    let list = called(analysis, module, &call.text).into_iter().map(Entity::Source).collect();
    Some(Entities { origin: attribute.value.range, list })
}

/// In JSON the head of a block is a key.
fn head_in_json(analysis: &Analysis, position: Position) -> Option<Arc<Block>> {
    let tree = tree::of_file(analysis, position.file).filter(|tree| tree.body.notation == Notation::Json)?;
    let blocks = top_level_blocks(&tree.body);
    blocks.into_iter().find(|block| !block.labels.is_empty() && block.header.touches(position.offset))
}

fn of_reference<'a>(analysis: &'a Analysis, position: Position, reference: &Reference) -> Option<Entities<'a>> {
    let module = tree::module_of(analysis, position.file)?;
    let range = reference.span.range;
    let declared = |it| vec![Entity::Declared(module, it)];
    let list = match (&reference.target, &reference.attribute) {
        (Target::Call(call), Some(output)) if is_at_end(range, output, position.offset) => {
            let called = called(analysis, module, call);
            called.into_iter().map(|module| Entity::Declared(module, Declared::Output(output.clone()))).collect()
        }
        (Target::Call(call), _) => declared(Declared::Call(call.clone())),
        (Target::Variable(name), _) => declared(Declared::Variable(name.clone())),
        (Target::Local(name), _) => declared(Declared::Local(name.clone())),
        (Target::Resource(address), _) => declared(Declared::Resource(address.clone())),
    };
    Some(Entities { origin: range, list })
}

/// Whether `offset` is in the last name of a reference.
fn is_at_end(range: TextRange, name: &str, offset: u32) -> bool {
    u32::try_from(name.len()).is_ok_and(|length| offset + length >= range.end)
}

fn declared_by(block: &Block) -> Option<Declared> {
    let label = |index| block.label(index).map(|label| label.text.clone());
    Some(match block.kind.text.as_str() {
        "variable" => Declared::Variable(label(0)?),
        "output" => Declared::Output(label(0)?),
        "module" => Declared::Call(label(0)?),
        "provider" => {
            // It is referred to as a resource is: `aws.log`.
            let alias = walk::literal(&block.body.attribute("alias")?.value)?;
            Declared::Resource(ResourceAddress { mode: Mode::Managed, ty: label(0)?, name: alias })
        }
        kind => {
            let mode = match kind {
                "resource" => Mode::Managed,
                "data" => Mode::Data,
                "ephemeral" => Mode::Ephemeral,
                _ => return None,
            };
            Declared::Resource(ResourceAddress { mode, ty: label(0)?, name: label(1)? })
        }
    })
}

/// An entry of `locals`, an argument of a module, a value of a variable in a file of such.
fn of_attribute<'a>(
    analysis: &'a Analysis,
    file: FileId,
    blocks: &[Arc<Block>],
    attribute: &Attribute,
) -> Option<Entities<'a>> {
    let name = || attribute.name.text.clone();
    let variable = |module| Entity::Declared(module, Declared::Variable(name()));
    let kinds: Vec<&str> = blocks.iter().map(|block| block.kind.text.as_str()).collect();
    let list = match kinds.as_slice() {
        ["locals"] => vec![Entity::Declared(tree::module_of(analysis, file)?, Declared::Local(name()))],
        ["module"] => {
            let module = tree::module_of(analysis, file)?;
            let call = blocks.first()?.label(0)?;
            called(analysis, module, &call.text).into_iter().map(variable).collect()
        }
        [] => {
            let source = analysis.sources().file(file);
            let is_values = [".tfvars", ".tfvars.json"].iter().any(|end| source.path().ends_with(end));
            let dir = path::parent(source.path());
            let here = |module: &&Arc<Module>| is_values && module.dir == dir;
            analysis.workspace().modules.iter().filter(here).map(variable).collect()
        }
        _ => return None,
    };
    Some(Entities { origin: attribute.name.range, list })
}

/// The modules that the call `name` of `module` leads to: several if stacks have others in its place.
pub(super) fn called<'a>(analysis: &'a Analysis, module: &Module, name: &str) -> Vec<&'a Arc<Module>> {
    let mut found: Vec<&Arc<Module>> = Vec::new();
    for stack in &analysis.workspace().stacks {
        let callers = stack.root.descendants().into_iter().filter(|node| node.module.dir == module.dir);
        for child in callers.filter_map(|node| node.child(name)) {
            if !found.iter().any(|known| known.dir == child.module.dir) {
                found.push(&child.module);
            }
        }
    }
    found
}

/// What a text of a policy means.
fn of_part(analysis: &Analysis, position: Position) -> Option<Entities<'_>> {
    let part = place::at(analysis, position)?;
    let text = &part.leaf.text;
    let list = match part.element {
        Element::Action => text.as_known().map(Entity::Action).into_iter().collect(),
        Element::Principal(_) | Element::Resource | Element::Value(_) => named_by(analysis.iam(), text),
        Element::Version
        | Element::Id
        | Element::Sid
        | Element::Effect
        | Element::PrincipalType
        | Element::Operator(_)
        | Element::Key(_) => Vec::new(),
    };
    Some(Entities { origin: part.span().range, list })
}

/// Who and what in view has `text` as its ARN, whatever the unknowns are.
pub(super) fn named_by<'a>(iam: &IamModel, text: &Text) -> Vec<Entity<'a>> {
    let meant = principals_named(iam, text);
    if !meant.is_empty() {
        let is_meant = |it: &Principal| meant.iter().any(|meant| std::ptr::eq(*meant, it));
        let principals = iam.principals().iter().enumerate();
        return principals.filter(|(_, it)| is_meant(it)).map(|it| Entity::Principal(it.0)).collect();
    }
    let found = named::resources(iam, text);
    if found.is_empty() {
        return Vec::new();
    }
    let is_meant =
        |it: &PolicedResource| it.origin != Origin::Named && found.iter().any(|meant| std::ptr::eq(*meant, it));
    iam.resources().iter().enumerate().filter(|(_, it)| is_meant(it)).map(|it| Entity::Resource(it.0)).collect()
}

/// The principals that are declared or looked up in view and of which `text` is the ARN, its partition left
/// aside where that is not known.
pub(super) fn principals_named<'a>(iam: &'a IamModel, text: &Text) -> Vec<&'a Principal> {
    let meant = iam.meant_by(text);
    let alike = meant.possible.into_iter().filter(|it| are_one_arn(&it.arn, text));
    meant.certain.into_iter().chain(alike).filter(|it| it.origin != Origin::Named).collect()
}

/// What a text anywhere means that is an ARN.
fn of_text(analysis: &Analysis, position: Position) -> Option<Entities<'_>> {
    let tree = tree::of_file(analysis, position.file)?;
    let (_, attribute) = tree::way_to(&tree.body, position.offset);
    let literal = |expr: &Expr| {
        let ExprKind::Template(template) = &expr.kind else { return None };
        match &*template.parts {
            [TemplatePart::Literal(literal)] => Some(literal.clone()),
            _ => None,
        }
    };
    let literal = tree::innermost(&attribute.as_ref()?.value, position.offset, &literal)?;
    let is_arn = literal.text.starts_with("arn:") && literal.range.touches(position.offset);
    let list = if is_arn { named_by(analysis.iam(), &Text::known(literal.text)) } else { Vec::new() };
    Some(Entities { origin: literal.range, list })
}

/// The block of `file` that the address of an instance leads to.
pub(super) fn block_of<'a>(
    analysis: &'a Analysis,
    span: Span,
    address: &str,
) -> Option<(&'a Arc<Module>, ResourceAddress)> {
    let module = tree::module_of(analysis, span.file)?;
    let wanted = words::block_address(address);
    let found = module.resources.iter().find(|it| it.header.file == span.file && it.address.to_string() == wanted)?;
    Some((module, found.address.clone()))
}
