//! Modules and resources as `count` and `for_each` make them.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use smol_str::SmolStr;

use crate::module::{Child, ModuleCall, ModuleNode, Resource, ResourceAddress};
use crate::source::{FileId, Span};
use crate::syntax::ast::Body;

use super::super::error::EvalError;
use super::super::expression::canonical;
use super::super::scope::Scope;
use super::super::symbol::{Cause, Symbol};
use super::super::value::Value;
use super::Evaluator;
use super::repetition::{Repetition, Shape};

/// Whether something is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Existence {
    /// In every apply.
    Certain,
    /// Depending on what the symbol turns out to be.
    MayExist(Symbol),
}

impl Existence {
    /// There only if both are.
    #[must_use]
    pub fn and(&self, other: &Self) -> Self {
        if *self == Self::Certain { other.clone() } else { self.clone() }
    }
}

/// Which of the instances of a block.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum InstanceKey {
    /// The only one: there is neither `count` nor `for_each`.
    None,
    /// `[0]`
    Index(usize),
    /// `["name"]`; holes of a partly known name as `{address}`.
    Name(SmolStr),
    /// Any number of instances whose keys are not known.
    Summary,
}

impl fmt::Display for InstanceKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::None => Ok(()),
            Self::Index(index) => write!(f, "[{index}]"),
            Self::Name(name) => write!(f, "[{name:?}]"),
            Self::Summary => f.write_str("[*]"),
        }
    }
}

/// One instance of a module.
#[derive(Debug)]
pub struct ModuleInstance {
    pub(super) id: u32,
    address: SmolStr,
    name: SmolStr,
    key: InstanceKey,
    node: Option<Arc<ModuleNode>>,
    call: Option<Arc<ModuleCall>>,
    /// Where the arguments are evaluated: the calling module with `each` and `count`.
    caller: Option<Scope>,
    existence: Existence,
}

impl ModuleInstance {
    pub(super) fn root(node: Arc<ModuleNode>) -> Self {
        Self {
            id: 0,
            address: SmolStr::default(),
            name: SmolStr::default(),
            key: InstanceKey::None,
            node: Some(node),
            call: None,
            caller: None,
            existence: Existence::Certain,
        }
    }

    /// `module.spoke["a"]`; empty for the root.
    #[must_use]
    pub fn address(&self) -> &SmolStr {
        &self.address
    }

    /// The name of its call; empty for the root.
    #[must_use]
    pub fn name(&self) -> &SmolStr {
        &self.name
    }

    /// Which of the instances of its call.
    #[must_use]
    pub fn key(&self) -> &InstanceKey {
        &self.key
    }

    /// What it declares; `None` if its source is not at hand.
    #[must_use]
    pub fn node(&self) -> Option<&Arc<ModuleNode>> {
        self.node.as_ref()
    }

    /// The call that made it; `None` for the root.
    #[must_use]
    pub fn call(&self) -> Option<&Arc<ModuleCall>> {
        self.call.as_ref()
    }

    /// The instance that calls it; `None` for the root.
    #[must_use]
    pub fn parent(&self) -> Option<&Arc<Self>> {
        self.caller.as_ref().and_then(Scope::module)
    }

    /// Where its arguments are evaluated.
    #[must_use]
    pub fn caller(&self) -> Option<&Scope> {
        self.caller.as_ref()
    }

    /// Whether it is there.
    #[must_use]
    pub fn existence(&self) -> &Existence {
        &self.existence
    }

    /// Its directory, if its source is at hand.
    #[must_use]
    pub fn dir(&self) -> Option<&SmolStr> {
        self.node.as_ref().map(|node| &node.module.dir)
    }

    /// `name` within this instance, as a full address.
    #[must_use]
    pub fn full_address(&self, name: impl fmt::Display) -> SmolStr {
        if self.address.is_empty() { name.to_string().into() } else { format!("{}.{name}", self.address).into() }
    }

    /// Whether a resource of type `ty` is declared.
    pub(in crate::eval) fn declares_type(&self, ty: &str) -> bool {
        self.node.as_ref().is_some_and(|node| node.module.resources.has_type(ty))
    }
}

/// One instance of a `resource`, `data` or `ephemeral` block.
#[derive(Debug)]
pub struct ResourceInstance {
    pub(super) id: u32,
    /// The full address: `module.spoke["a"].aws_iam_role.main[0]`.
    pub address: SmolStr,
    /// The block.
    pub decl: Arc<Resource>,
    /// Which of the instances of the block.
    pub key: InstanceKey,
    /// Whether it is there.
    pub existence: Existence,
    /// Where its attributes are evaluated: its module with `each` and `count`.
    pub scope: Scope,
}

impl ResourceInstance {
    /// The module instance that it belongs to.
    #[must_use]
    pub fn module(&self) -> Option<&Arc<ModuleInstance>> {
        self.scope.module()
    }

    /// The number that it is remembered by.
    pub(in crate::eval) fn number(&self) -> u32 {
        self.id
    }

    /// `aws_iam_role`
    #[must_use]
    pub fn ty(&self) -> &SmolStr {
        &self.decl.address.ty
    }
}

/// All instances of one block, as far as they are known.
#[derive(Debug)]
pub(in crate::eval) struct Expansion<I> {
    pub(in crate::eval) address: SmolStr,
    pub(in crate::eval) repetition: Arc<Repetition>,
    pub(in crate::eval) instances: Vec<Arc<I>>,
    /// Instances that were asked for by a key of which it is not known whether there is one.
    on_demand: Mutex<BTreeMap<SmolStr, Arc<I>>>,
}

pub(in crate::eval) type ResourceExpansion = Expansion<ResourceInstance>;
pub(in crate::eval) type ModuleExpansion = Expansion<ModuleInstance>;

impl<I> Expansion<I> {
    /// The only instance of a block with neither `count` nor `for_each`.
    pub(in crate::eval) fn single(&self) -> Option<&Arc<I>> {
        if self.repetition.shape == Shape::Single { self.instances.first() } else { None }
    }
}

impl Evaluator<'_> {
    /// All resources and data sources of the stack, by module and address. Of those whose number
    /// is not known there is one instance for all, with [`InstanceKey::Summary`].
    #[must_use]
    pub fn resources(&self) -> Vec<Arc<ResourceInstance>> {
        self.resources_where(|_| true)
    }

    /// The same of the blocks that are `wanted`: how often the others are there is not evaluated.
    #[must_use]
    pub fn resources_where(&self, wanted: impl Fn(&ResourceAddress) -> bool) -> Vec<Arc<ResourceInstance>> {
        let mut found = Vec::new();
        for module in self.modules() {
            let Some(node) = module.node() else { continue };
            for address in node.module.resources.addresses().filter(|address| wanted(address)) {
                found.extend(self.instances(&module, address));
            }
        }
        found
    }

    /// The instances of the resource `address` of `module`; none if it is not declared.
    #[must_use]
    pub fn instances(&self, module: &Arc<ModuleInstance>, address: &ResourceAddress) -> Vec<Arc<ResourceInstance>> {
        self.resource_expansion(module, address).map(|expansion| expansion.instances.clone()).unwrap_or_default()
    }

    /// All instances of modules, the root first, callers before what they call.
    #[must_use]
    pub fn modules(&self) -> Vec<Arc<ModuleInstance>> {
        let mut found = vec![Arc::clone(self.root())];
        let mut next = 0;
        while let Some(module) = found.get(next).cloned() {
            next += 1;
            let Some(node) = module.node() else { continue };
            for name in node.module.calls.keys() {
                if let Some(expansion) = self.module_expansion(&module, name) {
                    found.extend(expansion.instances.iter().cloned());
                }
            }
        }
        found
    }

    /// A file of the root module, for scopes that stand for no text.
    pub(in crate::eval) fn root_file(&self) -> FileId {
        let files = &self.stack.root.module.files;
        files.first().copied().unwrap_or_else(|| self.sources.add("(none)", ""))
    }

    /// The instances of the resource `address` of `module`; `None` if it is not declared.
    pub(in crate::eval) fn resource_expansion(
        &self,
        module: &Arc<ModuleInstance>,
        address: &ResourceAddress,
    ) -> Option<Arc<ResourceExpansion>> {
        let decl = module.node()?.module.resources.get(address)?;
        let key = (module.id, address.clone());
        if let Some(known) = self.resources.borrow().get(&key) {
            // While its number is found out it is not known: a circle, told where it closes.
            return Some(known.clone().unwrap_or_else(|| self.circular_resource(module, decl)));
        }
        self.resources.borrow_mut().insert(key.clone(), None);
        let full = module.full_address(address);
        let scope = Scope::of_module(Arc::clone(module), decl.header.file);
        let repetition = self.repetition(&decl.body, &scope, &full);
        let expansion = Arc::new(self.expand_resource(module, decl, full, repetition));
        self.resources.borrow_mut().insert(key, Some(Arc::clone(&expansion)));
        Some(expansion)
    }

    fn circular_resource(&self, module: &Arc<ModuleInstance>, decl: &Arc<Resource>) -> Arc<ResourceExpansion> {
        let full = module.full_address(&decl.address);
        self.record(EvalError::at(decl.header, format!("the number of instances of `{full}` depends on itself")));
        let repetition = Arc::new(Repetition::unknown(self, &full, Some(decl.header), Cause::Failed));
        Arc::new(self.expand_resource(module, decl, full, repetition))
    }

    fn expand_resource(
        &self,
        module: &Arc<ModuleInstance>,
        decl: &Arc<Resource>,
        address: SmolStr,
        repetition: Arc<Repetition>,
    ) -> ResourceExpansion {
        let scope = Scope::of_module(Arc::clone(module), decl.header.file);
        let instances = repetition.entries.iter().map(|entry| {
            Arc::new(ResourceInstance {
                id: self.new_id(),
                address: format!("{address}{}", entry.key).into(),
                decl: Arc::clone(decl),
                key: entry.key.clone(),
                existence: module.existence.and(&entry.existence),
                scope: entry.bind(&scope),
            })
        });
        let instances = instances.collect();
        ResourceExpansion { address, repetition, instances, on_demand: Mutex::default() }
    }

    /// The instances of the call `name` of `module`; `None` if it is not declared.
    pub(in crate::eval) fn module_expansion(
        &self,
        module: &Arc<ModuleInstance>,
        name: &SmolStr,
    ) -> Option<Arc<ModuleExpansion>> {
        let node = module.node()?;
        let call = node.module.calls.get(name)?;
        let key = (module.id, name.clone());
        if let Some(known) = self.modules.borrow().get(&key) {
            return Some(known.clone().unwrap_or_else(|| self.circular_module(module, call)));
        }
        self.modules.borrow_mut().insert(key.clone(), None);
        let full = module.full_address(format_args!("module.{name}"));
        let scope = Scope::of_module(Arc::clone(module), call.header.file);
        let repetition = self.repetition(&call.body, &scope, &full);
        let expansion = Arc::new(self.expand_module(module, call, full, repetition));
        self.modules.borrow_mut().insert(key, Some(Arc::clone(&expansion)));
        Some(expansion)
    }

    fn circular_module(&self, module: &Arc<ModuleInstance>, call: &Arc<ModuleCall>) -> Arc<ModuleExpansion> {
        let full = module.full_address(format_args!("module.{}", call.name.text));
        self.record(EvalError::at(call.header, format!("the number of instances of `{full}` depends on itself")));
        let repetition = Arc::new(Repetition::unknown(self, &full, Some(call.header), Cause::Failed));
        Arc::new(self.expand_module(module, call, full, repetition))
    }

    fn expand_module(
        &self,
        module: &Arc<ModuleInstance>,
        call: &Arc<ModuleCall>,
        address: SmolStr,
        repetition: Arc<Repetition>,
    ) -> ModuleExpansion {
        let child = module.node().and_then(|node| node.children.get(&call.name.text));
        let node = match child {
            Some(Child::Loaded(node)) => Some(Arc::clone(node)),
            Some(Child::Missing { .. } | Child::Recursive { .. }) | None => None,
        };
        let scope = Scope::of_module(Arc::clone(module), call.header.file);
        let instances = repetition.entries.iter().map(|entry| {
            Arc::new(ModuleInstance {
                id: self.new_id(),
                address: format!("{address}{}", entry.key).into(),
                name: call.name.text.clone(),
                key: entry.key.clone(),
                node: node.clone(),
                call: Some(Arc::clone(call)),
                caller: Some(entry.bind(&scope)),
                existence: module.existence.and(&entry.existence),
            })
        });
        let instances = instances.collect();
        ModuleExpansion { address, repetition, instances, on_demand: Mutex::default() }
    }

    /// The instance under `key`. Where not all instances are known, one is made for the key;
    /// `None` if it may be any of the known ones.
    ///
    /// # Errors
    /// When there is certainly none.
    pub(in crate::eval) fn instance_under<I: Instance>(
        &self,
        expansion: &Expansion<I>,
        key: &Value,
    ) -> Result<Option<Arc<I>>, EvalError> {
        let repetition = &expansion.repetition;
        let wanted = repetition.key_for(key);
        let mut found = expansion.instances.iter().zip(&repetition.entries);
        if let Some((instance, entry)) = found.find(|(_, entry)| wanted.as_ref() == Some(&entry.key)) {
            if entry.existence != Existence::Certain {
                self.doubtful.set(true);
            }
            return Ok(Some(Arc::clone(instance)));
        }
        let summary = expansion.instances.iter().find(|instance| *instance.key() == InstanceKey::Summary);
        match (summary, wanted) {
            (Some(summary), _) => Ok(Some(self.instance_on_demand(expansion, summary, key))),
            (None, Some(wanted)) if key.is_wholly_known() => {
                Err(EvalError::new(format!("there is no `{}{wanted}`", expansion.address)))
            }
            (None, _) => Ok(None),
        }
    }

    /// The instance of an unknown number under a key that is asked for.
    fn instance_on_demand<I: Instance>(&self, expansion: &Expansion<I>, summary: &Arc<I>, key: &Value) -> Arc<I> {
        self.doubtful.set(true);
        let name = canonical(key);
        let on_demand = || expansion.on_demand.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = on_demand().get(&name) {
            return Arc::clone(known);
        }
        let scope = |scope: &Scope| expansion.repetition.bind_key(self, scope, key);
        let label = expansion.repetition.key_for(key);
        let label = label.unwrap_or_else(|| InstanceKey::Name(format!("{{{name}}}").into()));
        let address = format!("{}{label}", expansion.address);
        let instance = Arc::new(summary.under(self.new_id(), label, address.into(), scope));
        on_demand().insert(name, Arc::clone(&instance));
        instance
    }
}

/// What is made once for each key of a block.
pub(in crate::eval) trait Instance {
    fn key(&self) -> &InstanceKey;

    /// The same block under another key.
    fn under(&self, id: u32, key: InstanceKey, address: SmolStr, scope: impl FnOnce(&Scope) -> Scope) -> Self;
}

impl Instance for ResourceInstance {
    fn key(&self) -> &InstanceKey {
        &self.key
    }

    fn under(&self, id: u32, key: InstanceKey, address: SmolStr, scope: impl FnOnce(&Scope) -> Scope) -> Self {
        let existence = self.existence.clone();
        Self { id, address, decl: Arc::clone(&self.decl), key, existence, scope: scope(&self.scope) }
    }
}

impl Instance for ModuleInstance {
    fn key(&self) -> &InstanceKey {
        &self.key
    }

    fn under(&self, id: u32, key: InstanceKey, address: SmolStr, scope: impl FnOnce(&Scope) -> Scope) -> Self {
        Self {
            id,
            address,
            name: self.name.clone(),
            key,
            node: self.node.clone(),
            call: self.call.clone(),
            caller: self.caller.as_ref().map(scope),
            existence: self.existence.clone(),
        }
    }
}

/// The meta-argument `name` of a block, evaluated where the block stands.
pub(super) fn meta_argument(
    evaluator: &Evaluator<'_>,
    body: &Body,
    name: &str,
    scope: &Scope,
) -> Option<(Value, Span)> {
    let attribute = body.attribute(name)?;
    let span = attribute.value.range.at(attribute.file);
    Some((evaluator.attribute_value(attribute, scope), span))
}
