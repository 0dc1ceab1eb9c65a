//! From blocks to declarations.

use std::borrow::Borrow;
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::sync::Arc;

use smol_str::SmolStr;

use crate::source::{FileId, SourceMap, Span};
use crate::syntax::ast::{Attribute, Block, Body, Expr, ExprKind, Ident, Item, Notation, ObjectItem, Tree};
use crate::syntax::{SyntaxError, json_labelled_blocks, key_name};

use super::declaration::{
    Local, Mode, Module, ModuleCall, Output, ProviderConfig, ProviderReference, Resource, ResourceAddress, Variable,
};
use super::expression::{literal, literal_bool, literal_string};
use super::{overrides, top_level};

/// What the trees of one directory declare: `primary` as it stands, changed by `overriding`.
pub(super) fn module<T: Borrow<Tree>>(
    dir: &str,
    downloaded: bool,
    primary: &[T],
    overriding: &[T],
    sources: &SourceMap,
) -> Module {
    let mut module = Module { dir: dir.into(), downloaded, ..Module::default() };
    for tree in primary.iter().chain(overriding).map(Borrow::borrow) {
        module.files.push(tree.file);
        module.errors.extend(tree.errors.iter().map(|error| (tree.file, error.clone())));
    }
    let mut blocks: Vec<Arc<Block>> = primary.iter().flat_map(|tree| top_level::blocks(&tree.borrow().body)).collect();
    let changes: Vec<Arc<Block>> = overriding.iter().flat_map(|tree| top_level::blocks(&tree.borrow().body)).collect();
    overrides::apply(&mut blocks, &changes, &mut module.errors);
    let mut declarer = Declarer { module, resources: BTreeMap::new(), sources };
    for block in &blocks {
        declarer.block(block);
    }
    for block in changes.iter().filter(|block| block.kind.text == "terraform") {
        declarer.terraform(block, true);
    }
    let Declarer { mut module, resources, .. } = declarer;
    module.resources = resources.into_values().collect();
    sort(&mut module, sources);
    module
}

/// Puts files and errors into the order of their paths: the numbers of files depend on
/// which was read first.
fn sort(module: &mut Module, sources: &SourceMap) {
    let path = |file: FileId| Arc::clone(sources.file(file).path());
    module.files.sort_by_cached_key(|file| path(*file));
    module.errors.sort_by_cached_key(|(file, error)| (path(*file), error.range, error.message.clone()));
}

struct Declarer<'a> {
    module: Module,
    resources: BTreeMap<ResourceAddress, Arc<Resource>>,
    sources: &'a SourceMap,
}

impl Declarer<'_> {
    fn block(&mut self, block: &Arc<Block>) {
        let expected = top_level::labels_of(&block.kind.text).unwrap_or_default();
        match block.kind.text.as_str() {
            "terraform" => return self.terraform(block, false),
            "locals" => return self.locals(block),
            _ => {}
        }
        match (&*block.labels, expected.len()) {
            ([ty, name, ..], 2) => self.resource(block, ty, name),
            ([name, ..], 1) => self.named(block, name),
            _ => self.error(
                block.header_span(),
                format!("a `{}` block takes a {}", block.kind.text, expected.join(" and a ")),
            ),
        }
    }

    fn named(&mut self, block: &Arc<Block>, name: &Ident) {
        match block.kind.text.as_str() {
            "variable" => self.variable(block, name),
            "output" => self.output(block, name),
            "module" => self.call(block, name),
            "provider" => self.provider(block, name),
            _ => self.check(block),
        }
    }

    fn error(&mut self, at: Span, message: String) {
        self.module.errors.push((at.file, SyntaxError { range: at.range, message }));
    }

    /// Says that `what` stands at `second` although it already stands at `first`.
    fn duplicate(&mut self, what: &str, first: Span, second: Span) {
        let file = self.sources.file(first.file);
        let name = crate::source::path::file_name(file.path());
        let line = file.line_column(first.range.start).line;
        self.error(second, format!("`{what}` is already declared in {name}, line {line}"));
    }

    fn resource(&mut self, block: &Arc<Block>, ty: &Ident, name: &Ident) {
        let mode = match block.kind.text.as_str() {
            "data" => Mode::Data,
            "ephemeral" => Mode::Ephemeral,
            _ => Mode::Managed,
        };
        let address = ResourceAddress { mode, ty: ty.text.clone(), name: name.text.clone() };
        let provider = block.body.attribute("provider");
        let provider =
            provider.and_then(|provider| ProviderReference::from_expr(provider.file, &provider.value)).map(Box::new);
        let header = block.header_span();
        let resource = Resource { address: address.clone(), body: block.body.clone(), header, provider };
        let first = insert(&mut self.resources, address.clone(), resource, |resource| resource.header);
        if let Some(first) = first {
            self.duplicate(&address.to_string(), first, header);
        }
    }

    /// A data source of a `check` is addressed like any other.
    fn check(&mut self, check: &Arc<Block>) {
        for block in labelled(&check.body, "data", 2) {
            self.block(&block);
        }
    }

    fn variable(&mut self, block: &Arc<Block>, name: &Ident) {
        let body = &block.body;
        let header = block.header_span();
        let variable = Variable {
            name: name.clone(),
            ty: body.attribute("type").cloned(),
            default: body.attribute("default").cloned(),
            sensitive: literal_bool(body, "sensitive").unwrap_or(false),
            nullable: literal_bool(body, "nullable").unwrap_or(true),
            validations: body.blocks("validation"),
            header,
        };
        let first = insert(&mut self.module.variables, name.text.clone(), variable, |variable| variable.header);
        if let Some(first) = first {
            self.duplicate(&format!("var.{}", name.text), first, header);
        }
    }

    fn output(&mut self, block: &Arc<Block>, name: &Ident) {
        let header = block.header_span();
        let sensitive = literal_bool(&block.body, "sensitive").unwrap_or(false);
        let value = block.body.attribute("value").cloned();
        let output = Output { name: name.clone(), value, sensitive, header };
        let first = insert(&mut self.module.outputs, name.text.clone(), output, |output| output.header);
        if let Some(first) = first {
            self.duplicate(&format!("output.{}", name.text), first, header);
        }
    }

    fn locals(&mut self, block: &Arc<Block>) {
        for attribute in block.body.attributes() {
            let name = attribute.name.text.clone();
            let local = Local { attribute: Arc::clone(attribute) };
            let first = insert(&mut self.module.locals, name.clone(), local, |local| local.attribute.span());
            if let Some(first) = first {
                self.duplicate(&format!("local.{name}"), first, attribute.name.range.at(attribute.file));
            }
        }
    }

    fn call(&mut self, block: &Arc<Block>, name: &Ident) {
        let body = &block.body;
        let header = block.header_span();
        let source = body.attribute("source");
        let call = ModuleCall {
            name: name.clone(),
            source: source.and_then(|source| literal(&source.value)),
            source_span: source.map_or(header, |source| source.value.range.at(source.file)),
            version: literal_string(body, "version"),
            body: body.clone(),
            providers: passed_providers(body),
            header,
        };
        let first = insert(&mut self.module.calls, name.text.clone(), call, |call| call.header);
        if let Some(first) = first {
            self.duplicate(&format!("module.{}", name.text), first, header);
        }
    }

    fn provider(&mut self, block: &Arc<Block>, name: &Ident) {
        let header = block.header_span();
        let alias = literal_string(&block.body, "alias");
        let reference = ProviderReference { name: name.text.clone(), alias, key: None, span: Some(header) };
        let first = self.module.providers.iter().find(|provider| provider.reference.names_same(&reference));
        match first.map(|first| first.header) {
            Some(first) => self.duplicate(&format!("provider.{reference}"), first, header),
            None => {
                let config = ProviderConfig { reference, body: block.body.clone(), header };
                self.module.providers.push(Arc::new(config));
            }
        }
    }

    /// `overriding` settings take the place of those found before.
    fn terraform(&mut self, block: &Arc<Block>, overriding: bool) {
        for kind in ["backend", "cloud"] {
            for backend in labelled(&block.body, kind, usize::from(kind == "backend")) {
                self.backend(backend, overriding);
            }
        }
        for providers in block.body.blocks("required_providers") {
            for entry in providers.body.attributes() {
                self.required_provider(entry);
            }
        }
    }

    fn backend(&mut self, block: Arc<Block>, overriding: bool) {
        match &self.module.backend {
            Some(first) if !overriding => {
                let first = first.header_span();
                self.duplicate(&block.kind.text, first, block.header_span());
            }
            _ => self.module.backend = Some(block),
        }
    }

    fn required_provider(&mut self, entry: &Attribute) {
        let name = &entry.name.text;
        self.module.configuration_aliases.retain(|alias| alias.name != *name);
        let ExprKind::Object(items) = &entry.value.kind else { return };
        if let Some(source) = setting(items, "source").and_then(literal) {
            self.module.provider_sources.insert(name.clone(), source);
        }
        if let Some(Expr { kind: ExprKind::Tuple(aliases), .. }) = setting(items, "configuration_aliases") {
            let aliases = aliases.iter().filter_map(|alias| ProviderReference::from_expr(entry.file, alias));
            self.module.configuration_aliases.extend(aliases);
        }
    }
}

/// Puts `value` in unless there is one; gives the place of the one that is there.
fn insert<K: Ord, V>(map: &mut BTreeMap<K, Arc<V>>, key: K, value: V, place: impl Fn(&V) -> Span) -> Option<Span> {
    match map.entry(key) {
        Entry::Occupied(first) => Some(place(first.get())),
        Entry::Vacant(entry) => {
            entry.insert(Arc::new(value));
            None
        }
    }
}

fn setting<'a>(items: &'a [ObjectItem], name: &str) -> Option<&'a Expr> {
    let named = |item: &&ObjectItem| key_name(&item.key).is_some_and(|key| key.text == name);
    items.iter().find(named).map(|item| &item.value)
}

/// The nested blocks of a kind that takes labels.
fn labelled(body: &Body, kind: &str, labels: usize) -> Vec<Arc<Block>> {
    let mut found = Vec::new();
    for item in body.items.iter() {
        match item {
            Item::Block(block) if block.kind.text == kind => found.push(Arc::clone(block)),
            Item::Attribute(attribute) if body.notation == Notation::Json && attribute.name.text == kind => {
                found.extend(json_labelled_blocks(attribute, labels).into_iter().map(Arc::new));
            }
            Item::Block(_) | Item::Attribute(_) => {}
        }
    }
    found
}

/// The entries of `providers`, as a map or as the block that Terraform 0.11 took.
fn passed_providers(body: &Body) -> Option<Vec<(ProviderReference, ProviderReference)>> {
    let pair = |file: FileId, key: &Expr, value: &Expr| {
        Some((ProviderReference::from_expr(file, key)?, ProviderReference::from_expr(file, value)?))
    };
    if let Some(map) = body.attribute("providers") {
        let ExprKind::Object(items) = &map.value.kind else { return None };
        return Some(items.iter().filter_map(|item| pair(map.file, &item.key, &item.value)).collect());
    }
    let block = body.native_blocks().find(|block| block.kind.text == "providers")?;
    let entry = |attribute: &Arc<Attribute>| {
        let name: SmolStr = attribute.name.text.clone();
        let key = Expr { kind: ExprKind::Variable(name), range: attribute.name.range };
        pair(attribute.file, &key, &attribute.value)
    };
    Some(block.body.attributes().filter_map(entry).collect())
}
