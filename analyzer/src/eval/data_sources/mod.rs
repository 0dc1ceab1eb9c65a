//! What data sources give that can be known from their arguments alone.

pub mod policy_document;
