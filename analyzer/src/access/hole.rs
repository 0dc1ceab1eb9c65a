//! Holes of policies and requests as patterns compare them.

use crate::aws::pattern::{self, Pattern, Syntax};
use crate::eval::symbol::Symbol;
use crate::eval::text::{Piece, Text};
use crate::truth::Truth;

/// A hole. One whose symbol has another value each time is equal only to those of its own side.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Hole {
    symbol: Symbol,
    side: Side,
}

/// Where a hole stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    /// In a policy.
    Policy,
    /// In a request.
    Request,
    /// It does not matter where.
    Either,
}

impl Hole {
    pub(super) fn new(symbol: &Symbol, side: Side) -> Self {
        Self { symbol: symbol.clone(), side: if symbol.is_stable() { Side::Either } else { side } }
    }

    pub(super) const fn symbol(&self) -> &Symbol {
        &self.symbol
    }
}

/// What `ask` says of a pattern of a policy and one of a request. Of two ARNs that differ in a
/// partition that is not known, it is what it says of them in one partition: an account has only one.
pub(super) fn in_partition(
    written: &Pattern<Hole>,
    asked: &Pattern<Hole>,
    ask: impl Fn(&Pattern<Hole>, &Pattern<Hole>) -> Truth,
) -> Truth {
    let apart = ask(written, asked);
    if apart != Truth::Unknown {
        return apart;
    }
    let together = written.in_one_partition(asked).map_or(apart, |(written, asked)| ask(&written, &asked));
    if together.is_yes() { together } else { apart }
}

/// The pattern that `text` is.
pub(super) fn pattern(text: &Text, syntax: Syntax, side: Side) -> Pattern<Hole> {
    Pattern::new(text.pieces().iter().map(|piece| piece_of(piece, side)), syntax)
}

/// The pieces of `text` for a pattern.
pub(super) fn piece_of(piece: &Piece, side: Side) -> pattern::Piece<'_, Hole> {
    match piece {
        Piece::Known(known) => pattern::Piece::Text(known.text.as_str()),
        Piece::Hole(symbol) => pattern::Piece::Hole(Hole::new(symbol, side)),
    }
}
