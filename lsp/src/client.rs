//! What the client can do and wants.

use std::path::PathBuf;

use tower_lsp_server::ls_types::{
    ClientCapabilities, CodeActionCapabilityResolveSupport, DiagnosticTag, InitializeParams,
    TextDocumentClientCapabilities, WorkspaceClientCapabilities,
};

use crate::encoding::Encoding;
use crate::features::trust::SHOW_REFERENCES;
use crate::uris;

/// What is known of the client from its first message on.
#[derive(Debug, Clone)]
pub(crate) struct ClientInfo {
    pub(crate) encoding: Encoding,
    /// Whether it asks for diagnostics, instead of being told.
    pub(crate) pulls: bool,
    pub(crate) refreshes_diagnostics: bool,
    pub(crate) refreshes_lenses: bool,
    pub(crate) refreshes_hints: bool,
    pub(crate) related_information: bool,
    pub(crate) tags: bool,
    pub(crate) code_description: bool,
    pub(crate) diagnostic_data: bool,
    pub(crate) progress: bool,
    pub(crate) watches: bool,
    /// Whether it has to be asked to tell of changed settings.
    pub(crate) registers_settings: bool,
    pub(crate) configures: bool,
    pub(crate) document_changes: bool,
    pub(crate) code_action_literals: bool,
    /// Whether it asks for the edit of an action when it is chosen.
    pub(crate) resolves_edits: bool,
    pub(crate) markdown: bool,
    pub(crate) links: bool,
    pub(crate) hierarchical_symbols: bool,
    /// Whether it knows the command that shows places.
    pub(crate) shows_references: bool,
}

impl ClientInfo {
    pub(crate) fn new(params: &InitializeParams) -> Self {
        let ClientCapabilities { workspace, text_document, window, general, experimental, .. } = &params.capabilities;
        let commands = experimental.as_ref().and_then(|it| it.pointer("/commands/commands")?.as_array());
        let offered = general.as_ref().and_then(|general| general.position_encodings.as_deref());
        let none = (WorkspaceClientCapabilities::default(), TextDocumentClientCapabilities::default());
        let (workspace, text) = (workspace.as_ref().unwrap_or(&none.0), text_document.as_ref().unwrap_or(&none.1));
        Self {
            encoding: Encoding::of(offered),
            shows_references: commands.is_some_and(|commands| commands.iter().any(|it| it == SHOW_REFERENCES)),
            progress: window.as_ref().and_then(|window| window.work_done_progress) == Some(true),
            ..Self::of_parts(workspace, text)
        }
    }

    /// Whether it can be told that there is more to say of a file than was said at first.
    pub(crate) fn hears_more(&self) -> bool {
        !self.pulls || self.refreshes_diagnostics
    }

    fn of_parts(workspace: &WorkspaceClientCapabilities, text: &TextDocumentClientCapabilities) -> Self {
        let is = |told: Option<bool>| told == Some(true);
        let published = text.publish_diagnostics.as_ref();
        let pulled = text.diagnostic.as_ref();
        let actions = text.code_action.as_ref();
        let resolved = actions.and_then(|it| it.resolve_support.as_ref());
        let has_edit = |it: &CodeActionCapabilityResolveSupport| it.properties.iter().any(|it| it == "edit");
        let formats = text.hover.as_ref().and_then(|it| it.content_format.as_ref());
        Self {
            encoding: Encoding::Utf16,
            progress: false,
            pulls: pulled.is_some(),
            refreshes_diagnostics: is(workspace.diagnostics.as_ref().and_then(|it| it.refresh_support)),
            refreshes_lenses: is(workspace.code_lens.as_ref().and_then(|it| it.refresh_support)),
            refreshes_hints: is(workspace.inlay_hint.as_ref().and_then(|it| it.refresh_support)),
            related_information: is(pulled.and_then(|it| it.related_information))
                || is(published.and_then(|it| it.related_information)),
            tags: published.is_some_and(|it| {
                it.tag_support.as_ref().is_some_and(|tags| tags.value_set.contains(&DiagnosticTag::UNNECESSARY))
            }),
            code_description: is(pulled.and_then(|it| it.code_description_support))
                || is(published.and_then(|it| it.code_description_support)),
            diagnostic_data: is(pulled.and_then(|it| it.data_support)) || is(published.and_then(|it| it.data_support)),
            watches: is(workspace.did_change_watched_files.as_ref().and_then(|it| it.dynamic_registration)),
            registers_settings: is(workspace.did_change_configuration.as_ref().and_then(|it| it.dynamic_registration)),
            configures: is(workspace.configuration),
            document_changes: is(workspace.workspace_edit.as_ref().and_then(|it| it.document_changes)),
            code_action_literals: actions.is_some_and(|it| it.code_action_literal_support.is_some()),
            resolves_edits: resolved.is_some_and(has_edit) && is(actions.and_then(|it| it.data_support)),
            markdown: formats.is_some_and(|it| it.contains(&tower_lsp_server::ls_types::MarkupKind::Markdown)),
            links: is(text.definition.as_ref().and_then(|it| it.link_support)),
            hierarchical_symbols: is(text
                .document_symbol
                .as_ref()
                .and_then(|it| it.hierarchical_document_symbol_support)),
            shows_references: false,
        }
    }
}

/// The directories that the client works in.
#[expect(deprecated, reason = "old clients name their only directory so")]
pub(crate) fn roots(params: &InitializeParams) -> Vec<PathBuf> {
    let folders = params.workspace_folders.iter().flatten().filter_map(|folder| uris::path_of(&folder.uri));
    let folders: Vec<PathBuf> = folders.collect();
    let single = || {
        let by_uri = params.root_uri.as_ref().and_then(uris::path_of);
        by_uri.or_else(|| params.root_path.as_ref().map(PathBuf::from).filter(|path| path.is_absolute()))
    };
    if folders.is_empty() { single().into_iter().collect() } else { folders }
}
