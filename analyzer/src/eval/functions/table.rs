//! Which function is implemented where.

use std::sync::LazyLock;

use rustc_hash::FxHashMap;

use super::call::{Call, Outcome};
use super::signature::{self, Signature};

/// An implementation.
type Implementation = fn(&Call<'_>) -> Outcome;

/// A function.
pub(super) struct Function {
    pub(super) name: &'static str,
    pub(super) behaviour: Behaviour,
    pub(super) marks: Marks,
}

/// What becomes of a call.
#[derive(Clone, Copy)]
pub(super) enum Behaviour {
    /// Run only if nothing in the arguments is unknown; else the result is unknown.
    Known(Implementation),
    /// Run with whatever is known.
    Partial(Implementation),
    /// Never known.
    Impure,
    /// Evaluated by the interpreter.
    Special,
}

/// Which sensitive parts of the arguments make the result sensitive.
#[derive(Clone, Copy)]
pub(super) enum Marks {
    /// All of them.
    All,
    /// Only arguments that are sensitive as a whole; parts keep their own marks.
    Outer,
    /// The function itself decides.
    Own,
}

impl Function {
    pub(super) const fn known(name: &'static str, implementation: Implementation) -> Self {
        Self { name, behaviour: Behaviour::Known(implementation), marks: Marks::All }
    }

    pub(super) const fn partial(name: &'static str, implementation: Implementation) -> Self {
        Self { name, behaviour: Behaviour::Partial(implementation), marks: Marks::All }
    }

    /// One that selects or rearranges parts of its arguments.
    pub(super) const fn selecting(name: &'static str, implementation: Implementation) -> Self {
        Self { name, behaviour: Behaviour::Partial(implementation), marks: Marks::Outer }
    }

    /// One that sets marks itself.
    pub(super) const fn marking(name: &'static str, implementation: Implementation) -> Self {
        Self { name, behaviour: Behaviour::Partial(implementation), marks: Marks::Own }
    }

    const fn impure(name: &'static str) -> Self {
        Self { name, behaviour: Behaviour::Impure, marks: Marks::All }
    }

    const fn special(name: &'static str) -> Self {
        Self { name, behaviour: Behaviour::Special, marks: Marks::Own }
    }
}

static FAMILIES: &[&[Function]] = &[
    super::case::FUNCTIONS,
    super::collections::FUNCTIONS,
    super::conversion::FUNCTIONS,
    super::csv::FUNCTIONS,
    super::encoding::FUNCTIONS,
    super::encoding_json::FUNCTIONS,
    super::encoding_yaml::FUNCTIONS,
    super::files::FUNCTIONS,
    super::format::FUNCTIONS,
    super::hash::FUNCTIONS,
    super::lists::FUNCTIONS,
    super::maps::FUNCTIONS,
    super::network::FUNCTIONS,
    super::numeric::FUNCTIONS,
    super::providers::FUNCTIONS,
    super::regex::FUNCTIONS,
    super::sets::FUNCTIONS,
    super::strings::FUNCTIONS,
    super::tfvars::FUNCTIONS,
    super::time::FUNCTIONS,
    super::trim::FUNCTIONS,
    &[
        Function::impure("bcrypt"),
        Function::impure("rsadecrypt"),
        Function::impure("timestamp"),
        Function::impure("uuid"),
        Function::special("can"),
        Function::special("templatefile"),
        Function::special("templatestring"),
        Function::special("try"),
    ],
];

static FUNCTIONS: LazyLock<FxHashMap<&'static str, (&'static Function, &'static Signature)>> = LazyLock::new(|| {
    let functions = FAMILIES.iter().copied().flatten();
    functions.filter_map(|function| Some((function.name, (function, signature::find(function.name)?)))).collect()
});

/// The function `name` and its signature.
pub(super) fn find(name: &str) -> Option<(&'static Function, &'static Signature)> {
    FUNCTIONS.get(name).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_signature_has_an_implementation_and_every_implementation_a_signature() {
        let lacking: Vec<_> = signature::names().filter(|name| find(name).is_none()).collect();
        assert_eq!(lacking, [""; 0], "not implemented");
        let unknown: Vec<_> = FAMILIES
            .iter()
            .copied()
            .flatten()
            .map(|it| it.name)
            .filter(|name| signature::find(name).is_none())
            .collect();
        assert_eq!(unknown, [""; 0], "without a signature");
    }
}
