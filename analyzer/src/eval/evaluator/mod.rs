//! One stack, evaluated on demand.
//!
//! Nothing is evaluated before it is asked for, and nothing twice. Errors are collected
//! on the way; what is wrong becomes an unknown, and the rest keeps its value.

mod blocks;
mod instances;
mod memo;
mod named;
mod providers;
mod repetition;
mod weight;

use std::cell::{Cell, RefCell};
use std::sync::Arc;

use rustc_hash::{FxHashMap, FxHashSet};
use smol_str::SmolStr;

use crate::cancellation::Cancellation;
use crate::config::Configuration;
use crate::module::{ResourceAddress, Stack, StatePlace};
use crate::source::{FileSystem, SourceMap, Span};
use crate::syntax::ast::{Attribute, Expr};

pub use blocks::EvaluatedBlock;
pub use instances::{Existence, InstanceKey, ModuleInstance, ResourceInstance};
pub(super) use instances::{ModuleExpansion, ResourceExpansion};
pub(super) use memo::Key;
pub use providers::Provider;
use repetition::Repetition;
pub(super) use repetition::Shape;

use super::account::Account;
use super::bindings::{Bindings, Bound, OtherStacks, Planned, StateWorkspace};
use super::data_sources::policy_document::Rendered;
use super::error::EvalError;
use super::file_values::FileValues;
use super::overlay;
use super::scope::Scope;
use super::symbol::{Cause, Symbol};
use super::types::Type;
use super::value::{Origin, Value};

/// Evaluates the expressions of one stack.
pub struct Evaluator<'a> {
    pub(super) stack: &'a Stack,
    pub(super) sources: &'a SourceMap,
    pub(super) files: &'a dyn FileSystem,
    pub(super) options: Options,
    pub(super) configuration: Option<&'a Configuration>,
    pub(super) file_values: Option<&'a FileValues>,
    cancellation: Cancellation,
    bindings: Bindings,
    others: Option<&'a dyn OtherStacks>,
    scope_name: SmolStr,
    root: Arc<ModuleInstance>,
    /// How often a block is there that does not say it.
    once: Arc<Repetition>,
    memo: RefCell<memo::Memo>,
    active: RefCell<Vec<memo::Active>>,
    modules: Expansions<SmolStr, ModuleExpansion>,
    resources: Expansions<ResourceAddress, ResourceExpansion>,
    /// By the address of the provider; `None` while it is being found out.
    pub(super) accounts: RefCell<FxHashMap<SmolStr, Option<Account>>>,
    /// What references without a key lead to, by the module instance, the name and the alias.
    providers: RefCell<FxHashMap<ProviderName, Arc<Provider>>>,
    /// The regions of providers, where they are known, by the address of the provider.
    regions: RefCell<FxHashMap<SmolStr, Value>>,
    /// Symbols of providers by their addresses: every resource of a provider has the same.
    provider_symbols: RefCell<FxHashMap<SmolStr, Value>>,
    errors: RefCell<Errors>,
    weights: RefCell<FxHashMap<usize, u64>>,
    /// What `aws_iam_policy_document`s render, by the numbers of their instances.
    documents: RefCell<FxHashMap<u32, Arc<Rendered>>>,
    next_id: Cell<u32>,
    pub(super) counters: Counters,
    pub(super) depth: Cell<u32>,
    pub(super) doubtful: Cell<bool>,
    pub(super) quiet: Cell<bool>,
}

/// A provider configuration as a module instance names it: the number of the instance, the name and the alias.
type ProviderName = (u32, SmolStr, Option<SmolStr>);

/// Expansions by module and name; `None` while one is being found out.
type Expansions<N, E> = RefCell<FxHashMap<(u32, N), Option<Arc<E>>>>;

/// What a caller may choose.
#[derive(Debug, Clone)]
pub struct Options {
    /// The most expressions that are evaluated for one stack; behind it everything is
    /// unknown with [`Cause::Limit`].
    pub expression_limit: u64,
}

impl Options {
    /// What suits every repository that people write by hand or with generators.
    #[must_use]
    pub const fn usual() -> Self {
        Self { expression_limit: 20_000_000 }
    }
}

/// How much work was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Statistics {
    /// Expressions evaluated, parts of others included.
    pub expressions: u64,
    /// Times that a value was asked for which was there already.
    pub memo_hits: u64,
}

#[derive(Debug, Default)]
pub(super) struct Counters {
    pub(super) expressions: Cell<u64>,
    memo_hits: Cell<u64>,
}

#[derive(Debug, Default)]
struct Errors {
    list: Vec<EvalError>,
    seen: FxHashSet<(Option<Span>, String)>,
}

impl<'a> Evaluator<'a> {
    /// An evaluator of `stack`, whose files are in `sources`. `files` is asked for what
    /// `file()` and `templatefile()` read.
    #[must_use]
    pub fn new(stack: &'a Stack, sources: &'a SourceMap, files: &'a dyn FileSystem, options: Options) -> Self {
        let environment = stack.environment.as_ref().or(stack.workspace.as_ref());
        let scope_name = match environment {
            Some(environment) => SmolStr::from(format!("{}@{environment}", stack.dir)),
            None => stack.dir.clone(),
        };
        Self {
            stack,
            sources,
            files,
            options,
            configuration: None,
            file_values: None,
            cancellation: Cancellation::default(),
            bindings: Bindings::default(),
            others: None,
            scope_name,
            root: Arc::new(ModuleInstance::root(Arc::clone(&stack.root))),
            once: Arc::new(Repetition::once()),
            memo: RefCell::default(),
            active: RefCell::default(),
            modules: RefCell::default(),
            resources: RefCell::default(),
            accounts: RefCell::default(),
            providers: RefCell::default(),
            regions: RefCell::default(),
            provider_symbols: RefCell::default(),
            errors: RefCell::default(),
            weights: RefCell::default(),
            documents: RefCell::default(),
            next_id: Cell::new(1),
            counters: Counters::default(),
            depth: Cell::new(0),
            doubtful: Cell::new(false),
            quiet: Cell::new(false),
        }
    }

    /// The same evaluator, before anything is asked of it, that knows what the source does not tell: what
    /// `configuration` says, the `bindings` of the stack among it, and the outputs of other stacks.
    #[must_use]
    pub fn with_configuration(
        self,
        configuration: &'a Configuration,
        bindings: Bindings,
        others: &'a dyn OtherStacks,
    ) -> Self {
        Self { configuration: Some(configuration), bindings, others: Some(others), ..self }
    }

    /// The same evaluator, which shares what it makes of files with others.
    #[must_use]
    pub fn with_file_values(self, values: &'a FileValues) -> Self {
        Self { file_values: Some(values), ..self }
    }

    /// The same evaluator, which knows when its answers are not wanted any longer.
    #[must_use]
    pub fn with_cancellation(self, cancellation: &Cancellation) -> Self {
        Self { cancellation: cancellation.clone(), ..self }
    }

    /// Whether its answers are still wanted. Who asks for many things looks at it between them, and may leave off.
    #[must_use]
    pub fn is_wanted(&self) -> bool {
        !self.cancellation.is_cancelled()
    }

    /// The value that is given for what is called `address`, if one is.
    pub(super) fn bound(&self, address: impl FnOnce() -> SmolStr) -> Option<Value> {
        if self.bindings.is_empty() {
            return None;
        }
        match self.bindings.get(&address())? {
            Bound::Value(value) => Some(value.clone()),
            Bound::Outputs(dir, environment) => {
                self.others?.outputs(dir, environment.as_deref(), self.stack.environment.as_deref())
            }
        }
    }

    /// Whether the configuration or a plan gives a value for anything.
    pub(super) fn is_anything_bound(&self) -> bool {
        !self.bindings.is_empty()
    }

    /// What a plan has for the attribute `name` of `instance`.
    pub(super) fn planned(&self, instance: &ResourceInstance, name: &str) -> Option<&Planned> {
        self.bindings.planned(|| format!("{}.{name}", instance.address).into())
    }

    /// The keys under which a plan has instances of the block `address`; `None` if it has none, or none is at hand.
    fn planned_keys(&self, address: &str) -> Option<&[InstanceKey]> {
        self.bindings.planned_keys(address)
    }

    /// `written`, what stands at `span` as the attribute `name` of `instance`, with what a plan knows
    /// of it. The plan is what will be applied: where it has another value, that is the value of the
    /// attribute, and no part of what is written is its place.
    pub(crate) fn as_planned(&self, instance: &ResourceInstance, name: &str, written: Value, span: Span) -> Value {
        let Some(planned) = self.planned(instance, name) else { return written };
        let sensitive = written.sensitive || planned.value.sensitive;
        let laid = overlay::laid(&written, &planned.value).unwrap_or_else(|| {
            self.bindings.note_difference(span, planned.span);
            planned.value.clone().with_origin(Origin::at(span))
        });
        Value { sensitive, ..laid }
    }

    /// The outputs of the stack in view that keeps its state in `place`.
    pub(super) fn outputs_of_state(&self, place: &StatePlace, workspace: &StateWorkspace) -> Option<Value> {
        self.others?.outputs_of_state(place, workspace, self.stack)
    }

    /// The value that is given for `symbol`, if it is one of this stack.
    pub(super) fn bound_symbol(&self, symbol: &Symbol) -> Option<Value> {
        if *symbol.scope() == self.scope_name { self.bound(|| symbol.address().clone()) } else { None }
    }

    /// The stack that is evaluated.
    #[must_use]
    pub fn stack(&self) -> &'a Stack {
        self.stack
    }

    /// The texts of the stack and of the files that its expressions read.
    #[must_use]
    pub fn sources(&self) -> &'a SourceMap {
        self.sources
    }

    /// The root module's only instance.
    #[must_use]
    pub fn root(&self) -> &Arc<ModuleInstance> {
        &self.root
    }

    /// The name under which the symbols of this stack are known: its directory and environment.
    #[must_use]
    pub fn scope_name(&self) -> &SmolStr {
        &self.scope_name
    }

    /// The value of `expression` in `scope`. An error in it is recorded and gives an unknown.
    #[must_use]
    pub fn value(&self, expression: &Expr, scope: &Scope) -> Value {
        self.evaluate(expression, scope).unwrap_or_else(|error| self.failed(error, scope.span(expression.range)))
    }

    /// The value of `attribute` in `scope`, which may be that of another file.
    #[must_use]
    pub fn attribute_value(&self, attribute: &Attribute, scope: &Scope) -> Value {
        self.value(&attribute.value, &scope.in_file(attribute.file))
    }

    /// The value of `expression`, or the first thing that is wrong with it.
    ///
    /// # Errors
    /// When Terraform would refuse the expression, in any of its parts.
    pub fn strict_value(&self, expression: &Expr, scope: &Scope) -> Result<Value, EvalError> {
        self.evaluate(expression, &scope.strictly())
    }

    /// What was wrong with the expressions evaluated so far, in the order of evaluation.
    #[must_use]
    pub fn errors(&self) -> Vec<EvalError> {
        self.errors.borrow().list.clone()
    }

    /// How much work was done so far.
    #[must_use]
    pub fn statistics(&self) -> Statistics {
        Statistics { expressions: self.counters.expressions.get(), memo_hits: self.counters.memo_hits.get() }
    }

    /// A symbol of this stack.
    #[must_use]
    pub fn symbol(&self, address: impl Into<SmolStr>, cause: Cause, span: Option<Span>) -> Symbol {
        Symbol::new(self.scope_name.clone(), address, cause, span)
    }

    pub(super) fn record(&self, error: EvalError) {
        if self.quiet.get() {
            return;
        }
        let mut errors = self.errors.borrow_mut();
        if errors.seen.insert((error.span, error.message.clone())) {
            errors.list.push(error);
        }
    }

    /// Records `error` and gives the unknown that stands for what could not be evaluated at `span`.
    pub(super) fn failed(&self, error: EvalError, span: Span) -> Value {
        let error = error.or_at(span);
        let file = self.sources.file(span.file);
        let address = format!("error at {}:{}", file.path(), span.range.start);
        self.record(error);
        self.fresh_unknown(&address, Cause::Failed, Some(span))
    }

    /// An unknown of any type.
    pub(super) fn fresh_unknown(&self, address: &str, cause: Cause, span: Option<Span>) -> Value {
        Value::unknown(self.symbol(address, cause, span), Type::Dynamic)
    }

    fn new_id(&self) -> u32 {
        let id = self.next_id.get();
        self.next_id.set(id.wrapping_add(1));
        id
    }
}
