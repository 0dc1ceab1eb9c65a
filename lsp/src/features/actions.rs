//! `textDocument/codeAction` and `codeAction/resolve`.
//!
//! What is offered is worked out from the range: some clients name no diagnostics.

use std::collections::HashMap;

use crosstrail_analyzer::finding::Safety;
use crosstrail_analyzer::ide;
use crosstrail_analyzer::source::FileId;
use serde_json::json;
use tower_lsp_server::ls_types::{
    CodeAction, CodeActionKind, CodeActionOrCommand, CodeActionParams, Diagnostic, DocumentChanges, NumberOrString,
    OneOf, OptionalVersionedTextDocumentIdentifier, TextDocumentEdit, TextEdit, Uri, WorkspaceEdit,
};

use crate::encoding::Ruler;
use crate::question::{Material, View};
use crate::uris;

/// All safe fixes of a file.
pub(crate) const FIX_ALL: CodeActionKind = CodeActionKind::new("source.fixAll.crosstrail");

pub(crate) fn code_actions(material: &Material, params: &CodeActionParams) -> Option<Vec<CodeActionOrCommand>> {
    let view = material.views.first().filter(|view| view.client.code_action_literals)?;
    let uri = &params.text_document.uri;
    let (id, file) = view.file(uri)?;
    let only = params.context.only.as_deref();
    let mut actions = Vec::new();
    if is_wanted(only, &CodeActionKind::QUICKFIX) {
        let span = Ruler::of(&file, view.client.encoding).text_range(params.range).at(id);
        let found = ide::code_actions(&view.understood.analysis, &view.findings, span);
        actions.extend(found.iter().filter_map(|found| action(view, uri, found)));
    }
    if is_wanted(only, &FIX_ALL) && has_safe_fixes(view, id) {
        actions.extend(fix_all(view, uri, id, only.is_some()));
    }
    Some(actions.into_iter().map(CodeActionOrCommand::CodeAction).collect())
}

/// An action with its edit, when it has been chosen.
pub(crate) fn resolve(material: &Material, action: CodeAction) -> CodeAction {
    let edit = || {
        let view = material.views.first()?;
        let (id, _) = view.file(&uri_of(&action)?)?;
        let all = ide::fix_all(&view.understood.analysis, &view.understood.options, id)?;
        edit(view, &all)
    };
    let edit = action.edit.clone().or_else(edit);
    CodeAction { edit, ..action }
}

/// The file of an action that has no edit yet.
pub(crate) fn uri_of(action: &CodeAction) -> Option<Uri> {
    action.data.as_ref()?.get("uri")?.as_str()?.parse().ok()
}

/// Whether a client that wants actions of these kinds wants one of `kind`.
fn is_wanted(only: Option<&[CodeActionKind]>, kind: &CodeActionKind) -> bool {
    let includes = |wanted: &CodeActionKind| {
        let rest = kind.as_str().strip_prefix(wanted.as_str());
        wanted.as_str().is_empty() || rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
    };
    only.is_none_or(|only| only.iter().any(includes))
}

fn has_safe_fixes(view: &View, file: FileId) -> bool {
    let findings = view.findings.iter().filter(|finding| finding.primary.file == file);
    findings.flat_map(|finding| &finding.fixes).any(|fix| fix.safety == Safety::Safe)
}

/// All safe fixes, to be tried when the action is chosen; at once only if they were asked for.
fn fix_all(view: &View, uri: &Uri, file: FileId, is_asked_for: bool) -> Option<CodeAction> {
    if view.client.resolves_edits {
        return Some(CodeAction {
            title: "fix everything in this file that has a safe fix".to_owned(),
            kind: Some(FIX_ALL),
            data: Some(json!({"uri": uri})),
            ..CodeAction::default()
        });
    }
    let all = is_asked_for.then(|| ide::fix_all(&view.understood.analysis, &view.understood.options, file));
    action(view, uri, &all.flatten()?)
}

fn action(view: &View, uri: &Uri, action: &ide::CodeAction) -> Option<CodeAction> {
    let kind = match action.kind {
        ide::CodeActionKind::QuickFix => CodeActionKind::QUICKFIX,
        ide::CodeActionKind::FixAll => FIX_ALL,
    };
    let mended = mended(view, uri, action);
    Some(CodeAction {
        title: action.title.clone(),
        kind: Some(kind),
        diagnostics: Some(mended).filter(|mended| !mended.is_empty()),
        edit: Some(edit(view, action)?),
        is_preferred: action.is_preferred.then_some(true),
        ..CodeAction::default()
    })
}

/// The diagnostics that an action is about.
fn mended(view: &View, uri: &Uri, action: &ide::CodeAction) -> Vec<Diagnostic> {
    let name = uris::path_of(uri).and_then(|path| view.base.name_of(&path)).unwrap_or_default();
    let Some(report) = view.found.as_ref().and_then(|found| found.reports.get(&name)) else { return Vec::new() };
    let places: Vec<_> = action.mends.iter().filter_map(|span| view.location(*span)).collect();
    let is_mended = |it: &&Diagnostic| {
        let is_code = |code: &&str| it.code == Some(NumberOrString::String((*code).to_owned()));
        places.iter().any(|place| place.range == it.range) && action.codes.iter().any(is_code)
    };
    report.diagnostics.iter().filter(is_mended).cloned().collect()
}

/// The changes of an action; `None` if one of the files has no address.
fn edit(view: &View, action: &ide::CodeAction) -> Option<WorkspaceEdit> {
    let changed: Vec<(Uri, Option<i32>, Vec<TextEdit>)> =
        action.changes.iter().map(|change| of_file(view, change)).collect::<Option<_>>()?;
    if view.client.document_changes {
        let edit = |(uri, version, edits): (Uri, Option<i32>, Vec<TextEdit>)| TextDocumentEdit {
            text_document: OptionalVersionedTextDocumentIdentifier { uri, version },
            edits: edits.into_iter().map(OneOf::Left).collect(),
        };
        let edits = changed.into_iter().map(edit).collect();
        let document_changes = Some(DocumentChanges::Edits(edits));
        return Some(WorkspaceEdit { document_changes, ..WorkspaceEdit::default() });
    }
    let changes: HashMap<Uri, Vec<TextEdit>> = changed.into_iter().map(|(uri, _, edits)| (uri, edits)).collect();
    Some(WorkspaceEdit { changes: Some(changes), ..WorkspaceEdit::default() })
}

fn of_file(view: &View, change: &ide::FileChange) -> Option<(Uri, Option<i32>, Vec<TextEdit>)> {
    let file = view.understood.analysis.sources().file(change.file);
    let ruler = Ruler::of(&file, view.client.encoding);
    let edit = |(range, new_text): &(_, String)| TextEdit { range: ruler.range(*range), new_text: new_text.clone() };
    let edits = change.edits.iter().map(edit).collect();
    Some((uris::of_path(&view.base.locate(&change.path))?, view.version(&change.path), edits))
}
