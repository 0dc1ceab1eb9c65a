//! Which halves are written.

/// What of a half is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Half {
    /// All that the other half allows.
    Whole,
    /// The first of two actions.
    Part,
    /// A policy that allows something else.
    Other,
    /// No policy at all.
    Nothing,
    /// A policy about something that is not known from source.
    Unknown,
}

/// A combination of two halves.
#[derive(Debug, Clone, Copy)]
pub struct Case {
    /// What people call it.
    pub name: &'static str,
    /// The half in the account of the caller.
    pub identity: Half,
    /// The half in the account of the resource.
    pub resource: Half,
}

/// In the order of [`super::Row::says`].
pub const CASES: [Case; 9] = [
    Case { name: "both", identity: Half::Whole, resource: Half::Whole },
    Case { name: "identity missing", identity: Half::Nothing, resource: Half::Whole },
    Case { name: "identity partly", identity: Half::Part, resource: Half::Whole },
    Case { name: "identity unknown", identity: Half::Unknown, resource: Half::Whole },
    Case { name: "resource missing", identity: Half::Whole, resource: Half::Other },
    Case { name: "resource without policy", identity: Half::Whole, resource: Half::Nothing },
    Case { name: "resource partly", identity: Half::Whole, resource: Half::Part },
    Case { name: "resource unknown", identity: Half::Whole, resource: Half::Unknown },
    Case { name: "neither", identity: Half::Nothing, resource: Half::Other },
];
