//! What a file declares: its blocks, and the statements of the policies in them.

use std::sync::Arc;

use rustc_hash::FxHashMap;

use crate::analysis::Analysis;
use crate::module::top_level_blocks;
use crate::policy::model::{Leaf, Statement};
use crate::source::{FileId, Span, TextRange};
use crate::syntax::ast::{Attribute, Block, Body, Notation};

use super::{tree, walk};

/// Something that a file declares.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DocumentSymbol {
    /// What it is called.
    pub name: String,
    /// What else is to be said of it; may be empty.
    pub detail: String,
    /// What it is.
    pub kind: DocumentSymbolKind,
    /// All of it.
    pub range: TextRange,
    /// Its name, within all of it.
    pub selection: TextRange,
    /// What is declared in it, in the order of the text.
    pub children: Vec<DocumentSymbol>,
}

/// The kinds of what a file declares.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DocumentSymbolKind {
    /// `resource`
    Resource,
    /// `data`, `ephemeral`
    Data,
    /// `variable`
    Variable,
    /// An entry of `locals`, or of a file with values of variables.
    Local,
    /// `output`
    Output,
    /// `module`
    Module,
    /// `provider`
    Provider,
    /// A block of another kind.
    Block,
    /// A statement of a policy that allows.
    Allow,
    /// A statement of a policy that denies.
    Deny,
    /// A statement of a policy of which neither is certain.
    Statement,
}

/// What `file` declares, in the order of the text. A file that is a policy has its statements.
#[must_use]
pub fn document_symbols(analysis: &Analysis, file: FileId) -> Vec<DocumentSymbol> {
    let tree = tree::of_file(analysis, file);
    let blocks = tree.as_ref().map(|tree| blocks_of(&tree.body)).unwrap_or_default();
    let mut symbols: Vec<DocumentSymbol> = blocks.iter().flat_map(|block| of_block(block)).collect();
    if let Some(tree) = tree.filter(|_| is_values(&analysis.sources().file(file).path().clone())) {
        symbols.extend(tree.body.attributes().map(|attribute| entry(attribute)));
    }
    let whole = whole_blocks(&blocks);
    for (span, statement) in statements(analysis, file) {
        let range = whole.get(&span.range).copied().unwrap_or(span.range);
        let symbol = of_statement(statement, range, file);
        let holder = symbols.iter_mut().find(|holder| holder.range.contains_range(range));
        match holder {
            Some(holder) => holder.children.push(symbol),
            None => symbols.push(symbol),
        }
    }
    order(&mut symbols);
    symbols
}

fn is_values(path: &str) -> bool {
    path.ends_with(".tfvars") || path.ends_with(".tfvars.json")
}

/// In the native syntax blocks of all kinds; in JSON of those that are known to be blocks.
fn blocks_of(body: &Body) -> Vec<Arc<Block>> {
    match body.notation {
        Notation::Native => body.native_blocks().cloned().collect(),
        Notation::Json => top_level_blocks(body),
    }
}

fn of_block(block: &Block) -> Vec<DocumentSymbol> {
    let kind = match block.kind.text.as_str() {
        "locals" => return block.body.attributes().map(|attribute| entry(attribute)).collect(),
        "resource" => DocumentSymbolKind::Resource,
        "data" | "ephemeral" => DocumentSymbolKind::Data,
        "variable" => DocumentSymbolKind::Variable,
        "output" => DocumentSymbolKind::Output,
        "module" => DocumentSymbolKind::Module,
        "provider" => DocumentSymbolKind::Provider,
        _ => DocumentSymbolKind::Block,
    };
    let labels: Vec<&str> = block.labels.iter().map(|label| label.text.as_str()).collect();
    let (name, detail) = match (labels.as_slice(), kind) {
        ([], _) => (block.kind.text.to_string(), String::new()),
        (labels, DocumentSymbolKind::Block) => (labels.join("."), block.kind.text.to_string()),
        ([.., ""], _) => (block.kind.text.to_string(), String::new()),
        (labels, DocumentSymbolKind::Provider) => (provider_name(block, labels), block.kind.text.to_string()),
        (labels, _) => (labels.join("."), block.kind.text.to_string()),
    };
    // In JSON a block is named in front of its braces.
    let range = block.range.cover(block.header);
    vec![DocumentSymbol { name, detail, kind, range, selection: block.header, children: Vec::new() }]
}

/// `aws.log`
fn provider_name(block: &Block, labels: &[&str]) -> String {
    let alias = block.body.attribute("alias").and_then(|alias| walk::literal(&alias.value));
    alias.map_or_else(|| labels.join("."), |alias| format!("{}.{alias}", labels.join(".")))
}

fn entry(attribute: &Attribute) -> DocumentSymbol {
    DocumentSymbol {
        name: attribute.name.text.to_string(),
        detail: String::new(),
        kind: DocumentSymbolKind::Local,
        range: attribute.range.cover(attribute.name.range),
        selection: attribute.name.range,
        children: Vec::new(),
    }
}

/// The whole of each `statement` block by its header, which is all that a statement remembers of it.
fn whole_blocks(blocks: &[Arc<Block>]) -> FxHashMap<TextRange, TextRange> {
    let documents = blocks.iter().filter(|block| block.kind.text == "data");
    let statements = documents.flat_map(|block| block.body.blocks("statement"));
    statements.map(|block| (block.header, block.range.cover(block.header))).collect()
}

/// The statements that stand in `file`, each once.
fn statements(analysis: &Analysis, file: FileId) -> Vec<(Span, &Statement)> {
    let all = analysis.policies_in(file).flat_map(|site| &site.document.statements);
    let mut found: Vec<(Span, &Statement)> = Vec::new();
    found.extend(all.filter(|it| it.span.file == file && !it.span.range.is_empty()).map(|it| (it.span, it)));
    found.sort_by_key(|(span, _)| span.range);
    found.dedup_by_key(|(span, _)| *span);
    found
}

fn of_statement(statement: &Statement, range: TextRange, file: FileId) -> DocumentSymbol {
    let effect = statement.effect.as_ref().and_then(|leaf| leaf.text.as_known());
    let kind = match effect.as_deref() {
        Some("Allow") => DocumentSymbolKind::Allow,
        Some("Deny") => DocumentSymbolKind::Deny,
        Some(_) | None => DocumentSymbolKind::Statement,
    };
    let says = [effect.as_deref().unwrap_or("statement").to_owned(), actions(statement)].join(" ");
    let says = says.trim_end().to_owned();
    let sid = statement.sid.as_ref().filter(|sid| !sid.sensitive && !sid.text.is_empty());
    let (name, detail) = match sid {
        Some(sid) => (sid.text.display(), says),
        None => (says, String::new()),
    };
    let place = sid.map(|sid| sid.span).filter(|span| span.file == file && range.contains_range(span.range));
    let selection = place.or(Some(statement.span)).map(|span| span.range).filter(|it| range.contains_range(*it));
    DocumentSymbol { name, detail, kind, range, selection: selection.unwrap_or(range), children: Vec::new() }
}

/// The first action, and how many there are besides.
fn actions(statement: &Statement) -> String {
    let shown = |leaf: &Leaf| if leaf.sensitive { "(sensitive)".to_owned() } else { leaf.text.display() };
    let all = statement.actions.iter().flat_map(|strings| strings.items.iter().map(move |leaf| (strings, leaf)));
    let mut all = all.peekable();
    let Some((strings, first)) = all.next() else { return String::new() };
    let first = if strings.negated { format!("all but {}", shown(first)) } else { shown(first) };
    match all.count() {
        0 => first,
        more => format!("{first} and {more} more"),
    }
}

/// Puts symbols in the order of the text.
fn order(symbols: &mut [DocumentSymbol]) {
    symbols.sort_by_key(|symbol| symbol.range);
    symbols.iter_mut().for_each(|symbol| order(&mut symbol.children));
}
