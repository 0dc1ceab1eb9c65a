//! What data sources give that can be known from their arguments alone.
//!
//! A data source that is not in the table, and every attribute that a reader does not
//! know, is a symbol: the address of the attribute.

mod by_name;
mod identity;
pub mod policy_document;
mod remote_state;
mod rendered;
mod service_accounts;

use std::sync::Arc;

use crate::module::Mode;

use super::evaluator::{Evaluator, ResourceInstance};
use super::value::Value;

/// The value of an attribute that is not configured; `None` if it is not known.
type Reader = fn(&Evaluator<'_>, &Arc<ResourceInstance>, &str) -> Option<Value>;

/// Sorted by type.
const READERS: &[(&str, Reader)] = &[
    ("aws_arn", identity::arn),
    ("aws_caller_identity", identity::caller),
    ("aws_cloudtrail_service_account", service_accounts::cloudtrail),
    ("aws_elb_service_account", service_accounts::load_balancer),
    ("aws_iam_policy_document", policy_document::attribute),
    ("aws_organizations_organization", identity::organization),
    ("aws_partition", identity::partition),
    ("aws_redshift_service_account", service_accounts::redshift),
    ("aws_region", identity::region),
    ("aws_service_principal", identity::service_principal),
    ("template_file", rendered::template_file),
    ("terraform_remote_state", remote_state::remote_state),
];

impl Evaluator<'_> {
    /// The attribute `name` of a data source as far as its arguments tell; `None` for resources
    /// and for what only AWS knows.
    pub(super) fn data_attribute(&self, instance: &Arc<ResourceInstance>, name: &str) -> Option<Value> {
        if instance.decl.address.mode != Mode::Data {
            return None;
        }
        let ty = instance.ty().as_str();
        match READERS.binary_search_by_key(&ty, |(known, _)| *known).ok().and_then(|index| READERS.get(index)) {
            Some((_, reader)) => reader(self, instance, name),
            None => by_name::attribute(self, instance, name),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::READERS;

    #[test]
    fn readers_are_sorted() {
        assert!(READERS.is_sorted_by_key(|(ty, _)| *ty));
    }
}
