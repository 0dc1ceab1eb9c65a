//! HCL in JSON notation: `.tf.json` and `.tfvars.json` files.
//!
//! Every property is an attribute: [`super::blocks`] reads those as blocks that the
//! reader of a body asks for. Strings are templates, and their ranges lead into the
//! JSON text, whatever escapes it has.

use std::sync::Arc;

use smol_str::SmolStr;

use crate::source::{FileId, TextRange};

use super::ast::{
    Attribute, Body, Expr, ExprKind, Item, Literal, Notation, ObjectItem, Template, TemplateForm, TemplatePart, Tree,
    UnaryOp,
};
use super::blocks::{COMMENT, key_name};
use super::json::{self, JsonKind, JsonMember, JsonPiece, JsonString, JsonValue};
use super::{SyntaxError, parse_json_string_expression, parse_json_string_template};

/// How the strings at some place of a JSON file are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum JsonStrings {
    /// As templates: `"a ${b}"`.
    Template,
    /// As they are.
    Literal,
    /// As expressions: `"aws.log"`, `"map(string)"`.
    Expression,
}

/// Parses a file in JSON notation, all of its strings as templates.
#[must_use]
pub fn parse_json_hcl(file: FileId, text: &str) -> Tree {
    parse_json_hcl_with(file, text, |_| JsonStrings::Template)
}

/// Parses a file in JSON notation. `strings` tells from the keys that lead to a string
/// (the indices of arrays left out) how it is read.
#[must_use]
pub fn parse_json_hcl_with(file: FileId, text: &str, strings: fn(&[SmolStr]) -> JsonStrings) -> Tree {
    let (root, errors) = json::parse(text, &[]);
    let mut reader = Reader { file, strings, path: Vec::new(), errors };
    let mut items = Vec::new();
    reader.root(&root, &mut items);
    reader.errors.sort_by_key(|error| error.range.start);
    let range = TextRange::new(0, u32::try_from(text.len()).unwrap_or(u32::MAX));
    Tree { file, body: Body { items: items.into(), range, notation: Notation::Json }, errors: reader.errors }
}

/// A JSON value of `file` as an expression, all of its strings as they are.
#[must_use]
pub fn json_expression(file: FileId, value: &JsonValue) -> Expr {
    Reader::literal(file).value(value)
}

/// The key of a JSON member of `file` as that of an object constructor.
#[must_use]
pub fn json_key(file: FileId, member: &JsonMember) -> Expr {
    Reader::literal(file).string(&member.key, member.key_range, JsonStrings::Literal)
}

struct Reader {
    file: FileId,
    strings: fn(&[SmolStr]) -> JsonStrings,
    /// The keys that lead to the value that is read.
    path: Vec<SmolStr>,
    errors: Vec<SyntaxError>,
}

impl Reader {
    fn literal(file: FileId) -> Self {
        Self { file, strings: |_| JsonStrings::Literal, path: Vec::new(), errors: Vec::new() }
    }

    /// The root is an object, or an array of objects that are read as one.
    fn root(&mut self, root: &JsonValue, items: &mut Vec<Item>) {
        match &root.kind {
            JsonKind::Object(members) => {
                for member in members {
                    let ObjectItem { key, value } = self.item(member);
                    let name = key_name(&key).filter(|name| name.text != COMMENT);
                    items.extend(name.map(|name| {
                        let range = member.key_range.cover(member.value.range);
                        Item::Attribute(Arc::new(Attribute { file: self.file, name, value, range }))
                    }));
                }
            }
            JsonKind::Array(elements) => {
                for element in elements {
                    self.root(element, items);
                }
            }
            JsonKind::Missing => {}
            _ => self.errors.push(SyntaxError {
                range: root.range,
                message: "a configuration file must be a JSON object".to_owned(),
            }),
        }
    }

    fn item(&mut self, member: &JsonMember) -> ObjectItem {
        let strings = match (self.strings)(&self.path) {
            JsonStrings::Expression => JsonStrings::Literal,
            strings => strings,
        };
        let key = self.string(&member.key, member.key_range, strings);
        self.path.push(member.key.as_text().unwrap_or_default());
        let value = self.value(&member.value);
        self.path.pop();
        ObjectItem { key, value }
    }

    fn value(&mut self, value: &JsonValue) -> Expr {
        let kind = match &value.kind {
            JsonKind::Missing | JsonKind::Hole(_) => ExprKind::Missing,
            JsonKind::Null => ExprKind::Null,
            JsonKind::Bool(value) => ExprKind::Bool(*value),
            JsonKind::Number(digits) => number(digits, value.range),
            JsonKind::Array(elements) => ExprKind::Tuple(elements.iter().map(|element| self.value(element)).collect()),
            JsonKind::Object(members) => ExprKind::Object(members.iter().map(|member| self.item(member)).collect()),
            JsonKind::String(string) => {
                let strings = (self.strings)(&self.path);
                return self.string(string, value.range, strings);
            }
        };
        Expr { kind, range: value.range }
    }

    fn string(&mut self, string: &JsonString, range: TextRange, strings: JsonStrings) -> Expr {
        let mut parts: Box<[TemplatePart]> = Box::default();
        // Without holes there is one piece at most.
        if let Some(JsonPiece::Text { text, range: inner, map }) = string.pieces.first() {
            match strings {
                JsonStrings::Expression => {
                    let (expr, errors) = parse_json_string_expression(self.file, text, inner.start, map);
                    if errors.is_empty() {
                        return Expr { range, ..expr };
                    }
                    parts = Box::new([literal(text, *inner, map)]);
                }
                JsonStrings::Template if text.contains("${") || text.contains("%{") => {
                    let (template, errors) = parse_json_string_template(self.file, text, inner.start, map);
                    if !self.path.iter().any(|key| key == COMMENT) {
                        self.errors.extend(errors);
                    }
                    parts = template.parts;
                }
                JsonStrings::Template | JsonStrings::Literal => parts = Box::new([literal(text, *inner, map)]),
            }
        }
        Expr { kind: ExprKind::Template(Box::new(Template { parts, form: TemplateForm::Json })), range }
    }
}

fn literal(text: &SmolStr, range: TextRange, map: &super::ast::OffsetMap) -> TemplatePart {
    TemplatePart::Literal(Literal { text: text.clone(), range, map: map.clone() })
}

/// Native syntax has no negative numbers, only a sign before one.
fn number(digits: &SmolStr, range: TextRange) -> ExprKind {
    match digits.strip_prefix('-') {
        Some(magnitude) => {
            let range = TextRange::new(range.start.saturating_add(1), range.end);
            ExprKind::Unary(UnaryOp::Negate, Box::new(Expr { kind: ExprKind::Number(magnitude.into()), range }))
        }
        None => ExprKind::Number(digits.as_str().into()),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use regex::Regex;

    use super::*;
    use crate::source::SourceMap;

    fn parse(text: &str) -> Tree {
        let sources = SourceMap::default();
        parse_json_hcl_with(sources.add("main.tf.json", text), text, |path| match path.last().map(SmolStr::as_str) {
            Some("type") => JsonStrings::Expression,
            Some("default") => JsonStrings::Literal,
            _ => JsonStrings::Template,
        })
    }

    /// Every range in the tree, read from its debug form.
    fn ranges(tree: &Tree) -> Vec<(usize, usize)> {
        let ranges = Regex::new(r"range: (\d+)\.\.(\d+)").unwrap();
        let shown = format!("{tree:?}");
        ranges.captures_iter(&shown).map(|found| (found[1].parse().unwrap(), found[2].parse().unwrap())).collect()
    }

    #[test]
    fn errors_in_templates_lead_to_the_file() {
        let text = r#"{"a": "é\u00e9\"${x[\"k\" }"}"#;
        let tree = parse(text);
        assert!(!tree.errors.is_empty());
        for error in &tree.errors {
            assert!(error.range.start as usize >= text.find("x[").unwrap(), "{error:?}");
        }
    }

    #[test]
    fn expressions_lead_to_the_file() {
        let text = r#"{"type": "f(\"a\", b)"}"#;
        let tree = parse(text);
        let ExprKind::Call(call) = &tree.body.attribute("type").unwrap().value.kind else { panic!("a call") };
        let arguments = call.arguments.iter().map(|argument| text.get(argument.range.as_usize()).unwrap());
        assert_eq!(arguments.collect::<Vec<_>>(), [r#"\"a\""#, "b"]);
    }

    #[test]
    fn what_is_no_expression_stays_text() {
        let tree = parse(r#"{"type": "map(", "//": 1}"#);
        assert_eq!(tree.errors, []);
        let attribute = tree.body.attribute("type").unwrap();
        assert!(matches!(attribute.value.kind, ExprKind::Template(_)));
        assert_eq!(tree.body.items.len(), 1);
    }

    proptest! {
        #![proptest_config(crate::chance::cases(256))]

        #[test]
        fn any_soup_gives_a_tree_within_the_text(tokens in prop::collection::vec(prop::sample::select(vec![
            "{", "}", "[", "]", ",", ":", "\"", "\\\"", "\\u00e9", "\\\\", "\\n", "${", "%{ if ", "}", "$${", "a", ".", "é",
            "\"type\": ", "\"default\": ", "\"a\": ", "\"//\": ", "\"${a[\\\"b\\\"]}\"", "\n", "(", ")", "-1", "%{ endif }", "~}",
        ]), 0..30)) {
            let text = tokens.concat();
            let tree = parse(&text);
            for (start, end) in ranges(&tree) {
                prop_assert!(text.get(start..end).is_some(), "{}..{} of {:?}", start, end, text);
            }
        }
    }
}
