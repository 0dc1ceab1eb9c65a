//! The host's log, which it shows to those who ask for it.

use std::io::Write as _;

/// Has the log say `messages`, each in a line of its own.
pub(super) fn warn(messages: impl Iterator<Item = String>) {
    let text: String = messages.map(|message| format!("[WARN] {}\n", message.replace('\n', " "))).collect();
    let _nobody_listens = std::io::stderr().write_all(text.as_bytes());
}
