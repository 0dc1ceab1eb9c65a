//! The organisation of a stack, as its resources and data sources tell.

use smol_str::SmolStr;

use crate::eval::account::Account;
use crate::eval::evaluator::{Evaluator, Existence};
use crate::eval::text::Text;
use crate::module::{Mode, ResourceAddress};

/// What a stack says of the organisation that it is in.
#[derive(Debug, Clone, Default)]
pub struct Organization {
    /// Its id: `o-a1b2c3d4e5`.
    pub id: Option<Text>,
    /// The number of its management account.
    pub management: Option<Text>,
    /// The accounts that manage it in this stack: each is the management account.
    pub managed_in: Vec<Account>,
}

const TYPE: &str = "aws_organizations_organization";

/// The organisation of the stack that `evaluator` evaluates.
pub(super) fn of_stack(evaluator: &Evaluator<'_>) -> Organization {
    let mut organization = Organization::default();
    let is_organization = |address: &ResourceAddress| address.ty == TYPE && address.mode != Mode::Ephemeral;
    for instance in evaluator.resources_where(is_organization) {
        let text = |name: &str| evaluator.attribute(&instance, name).to_text();
        organization.id = organization.id.or_else(|| text("id"));
        organization.management = organization.management.or_else(|| text("master_account_id"));
        let is_managed = instance.decl.address.mode == Mode::Managed && instance.existence == Existence::Certain;
        organization.managed_in.extend(is_managed.then(|| evaluator.account(&instance)));
    }
    organization
}

/// What stands at the start of the ids of organisations.
pub const ID_START: &str = "o-";

/// A name for the symbol of something that only the management account knows.
pub(super) fn unknown_of(what: &str, address: &SmolStr) -> String {
    format!("{what} of the organization of {address}")
}
