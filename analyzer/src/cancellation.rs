//! Being told that an answer is no longer wanted.

use std::error::Error;
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// A flag that whoever asked may raise while the answer is worked out. A clone is the same flag.
///
/// Long work looks at it between modules, stacks and rules.
#[derive(Debug, Clone, Default)]
pub struct Cancellation {
    flag: Arc<AtomicBool>,
}

/// The answer was no longer wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cancelled;

impl Cancellation {
    /// The answer is no longer wanted.
    pub fn cancel(&self) {
        self.flag.store(true, Ordering::Relaxed);
    }

    /// Whether the answer is no longer wanted.
    #[must_use]
    pub fn is_cancelled(&self) -> bool {
        self.flag.load(Ordering::Relaxed)
    }

    /// Goes on if the answer is still wanted.
    ///
    /// # Errors
    /// When it is not.
    pub fn check(&self) -> Result<(), Cancelled> {
        if self.is_cancelled() { Err(Cancelled) } else { Ok(()) }
    }
}

impl fmt::Display for Cancelled {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("cancelled")
    }
}

impl Error for Cancelled {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_clones_are_one_flag() {
        let asked = Cancellation::default();
        let worker = asked.clone();
        assert_eq!(worker.check(), Ok(()));
        asked.cancel();
        assert_eq!(worker.check(), Err(Cancelled));
    }
}
