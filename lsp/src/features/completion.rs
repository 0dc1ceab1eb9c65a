//! `textDocument/completion`.

use crosstrail_analyzer::ide;
use tower_lsp_server::ls_types::{
    CompletionItem, CompletionItemKind, CompletionList, CompletionResponse, CompletionTextEdit, Documentation,
    MarkupContent, MarkupKind, Position, TextEdit, Uri,
};

use crate::question::{Material, View};

pub(crate) fn completion(material: &Material, uri: &Uri, position: Position) -> Option<CompletionResponse> {
    let view = material.views.first()?;
    let position = view.position(uri, position)?;
    let found = ide::completions(&view.understood.analysis, position);
    let items = found.items.into_iter().filter_map(|found| item(view, found)).collect();
    Some(CompletionResponse::List(CompletionList { is_incomplete: found.is_incomplete, items }))
}

fn item(view: &View, item: ide::CompletionItem) -> Option<CompletionItem> {
    let range = view.location(item.edit.span)?.range;
    let markup = |value| Documentation::MarkupContent(MarkupContent { kind: MarkupKind::Markdown, value });
    Some(CompletionItem {
        kind: Some(kind(item.kind)),
        detail: item.detail,
        documentation: item.documentation.map(markup),
        sort_text: Some(format!("{:06}{}", item.rank, item.label)),
        filter_text: Some(item.filter),
        text_edit: Some(CompletionTextEdit::Edit(TextEdit { range, new_text: item.edit.new_text })),
        label: item.label,
        ..CompletionItem::default()
    })
}

fn kind(kind: ide::CompletionItemKind) -> CompletionItemKind {
    match kind {
        ide::CompletionItemKind::Service => CompletionItemKind::MODULE,
        ide::CompletionItemKind::Action => CompletionItemKind::METHOD,
        ide::CompletionItemKind::Reference => CompletionItemKind::REFERENCE,
        ide::CompletionItemKind::Name => CompletionItemKind::CONSTANT,
        ide::CompletionItemKind::Operator => CompletionItemKind::OPERATOR,
        ide::CompletionItemKind::Key => CompletionItemKind::FIELD,
        ide::CompletionItemKind::Value => CompletionItemKind::ENUM_MEMBER,
        ide::CompletionItemKind::Element => CompletionItemKind::PROPERTY,
        ide::CompletionItemKind::Block => CompletionItemKind::STRUCT,
    }
}
