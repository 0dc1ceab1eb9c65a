//! Whether one pattern covers another.
//!
//! The outer pattern is walked unit by unit, a unit being a token or a gap (a maximal
//! run of wildcards). `reached[at]` says whether the units so far can cover the inner
//! pattern up to `at`. A gap with a `*` covers any stretch that is long enough, so of
//! all starting points the first is enough: O(outer * inner).

use super::Token;

/// Whether `outer` covers `inner` for some value of the unknowns.
pub(super) fn may_cover<H: Eq>(outer: &[Token<H>], inner: &[Token<H>]) -> bool {
    Walk { inner, open: true }.run(outer)
}

/// Whether `outer` covers `inner` for every value of the unknowns.
pub(super) fn must_cover<H: Eq>(outer: &[Token<H>], inner: &[Token<H>]) -> bool {
    Walk { inner, open: false }.run(outer)
}

struct Walk<'a, H> {
    inner: &'a [Token<H>],
    /// Whether unknowns become whatever helps.
    open: bool,
}

impl<H: Eq> Walk<'_, H> {
    fn run(&self, outer: &[Token<H>]) -> bool {
        let mut reached = vec![false; self.inner.len() + 1];
        set(&mut reached, 0);
        let mut rest = outer.iter().peekable();
        while let Some(token) = rest.next() {
            self.leave_holes(&mut reached);
            if !self.is_gap(token) {
                self.step(&mut reached, token);
            } else if matches!(token, Token::Field(_)) && !rest.peek().is_some_and(|next| self.is_gap(next)) {
                self.fill_field(&mut reached, token);
            } else {
                let mut gap = vec![token];
                gap.extend(std::iter::from_fn(|| rest.next_if(|next| self.is_gap(next))));
                self.cross(&mut reached, &gap);
            }
        }
        self.leave_holes(&mut reached);
        reached.last().copied().unwrap_or_default()
    }

    fn is_gap(&self, outer: &Token<H>) -> bool {
        *outer == Token::One || self.is_run(outer)
    }

    fn is_run(&self, outer: &Token<H>) -> bool {
        *outer == Token::Any || self.is_hole(outer)
    }

    /// Whether a token becomes whatever helps.
    fn is_hole(&self, token: &Token<H>) -> bool {
        self.open && token.is_unknown()
    }

    /// Holes of the inner pattern may end.
    fn leave_holes(&self, reached: &mut [bool]) {
        for (at, _) in self.inner.iter().enumerate().filter(|(_, token)| self.is_hole(token)) {
            if reached.get(at) == Some(&true) {
                set(reached, at + 1);
            }
        }
    }

    /// The outer pattern has one character, one unknown text, or `?`.
    fn step(&self, reached: &mut [bool], outer: &Token<H>) {
        let fits = |inner: &Token<H>| match outer {
            Token::One => matches!(inner, Token::Char(_) | Token::One),
            outer => inner.is_same(outer),
        };
        let mut arrives = false;
        for (cell, token) in reached.iter_mut().zip(self.inner.iter().map(Some).chain([None])) {
            let here = std::mem::take(cell);
            // A hole gives what is asked for and may give more.
            *cell = arrives || (here && token.is_some_and(|inner| self.is_hole(inner) && inner.may_hold(outer)));
            arrives = here && token.is_some_and(fits);
        }
    }

    /// The outer pattern has an unknown field of an ARN.
    fn fill_field(&self, reached: &mut [bool], field: &Token<H>) {
        for (at, token) in self.inner.iter().enumerate() {
            if reached.get(at) == Some(&true) && (field.may_hold(token) || self.is_hole(token)) {
                set(reached, at + 1);
            }
        }
    }

    /// The outer pattern has a gap.
    fn cross(&self, reached: &mut [bool], gap: &[&Token<H>]) {
        let length = gap.iter().filter(|token| ***token == Token::One).count();
        if length < gap.len() {
            return self.stretch(reached, length);
        }
        for _ in 0..length {
            self.leave_holes(reached);
            self.step(reached, &Token::One);
        }
    }

    /// The outer pattern has a gap of any length from `length`.
    fn stretch(&self, reached: &mut [bool], length: usize) {
        let Some(start) = reached.iter().position(|cell| *cell) else { return };
        let mut missing = length;
        let mut end = start;
        for token in self.inner.iter().skip(start) {
            if missing == 0 || self.is_hole(token) {
                missing = 0;
                break;
            }
            missing -= usize::from(matches!(token, Token::Char(_) | Token::One));
            end += 1;
        }
        for (at, cell) in reached.iter_mut().enumerate() {
            *cell = missing == 0 && at >= end;
        }
    }
}

fn set(row: &mut [bool], at: usize) {
    if let Some(cell) = row.get_mut(at) {
        *cell = true;
    }
}
