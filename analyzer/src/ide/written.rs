//! Texts as they are written, each interpolation a hole that is called as it is written.
//!
//! The analysis knows what the holes are; this is for where it does not, or not yet.

use crate::eval::symbol::{Cause, Symbol};
use crate::eval::text::{Known, Piece, Place, Text};
use crate::source::{FileId, TextRange};
use crate::syntax::ast::{Template, TemplatePart};

/// The text of `template`, a part of the file `file` whose text is `source`. What a directive may leave
/// out is in it.
pub(super) fn text(source: &str, file: FileId, template: &Template) -> Text {
    let mut pieces = Vec::new();
    add(source, file, &template.parts, &mut pieces);
    Text::from_pieces(pieces)
}

fn add(source: &str, file: FileId, parts: &[TemplatePart], pieces: &mut Vec<Piece>) {
    for part in parts {
        match part {
            TemplatePart::Literal(literal) => {
                let place = Some(Place::of_literal(file, literal));
                pieces.push(Piece::Known(Known { text: literal.text.clone(), place }));
            }
            TemplatePart::Interpolation { expr, range } => {
                let name = source.get(expr.range.as_usize()).unwrap_or_default().trim();
                pieces.push(Piece::Hole(hole(name, file, *range)));
            }
            TemplatePart::If(it) => {
                add(source, file, &it.then, pieces);
                add(source, file, &it.otherwise, pieces);
            }
            TemplatePart::For(it) => add(source, file, &it.body, pieces),
        }
    }
}

fn hole(name: &str, file: FileId, range: TextRange) -> Symbol {
    Symbol::new("", name, Cause::Derived(Vec::new()), Some(range.at(file)))
}
