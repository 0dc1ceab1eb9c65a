//! What data sources give that can be known from their arguments alone.

pub mod policy_document;

use std::sync::Arc;

use super::evaluator::{Evaluator, ResourceInstance};
use super::value::Value;

/// How the attributes of a type of data source are found; `None` for one that its arguments do not decide.
type Attribute = fn(&Evaluator<'_>, &Arc<ResourceInstance>, &str) -> Option<Value>;

/// The types that are known, sorted.
const TYPES: &[(&str, Attribute)] = &[("aws_iam_policy_document", policy_document::attribute)];

/// The attribute `name` of the data source `instance`, if its arguments decide it.
pub(super) fn attribute(evaluator: &Evaluator<'_>, instance: &Arc<ResourceInstance>, name: &str) -> Option<Value> {
    let at = TYPES.binary_search_by_key(&instance.ty().as_str(), |(ty, _)| ty).ok()?;
    let (_, attribute) = TYPES.get(at)?;
    attribute(evaluator, instance, name)
}
