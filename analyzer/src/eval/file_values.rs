//! What is made of files alone, for all stacks that read them.

use std::hash::Hash;
use std::sync::{Mutex, PoisonError};

use rustc_hash::FxHashMap;

use crate::source::FileId;

use super::error::EvalError;
use super::functions::Make;
use super::value::Value;

/// Values by the files that they are made of.
///
/// INVARIANT: what is kept follows from a file's path and content and from nothing else: no scope and no
/// symbol of a stack is in it. Stacks that read the same files share what they hold, and what a file costs
/// does not grow with their number.
#[derive(Debug, Default)]
pub struct FileValues {
    texts: Kept<String>,
    decoded: Kept<FileId>,
}

type Kept<K> = Mutex<FxHashMap<K, Value>>;

impl FileValues {
    /// The text of the file at `path`.
    pub(super) fn text(&self, path: String, make: Make<'_>) -> Result<Value, EvalError> {
        kept(&self.texts, path, make)
    }

    /// What is encoded in the text of `file`.
    pub(super) fn decoded(&self, file: FileId, make: Make<'_>) -> Result<Value, EvalError> {
        kept(&self.decoded, file, make)
    }
}

/// The value of `key`. Two threads that ask at once may both make it. What fails, and what is not known, is
/// made anew for each: it names the call that asks.
fn kept<K: Eq + Hash>(values: &Kept<K>, key: K, make: Make<'_>) -> Result<Value, EvalError> {
    let known = values.lock().unwrap_or_else(PoisonError::into_inner).get(&key).cloned();
    if let Some(known) = known {
        return Ok(known);
    }
    let value = make()?;
    if value.is_wholly_known() {
        values.lock().unwrap_or_else(PoisonError::into_inner).insert(key, value.clone());
    }
    Ok(value)
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    #[test]
    fn each_is_made_once_however_many_ask() {
        let values = FileValues::default();
        let made = Cell::new(0);
        let make = || {
            made.set(made.get() + 1);
            Ok(Value::string("x"))
        };
        for _ in 0..4 {
            for path in ["a.json", "b.json"] {
                let value = values.text(path.to_owned(), &make);
                assert_eq!(value.unwrap().as_str().unwrap(), "x");
            }
        }
        assert_eq!(made.get(), 2);
    }

    #[test]
    fn what_fails_is_not_kept() {
        let values = FileValues::default();
        assert!(values.text("a".to_owned(), &|| Err(EvalError::new("wrong"))).is_err());
        assert!(values.text("a".to_owned(), &|| Ok(Value::bool(true))).is_ok());
    }
}
