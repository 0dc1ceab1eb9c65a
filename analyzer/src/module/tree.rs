//! The modules of one stack, each where it is called.

use std::collections::BTreeMap;
use std::sync::Arc;

use smol_str::{SmolStr, format_smolstr};

use super::declaration::ModuleCall;
use super::library::Library;
use super::manifest::Manifest;
use super::stack::{Child, ModuleNode};

/// How many calls may stand in each other. Real stacks have at most six.
const MAX_DEPTH: usize = 48;

/// How many calls one stack may have: a bound for modules that call each other in
/// ever more ways.
const MAX_NODES: usize = 20_000;

/// Builds the tree of the root in `dir`.
pub(super) fn root(library: &Library<'_>, dir: &str) -> Option<Arc<ModuleNode>> {
    let manifest = library.manifest(dir);
    let mut builder = Builder { library, manifest, open: Vec::new(), nodes: 0 };
    builder.node(dir, Vec::new(), None).map(Arc::new)
}

struct Builder<'a> {
    library: &'a Library<'a>,
    manifest: Option<&'a Manifest>,
    /// The directories from the root to the module that is built.
    open: Vec<String>,
    nodes: usize,
}

impl Builder<'_> {
    fn node(&mut self, dir: &str, path: Vec<SmolStr>, call: Option<Arc<ModuleCall>>) -> Option<ModuleNode> {
        let module = Arc::clone(self.library.module(dir)?);
        self.nodes += 1;
        self.open.push(dir.to_owned());
        let mut children = BTreeMap::new();
        for (name, call) in &module.calls {
            let mut path = path.clone();
            path.push(name.clone());
            children.insert(name.clone(), self.child(dir, path, call));
        }
        self.open.pop();
        Some(ModuleNode { path, downloaded: module.downloaded, module, call, children })
    }

    fn child(&mut self, caller: &str, path: Vec<SmolStr>, call: &Arc<ModuleCall>) -> Child {
        match self.locate(caller, &path, call) {
            Ok(dir) if self.open.contains(&dir) => Child::Recursive { span: call.source_span },
            Ok(dir) => match self.node(&dir, path, Some(Arc::clone(call))) {
                Some(node) => Child::Loaded(Arc::new(node)),
                None => missing(call, self.library.why_missing(&dir)),
            },
            Err(reason) => missing(call, reason),
        }
    }

    /// The directory of the module that `call` names, whether or not it is there.
    fn locate(&self, caller: &str, path: &[SmolStr], call: &ModuleCall) -> Result<String, &'static str> {
        if path.len() > MAX_DEPTH {
            return Err("more than 48 module calls in each other");
        }
        if self.nodes >= MAX_NODES {
            return Err("more than 20000 module calls in one stack");
        }
        if call.source.is_none() {
            let written = call.body.attribute("source").is_some();
            return Err(if written { "the source is not a literal" } else { "the call has no `source`" });
        }
        if let Some(dir) = self.library.directory_of(caller, call) {
            return Ok(dir);
        }
        let downloaded = self.manifest.and_then(|manifest| manifest.directory(&path.join(".")));
        let downloaded = downloaded.filter(|dir| self.library.module(dir).is_some());
        downloaded.map(str::to_owned).ok_or("not downloaded: run `terraform init`")
    }
}

fn missing(call: &ModuleCall, reason: &str) -> Child {
    let source = call.source.clone().unwrap_or_default();
    Child::Missing { source, span: call.source_span, reason: reason.to_owned() }
}

impl ModuleNode {
    /// The address as Terraform writes it, without instance keys: `module.a.module.b`;
    /// empty for the root.
    #[must_use]
    pub fn address(&self) -> SmolStr {
        let steps: Vec<String> = self.path.iter().map(|name| format!("module.{name}")).collect();
        format_smolstr!("{}", steps.join("."))
    }

    /// The module that the call `name` leads to, if its source is at hand.
    #[must_use]
    pub fn child(&self, name: &str) -> Option<&Arc<Self>> {
        match self.children.get(name)? {
            Child::Loaded(node) => Some(node),
            Child::Missing { .. } | Child::Recursive { .. } => None,
        }
    }

    /// The modules from this one to the one that `path` leads to by the names of calls:
    /// what [`super::resolve_provider`] walks.
    #[must_use]
    pub fn chain(&self, path: &[SmolStr]) -> Option<Vec<&Self>> {
        let mut chain = vec![self];
        for name in path {
            chain.push(chain.last()?.child(name)?);
        }
        Some(chain)
    }

    /// This module and all below it, callers before what they call, calls by name.
    #[must_use]
    pub fn descendants(&self) -> Vec<&Self> {
        let mut found = vec![self];
        for child in self.children.values() {
            if let Child::Loaded(node) = child {
                found.extend(node.descendants());
            }
        }
        found
    }
}
