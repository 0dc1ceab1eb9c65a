//! Policy documents: one model, whatever the text was.
//!
//! This layer reads a value or a JSON text into a [`model::PolicyDocument`] whose every
//! element has its span. It must not judge: what is wrong with a document is
//! kept in it as a [`model::Fault`] and said by the rules.

pub mod model;
