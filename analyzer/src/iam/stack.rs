//! What a stack is applied in.

use smol_str::SmolStr;

use crate::eval::account::Account;
use crate::eval::text::Text;
use crate::source::Span;

/// The accounts that a stack is applied in, and what of it is not in view.
#[derive(Debug, Clone, Default)]
pub struct StackAccounts {
    /// The directory and environment of the stack, as symbols name it.
    pub stack: SmolStr,
    /// The accounts that its resources live in, each once.
    pub accounts: Vec<Account>,
    /// The ARNs of the roles that it is applied with: they are there before it is.
    pub assumed: Vec<Text>,
    /// The calls of modules that are not at hand, which may make anything.
    pub missing_modules: Vec<Span>,
    /// Whether it is a module that nobody in view calls: its accounts are its callers'.
    pub library: bool,
}
