//! Requests about the shape of an open text. They wait for no analysis.

use tower_lsp_server::ls_types::{
    FoldingRange, Position, Range, SelectionRange, SemanticTokensRangeResult, SemanticTokensResult,
};

use crate::question::Material;
use crate::syntax;

pub(crate) fn folding_ranges(material: &Material) -> Option<Vec<FoldingRange>> {
    syntax::folding_ranges(material.document.as_ref()?)
}

pub(crate) fn selection_ranges(material: &Material, positions: &[Position]) -> Option<Vec<SelectionRange>> {
    syntax::selection_ranges(material.document.as_ref()?, positions, material.client.encoding)
}

pub(crate) fn semantic_tokens(material: &Material) -> Option<SemanticTokensResult> {
    let tokens = syntax::semantic_tokens(material.document.as_ref()?, None, material.client.encoding)?;
    Some(SemanticTokensResult::Tokens(tokens))
}

pub(crate) fn semantic_tokens_in(material: &Material, part: Range) -> Option<SemanticTokensRangeResult> {
    let tokens = syntax::semantic_tokens(material.document.as_ref()?, Some(part), material.client.encoding)?;
    Some(SemanticTokensRangeResult::Tokens(tokens))
}
