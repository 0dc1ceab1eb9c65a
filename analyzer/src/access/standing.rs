//! How near the statements of a policy come to a request: which of their parts fit it.
//!
//! A decision says whether something is allowed; this says what keeps a statement from
//! allowing it, so that the one that was meant to can be found.

use crate::truth::Truth;

use super::accounts::Accounts;
use super::compiled::CompiledPolicy;
use super::request::Request;

/// How the parts of a statement fit a request.
#[derive(Debug, Clone)]
pub struct Standing {
    /// Whether its effect is to allow.
    pub allows: Truth,
    /// Whether it names the caller.
    pub principal: Truth,
    /// Whether it has the action.
    pub action: Truth,
    /// Whether it has the resource.
    pub resource: Truth,
    /// Whether each of its conditions holds, in their order in the document.
    pub conditions: Vec<Truth>,
}

impl Standing {
    /// Whether all conditions hold.
    #[must_use]
    pub fn condition(&self) -> Truth {
        Truth::all(self.conditions.iter().copied())
    }
}

impl CompiledPolicy {
    /// How each statement fits `request`, in the order of the document.
    #[must_use]
    pub fn standings(&self, request: &Request<'_>, accounts: &dyn Accounts) -> Vec<Standing> {
        self.statements().iter().map(|statement| statement.standing(request, accounts)).collect()
    }
}
