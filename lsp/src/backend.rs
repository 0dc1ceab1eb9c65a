//! The handlers. Each puts one message into the queue before it waits for anything, so that
//! messages are taken in the order in which they came; none of them thinks.

use std::sync::mpsc::Sender;

use tokio::sync::oneshot;
use tower_lsp_server::jsonrpc::{Error, Result};
use tower_lsp_server::ls_types::{
    CallHierarchyIncomingCall, CallHierarchyIncomingCallsParams, CallHierarchyItem, CallHierarchyOutgoingCall,
    CallHierarchyOutgoingCallsParams, CallHierarchyPrepareParams, CodeAction, CodeActionParams, CodeActionResponse,
    CodeLens, CodeLensParams, CompletionParams, CompletionResponse, DidChangeConfigurationParams,
    DidChangeTextDocumentParams, DidChangeWatchedFilesParams, DidChangeWorkspaceFoldersParams,
    DidCloseTextDocumentParams, DidOpenTextDocumentParams, DidSaveTextDocumentParams, DocumentDiagnosticParams,
    DocumentDiagnosticReportResult, DocumentLink, DocumentLinkParams, DocumentSymbolParams, DocumentSymbolResponse,
    FoldingRange, FoldingRangeParams, GotoDefinitionParams, GotoDefinitionResponse, Hover, HoverParams,
    InitializeParams, InitializeResult, InitializedParams, InlayHint, InlayHintParams, Location, Position,
    ReferenceParams, SelectionRange, SelectionRangeParams, SemanticTokensParams, SemanticTokensRangeParams,
    SemanticTokensRangeResult, SemanticTokensResult, TextDocumentPositionParams, Uri, WorkspaceDiagnosticParams,
    WorkspaceDiagnosticReportResult, WorkspaceSymbolParams, WorkspaceSymbolResponse,
};
use tower_lsp_server::{Client, LanguageServer};

use crate::features::{actions, completion, diagnostic, hints, hover, navigation, symbols, text, trust};
use crate::question::{Material, Question, Subject};
use crate::server::Message;
use crate::trial::{self, Trial};

/// Where the transport leaves what it has read.
#[derive(Debug)]
pub(crate) struct Backend {
    client: Client,
    queue: Sender<Message>,
}

impl Backend {
    pub(crate) fn new(client: Client, queue: Sender<Message>) -> Self {
        Self { client, queue }
    }

    pub(crate) fn client(&self) -> Client {
        self.client.clone()
    }

    /// See [`crate::trial`].
    pub(crate) async fn trial(&self, trial: Trial) -> Result<()> {
        self.ask(Subject::Everything, move |_| trial::run(trial)).await
    }

    fn tell(&self, message: Message) {
        // The other end is closed when the client wants no more.
        drop(self.queue.send(message));
    }

    async fn ask<T: Send + 'static>(
        &self,
        subject: Subject,
        feature: impl FnOnce(&Material) -> T + Send + 'static,
    ) -> Result<T> {
        let (question, answer) = Question::new(subject, feature);
        self.tell(Message::Asked(question));
        answer.await.unwrap_or_else(|_| Err(Error::request_cancelled()))
    }
}

impl LanguageServer for Backend {
    async fn initialize(&self, params: InitializeParams) -> Result<InitializeResult> {
        let (sender, answer) = oneshot::channel();
        self.tell(Message::Initialize(Box::new(params), sender));
        answer.await.unwrap_or_else(|_| Err(Error::request_cancelled()))
    }

    async fn initialized(&self, _: InitializedParams) {
        self.tell(Message::Initialized);
    }

    async fn shutdown(&self) -> Result<()> {
        let (sender, done) = oneshot::channel();
        self.tell(Message::Shutdown(sender));
        done.await.map_err(|_| Error::request_cancelled())
    }

    async fn did_open(&self, params: DidOpenTextDocumentParams) {
        self.tell(Message::Opened(params.text_document));
    }

    async fn did_change(&self, params: DidChangeTextDocumentParams) {
        self.tell(Message::Changed(params));
    }

    async fn did_save(&self, params: DidSaveTextDocumentParams) {
        self.tell(Message::Saved(params.text_document.uri));
    }

    async fn did_close(&self, params: DidCloseTextDocumentParams) {
        self.tell(Message::Closed(params.text_document.uri));
    }

    async fn did_change_watched_files(&self, params: DidChangeWatchedFilesParams) {
        self.tell(Message::Touched(params.changes));
    }

    async fn did_change_workspace_folders(&self, params: DidChangeWorkspaceFoldersParams) {
        self.tell(Message::Folders(params));
    }

    async fn did_change_configuration(&self, params: DidChangeConfigurationParams) {
        self.tell(Message::SettingsChanged(params.settings));
    }

    async fn diagnostic(&self, params: DocumentDiagnosticParams) -> Result<DocumentDiagnosticReportResult> {
        let subject = Subject::Diagnostics(params.text_document.uri.clone());
        self.ask(subject, move |material| diagnostic::of_document(material, &params)).await
    }

    async fn workspace_diagnostic(&self, params: WorkspaceDiagnosticParams) -> Result<WorkspaceDiagnosticReportResult> {
        self.ask(Subject::Everything, move |material| diagnostic::of_workspace(material, params)).await
    }

    async fn hover(&self, params: HoverParams) -> Result<Option<Hover>> {
        let (uri, position) = place(params.text_document_position_params);
        self.ask(Subject::Shown(uri.clone()), move |material| hover::hover(material, &uri, position)).await
    }

    async fn completion(&self, params: CompletionParams) -> Result<Option<CompletionResponse>> {
        let (uri, position) = place(params.text_document_position);
        self.ask(Subject::Meaning(uri.clone()), move |material| completion::completion(material, &uri, position)).await
    }

    async fn goto_definition(&self, params: GotoDefinitionParams) -> Result<Option<GotoDefinitionResponse>> {
        let (uri, position) = place(params.text_document_position_params);
        self.ask(Subject::Meaning(uri.clone()), move |material| navigation::definition(material, &uri, position)).await
    }

    async fn references(&self, params: ReferenceParams) -> Result<Option<Vec<Location>>> {
        let (uri, position) = place(params.text_document_position);
        self.ask(Subject::Meaning(uri.clone()), move |material| navigation::references(material, &uri, position)).await
    }

    async fn document_link(&self, params: DocumentLinkParams) -> Result<Option<Vec<DocumentLink>>> {
        let uri = params.text_document.uri;
        self.ask(Subject::Meaning(uri.clone()), move |material| navigation::document_links(material, &uri)).await
    }

    async fn document_symbol(&self, params: DocumentSymbolParams) -> Result<Option<DocumentSymbolResponse>> {
        let uri = params.text_document.uri;
        self.ask(Subject::Meaning(uri.clone()), move |material| symbols::document_symbols(material, &uri)).await
    }

    async fn symbol(&self, params: WorkspaceSymbolParams) -> Result<Option<WorkspaceSymbolResponse>> {
        let feature = move |material: &Material| symbols::workspace_symbols(material, &params.query);
        self.ask(Subject::Meanings, feature).await.map(Some)
    }

    async fn code_action(&self, params: CodeActionParams) -> Result<Option<CodeActionResponse>> {
        let subject = Subject::File(params.text_document.uri.clone());
        self.ask(subject, move |material| actions::code_actions(material, &params)).await
    }

    async fn code_action_resolve(&self, action: CodeAction) -> Result<CodeAction> {
        let subject = actions::uri_of(&action).map_or(Subject::Everything, Subject::Meaning);
        self.ask(subject, move |material| actions::resolve(material, action)).await
    }

    async fn code_lens(&self, params: CodeLensParams) -> Result<Option<Vec<CodeLens>>> {
        let uri = params.text_document.uri;
        self.ask(Subject::Meaning(uri.clone()), move |material| trust::code_lenses(material, &uri)).await
    }

    async fn inlay_hint(&self, params: InlayHintParams) -> Result<Option<Vec<InlayHint>>> {
        let (uri, range) = (params.text_document.uri, params.range);
        self.ask(Subject::Meaning(uri.clone()), move |material| hints::inlay_hints(material, &uri, range)).await
    }

    async fn prepare_call_hierarchy(
        &self,
        params: CallHierarchyPrepareParams,
    ) -> Result<Option<Vec<CallHierarchyItem>>> {
        let (uri, position) = place(params.text_document_position_params);
        self.ask(Subject::Meaning(uri.clone()), move |material| trust::prepare(material, &uri, position)).await
    }

    async fn incoming_calls(
        &self,
        params: CallHierarchyIncomingCallsParams,
    ) -> Result<Option<Vec<CallHierarchyIncomingCall>>> {
        let subject = Subject::Meaning(params.item.uri.clone());
        self.ask(subject, move |material| trust::incoming(material, &params.item)).await
    }

    async fn outgoing_calls(
        &self,
        params: CallHierarchyOutgoingCallsParams,
    ) -> Result<Option<Vec<CallHierarchyOutgoingCall>>> {
        let subject = Subject::Meaning(params.item.uri.clone());
        self.ask(subject, move |material| trust::outgoing(material, &params.item)).await
    }

    async fn folding_range(&self, params: FoldingRangeParams) -> Result<Option<Vec<FoldingRange>>> {
        self.ask(Subject::Text(params.text_document.uri), text::folding_ranges).await
    }

    async fn selection_range(&self, params: SelectionRangeParams) -> Result<Option<Vec<SelectionRange>>> {
        let positions = params.positions;
        let feature = move |material: &Material| text::selection_ranges(material, &positions);
        self.ask(Subject::Text(params.text_document.uri), feature).await
    }

    async fn semantic_tokens_full(&self, params: SemanticTokensParams) -> Result<Option<SemanticTokensResult>> {
        self.ask(Subject::Text(params.text_document.uri), text::semantic_tokens).await
    }

    async fn semantic_tokens_range(
        &self,
        params: SemanticTokensRangeParams,
    ) -> Result<Option<SemanticTokensRangeResult>> {
        let range = params.range;
        let feature = move |material: &Material| text::semantic_tokens_in(material, range);
        self.ask(Subject::Text(params.text_document.uri), feature).await
    }
}

fn place(params: TextDocumentPositionParams) -> (Uri, Position) {
    (params.text_document.uri, params.position)
}
