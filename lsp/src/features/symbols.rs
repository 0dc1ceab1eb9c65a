//! What is declared: `textDocument/documentSymbol` and `workspace/symbol`.

use crosstrail_analyzer::ide;
use tower_lsp_server::ls_types::{
    DocumentSymbol, DocumentSymbolResponse, Location, SymbolInformation, SymbolKind, Uri, WorkspaceSymbolResponse,
};

use crate::encoding::Ruler;
use crate::question::{Material, View};

pub(crate) fn document_symbols(material: &Material, uri: &Uri) -> Option<DocumentSymbolResponse> {
    let view = material.views.first()?;
    let (id, file) = view.file(uri)?;
    let ruler = Ruler::of(&file, view.client.encoding);
    let symbols = ide::document_symbols(&view.understood.analysis, id);
    if view.client.hierarchical_symbols {
        return Some(DocumentSymbolResponse::Nested(symbols.into_iter().map(|it| nested(&ruler, it)).collect()));
    }
    let mut flat = Vec::new();
    symbols.into_iter().for_each(|symbol| flatten(&ruler, uri, symbol, None, &mut flat));
    Some(DocumentSymbolResponse::Flat(flat))
}

#[expect(deprecated, reason = "the type has a member that must be set")]
fn nested(ruler: &Ruler<'_>, symbol: ide::DocumentSymbol) -> DocumentSymbol {
    let children: Vec<_> = symbol.children.into_iter().map(|child| nested(ruler, child)).collect();
    DocumentSymbol {
        name: symbol.name,
        detail: Some(symbol.detail).filter(|detail| !detail.is_empty()),
        kind: kind(symbol.kind),
        tags: None,
        deprecated: None,
        range: ruler.range(symbol.range),
        selection_range: ruler.range(symbol.selection),
        children: Some(children).filter(|children| !children.is_empty()),
    }
}

fn flatten(
    ruler: &Ruler<'_>,
    uri: &Uri,
    symbol: ide::DocumentSymbol,
    container: Option<String>,
    flat: &mut Vec<SymbolInformation>,
) {
    let location = Location { uri: uri.clone(), range: ruler.range(symbol.range) };
    flat.push(information(symbol.name.clone(), kind(symbol.kind), location, container));
    for child in symbol.children {
        flatten(ruler, uri, child, Some(symbol.name.clone()), flat);
    }
}

#[expect(deprecated, reason = "the type has a member that must be set")]
fn information(
    name: String,
    kind: SymbolKind,
    location: Location,
    container_name: Option<String>,
) -> SymbolInformation {
    SymbolInformation { name, kind, tags: None, deprecated: None, location, container_name }
}

fn kind(kind: ide::DocumentSymbolKind) -> SymbolKind {
    match kind {
        ide::DocumentSymbolKind::Resource => SymbolKind::CLASS,
        ide::DocumentSymbolKind::Data => SymbolKind::INTERFACE,
        ide::DocumentSymbolKind::Variable | ide::DocumentSymbolKind::Local => SymbolKind::VARIABLE,
        ide::DocumentSymbolKind::Output => SymbolKind::FIELD,
        ide::DocumentSymbolKind::Module => SymbolKind::MODULE,
        ide::DocumentSymbolKind::Provider => SymbolKind::PACKAGE,
        ide::DocumentSymbolKind::Block => SymbolKind::OBJECT,
        ide::DocumentSymbolKind::Allow | ide::DocumentSymbolKind::Deny | ide::DocumentSymbolKind::Statement => {
            SymbolKind::EVENT
        }
    }
}

pub(crate) fn workspace_symbols(material: &Material, query: &str) -> WorkspaceSymbolResponse {
    let of_view = |view: &View| -> Vec<SymbolInformation> {
        let symbols = ide::workspace_symbols(&view.understood.analysis, query);
        symbols.into_iter().filter_map(|symbol| of_workspace(view, symbol)).collect()
    };
    WorkspaceSymbolResponse::Flat(material.views.iter().flat_map(of_view).collect())
}

fn of_workspace(view: &View, symbol: ide::WorkspaceSymbol) -> Option<SymbolInformation> {
    let kind = match symbol.kind {
        ide::WorkspaceSymbolKind::Account => SymbolKind::NAMESPACE,
        ide::WorkspaceSymbolKind::Principal => SymbolKind::INTERFACE,
        ide::WorkspaceSymbolKind::Policy | ide::WorkspaceSymbolKind::Document => SymbolKind::OBJECT,
        ide::WorkspaceSymbolKind::Trail => SymbolKind::EVENT,
        ide::WorkspaceSymbolKind::Resource => SymbolKind::CLASS,
    };
    let container = Some(symbol.container).filter(|container| !container.is_empty());
    Some(information(symbol.name, kind, view.location(symbol.span)?, container))
}
