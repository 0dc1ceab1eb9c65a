//! Native syntax: the recovering parser.
//!
//! It agrees with HashiCorp's parser about which texts are correct. What it adds
//! is a tree for those that are not: see [`recovery`] for how it goes on.

mod body;
mod collection;
mod expression;
mod parser;
mod parts;
mod recovery;
mod template;

use std::sync::Arc;

pub use parser::{MAX_HEIGHT, MAX_NESTING};

use self::parser::{Origin, Parser};
use super::ast::{Body, Expr, ExprKind, Notation, OffsetMap, Template, TemplateForm, Tree};
use super::{SyntaxError, exact};
use crate::source::{BYTE_ORDER_MARK, FileId, TextRange};

/// Parses a whole file of native syntax.
#[must_use]
pub fn parse_hcl(file: FileId, text: &str) -> Tree {
    let mut parser = Parser::new(file, text, Origin { start: 0, map: OffsetMap::default() });
    if parser.is_too_large(0) {
        let body = Body { items: Arc::default(), range: TextRange::default(), notation: Notation::Native };
        return Tree { file, body, errors: parser.errors };
    }
    parser.skip_byte_order_mark();
    let body = parser.file_body();
    Tree { file, body, errors: parser.sorted_errors() }
}

/// Parses the contents of a file given to `templatefile`, or a text given to
/// `templatestring`: no quotes, and no escapes but `$${` and `%%{`.
#[must_use]
pub fn parse_template(file: FileId, text: &str) -> (Template, Vec<SyntaxError>) {
    let parser = Parser::new(file, text, Origin { start: 0, map: OffsetMap::default() });
    template(parser, 0, TemplateForm::File)
}

/// Parses the decoded text of a string of a JSON file as a template.
///
/// `start` is the offset in the file of the first byte behind the quote; `map`
/// leads from the decoded text to the file.
#[must_use]
pub fn parse_json_string_template(
    file: FileId,
    text: &str,
    start: u32,
    map: &OffsetMap,
) -> (Template, Vec<SyntaxError>) {
    let parser = Parser::new(file, text, Origin { start, map: map.clone() });
    template(parser, start, TemplateForm::Json)
}

fn template(mut parser: Parser<'_>, start: u32, form: TemplateForm) -> (Template, Vec<SyntaxError>) {
    if parser.is_too_large(start) {
        return (Template { parts: Box::default(), form }, parser.errors);
    }
    if form == TemplateForm::File {
        parser.skip_byte_order_mark();
    }
    let parts = parser.whole_text();
    let parts = parser.assemble(parts);
    (Template { parts: exact(parts), form }, parser.sorted_errors())
}

/// Parses a text that is an expression as a whole. `offset` is where it stands
/// in the file.
#[must_use]
pub fn parse_expression(file: FileId, text: &str, offset: u32) -> (Expr, Vec<SyntaxError>) {
    parse_json_string_expression(file, text, offset, &OffsetMap::default())
}

/// Parses the decoded text of a string of a JSON file as an expression, as in `"type": "map(string)"`.
/// `start` and `map` are those of [`parse_json_string_template`].
#[must_use]
pub fn parse_json_string_expression(file: FileId, text: &str, start: u32, map: &OffsetMap) -> (Expr, Vec<SyntaxError>) {
    let mut parser = Parser::new(file, text, Origin { start, map: map.clone() });
    if parser.is_too_large(start) {
        return (Expr { kind: ExprKind::Missing, range: TextRange::empty(start) }, parser.errors);
    }
    parser.ignore_newlines = true;
    let expr = parser.expression();
    if !parser.at_end() {
        parser.expected("the end of the expression");
    }
    (expr, parser.sorted_errors())
}

impl Parser<'_> {
    fn is_too_large(&mut self, start: u32) -> bool {
        let fits = u32::try_from(self.text.len()).is_ok_and(|length| length.checked_add(start).is_some());
        if !fits {
            let message = format!("{} bytes are more than can be read: the limit is {}", self.text.len(), u32::MAX);
            self.note(TextRange::default(), message);
        }
        !fits
    }

    fn skip_byte_order_mark(&mut self) {
        if self.text.starts_with(BYTE_ORDER_MARK) {
            self.bump(BYTE_ORDER_MARK.len_utf8());
        }
    }

    fn sorted_errors(self) -> Vec<SyntaxError> {
        let mut errors = self.errors;
        errors.sort_by_key(|error| error.range.start);
        errors
    }
}
