//! Outputs of states, which are the same whichever stack reads them.

use super::super::symbol::{Cause, Symbol};
use super::super::text::{Piece, Text};

/// What stands between the data source of a state and the name of an output.
pub(super) const OUTPUTS: &str = ".outputs";

/// Whether two texts are one output of one state, read by two stacks or under two names.
pub(super) fn are_one_output(a: &Text, b: &Text) -> bool {
    let output = |text| only(text).and_then(output);
    output(a).is_some_and(|a| Some(a) == output(b))
}

/// The state that `symbol` is an output of, and the address within that.
pub(super) fn output(symbol: &Symbol) -> Option<(&str, &str, &str)> {
    let Cause::RemoteState(Some(state)) = symbol.cause() else { return None };
    let (source, output) = symbol.address().split_once(OUTPUTS)?;
    // What is made of an output is another thing than the output.
    let made_of_it = source.split_once("data.").map(|(front, _)| front)?;
    Some((state, made_of_it, output))
}

fn only(text: &Text) -> Option<&Symbol> {
    match text.pieces() {
        [Piece::Hole(symbol)] => Some(symbol),
        _ => None,
    }
}
