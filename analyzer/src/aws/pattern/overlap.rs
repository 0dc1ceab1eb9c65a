//! Whether two patterns match a common text.
//!
//! A walk through both at once: `reached[at]` says whether some text leads to the
//! position `at` of the right pattern while the left one is at the current row.
//! Steps lead only right and down, so two rows are enough: O(left * right).

use super::Token;

/// Whether they can have a text in common: unknowns are any text.
pub(super) fn may_overlap<H: Eq>(left: &[Token<H>], right: &[Token<H>]) -> bool {
    overlap(left, right, |token| *token == Token::Any || token.is_unknown())
}

/// Whether they have a text in common whatever the unknowns are.
pub(super) fn must_overlap<H: Eq>(left: &[Token<H>], right: &[Token<H>]) -> bool {
    overlap(left, right, |token| *token == Token::Any)
}

fn overlap<H: Eq>(left: &[Token<H>], right: &[Token<H>], is_run: impl Fn(&Token<H>) -> bool) -> bool {
    let mut reached = vec![false; right.len() + 1];
    let mut below = reached.clone();
    if let Some(start) = reached.first_mut() {
        *start = true;
    }
    for row in left.iter().map(Some).chain([None]) {
        below.fill(false);
        if !reached.contains(&true) {
            return false;
        }
        let mut along = false;
        for (at, from) in reached.iter_mut().enumerate() {
            *from |= along;
            along = false;
            if !*from {
                continue;
            }
            let column = right.get(at);
            let row_runs = row.is_some_and(&is_run);
            let column_runs = column.is_some_and(&is_run);
            // A run ends, or takes what stands on the other side.
            let takes = |run: Option<&Token<H>>, other: Option<&Token<H>>| {
                run.zip(other).is_some_and(|(run, other)| run.may_hold(other))
            };
            along = column.is_some() && (column_runs || (row_runs && takes(row, column)));
            if row_runs || (column_runs && takes(column, row)) {
                set(&mut below, at);
            } else if row.zip(column).is_some_and(|(row, column)| meet(row, column)) {
                set(&mut below, at + 1);
            }
        }
        if row.is_some() {
            std::mem::swap(&mut reached, &mut below);
        }
    }
    reached.last().copied().unwrap_or_default()
}

fn set(row: &mut [bool], at: usize) {
    if let Some(cell) = row.get_mut(at) {
        *cell = true;
    }
}

/// Whether two tokens, neither of them a run, have a text in common for certain.
fn meet<H: Eq>(left: &Token<H>, right: &Token<H>) -> bool {
    match (left, right) {
        (Token::One, Token::One | Token::Char(_)) | (Token::Char(_), Token::One) => true,
        (left, right) => left.is_same(right),
    }
}
