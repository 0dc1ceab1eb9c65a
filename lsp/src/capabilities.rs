//! What the server offers.

use serde_json::{Value, json};
use tower_lsp_server::ls_types::{
    CallHierarchyServerCapability, CodeActionKind, CodeActionOptions, CodeActionProviderCapability, CodeLensOptions,
    CompletionOptions, DiagnosticOptions, DiagnosticServerCapabilities, DidChangeWatchedFilesRegistrationOptions,
    DocumentLinkOptions, FileSystemWatcher, FoldingRangeProviderCapability, GlobPattern, HoverProviderCapability,
    InitializeResult, OneOf, Registration, SaveOptions, SelectionRangeProviderCapability, SemanticTokensFullOptions,
    SemanticTokensOptions, SemanticTokensServerCapabilities, ServerCapabilities, ServerInfo,
    TextDocumentSyncCapability, TextDocumentSyncKind, TextDocumentSyncOptions, TextDocumentSyncSaveOptions,
    WorkDoneProgressOptions, WorkspaceFoldersServerCapabilities, WorkspaceServerCapabilities,
};

use crate::VERSION;
use crate::client::ClientInfo;
use crate::features::actions::FIX_ALL;
use crate::settings::SECTION;
use crate::syntax;

/// The files whose changes matter: configuration, values, policies, templates, and what says
/// which of them count.
const WATCHED: &str = "**/*.{tf,tofu,tfvars,json,tpl,tftpl,tmpl,template,yaml,yml,toml,gitignore}";

pub(crate) fn result(client: &ClientInfo) -> InitializeResult {
    InitializeResult {
        capabilities: capabilities(client),
        server_info: Some(ServerInfo { name: "crosstrail".to_owned(), version: Some(VERSION.to_owned()) }),
        ..InitializeResult::default()
    }
}

fn capabilities(client: &ClientInfo) -> ServerCapabilities {
    ServerCapabilities {
        position_encoding: Some(client.encoding.kind()),
        text_document_sync: Some(TextDocumentSyncCapability::Options(sync())),
        hover_provider: Some(HoverProviderCapability::Simple(true)),
        completion_provider: Some(completion()),
        definition_provider: Some(OneOf::Left(true)),
        references_provider: Some(OneOf::Left(true)),
        document_link_provider: Some(links()),
        document_symbol_provider: Some(OneOf::Left(true)),
        workspace_symbol_provider: Some(OneOf::Left(true)),
        code_action_provider: client.code_action_literals.then(|| code_actions(client)),
        code_lens_provider: Some(CodeLensOptions { resolve_provider: Some(false) }),
        inlay_hint_provider: Some(OneOf::Left(true)),
        call_hierarchy_provider: Some(CallHierarchyServerCapability::Simple(true)),
        selection_range_provider: Some(SelectionRangeProviderCapability::Simple(true)),
        folding_range_provider: Some(FoldingRangeProviderCapability::Simple(true)),
        semantic_tokens_provider: Some(SemanticTokensServerCapabilities::SemanticTokensOptions(tokens())),
        diagnostic_provider: client.pulls.then(|| DiagnosticServerCapabilities::Options(diagnostics())),
        workspace: Some(WorkspaceServerCapabilities {
            workspace_folders: Some(WorkspaceFoldersServerCapabilities {
                supported: Some(true),
                change_notifications: Some(OneOf::Left(true)),
            }),
            ..WorkspaceServerCapabilities::default()
        }),
        ..ServerCapabilities::default()
    }
}

fn links() -> DocumentLinkOptions {
    DocumentLinkOptions {
        resolve_provider: Some(false),
        work_done_progress_options: WorkDoneProgressOptions::default(),
    }
}

fn sync() -> TextDocumentSyncOptions {
    TextDocumentSyncOptions {
        open_close: Some(true),
        change: Some(TextDocumentSyncKind::INCREMENTAL),
        save: Some(TextDocumentSyncSaveOptions::SaveOptions(SaveOptions { include_text: Some(false) })),
        ..TextDocumentSyncOptions::default()
    }
}

fn completion() -> CompletionOptions {
    // What begins a string, an action's name, a part of an ARN, a reference.
    let triggers = ["\"", ":", "/", "."];
    CompletionOptions { trigger_characters: Some(triggers.map(str::to_owned).to_vec()), ..CompletionOptions::default() }
}

fn code_actions(client: &ClientInfo) -> CodeActionProviderCapability {
    CodeActionProviderCapability::Options(CodeActionOptions {
        code_action_kinds: Some(vec![CodeActionKind::QUICKFIX, FIX_ALL]),
        resolve_provider: Some(client.resolves_edits),
        ..CodeActionOptions::default()
    })
}

fn tokens() -> SemanticTokensOptions {
    SemanticTokensOptions {
        legend: syntax::legend(),
        range: Some(true),
        full: Some(SemanticTokensFullOptions::Bool(true)),
        ..SemanticTokensOptions::default()
    }
}

fn diagnostics() -> DiagnosticOptions {
    DiagnosticOptions {
        identifier: Some("crosstrail".to_owned()),
        inter_file_dependencies: true,
        workspace_diagnostics: true,
        ..DiagnosticOptions::default()
    }
}

/// What the server wants to be told of, as far as the client lets itself be asked for it.
pub(crate) fn registrations(client: &ClientInfo) -> Vec<Registration> {
    let watchers = vec![FileSystemWatcher { glob_pattern: GlobPattern::String(WATCHED.to_owned()), kind: None }];
    let watched = DidChangeWatchedFilesRegistrationOptions { watchers };
    let register = |method: &str, options: Value| Registration {
        id: format!("crosstrail/{method}"),
        method: method.to_owned(),
        register_options: Some(options),
    };
    let watched = || register("workspace/didChangeWatchedFiles", serde_json::to_value(&watched).unwrap_or_default());
    let settings = || register("workspace/didChangeConfiguration", json!({"section": SECTION}));
    let watched = client.watches.then(watched);
    watched.into_iter().chain(client.registers_settings.then(settings)).collect()
}
