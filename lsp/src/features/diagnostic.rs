//! `textDocument/diagnostic` and `workspace/diagnostic`.

use std::collections::BTreeMap;

use tower_lsp_server::ls_types::{
    DocumentDiagnosticParams, DocumentDiagnosticReport, DocumentDiagnosticReportResult, FullDocumentDiagnosticReport,
    RelatedFullDocumentDiagnosticReport, RelatedUnchangedDocumentDiagnosticReport, UnchangedDocumentDiagnosticReport,
    Uri, WorkspaceDiagnosticParams, WorkspaceDiagnosticReport, WorkspaceDiagnosticReportResult,
    WorkspaceDocumentDiagnosticReport, WorkspaceFullDocumentDiagnosticReport,
    WorkspaceUnchangedDocumentDiagnosticReport,
};

use crate::diagnostics::{NOTHING, Report};
use crate::question::{Material, View};
use crate::uris;

/// What is to be said of one file, or that it is what the client knows.
pub(crate) fn of_document(material: &Material, params: &DocumentDiagnosticParams) -> DocumentDiagnosticReportResult {
    let found = || report(material.views.first()?, &params.text_document.uri);
    let report = material.at_once.as_ref().or_else(found);
    let id = id_of(report);
    if params.previous_result_id.as_ref() == Some(&id) {
        let unchanged_document_diagnostic_report = UnchangedDocumentDiagnosticReport { result_id: id };
        return DocumentDiagnosticReportResult::Report(DocumentDiagnosticReport::Unchanged(
            RelatedUnchangedDocumentDiagnosticReport { related_documents: None, unchanged_document_diagnostic_report },
        ));
    }
    DocumentDiagnosticReportResult::Report(DocumentDiagnosticReport::Full(RelatedFullDocumentDiagnosticReport {
        related_documents: None,
        full_document_diagnostic_report: full(report),
    }))
}

/// What is to be said of all files of which there is something, or was when the client last asked.
pub(crate) fn of_workspace(material: &Material, params: WorkspaceDiagnosticParams) -> WorkspaceDiagnosticReportResult {
    let mut known: BTreeMap<Uri, String> =
        params.previous_result_ids.into_iter().map(|previous| (previous.uri, previous.value)).collect();
    let mut items = Vec::new();
    for view in &material.views {
        for (name, report) in view.found.iter().flat_map(|found| found.reports.iter()) {
            let known = known.remove(&report.uri);
            items.push(item(&report.uri, Some(report), known.as_deref(), view.version(name)));
        }
    }
    items.extend(known.iter().map(|(uri, known)| item(uri, None, Some(known), None)));
    WorkspaceDiagnosticReportResult::Report(WorkspaceDiagnosticReport { items })
}

fn report<'a>(view: &'a View, uri: &Uri) -> Option<&'a Report> {
    let name = view.base.name_of(&uris::path_of(uri)?)?;
    view.found.as_ref()?.reports.get(&name)
}

fn id_of(report: Option<&Report>) -> String {
    format!("{:016x}", report.map_or(NOTHING, |report| report.id))
}

fn full(report: Option<&Report>) -> FullDocumentDiagnosticReport {
    let items = report.map(|report| report.diagnostics.to_vec()).unwrap_or_default();
    FullDocumentDiagnosticReport { result_id: Some(id_of(report)), items }
}

fn item(
    uri: &Uri,
    report: Option<&Report>,
    known: Option<&str>,
    version: Option<i32>,
) -> WorkspaceDocumentDiagnosticReport {
    let (id, uri, version) = (id_of(report), uri.clone(), version.map(i64::from));
    if known == Some(id.as_str()) {
        let unchanged_document_diagnostic_report = UnchangedDocumentDiagnosticReport { result_id: id };
        return WorkspaceDocumentDiagnosticReport::Unchanged(WorkspaceUnchangedDocumentDiagnosticReport {
            uri,
            version,
            unchanged_document_diagnostic_report,
        });
    }
    let full_document_diagnostic_report = full(report);
    WorkspaceDocumentDiagnosticReport::Full(WorkspaceFullDocumentDiagnosticReport {
        uri,
        version,
        full_document_diagnostic_report,
    })
}
