//! What the server may send, by the types that are made from the protocol's own description.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test whose server fails has to fail")]

use lsprotocol as lsp;
use serde::de::DeserializeOwned;
use serde_json::Value;

/// Checks the parameters of a request or notification.
pub(crate) fn params(method: &str, value: &Value) {
    match method {
        "textDocument/publishDiagnostics" => is::<lsp::PublishDiagnosticsParams>(method, value),
        "window/logMessage" => is::<lsp::LogMessageParams>(method, value),
        "window/showMessage" => is::<lsp::ShowMessageParams>(method, value),
        "window/workDoneProgress/create" => is::<lsp::WorkDoneProgressCreateParams>(method, value),
        "$/progress" => progress(method, value),
        "client/registerCapability" => is::<lsp::RegistrationParams>(method, value),
        "workspace/configuration" => is::<lsp::ConfigurationParams>(method, value),
        "workspace/diagnostic/refresh" | "workspace/codeLens/refresh" | "workspace/inlayHint/refresh" => {
            assert!(value.is_null(), "{method}: {value}");
        }
        _ => panic!("an unknown message: {method} {value}"),
    }
}

/// Checks the result of a request.
pub(crate) fn result(method: &str, value: &Value) {
    match method {
        "initialize" => is::<lsp::InitializeResult>(method, value),
        "shutdown" => assert!(value.is_null()),
        _ if value.is_null() => {}
        "textDocument/hover" => is::<lsp::Hover>(method, value),
        "textDocument/completion" => is::<lsp::CompletionList>(method, value),
        "textDocument/definition" if value[0].get("targetUri").is_some() => {
            is::<Vec<lsp::LocationLink>>(method, value);
        }
        "textDocument/definition" | "textDocument/references" => is::<Vec<lsp::Location>>(method, value),
        "textDocument/documentLink" => is::<Vec<lsp::DocumentLink>>(method, value),
        "textDocument/documentSymbol" if value[0].get("location").is_some() => {
            is::<Vec<lsp::SymbolInformation>>(method, value);
        }
        "textDocument/documentSymbol" => is::<Vec<lsp::DocumentSymbol>>(method, value),
        "workspace/symbol" => is::<Vec<lsp::SymbolInformation>>(method, value),
        "textDocument/codeAction" => is::<Vec<lsp::CodeAction>>(method, value),
        "codeAction/resolve" => is::<lsp::CodeAction>(method, value),
        "textDocument/codeLens" => is::<Vec<lsp::CodeLens>>(method, value),
        "textDocument/inlayHint" => is::<Vec<lsp::InlayHint>>(method, value),
        "textDocument/prepareCallHierarchy" => is::<Vec<lsp::CallHierarchyItem>>(method, value),
        "callHierarchy/incomingCalls" => is::<Vec<lsp::CallHierarchyIncomingCall>>(method, value),
        "callHierarchy/outgoingCalls" => is::<Vec<lsp::CallHierarchyOutgoingCall>>(method, value),
        "textDocument/foldingRange" => is::<Vec<lsp::FoldingRange>>(method, value),
        "textDocument/selectionRange" => is::<Vec<lsp::SelectionRange>>(method, value),
        "textDocument/semanticTokens/full" | "textDocument/semanticTokens/range" => {
            is::<lsp::SemanticTokens>(method, value);
        }
        "textDocument/diagnostic" => is::<lsp::DocumentDiagnosticReport>(method, value),
        "workspace/diagnostic" => is::<lsp::WorkspaceDiagnosticReport>(method, value),
        method if method.starts_with("crosstrail/") => {}
        _ => panic!("an unknown answer: {method} {value}"),
    }
}

fn progress(method: &str, value: &Value) {
    is::<lsp::ProgressParams>(method, value);
    match value["value"]["kind"].as_str() {
        Some("begin") => is::<lsp::WorkDoneProgressBegin>(method, &value["value"]),
        Some("report") => is::<lsp::WorkDoneProgressReport>(method, &value["value"]),
        Some("end") => is::<lsp::WorkDoneProgressEnd>(method, &value["value"]),
        kind => panic!("progress of a kind {kind:?}"),
    }
}

fn is<T: DeserializeOwned>(method: &str, value: &Value) {
    if let Err(error) = T::deserialize(value) {
        panic!("{method}: {error}\n{value:#}");
    }
    no_null_members(method, value);
}

/// The protocol's optional members are absent, not null; but for those that may be null.
fn no_null_members(method: &str, value: &Value) {
    const NULLABLE: &[&str] = &["version"];
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                assert!(
                    !member.is_null() || NULLABLE.contains(&name.as_str()),
                    "{method}: `{name}` is null\n{value:#}"
                );
                no_null_members(method, member);
            }
        }
        Value::Array(items) => items.iter().for_each(|item| no_null_members(method, item)),
        _ => {}
    }
}
