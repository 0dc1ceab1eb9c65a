//! Whether one pattern covers another.
//!
//! The outer pattern is walked unit by unit, a unit being a token or a gap (a maximal
//! run of wildcards). A position is reached if the units so far can cover the inner
//! pattern up to it. A gap with a `*` covers any stretch that is long enough, so of
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

/// The positions in the inner pattern that the units so far can cover it up to.
///
/// INVARIANT: ascending, each once. Few are reached at a time, so a step costs their number and not the
/// length of the pattern.
struct Reached {
    positions: Vec<usize>,
    /// Room for the next ones.
    spare: Vec<usize>,
}

impl Reached {
    /// Puts those that `each` adds in the place of those that are there.
    fn replace(&mut self, mut each: impl FnMut(usize, &mut Self)) {
        let positions = std::mem::take(&mut self.positions);
        for at in &positions {
            each(*at, self);
        }
        self.positions = std::mem::replace(&mut self.spare, positions);
        self.spare.clear();
    }

    /// Adds one of the next ones, of which none lies further on. Whether it is new.
    fn add(&mut self, at: usize) -> bool {
        let is_new = self.spare.last().is_none_or(|last| *last < at);
        if is_new {
            self.spare.push(at);
        }
        is_new
    }
}

impl<H: Eq> Walk<'_, H> {
    fn run(&self, outer: &[Token<H>]) -> bool {
        let mut reached = Reached { positions: vec![0], spare: Vec::new() };
        let mut rest = outer.iter().peekable();
        while let Some(token) = rest.next() {
            if reached.positions.is_empty() {
                return false;
            }
            self.leave_holes(&mut reached);
            if !self.is_gap(token) {
                self.step(&mut reached, token);
            } else if matches!(token, Token::Field(_)) && !rest.peek().is_some_and(|next| self.is_gap(next)) {
                self.go_on(&mut reached, |inner| token.may_hold(inner) || self.is_hole(inner));
            } else {
                let gap = std::iter::once(token).chain(std::iter::from_fn(|| rest.next_if(|next| self.is_gap(next))));
                let (singles, runs): (Vec<_>, Vec<_>) = gap.partition(|token| **token == Token::One);
                self.cross(&mut reached, singles.len(), !runs.is_empty());
            }
        }
        self.leave_holes(&mut reached);
        reached.positions.last() == Some(&self.inner.len())
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
    fn leave_holes(&self, reached: &mut Reached) {
        self.go_on(reached, |inner| self.is_hole(inner));
    }

    /// From each position over all tokens that are `passed`.
    fn go_on(&self, reached: &mut Reached, passed: impl Fn(&Token<H>) -> bool) {
        reached.replace(|mut at, next| {
            while next.add(at) && self.inner.get(at).is_some_and(&passed) {
                at += 1;
            }
        });
    }

    /// The outer pattern has one character, one unknown text, or `?`.
    fn step(&self, reached: &mut Reached, outer: &Token<H>) {
        let fits = |inner: &Token<H>| match outer {
            Token::One => matches!(inner, Token::Char(_) | Token::One),
            outer => inner.is_same(outer),
        };
        reached.replace(|at, next| {
            let Some(inner) = self.inner.get(at) else { return };
            // A hole gives what is asked for and may give more.
            if self.is_hole(inner) && inner.may_hold(outer) {
                next.add(at);
            }
            if fits(inner) {
                next.add(at + 1);
            }
        });
    }

    /// The outer pattern has a gap of `length` characters, or more.
    fn cross(&self, reached: &mut Reached, length: usize, or_more: bool) {
        if or_more {
            return self.stretch(reached, length);
        }
        for _ in 0..length {
            self.leave_holes(reached);
            self.step(reached, &Token::One);
        }
    }

    /// The outer pattern has a gap of any length from `length`.
    fn stretch(&self, reached: &mut Reached, length: usize) {
        let Some(start) = reached.positions.first() else { return };
        let mut missing = length;
        let mut end = *start;
        for token in self.inner.iter().skip(*start) {
            if missing == 0 || self.is_hole(token) {
                missing = 0;
                break;
            }
            missing -= usize::from(matches!(token, Token::Char(_) | Token::One));
            end += 1;
        }
        reached.positions.clear();
        if missing == 0 {
            reached.positions.extend(end..=self.inner.len());
        }
    }
}
