//! Calls with values, without expressions.

use super::*;
use crate::eval::value::ValueKind;

struct NoFiles;

impl FunctionContext for NoFiles {
    fn read_bytes(&self, _: &str) -> Result<Vec<u8>, crate::source::FileError> {
        Err(crate::source::FileError::NotFound)
    }
    fn add_source(&self, path: &str, text: std::sync::Arc<str>) -> crate::source::FileId {
        crate::source::SourceMap::default().add(path, text)
    }
    fn kind(&self, _: &str) -> Result<Option<crate::source::EntryKind>, crate::source::FileError> {
        Ok(None)
    }
    fn files_below(&self, _: &str) -> Result<Vec<String>, crate::source::FileError> {
        Err(crate::source::FileError::NotFound)
    }
}

pub(super) fn run(name: &str, arguments: &[Value]) -> Result<Value, EvalError> {
    let sources = crate::source::SourceMap::default();
    let file = sources.add("main.tf", "");
    call(&NoFiles, name, arguments, crate::source::TextRange::empty(0).at(file))
}

#[test]
fn unknown_names_are_refused_with_the_nearest() {
    assert_eq!(run("upperr", &[]).unwrap_err().message, "there is no function `upperr`, did you mean `upper`?");
    assert_eq!(run("quux", &[]).unwrap_err().message, "there is no function `quux`");
    assert!(matches!(run("provider::x::y", &[]).unwrap().kind, ValueKind::Unknown(_)));
}

/// The result as JSON, or `error: message`.
pub(super) fn shown(result: Result<Value, EvalError>) -> String {
    match result.and_then(|value| crate::eval::json::encode(&value)) {
        Ok(text) => text.display(),
        Err(error) => format!("error: {}", error.message),
    }
}
