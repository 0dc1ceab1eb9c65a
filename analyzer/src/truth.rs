//! Answers to questions about things that may be unknown.
//!
//! A question about a hole has no `bool` answer. This module must not know what is asked.

use std::ops::{BitAnd, BitOr, Not};

/// The answer to a question: it holds for every value of the unknowns, for none, or that is open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Truth {
    /// It holds whatever the unknowns are.
    Yes,
    /// It holds for no value of the unknowns.
    No,
    /// It holds for some values, or that could not be found out.
    Unknown,
}

impl Truth {
    /// Both hold.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::No, _) | (_, Self::No) => Self::No,
            (Self::Yes, Self::Yes) => Self::Yes,
            (Self::Unknown, Self::Yes | Self::Unknown) | (Self::Yes, Self::Unknown) => Self::Unknown,
        }
    }

    /// At least one holds.
    #[must_use]
    pub const fn or(self, other: Self) -> Self {
        self.not().and(other.not()).not()
    }

    /// It does not hold.
    #[must_use]
    pub const fn not(self) -> Self {
        match self {
            Self::Yes => Self::No,
            Self::No => Self::Yes,
            Self::Unknown => Self::Unknown,
        }
    }

    /// All of them hold: `Yes` for none.
    #[must_use]
    pub fn all(items: impl IntoIterator<Item = Self>) -> Self {
        let mut all = Self::Yes;
        for item in items {
            all = all.and(item);
            if all == Self::No {
                break;
            }
        }
        all
    }

    /// One of them holds: `No` for none.
    #[must_use]
    pub fn any(items: impl IntoIterator<Item = Self>) -> Self {
        Self::all(items.into_iter().map(Self::not)).not()
    }

    /// The answer from two evaluations: `may`, where unknowns count as anything, and
    /// `must`, where they count as nothing but themselves.
    ///
    /// INVARIANT: `must` implies `may`; where a caller breaks that, the answer is `Unknown`.
    #[must_use]
    pub const fn between(must: bool, may: bool) -> Self {
        match (must, may) {
            (true, true) => Self::Yes,
            (false, false) => Self::No,
            (false, true) | (true, false) => Self::Unknown,
        }
    }

    /// The answer, if it does not depend on unknowns.
    #[must_use]
    pub const fn known(self) -> Option<bool> {
        match self {
            Self::Yes => Some(true),
            Self::No => Some(false),
            Self::Unknown => None,
        }
    }

    /// Whether it holds for certain.
    #[must_use]
    pub const fn is_yes(self) -> bool {
        matches!(self, Self::Yes)
    }

    /// Whether it holds for no value.
    #[must_use]
    pub const fn is_no(self) -> bool {
        matches!(self, Self::No)
    }

    /// Whether it can hold: anything but `No`.
    #[must_use]
    pub const fn may_be(self) -> bool {
        !self.is_no()
    }
}

impl From<bool> for Truth {
    fn from(known: bool) -> Self {
        if known { Self::Yes } else { Self::No }
    }
}

impl Not for Truth {
    type Output = Self;

    fn not(self) -> Self {
        self.not()
    }
}

impl BitAnd for Truth {
    type Output = Self;

    fn bitand(self, other: Self) -> Self {
        self.and(other)
    }
}

impl BitOr for Truth {
    type Output = Self;

    fn bitor(self, other: Self) -> Self {
        self.or(other)
    }
}

#[cfg(test)]
mod tests {
    use super::Truth::{self, No, Unknown, Yes};

    /// The three-valued tables must agree with the two-valued ones for every value of the unknowns.
    #[test]
    fn agrees_with_every_value_of_the_unknowns() {
        let values = |truth: Truth| match truth {
            Yes => vec![true],
            No => vec![false],
            Unknown => vec![false, true],
        };
        let summary = |answers: Vec<bool>| Truth::between(answers.iter().all(|it| *it), answers.contains(&true));
        for left in [Yes, No, Unknown] {
            assert_eq!(summary(values(left).into_iter().map(|it| !it).collect()), !left);
            for right in [Yes, No, Unknown] {
                let pairs = || values(left).into_iter().flat_map(|a| values(right).into_iter().map(move |b| (a, b)));
                assert_eq!(summary(pairs().map(|(a, b)| a && b).collect()), left & right, "{left:?} and {right:?}");
                assert_eq!(summary(pairs().map(|(a, b)| a || b).collect()), left | right, "{left:?} or {right:?}");
            }
        }
    }

    #[test]
    fn of_none() {
        assert_eq!(Truth::all([]), Yes);
        assert_eq!(Truth::any([]), No);
        assert_eq!(Truth::any([No, Unknown, Yes]), Yes);
        assert_eq!(Truth::all([Unknown, No]), No);
    }
}
