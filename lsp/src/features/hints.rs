//! `textDocument/inlayHint`.

use crosstrail_analyzer::ide;
use tower_lsp_server::ls_types::{InlayHint, InlayHintLabel, InlayHintTooltip, Range, Uri};

use crate::encoding::Ruler;
use crate::question::Material;

pub(crate) fn inlay_hints(material: &Material, uri: &Uri, range: Range) -> Option<Vec<InlayHint>> {
    let view = material.views.first()?;
    let (id, file) = view.file(uri)?;
    let ruler = Ruler::of(&file, view.client.encoding);
    let hints = ide::inlay_hints(&view.understood.analysis, ruler.text_range(range).at(id));
    let hint = |hint: ide::InlayHint| InlayHint {
        position: ruler.position(hint.offset),
        label: InlayHintLabel::String(hint.label),
        kind: None,
        text_edits: None,
        tooltip: Some(hint.detail).filter(|detail| !detail.is_empty()).map(InlayHintTooltip::String),
        padding_left: Some(true),
        padding_right: None,
        data: None,
    };
    Some(hints.into_iter().map(hint).collect())
}
