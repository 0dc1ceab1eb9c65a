//! Who trusts whom: the hierarchy of calls, and the lines above blocks.

use crosstrail_analyzer::ide;
use crosstrail_analyzer::source::Span;
use serde_json::{Value, json};
use tower_lsp_server::ls_types::{
    CallHierarchyIncomingCall, CallHierarchyItem, CallHierarchyOutgoingCall, CodeLens, Command, Position, Range,
    SymbolKind, Uri,
};

use crate::encoding::Ruler;
use crate::question::{Material, View};

/// The command that a client may know: it shows the locations that are its third argument.
pub(crate) const SHOW_REFERENCES: &str = "crosstrail.showReferences";

pub(crate) fn prepare(material: &Material, uri: &Uri, position: Position) -> Option<Vec<CallHierarchyItem>> {
    let view = material.views.first()?;
    let items = ide::trust_items(&view.understood.analysis, view.position(uri, position)?);
    Some(items.iter().filter_map(|found| item(view, found)).collect())
}

pub(crate) fn incoming(material: &Material, of: &CallHierarchyItem) -> Option<Vec<CallHierarchyIncomingCall>> {
    let view = material.views.first()?;
    let steps = ide::who_can_assume(&view.understood.analysis, &asked(view, of)?);
    let call = |step: &ide::TrustStep| {
        let from_ranges = ranges(view, step, step.item.span);
        Some(CallHierarchyIncomingCall { from: with_standing(item(view, &step.item)?, step.standing), from_ranges })
    };
    Some(steps.iter().filter_map(call).collect())
}

pub(crate) fn outgoing(material: &Material, of: &CallHierarchyItem) -> Option<Vec<CallHierarchyOutgoingCall>> {
    let view = material.views.first()?;
    let asked = asked(view, of)?;
    let steps = ide::what_it_can_assume(&view.understood.analysis, &asked);
    let call = |step: &ide::TrustStep| {
        let from_ranges = ranges(view, step, asked.span);
        Some(CallHierarchyOutgoingCall { to: with_standing(item(view, &step.item)?, step.standing), from_ranges })
    };
    Some(steps.iter().filter_map(call).collect())
}

fn item(view: &View, item: &ide::TrustItem) -> Option<CallHierarchyItem> {
    let location = view.location(item.span)?;
    let kind = match item.kind {
        ide::TrustItemKind::Role => SymbolKind::INTERFACE,
        ide::TrustItemKind::User => SymbolKind::CLASS,
        ide::TrustItemKind::Account => SymbolKind::NAMESPACE,
        ide::TrustItemKind::Service => SymbolKind::MODULE,
        ide::TrustItemKind::Federated | ide::TrustItemKind::Everyone => SymbolKind::OBJECT,
    };
    Some(CallHierarchyItem {
        name: item.name.clone(),
        kind,
        tags: None,
        detail: Some(item.detail.clone()).filter(|detail| !detail.is_empty()),
        uri: location.uri,
        range: location.range,
        selection_range: location.range,
        data: Some(json!(item.key)),
    })
}

fn with_standing(item: CallHierarchyItem, standing: &str) -> CallHierarchyItem {
    let detail = item.detail.map_or_else(|| standing.to_owned(), |detail| format!("{detail}, {standing}"));
    CallHierarchyItem { detail: Some(detail), ..item }
}

/// The item that a client gives back, in the texts as they are now.
fn asked(view: &View, item: &CallHierarchyItem) -> Option<ide::TrustItem> {
    let key = item.data.as_ref().and_then(Value::as_str)?;
    let (file, source) = view.file(&item.uri)?;
    let span = Ruler::of(&source, view.client.encoding).text_range(item.range).at(file);
    let (name, detail) = (item.name.clone(), String::new());
    // INVARIANT: of what is asked only the key counts.
    Some(ide::TrustItem { key: key.to_owned(), name, detail, kind: ide::TrustItemKind::Role, span })
}

/// The statements of a step that stand in the file of `from`, who becomes the other; itself if
/// there are none.
fn ranges(view: &View, step: &ide::TrustStep, from: Span) -> Vec<Range> {
    let statements = step.identity.iter().filter(|span| span.file == from.file);
    let ranges: Vec<Range> = statements.filter_map(|span| Some(view.location(*span)?.range)).collect();
    if ranges.is_empty() { view.location(from).map(|location| location.range).into_iter().collect() } else { ranges }
}

pub(crate) fn code_lenses(material: &Material, uri: &Uri) -> Option<Vec<CodeLens>> {
    let view = material.views.first()?;
    let (id, file) = view.file(uri)?;
    let ruler = Ruler::of(&file, view.client.encoding);
    let lenses = ide::code_lenses(&view.understood.analysis, id);
    let lens = |lens: ide::CodeLens| {
        let range = ruler.range(lens.range);
        CodeLens { range, command: Some(command(view, uri, range.start, lens)), data: None }
    };
    Some(lenses.into_iter().map(lens).collect())
}

/// What a lens says, and what it does for a client that can show places.
fn command(view: &View, uri: &Uri, position: Position, lens: ide::CodeLens) -> Command {
    if !view.client.shows_references || lens.places.is_empty() {
        return Command { title: lens.title, command: String::new(), arguments: None };
    }
    let places: Vec<_> = lens.places.iter().filter_map(|place| view.location(*place)).collect();
    let arguments = vec![json!(uri), json!(position), json!(places)];
    Command { title: lens.title, command: SHOW_REFERENCES.to_owned(), arguments: Some(arguments) }
}
