//! Each named thing is evaluated once, and one that needs itself is found out.

use std::sync::Arc;

use rustc_hash::FxHashMap;
use smol_str::SmolStr;

use crate::source::Span;

use super::super::data_sources::policy_document::Rendered;
use super::super::error::EvalError;
use super::super::symbol::Cause;
use super::super::value::Value;
use super::{Evaluator, ResourceInstance};

/// What a remembered value belongs to; numbers are those of module and resource instances.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(in crate::eval) enum Key {
    Variable(u32, SmolStr),
    Local(u32, SmolStr),
    Output(u32, SmolStr),
    Attribute(u32, SmolStr),
    Whole(u32),
}

/// What is known about a key.
#[derive(Debug)]
pub(super) enum Entry {
    /// It is being evaluated further up.
    Active,
    Done(Value),
}

/// A named thing that is being evaluated.
#[derive(Debug)]
pub(super) struct Active {
    key: Key,
    label: SmolStr,
}

pub(super) type Memo = FxHashMap<Key, Entry>;

impl Evaluator<'_> {
    /// The value of `key`, made by `compute` if it is asked for the first time.
    ///
    /// `label` names it in the chain of a cycle; `span` is where a cycle is reported.
    pub(in crate::eval) fn remember(
        &self,
        key: Key,
        label: impl FnOnce() -> SmolStr,
        span: Option<Span>,
        compute: impl FnOnce() -> Value,
    ) -> Value {
        match self.memo.borrow().get(&key) {
            Some(Entry::Done(value)) => {
                self.counters.memo_hits.set(self.counters.memo_hits.get() + 1);
                return value.clone();
            }
            Some(Entry::Active) => return self.cycle(&key, span),
            None => {}
        }
        self.memo.borrow_mut().insert(key.clone(), Entry::Active);
        let label = label();
        self.active.borrow_mut().push(Active { key: key.clone(), label: label.clone() });
        // Whether another named thing may fail is no doubt about the expression that names it,
        // and what is wrong with it is wrong whoever asks.
        let doubtful = self.doubtful.replace(false);
        let quiet = self.quiet.replace(false);
        let value = self.bounded(compute(), &label);
        self.quiet.set(quiet);
        self.doubtful.set(doubtful);
        self.active.borrow_mut().pop();
        self.memo.borrow_mut().insert(key, Entry::Done(value.clone()));
        value
    }

    /// What the data source `instance` renders, made by `render` if it is asked for the first time.
    pub(in crate::eval) fn document(
        &self,
        instance: &ResourceInstance,
        render: impl FnOnce() -> Rendered,
    ) -> Arc<Rendered> {
        if let Some(known) = self.documents.borrow().get(&instance.id) {
            return Arc::clone(known);
        }
        let rendered = Arc::new(render());
        self.documents.borrow_mut().insert(instance.id, Arc::clone(&rendered));
        rendered
    }

    fn cycle(&self, key: &Key, span: Option<Span>) -> Value {
        let chain = {
            let active = self.active.borrow();
            let start = active.iter().position(|entry| entry.key == *key).unwrap_or(0);
            let names = active.iter().skip(start).chain(active.get(start));
            names.map(|entry| format!("`{}`", entry.label)).collect::<Vec<_>>().join(" -> ")
        };
        let error = EvalError { span, message: format!("these refer to each other in a circle: {chain}") };
        self.record(error);
        self.fresh_unknown(&format!("cycle {chain}"), Cause::Failed, span)
    }
}
