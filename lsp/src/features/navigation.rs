//! Where things are: `textDocument/definition`, `textDocument/references`, `textDocument/documentLink`.

use crosstrail_analyzer::ide;
use tower_lsp_server::ls_types::{DocumentLink, GotoDefinitionResponse, Location, LocationLink, Position, Uri};

use crate::encoding::Ruler;
use crate::question::Material;
use crate::uris;

pub(crate) fn definition(material: &Material, uri: &Uri, position: Position) -> Option<GotoDefinitionResponse> {
    let view = material.views.first()?;
    let found = ide::definition(&view.understood.analysis, view.position(uri, position)?)?;
    let targets: Vec<Location> = found.targets.iter().filter_map(|target| view.location(*target)).collect();
    if !view.client.links {
        return Some(GotoDefinitionResponse::Array(targets));
    }
    let (_, file) = view.file(uri)?;
    let origin = Ruler::of(&file, view.client.encoding).range(found.origin);
    let link = |target: Location| LocationLink {
        origin_selection_range: Some(origin),
        target_uri: target.uri,
        target_range: target.range,
        target_selection_range: target.range,
    };
    Some(GotoDefinitionResponse::Link(targets.into_iter().map(link).collect()))
}

pub(crate) fn references(material: &Material, uri: &Uri, position: Position) -> Option<Vec<Location>> {
    let view = material.views.first()?;
    let found = ide::references(&view.understood.analysis, view.position(uri, position)?);
    Some(found.into_iter().filter_map(|place| view.location(place)).collect())
}

pub(crate) fn document_links(material: &Material, uri: &Uri) -> Option<Vec<DocumentLink>> {
    let view = material.views.first()?;
    let (id, file) = view.file(uri)?;
    let ruler = Ruler::of(&file, view.client.encoding);
    let links = ide::document_links(&view.understood.analysis, id);
    let link = |link: ide::DocumentLink| {
        let target = match link.target {
            ide::LinkTarget::File(name) => uris::of_path(&view.base.locate(&name)),
            ide::LinkTarget::Page(address) => address.parse().ok(),
        };
        Some(DocumentLink { range: ruler.range(link.range), target: Some(target?), tooltip: None, data: None })
    };
    Some(links.into_iter().filter_map(link).collect())
}
