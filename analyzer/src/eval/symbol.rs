//! Names for what is not known.

use std::cmp::Ordering;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use smol_str::SmolStr;

use crate::source::Span;

/// The identity of something unknown. Two symbols are equal if they name the same
/// thing of the same stack, whatever led to them; unequal symbols may still have
/// equal values.
#[derive(Debug, Clone)]
pub struct Symbol(Arc<SymbolData>);

#[derive(Debug)]
struct SymbolData {
    scope: SmolStr,
    address: SmolStr,
    cause: Cause,
    span: Option<Span>,
}

/// Why something is not known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cause {
    /// A variable of the root module without a value.
    Variable,
    /// An input of a module that nobody in view calls.
    ModuleInput,
    /// An attribute that AWS gives at apply time.
    Computed,
    /// What a data source reads from outside.
    Data,
    /// An output of a module whose source is not at hand.
    MissingModule,
    /// An output of another root's state; where that is kept, if the source says so.
    RemoteState(Option<SmolStr>),
    /// `terraform.workspace`
    Workspace,
    /// The account of a provider configuration.
    Account,
    /// The region of a provider configuration.
    Region,
    /// The partition of a provider configuration.
    Partition,
    /// The time, a random number, a hash with salt.
    Impure,
    /// `each.key` and its kin where the keys are not known.
    Iteration,
    /// A function of other symbols.
    Derived(Vec<Symbol>),
    /// The expression is wrong; the error is reported where it stands.
    Failed,
    /// A limit of the analysis was reached: its name.
    Limit(&'static str),
}

impl Symbol {
    /// The symbol `address` of the stack `scope` (empty for what is the same everywhere).
    ///
    /// `span` is where a reader is sent who asks what it is.
    #[must_use]
    pub fn new(scope: impl Into<SmolStr>, address: impl Into<SmolStr>, cause: Cause, span: Option<Span>) -> Self {
        Self(Arc::new(SymbolData { scope: scope.into(), address: address.into(), cause, span }))
    }

    /// Its name as Terraform writes it: `data.aws_ssm_parameter.x.value`, `lower(var.name)`.
    #[must_use]
    pub fn address(&self) -> &SmolStr {
        &self.0.address
    }

    /// The stack that it belongs to; empty for what is the same in all of them.
    #[must_use]
    pub fn scope(&self) -> &SmolStr {
        &self.0.scope
    }

    /// Why it is not known.
    #[must_use]
    pub fn cause(&self) -> &Cause {
        &self.0.cause
    }

    /// Where it is declared or first met.
    #[must_use]
    pub fn span(&self) -> Option<Span> {
        self.0.span
    }

    /// The symbol for `text`, a canonical expression over `inputs`: equal inputs give equal values.
    #[must_use]
    pub fn derived(text: impl Into<SmolStr>, inputs: Vec<Self>) -> Self {
        let scope = inputs.first().map(|input| input.scope().clone()).unwrap_or_default();
        let span = inputs.first().and_then(Self::span);
        Self::new(scope, text, Cause::Derived(inputs), span)
    }

    /// Whether it has one value wherever it is met: not so for what is new each time
    /// (`uuid()`), differs from instance to instance, or stands for a failure.
    #[must_use]
    pub fn is_stable(&self) -> bool {
        match self.cause() {
            Cause::Impure | Cause::Iteration | Cause::Failed | Cause::Limit(_) => false,
            Cause::Derived(inputs) => inputs.iter().all(Self::is_stable),
            Cause::Variable
            | Cause::ModuleInput
            | Cause::Computed
            | Cause::Data
            | Cause::MissingModule
            | Cause::RemoteState(_)
            | Cause::Workspace
            | Cause::Account
            | Cause::Region
            | Cause::Partition => true,
        }
    }

    fn key(&self) -> (&SmolStr, &SmolStr) {
        (&self.0.scope, &self.0.address)
    }
}

impl PartialEq for Symbol {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0) || self.key() == other.key()
    }
}

impl Eq for Symbol {}

impl PartialOrd for Symbol {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Symbol {
    fn cmp(&self, other: &Self) -> Ordering {
        self.key().cmp(&other.key())
    }
}

impl Hash for Symbol {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.key().hash(state);
    }
}
