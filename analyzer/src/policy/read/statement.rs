//! Statements and the elements that hold strings.

use thin_vec::ThinVec;

use crate::policy::model::{FaultKind, Leaf, Statement, Strings};
use crate::policy::node::{Entry, Node, NodeKind, Object};

use super::way::{Flat, Way, flatten, unique};
use super::{Reader, leaf, put};

/// A string, or a list of them, as they were found.
pub(super) struct Leaves {
    /// Those that are there for certain.
    pub(super) items: ThinVec<Leaf>,
    /// Those of some branches only.
    pub(super) possible: ThinVec<Leaf>,
    /// What may add to them.
    pub(super) open: ThinVec<crate::eval::symbol::Symbol>,
    /// Whether there is nothing else that may be among them.
    pub(super) exhaustive: bool,
}

impl Reader {
    /// The statement that `object`, the content of `node`, is. `way` leads through the node.
    pub(super) fn statement(&mut self, node: &Node, object: &Object, way: &Way) -> Statement {
        let mut statement = empty(node, way);
        self.statement_openings(object, &mut statement);
        self.duplicates(object, way);
        let way = &way.within();
        for entry in &object.entries {
            if let Some(name) = entry.key.as_known() {
                self.element(&name, entry, &mut statement, way);
            }
        }
        unique(&mut statement.open);
        unique(&mut statement.conditions_open);
        statement
    }

    /// What may add elements to a statement may also add conditions to it.
    fn statement_openings(&mut self, object: &Object, statement: &mut Statement) {
        let keys = object.entries.iter().flat_map(|entry| entry.key.holes());
        for symbol in object.open.iter().chain(keys) {
            statement.open.push(symbol.clone());
            statement.conditions_open.push(symbol.clone());
        }
    }

    fn element(&mut self, name: &str, entry: &Entry, statement: &mut Statement, way: &Way) {
        match name {
            "Sid" => statement.sid = self.scalar(entry, name, way),
            "Effect" => statement.effect = self.scalar(entry, name, way),
            "Principal" | "NotPrincipal" => {
                self.principals(entry, name, way).into_iter().for_each(|it| put(&mut statement.principals, it))
            }
            "Action" | "NotAction" => {
                self.strings(entry, name, way).into_iter().for_each(|it| put(&mut statement.actions, it))
            }
            "Resource" | "NotResource" => {
                self.strings(entry, name, way).into_iter().for_each(|it| put(&mut statement.resources, it))
            }
            "Condition" => self.conditions(entry, statement, way),
            other => {
                let certain = Way { certain: statement.certain, ..way.clone() };
                self.fault(FaultKind::UnknownElement(other.to_owned()), entry.key_span, &certain);
            }
        }
    }

    /// `None` for an element that is absent in every branch.
    fn strings(&mut self, entry: &Entry, name: &str, way: &Way) -> Option<Strings> {
        let Leaves { items, possible, open, exhaustive } = self.leaves(&entry.value, name, way);
        Some(Strings { key: entry.key_span, negated: name.starts_with("Not"), items, possible, open, exhaustive })
    }

    /// The strings of `node`, which is one string or a list.
    pub(super) fn leaves(&mut self, node: &Node, name: &str, way: &Way) -> Leaves {
        let flat = flatten(node, way);
        let open = flat.open();
        let Flat { items, unknown, .. } = flat;
        let mut leaves =
            Leaves { items: ThinVec::new(), possible: ThinVec::new(), open, exhaustive: unknown.is_empty() };
        for (node, way) in items {
            match leaf(node, &way) {
                Some(leaf) if way.certain => put(&mut leaves.items, leaf),
                // An empty text in a branch stands for nothing, and is mostly taken out by `compact`.
                Some(leaf) if leaf.text.is_empty() => leaves.exhaustive = false,
                Some(leaf) => leaves.possible.push(leaf),
                None if matches!(node.kind, NodeKind::Missing) => {}
                None => self.wrong_type(node.span, name, "a string or a list of strings", &way),
            }
        }
        leaves
    }
}

fn empty(node: &Node, way: &Way) -> Statement {
    Statement {
        span: node.span,
        sid: None,
        effect: None,
        principals: ThinVec::new(),
        actions: ThinVec::new(),
        resources: ThinVec::new(),
        condition_key: None,
        conditions: ThinVec::new(),
        conditions_open: ThinVec::new(),
        omitted: ThinVec::new(),
        open: ThinVec::new(),
        certain: way.certain,
    }
}
