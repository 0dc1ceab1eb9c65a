//! `Condition`: operators, keys and values.

use crate::policy::model::{Condition, Leaf, Statement};
use crate::policy::node::{Entry, Node, NodeKind, Object};

use super::statement::Leaves;
use super::way::Way;
use super::{Reader, key_leaf};

impl Reader {
    pub(super) fn conditions(&mut self, entry: &Entry, statement: &mut Statement, way: &Way) {
        statement.condition_key.get_or_insert(entry.key_span);
        self.each_object(
            &entry.value,
            "an object of operators",
            statement,
            way,
            &mut |reader, object, statement, way| {
                for operator in &object.entries {
                    reader.operator(operator, statement, way);
                }
            },
        );
    }

    fn operator(&mut self, entry: &Entry, statement: &mut Statement, way: &Way) {
        let operator = key_leaf(entry, way);
        self.each_object(
            &entry.value,
            "an object of condition keys",
            statement,
            way,
            &mut |reader, object, statement, way| {
                for key in &object.entries {
                    reader.condition(&operator, key, statement, way);
                }
            },
        );
    }

    /// One key. In branches that lack it the condition does not stand.
    fn condition(&mut self, operator: &Leaf, entry: &Entry, statement: &mut Statement, way: &Way) {
        let may_be_absent = |branches: &[Node]| branches.iter().any(|branch| matches!(branch.kind, NodeKind::Null));
        match &entry.value.kind {
            NodeKind::OneOf(symbol, branches) if may_be_absent(branches) => {
                statement.conditions_open.push(symbol.clone());
                let way = way.through(&entry.value).uncertain();
                for branch in branches.iter().filter(|branch| !matches!(branch.kind, NodeKind::Null)) {
                    let condition = self.condition_of(operator, entry, branch, &way);
                    statement.conditions.push(condition);
                }
            }
            _ => {
                let condition = self.condition_of(operator, entry, &entry.value, way);
                statement.conditions.push(condition);
            }
        }
    }

    fn condition_of(&mut self, operator: &Leaf, entry: &Entry, values: &Node, way: &Way) -> Condition {
        let Leaves { items, possible, open, exhaustive } = self.leaves(values, "Condition", &way.within());
        let key = key_leaf(entry, way);
        Condition { operator: operator.clone(), key, values: items, possible, open, exhaustive, certain: way.certain }
    }

    /// Calls `each` for the map that `node` is, or for each that it may be.
    fn each_object(
        &mut self,
        node: &Node,
        expected: &'static str,
        statement: &mut Statement,
        way: &Way,
        each: &mut dyn FnMut(&mut Self, &Object, &mut Statement, &Way),
    ) {
        let way = way.through(node);
        match &node.kind {
            NodeKind::Object(object) => {
                self.duplicates(object, &way);
                for symbol in &object.open {
                    statement.conditions_open.push(symbol.clone());
                }
                each(self, object, statement, &way);
            }
            NodeKind::Unknown(symbol) => statement.conditions_open.push(symbol.clone()),
            NodeKind::String(text) if !text.is_known() => {
                for symbol in text.holes() {
                    statement.conditions_open.push(symbol.clone());
                }
            }
            NodeKind::OneOf(symbol, branches) => {
                statement.conditions_open.push(symbol.clone());
                for branch in branches {
                    self.each_object(branch, expected, statement, &way.uncertain(), each);
                }
            }
            NodeKind::Missing => {}
            NodeKind::Null if !way.certain => {}
            NodeKind::Null | NodeKind::Bool(_) | NodeKind::Number(_) | NodeKind::String(_) | NodeKind::Array(_) => {
                self.wrong_type(node.span, "Condition", expected, &way);
            }
        }
    }
}
