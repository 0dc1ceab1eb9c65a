//! Where what stands at a position is used.

use memchr::memmem;
use rustc_hash::FxHashSet;

use crate::analysis::Analysis;
use crate::aws::arn::AccountId;
use crate::module::{Module, VariableValue};
use crate::policy::model::Leaf;
use crate::source::{FileId, SourceMap, Span, TextRange};

use super::code::{Reference, Target};
use super::definition::{self, MOST_PLACES};
use super::entity::{self, Declared, Entity};
use super::{Position, place, tree, walk, words};

/// Where what stands at `position` is used, each place once, in the order of paths: references in
/// Terraform's code; for a role, a user or a resource also the policies that name it, whichever stack
/// they are in, and what is attached to it; for an account its number anywhere; for an action the
/// statements that allow it.
#[must_use]
pub fn references(analysis: &Analysis, position: Position) -> Vec<Span> {
    let entities = entity::at(analysis, position);
    let mut found: Vec<Span> = entities.list.iter().flat_map(|entity| of_entity(analysis, entity)).collect();
    order(&mut found, analysis.sources());
    found = innermost(found);
    found.truncate(MOST_PLACES);
    found
}

/// Puts places in the order of paths, each once.
pub(super) fn order(places: &mut Vec<Span>, sources: &SourceMap) {
    places.sort_by_cached_key(|span| (sources.file(span.file).path().clone(), span.range));
    places.dedup();
}

/// The places that hold no other one: the reference in an attribute says more than the attribute. They are in order.
fn innermost(places: Vec<Span>) -> Vec<Span> {
    let mut kept: Vec<Span> = Vec::new();
    for place in places {
        // Those that start before it and end behind it hold it.
        kept.retain(|outer| outer.file != place.file || !outer.range.contains_range(place.range));
        let is_outer = kept.last().is_some_and(|it| it.file == place.file && place.range.contains_range(it.range));
        if !is_outer {
            kept.push(place);
        }
    }
    kept
}

fn of_entity(analysis: &Analysis, entity: &Entity<'_>) -> Vec<Span> {
    match entity {
        Entity::Declared(module, declared) => of_declared(analysis, module, declared),
        Entity::Source(module) => callers(analysis, module)
            .into_iter()
            .filter_map(|(caller, name)| caller.calls.get(name).map(|call| call.source_span))
            .collect(),
        Entity::Principal(index) => of_principals(analysis, &[*index]),
        Entity::Resource(index) => of_resources(analysis, &[*index]),
        Entity::Account(id) => of_account(analysis, *id),
        Entity::Action(action) => definition::grants(analysis, action).into_iter().map(|leaf| leaf.span).collect(),
    }
}

fn of_declared(analysis: &Analysis, module: &Module, declared: &Declared) -> Vec<Span> {
    let target = match declared {
        Declared::Variable(name) => Some(Target::Variable(name.clone())),
        Declared::Local(name) => Some(Target::Local(name.clone())),
        Declared::Resource(address) => Some(Target::Resource(address.clone())),
        Declared::Call(name) => Some(Target::Call(name.clone())),
        Declared::Output(_) => None,
    };
    let mut found: Vec<Span> =
        target.into_iter().flat_map(|target| in_module(analysis, module, &|it| it.target == target)).collect();
    match declared {
        Declared::Variable(name) => found.extend(given(analysis, module, name)),
        Declared::Output(name) => {
            for (caller, call) in callers(analysis, module) {
                let is_it = |it: &Reference| {
                    it.attribute.as_ref() == Some(name) && matches!(&it.target, Target::Call(of) if of == call)
                };
                found.extend(in_module(analysis, caller, &is_it));
            }
        }
        Declared::Resource(address) => found.extend(of_block(analysis, module, &address.to_string())),
        Declared::Local(_) | Declared::Call(_) => {}
    }
    found
}

/// The references of the files of `module` that are wanted.
fn in_module(analysis: &Analysis, module: &Module, wanted: &dyn Fn(&Reference) -> bool) -> Vec<Span> {
    let in_file = |file: &FileId| {
        let tree = tree::of_file(analysis, *file);
        let found = tree.map(|tree| walk::references(&tree.body, *file)).unwrap_or_default();
        found.into_iter().filter(|it| wanted(it)).map(|it| it.span).collect::<Vec<_>>()
    };
    module.files.iter().flat_map(in_file).collect()
}

/// The modules that call `module`, and by which call.
fn callers<'a>(analysis: &'a Analysis, module: &Module) -> Vec<(&'a Module, &'a str)> {
    let mut found: Vec<(&Module, &str)> = Vec::new();
    for stack in &analysis.workspace().stacks {
        for node in stack.root.descendants() {
            for name in node.children.keys() {
                let leads_here = node.child(name).is_some_and(|child| child.module.dir == module.dir);
                let is_new = |(caller, call): &(&Module, &str)| caller.dir != node.module.dir || *call != name;
                if leads_here && found.iter().all(is_new) {
                    found.push((&node.module, name));
                }
            }
        }
    }
    found
}

/// Where a variable gets its values.
fn given(analysis: &Analysis, module: &Module, name: &str) -> Vec<Span> {
    let calls = callers(analysis, module).into_iter().filter_map(|(caller, call)| caller.calls.get(call));
    let arguments = calls.filter_map(|call| call.body.attribute(name));
    let stacks = analysis.workspace().stacks.iter().filter(|stack| stack.root.module.dir == module.dir);
    let values = stacks.filter_map(|stack| match stack.variables.get(name) {
        Some(VariableValue::File(attribute)) => Some(attribute),
        Some(VariableValue::Text(_) | VariableValue::Configured(..)) | None => None,
    });
    arguments.chain(values).map(|attribute| attribute.name.range.at(attribute.file)).collect()
}

/// What names whom or what the block `address` of `module` makes, beside references to the block.
fn of_block(analysis: &Analysis, module: &Module, address: &str) -> Vec<Span> {
    let iam = analysis.iam();
    let is_it = |span: Span, of: &str| module.files.contains(&span.file) && words::block_address(of) == address;
    let principals = iam.principals().iter().enumerate().filter(|(_, it)| is_it(it.span, &it.address));
    let principals: Vec<usize> = principals.map(|(index, _)| index).collect();
    if !principals.is_empty() {
        return naming_principals(analysis, &principals);
    }
    let resources = iam.resources().iter().enumerate().filter(|(_, it)| is_it(it.span, &it.address));
    let resources: Vec<usize> = resources.map(|(index, _)| index).collect();
    if resources.is_empty() { Vec::new() } else { naming_resources(analysis, &resources) }
}

/// References to the blocks of principals, and what names them.
fn of_principals(analysis: &Analysis, indices: &[usize]) -> Vec<Span> {
    let principals = indices.iter().filter_map(|index| analysis.iam().principals().get(*index));
    let blocks = principals.filter_map(|it| entity::block_of(analysis, it.span, &it.address));
    let mut found: Vec<Span> = blocks
        .flat_map(|(module, address)| in_module(analysis, module, &|it| it.target == Target::Resource(address.clone())))
        .collect();
    found.extend(naming_principals(analysis, indices));
    found
}

/// The same of resources.
fn of_resources(analysis: &Analysis, indices: &[usize]) -> Vec<Span> {
    let resources = indices.iter().filter_map(|index| analysis.iam().resources().get(*index));
    let blocks = resources.filter_map(|it| entity::block_of(analysis, it.span, &it.address));
    let mut found: Vec<Span> = blocks
        .flat_map(|(module, address)| in_module(analysis, module, &|it| it.target == Target::Resource(address.clone())))
        .collect();
    found.extend(naming_resources(analysis, indices));
    found
}

/// The texts of policies that name principals, and what is attached to them.
fn naming_principals(analysis: &Analysis, indices: &[usize]) -> Vec<Span> {
    let principals: Vec<_> = indices.iter().filter_map(|index| analysis.iam().principals().get(*index)).collect();
    let iam = analysis.iam();
    let mut found = Vec::new();
    for_each_naming(analysis, &mut |leaf| {
        let named = entity::principals_named(iam, &leaf.text);
        if named.iter().any(|it| principals.iter().any(|wanted| std::ptr::eq(*it, *wanted))) {
            found.push(leaf.span);
        }
    });
    let attached = principals.iter().flat_map(|it| it.policies.iter().chain(&it.boundary)).map(|it| it.via);
    found.extend(attached.filter(|span| !span.range.is_empty()));
    found
}

/// The texts of policies that name resources, or something within them, and what puts policies on them.
fn naming_resources(analysis: &Analysis, indices: &[usize]) -> Vec<Span> {
    let iam = analysis.iam();
    let resources: Vec<_> = indices.iter().filter_map(|index| iam.resources().get(*index)).collect();
    let mut found = Vec::new();
    for_each_naming(analysis, &mut |leaf| {
        let named = crate::access::grants::named::resources(iam, &leaf.text);
        if named.iter().any(|it| resources.iter().any(|wanted| std::ptr::eq(*it, *wanted))) {
            found.push(leaf.span);
        }
    });
    let policies = resources.iter().flat_map(|it| &it.policies).map(|policy| policy.via);
    found.extend(policies.filter(|span| !span.range.is_empty()));
    found
}

/// Calls `each` for every text of a policy that may name someone or something.
fn for_each_naming<'a>(analysis: &'a Analysis, each: &mut dyn FnMut(&'a Leaf)) {
    for site in analysis.policies() {
        place::for_each(&site.document, &mut |element, leaf, _| match element {
            place::Element::Principal(_) | place::Element::Resource | place::Element::Value(_) => each(leaf),
            place::Element::Version
            | place::Element::Id
            | place::Element::Sid
            | place::Element::Effect
            | place::Element::Action
            | place::Element::PrincipalType
            | place::Element::Operator(_)
            | place::Element::Key(_) => {}
        });
    }
}

/// The number of an account wherever it stands in a file of a module or in a policy.
fn of_account(analysis: &Analysis, id: AccountId) -> Vec<Span> {
    let number = id.to_string();
    let modules = analysis.workspace().modules.iter().flat_map(|module| module.files.iter().copied());
    let policies = analysis.policies().iter().map(|site| site.document.span.file);
    let files: FxHashSet<FileId> = modules.chain(policies).collect();
    let mut files: Vec<FileId> = files.into_iter().collect();
    files.sort_unstable();
    let in_file = |file: FileId| {
        let text = std::sync::Arc::clone(analysis.sources().file(file).text());
        let places = memmem::find_iter(text.as_bytes(), number.as_bytes());
        let ranges = places.filter_map(|at| entity::number_at(&text, u32::try_from(at).ok()?));
        ranges.map(|range: TextRange| range.at(file)).collect::<Vec<_>>()
    };
    files.into_iter().flat_map(in_file).collect()
}
