//! `Principal` and `NotPrincipal`.

use thin_vec::{ThinVec, thin_vec};

use crate::eval::text::{Piece, Text};
use crate::policy::model::{PrincipalGroup, Principals};
use crate::policy::node::{Entry, Node, NodeKind, Object};

use super::statement::Leaves;
use super::way::{Way, unique};
use super::{Reader, key_leaf, leaf, put};

const EXPECTED: &str = "\"*\" or an object of principals by type";

impl Reader {
    /// The principals that `entry` names. None if there are none in any branch.
    pub(super) fn principals(&mut self, entry: &Entry, name: &str, way: &Way) -> Option<Principals> {
        let negated = name.starts_with("Not");
        let mut principals =
            Principals { key: entry.key_span, negated, bare: false, groups: ThinVec::new(), open: ThinVec::new() };
        self.principals_of(&entry.value, name, way, &mut principals);
        unique(&mut principals.open);
        Some(principals)
    }

    fn principals_of(&mut self, node: &Node, name: &str, way: &Way, principals: &mut Principals) {
        let way = way.through(node);
        match &node.kind {
            NodeKind::Object(object) => self.principal_map(object, name, &way, principals),
            NodeKind::String(text) => self.bare_principal(node, text, name, &way, principals),
            NodeKind::Unknown(symbol) => principals.open.push(symbol.clone()),
            NodeKind::OneOf(symbol, branches) => {
                principals.open.push(symbol.clone());
                for branch in branches {
                    self.principals_of(branch, name, &way.uncertain(), principals);
                }
            }
            NodeKind::Missing => {}
            NodeKind::Null if !way.certain => {}
            NodeKind::Null | NodeKind::Bool(_) | NodeKind::Number(_) | NodeKind::Array(_) => {
                self.wrong_type(node.span, name, EXPECTED, &way);
            }
        }
    }

    fn bare_principal(&mut self, node: &Node, text: &Text, name: &str, way: &Way, principals: &mut Principals) {
        if !may_be_star(text) {
            return self.wrong_type(node.span, name, EXPECTED, way);
        }
        if !text.is_known() {
            principals.open.extend(text.holes().cloned());
            return;
        }
        principals.bare |= way.certain;
        let Some(star) = leaf(node, way) else { return };
        let (items, possible) = if way.certain {
            (thin_vec![star.clone()], ThinVec::new())
        } else {
            (ThinVec::new(), thin_vec![star.clone()])
        };
        let group = PrincipalGroup { kind: star, items, possible, open: ThinVec::new(), exhaustive: true };
        put(&mut principals.groups, group);
    }

    fn principal_map(&mut self, object: &Object, name: &str, way: &Way, principals: &mut Principals) {
        self.duplicates(object, way);
        for symbol in &object.open {
            principals.open.push(symbol.clone());
        }
        for entry in &object.entries {
            let Leaves { items, possible, open, exhaustive } = self.leaves(&entry.value, name, way);
            let group = PrincipalGroup { kind: key_leaf(entry, way), items, possible, open, exhaustive };
            put(&mut principals.groups, group);
        }
    }
}

/// Whether some value of its holes makes the text `*`.
fn may_be_star(text: &Text) -> bool {
    match text.as_known() {
        Some(known) => known == "*",
        None => {
            let known = text.pieces().iter().filter_map(|piece| match piece {
                Piece::Known(known) => Some(known.text.as_str()),
                Piece::Hole(_) => None,
            });
            matches!(known.collect::<String>().as_str(), "" | "*")
        }
    }
}
