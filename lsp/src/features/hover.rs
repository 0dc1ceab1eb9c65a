//! `textDocument/hover`.

use crosstrail_analyzer::ide;
use tower_lsp_server::ls_types::{Hover, HoverContents, MarkupContent, MarkupKind, Position, Uri};

use crate::question::Material;

pub(crate) fn hover(material: &Material, uri: &Uri, position: Position) -> Option<Hover> {
    let view = material.views.first()?;
    let position = view.position(uri, position)?;
    let hover = ide::hover(&view.understood.analysis, position, &view.findings)?;
    let kind = if view.client.markdown { MarkupKind::Markdown } else { MarkupKind::PlainText };
    Some(Hover {
        contents: HoverContents::Markup(MarkupContent { kind, value: hover.markdown }),
        range: view.location(hover.span).map(|location| location.range),
    })
}
