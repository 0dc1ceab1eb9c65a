//! Answers about values that may be unknown.

/// The answer to a question about a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Truth {
    /// It holds for every value of the unknowns.
    Yes,
    /// It holds for no value of the unknowns.
    No,
    /// It depends on the unknowns, or cannot be told.
    Unknown,
}

impl Truth {
    /// Whether both hold.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::No, _) | (_, Self::No) => Self::No,
            (Self::Yes, Self::Yes) => Self::Yes,
            (Self::Yes | Self::Unknown, Self::Unknown) | (Self::Unknown, Self::Yes) => Self::Unknown,
        }
    }

    /// Whether one of the two holds.
    #[must_use]
    pub const fn or(self, other: Self) -> Self {
        self.negate().and(other.negate()).negate()
    }

    /// Whether it does not hold.
    #[must_use]
    pub const fn negate(self) -> Self {
        match self {
            Self::Yes => Self::No,
            Self::No => Self::Yes,
            Self::Unknown => Self::Unknown,
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
}

impl From<bool> for Truth {
    fn from(holds: bool) -> Self {
        if holds { Self::Yes } else { Self::No }
    }
}

#[cfg(test)]
mod tests {
    use super::Truth::{No, Unknown, Yes};

    #[test]
    fn a_certain_no_outweighs_an_unknown() {
        assert_eq!(No.and(Unknown), No);
        assert_eq!(Unknown.and(Yes), Unknown);
        assert_eq!(Yes.or(Unknown), Yes);
        assert_eq!(Unknown.or(No), Unknown);
        assert_eq!(Unknown.negate(), Unknown);
    }
}
