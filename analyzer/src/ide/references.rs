//! Where what stands at a position is used.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use memchr::memmem;
use rustc_hash::FxHashSet;
use smol_str::SmolStr;

use crate::analysis::Analysis;
use crate::aws::arn::AccountId;
use crate::module::{Module, ModuleCall, VariableValue};
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
    found = least(analysis, innermost(found));
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

/// The same without the attributes of a block that has a reference elsewhere in it: what attaches a policy
/// names both the policy and its holder.
fn least(analysis: &Analysis, places: Vec<Span>) -> Vec<Span> {
    let is_attribute = |place: &Span| {
        let text = analysis.sources().text(*place);
        text.split_once('=').is_some_and(|(name, _)| is_name(name.trim_end()))
    };
    let (attributes, mut kept): (Vec<Span>, Vec<Span>) = places.into_iter().partition(is_attribute);
    for attribute in attributes {
        let block = tree::module_of(analysis, attribute.file).and_then(|module| {
            let holds = |body: TextRange, file| file == attribute.file && body.contains_range(attribute.range);
            module.resources.iter().find(|it| holds(it.body.range, it.header.file))
        });
        let is_said = |place: &Span| {
            block.is_some_and(|it| it.header.file == place.file && it.body.range.contains_range(place.range))
        };
        if !kept.iter().any(is_said) {
            kept.push(attribute);
        }
    }
    order(&mut kept, analysis.sources());
    kept
}

fn is_name(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|letter| letter.is_alphanumeric() || letter == '_')
}

fn of_entity(analysis: &Analysis, entity: &Entity<'_>) -> Vec<Span> {
    match entity {
        Entity::Declared(module, declared) => of_declared(analysis, module, declared),
        Entity::Source(module) => calls_of(analysis, module).into_iter().map(|call| call.source_span).collect(),
        Entity::Principal(index) => of_principal(analysis, *index),
        Entity::Resource(index) => of_resource(analysis, *index),
        Entity::Account(id) => of_account(analysis, *id),
        Entity::Action(action) => definition::grants(analysis, action).into_iter().map(|leaf| leaf.span).collect(),
    }
}

fn of_declared(analysis: &Analysis, module: &Module, declared: &Declared) -> Vec<Span> {
    let to = |target: Target, name: &str| in_module(analysis, module, name, &|it| it.target == target);
    match declared {
        Declared::Variable(name) => {
            let mut found = to(Target::Variable(name.clone()), name);
            found.extend(given(analysis, module, name));
            found
        }
        Declared::Local(name) => to(Target::Local(name.clone()), name),
        Declared::Call(name) => to(Target::Call(name.clone()), name),
        Declared::Output(name) => of_output(analysis, module, name),
        Declared::Resource(address) => {
            let mut found = to(Target::Resource(address.clone()), &address.name);
            found.extend(of_block(analysis, module, &address.to_string()));
            found
        }
    }
}

fn of_output(analysis: &Analysis, module: &Module, name: &str) -> Vec<Span> {
    let callers = callers(analysis, module).into_values();
    let in_caller = |(caller, calls): (&Module, BTreeSet<&str>)| {
        let is_it = |it: &Reference| {
            let call = matches!(&it.target, Target::Call(call) if calls.contains(call.as_str()));
            call && it.attribute.as_deref() == Some(name)
        };
        in_module(analysis, caller, name, &is_it)
    };
    callers.flat_map(in_caller).collect()
}

/// The references of the files of `module` that are wanted, all of which have `name` in them.
fn in_module(analysis: &Analysis, module: &Module, name: &str, wanted: &dyn Fn(&Reference) -> bool) -> Vec<Span> {
    let finder = memmem::Finder::new(name);
    let in_file = |file: &FileId| {
        let has_name = finder.find(analysis.sources().file(*file).text().as_bytes()).is_some();
        let tree = has_name.then(|| tree::of_file(analysis, *file)).flatten();
        let found = tree.map(|tree| walk::references(&tree.body, *file)).unwrap_or_default();
        found.into_iter().filter(|it| wanted(it)).map(|it| it.span).collect::<Vec<_>>()
    };
    module.files.iter().flat_map(in_file).collect()
}

/// Modules by their directories, each with the names of some of its calls.
type Callers<'a> = BTreeMap<&'a str, (&'a Module, BTreeSet<&'a str>)>;

/// The modules that call `module`, and by which calls.
fn callers<'a>(analysis: &'a Analysis, module: &Module) -> Callers<'a> {
    let mut found = Callers::new();
    for stack in &analysis.workspace().stacks {
        for node in stack.root.descendants() {
            let leads_here = |name: &&SmolStr| node.child(name).is_some_and(|child| child.module.dir == module.dir);
            for name in node.children.keys().filter(leads_here) {
                found.entry(&node.module.dir).or_insert_with(|| (&node.module, BTreeSet::new())).1.insert(name);
            }
        }
    }
    found
}

/// The calls that lead to `module`.
fn calls_of<'a>(analysis: &'a Analysis, module: &Module) -> Vec<&'a ModuleCall> {
    let callers = callers(analysis, module).into_values();
    let of_caller = |(caller, names): (&'a Module, BTreeSet<&str>)| {
        names.into_iter().filter_map(|name| caller.calls.get(name)).map(|call| &**call).collect::<Vec<_>>()
    };
    callers.flat_map(of_caller).collect()
}

/// Where a variable gets its values.
fn given(analysis: &Analysis, module: &Module, name: &str) -> Vec<Span> {
    let arguments = calls_of(analysis, module).into_iter().filter_map(|call| call.body.attribute(name));
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

/// References to the block of a principal, and what names it.
fn of_principal(analysis: &Analysis, index: usize) -> Vec<Span> {
    let principal = analysis.iam().principals().get(index);
    let mut found = principal.map(|it| to_block(analysis, it.span, &it.address)).unwrap_or_default();
    found.extend(naming_principals(analysis, &[index]));
    found
}

/// The same of a resource.
fn of_resource(analysis: &Analysis, index: usize) -> Vec<Span> {
    let resource = analysis.iam().resources().get(index);
    let mut found = resource.map(|it| to_block(analysis, it.span, &it.address)).unwrap_or_default();
    found.extend(naming_resources(analysis, &[index]));
    found
}

/// References to the block of which `address` is that of an instance, in the module that it is in.
fn to_block(analysis: &Analysis, span: Span, address: &str) -> Vec<Span> {
    let Some((module, address)) = entity::block_of(analysis, span, address) else { return Vec::new() };
    let name = address.name.clone();
    let target = Target::Resource(address);
    in_module(analysis, module, &name, &|it| it.target == target)
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
        if named.iter().any(|it| resources.iter().any(|wanted| std::ptr::eq(*it, &***wanted))) {
            found.push(leaf.span);
        }
    });
    let policies = resources.iter().flat_map(|it| &it.policies).map(|policy| policy.via);
    found.extend(policies.filter(|span| !span.range.is_empty()));
    found
}

/// Calls `each` for every text of a policy that may name someone or something.
fn for_each_naming<'a>(analysis: &'a Analysis, each: &mut dyn FnMut(&'a Leaf)) {
    // A document is shared by all places that use it.
    let mut seen = FxHashSet::default();
    for site in analysis.policies().iter().filter(|site| seen.insert(Arc::as_ptr(&site.document).addr())) {
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

/// The number of an account wherever it stands in a file of a module, in values of variables or in a policy.
fn of_account(analysis: &Analysis, id: AccountId) -> Vec<Span> {
    let number = id.to_string();
    let modules = analysis.workspace().modules.iter().flat_map(|module| module.files.iter().copied());
    let policies = analysis.policies().iter().map(|site| site.document.span.file);
    let values = analysis.workspace().stacks.iter().flat_map(|stack| stack.variables.values());
    let values = values.filter_map(|value| match value {
        VariableValue::File(attribute) => Some(attribute.file),
        VariableValue::Text(_) | VariableValue::Configured(..) => None,
    });
    let files: FxHashSet<FileId> = modules.chain(policies).chain(values).collect();
    let mut files: Vec<FileId> = files.into_iter().collect();
    files.sort_unstable();
    let in_file = |file: FileId| {
        let text = Arc::clone(analysis.sources().file(file).text());
        let places = memmem::find_iter(text.as_bytes(), number.as_bytes());
        let ranges = places.filter_map(|at| entity::number_at(&text, u32::try_from(at).ok()?));
        ranges.map(|range: TextRange| range.at(file)).collect::<Vec<_>>()
    };
    files.into_iter().flat_map(in_file).collect()
}
