//! How something is written: with quotes or without, as a reference or in a string.

use crate::finding::Edit;
use crate::ide::Position;
use crate::ide::context::{Context, Slot, TokenPlace};
use crate::ide::sketch::Syntax;
use crate::source::TextRange;

use super::{CompletionItem, CompletionItemKind};

/// Something that can be written, before it is known how.
pub(super) struct Draft {
    pub(super) label: String,
    pub(super) kind: CompletionItemKind,
    pub(super) detail: Option<String>,
    pub(super) documentation: Option<String>,
    pub(super) insert: Insert,
    pub(super) rank: u32,
}

/// What is written.
pub(super) enum Insert {
    /// A string of this content.
    Text(String),
    /// A name of a map, to be followed by its value.
    Name(String),
    /// A reference, with text behind it.
    Code(String, String),
    /// A block: lines, of which all but the first are indented by what is around.
    Block(&'static [&'static str]),
}

impl Draft {
    /// A string that is called as it reads.
    pub(super) fn text(text: impl Into<String>, kind: CompletionItemKind, rank: u32) -> Self {
        let text = text.into();
        Self { label: text.clone(), kind, detail: None, documentation: None, insert: Insert::Text(text), rank }
    }

    /// The same with a few words on it.
    pub(super) fn detail(self, detail: impl Into<String>) -> Self {
        let detail = detail.into();
        Self { detail: (!detail.is_empty()).then_some(detail), ..self }
    }

    /// The same with more on it.
    pub(super) fn documentation(self, documentation: impl Into<String>) -> Self {
        Self { documentation: Some(documentation.into()), ..self }
    }
}

/// `draft` as it is written in `context`; `None` if it cannot be written there.
pub(super) fn written(draft: Draft, context: &Context, position: Position) -> Option<CompletionItem> {
    let (range, new_text) = match &draft.insert {
        Insert::Text(text) => string(text, context)?,
        Insert::Name(name) => name_of_map(name, context)?,
        Insert::Code(code, suffix) => reference(code, suffix, context)?,
        Insert::Block(lines) => (context.token.range, block(lines, &context.token.indentation)),
    };
    let has_quote = range.start < context.token.range.start;
    let filter = if has_quote { format!("\"{}", draft.label) } else { draft.label.clone() };
    Some(CompletionItem {
        filter,
        edit: Edit { span: range.at(position.file), new_text },
        label: draft.label,
        kind: draft.kind,
        detail: draft.detail,
        documentation: draft.documentation,
        rank: draft.rank,
    })
}

fn string(text: &str, context: &Context) -> Option<(TextRange, String)> {
    match context.token.place {
        TokenPlace::Quoted { .. } => Some((context.token.range, text.to_owned())),
        TokenPlace::Bare => Some((context.token.range, in_list(quoted(text, context), context))),
        TokenPlace::Interpolation => None,
    }
}

fn quoted(text: &str, context: &Context) -> String {
    let quote = quote(context);
    format!("{quote}{text}{quote}")
}

fn quote(context: &Context) -> &'static str {
    match context.syntax {
        Syntax::Escaped => "\\\"",
        Syntax::Json | Syntax::Template | Syntax::Object | Syntax::Body => "\"",
    }
}

/// An argument of a block that takes a list takes nothing else.
fn in_list(value: String, context: &Context) -> String {
    let takes_list = match context.slot {
        Slot::Action | Slot::Resource | Slot::Principal(_) | Slot::Value(_) => true,
        Slot::Name(_)
        | Slot::Version
        | Slot::Effect
        | Slot::Free
        | Slot::PrincipalType
        | Slot::Operator(_)
        | Slot::Key(_) => false,
    };
    let is_argument = context.syntax == Syntax::Body && takes_list && !context.token.in_list;
    if is_argument { format!("[{value}]") } else { value }
}

fn is_json(syntax: Syntax) -> bool {
    match syntax {
        Syntax::Json | Syntax::Template | Syntax::Escaped => true,
        Syntax::Object | Syntax::Body => false,
    }
}

fn name_of_map(name: &str, context: &Context) -> Option<(TextRange, String)> {
    let token = &context.token;
    let is_word = name.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '_');
    let separator = match (token.has_value, is_json(context.syntax)) {
        (true, _) => "",
        (false, true) => ": ",
        (false, false) => " = ",
    };
    match token.place {
        TokenPlace::Interpolation => None,
        TokenPlace::Quoted { .. } if separator.is_empty() => Some((token.range, name.to_owned())),
        TokenPlace::Quoted { whole: Some(whole) } => Some((whole, format!("{}{separator}", quoted(name, context)))),
        // The closing quote is still to be typed.
        TokenPlace::Quoted { whole: None } => Some((token.range, format!("{name}{}{separator}", quote(context)))),
        TokenPlace::Bare if is_word && !is_json(context.syntax) => Some((token.range, format!("{name}{separator}"))),
        TokenPlace::Bare => Some((token.range, format!("{}{separator}", quoted(name, context)))),
    }
}

fn reference(code: &str, suffix: &str, context: &Context) -> Option<(TextRange, String)> {
    let token = &context.token;
    let is_code = match context.syntax {
        Syntax::Json => return None,
        Syntax::Template | Syntax::Escaped => false,
        Syntax::Object | Syntax::Body => true,
    };
    match token.place {
        TokenPlace::Interpolation => suffix.is_empty().then(|| (token.range, code.to_owned())),
        TokenPlace::Quoted { whole: Some(whole) } if is_code && suffix.is_empty() => Some((whole, code.to_owned())),
        TokenPlace::Quoted { .. } => Some((token.range, format!("${{{code}}}{suffix}"))),
        TokenPlace::Bare if is_code && suffix.is_empty() => Some((token.range, in_list(code.to_owned(), context))),
        TokenPlace::Bare => Some((token.range, in_list(quoted(&format!("${{{code}}}{suffix}"), context), context))),
    }
}

fn block(lines: &[&str], indentation: &str) -> String {
    lines.join(&format!("\n{indentation}"))
}
