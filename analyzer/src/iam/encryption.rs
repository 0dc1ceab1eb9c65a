//! With which keys of KMS resources are encrypted.

use crate::eval::evaluator::Existence;
use crate::source::Span;

/// A key that encrypts what a resource holds, or a part of it.
#[derive(Debug, Clone)]
pub struct Encryption {
    /// Which key it is.
    pub key: EncryptionKey,
    /// Whether it is the key of something that writes into the resource, as a trail into its
    /// bucket, and not that of the resource.
    pub of_writer: bool,
    /// What says so: an attribute, or the header of a resource that names no key.
    pub via: Span,
    /// Whether it is so.
    pub existence: Existence,
}

/// A key of KMS, as far as it is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EncryptionKey {
    /// One that is declared in view: the index of the resource.
    InView(usize),
    /// The one that AWS keeps in the account for the service: nobody can change its policy.
    Managed,
    /// Another one.
    NotInView,
}
