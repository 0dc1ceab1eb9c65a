//! Policies as they are written: what stands in the text, whole or half-typed, in every notation.
//!
//! It must not know what values are, nor what an element means: it is the shape of the text. A policy is
//! found by what it looks like, so that one that nothing uses yet is one too.

use smol_str::SmolStr;

use crate::analysis::Analysis;
use crate::aws::sites::{PolicySite, Site};
use crate::eval::json_text::{JsonText, verbatim};
use crate::eval::text::Text;
use crate::source::{FileId, SourceFile, TextRange};
use crate::syntax::ast::{Block, Body, Expr, ExprKind, Item, ObjectItem, Template, TemplateForm};
use crate::syntax::json::{JsonKind, JsonMember, JsonValue};
use crate::syntax::{key_name, parse_template};

use super::{Position, attributes, code, tree, written};

/// A policy in a text.
#[derive(Debug)]
pub(super) struct Sketch {
    /// How it is written.
    pub(super) syntax: Syntax,
    /// What its parts are called.
    pub(super) names: Names,
    /// The document, or a statement that stands alone.
    pub(super) root: Node,
    /// What holds it: an offset at which the analysis has it as a whole.
    pub(super) anchor: u32,
    /// What the attribute whose value it is makes of it.
    pub(super) holder: Option<Site<PolicySite>>,
}

/// How the parts of a policy are put into words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Syntax {
    /// A file of JSON.
    Json,
    /// JSON with interpolations, in a heredoc or a template.
    Template,
    /// JSON with interpolations in a quoted string.
    Escaped,
    /// An object of Terraform's.
    Object,
    /// Blocks.
    Body,
}

/// What the parts of a policy are called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Names {
    /// As in the policy language: `Action`.
    Elements,
    /// As in an `aws_iam_policy_document`: `actions`.
    Arguments,
}

/// A part of the text.
#[derive(Debug)]
pub(super) struct Node {
    /// Where it stands, with its quotes or brackets.
    pub(super) range: TextRange,
    /// What it is.
    pub(super) kind: Kind,
}

/// What a part of the text is.
#[derive(Debug)]
pub(super) enum Kind {
    /// Nothing, where something should stand.
    Gap,
    /// A string and where its content stands.
    Text(Text, TextRange),
    /// `[...]`
    List(Vec<Node>),
    /// `{...}`
    Map(Vec<Entry>),
    /// An expression that is, or has in it, one of these.
    Several(Vec<Node>),
    /// Any other expression.
    Other,
}

/// An entry of a map.
#[derive(Debug)]
pub(super) struct Entry {
    /// Its name, if that is known.
    pub(super) name: SmolStr,
    /// Where the name stands, with its quotes.
    pub(super) key: TextRange,
    /// Where the name itself stands.
    pub(super) key_content: TextRange,
    /// Its value.
    pub(super) value: Node,
}

impl Node {
    /// The entries, if it is a map.
    pub(super) fn entries(&self) -> &[Entry] {
        match &self.kind {
            Kind::Map(entries) => entries,
            Kind::Gap | Kind::Text(..) | Kind::List(_) | Kind::Several(_) | Kind::Other => &[],
        }
    }

    /// The entry called `name`.
    pub(super) fn entry(&self, name: &str) -> Option<&Entry> {
        self.entries().iter().find(|entry| entry.name == name)
    }

    /// The strings that it is or holds.
    pub(super) fn texts(&self) -> Vec<&Text> {
        match &self.kind {
            Kind::Text(text, _) => vec![text],
            Kind::List(nodes) | Kind::Several(nodes) => nodes.iter().flat_map(Self::texts).collect(),
            Kind::Gap | Kind::Map(_) | Kind::Other => Vec::new(),
        }
    }

    /// Whether it may be a policy or a statement.
    fn is_policy(&self) -> bool {
        let has = |name: &str| self.entry(name).is_some();
        has("Statement") || has("Effect") || has("Version") && self.entries().len() == 1
    }
}

/// The policy at `position`, if there is one.
pub(super) fn at(analysis: &Analysis, position: Position) -> Option<Sketch> {
    let source = analysis.sources().file(position.file);
    let reader = Reader { source: &source, file: position.file, offset: position.offset };
    match tree::of_file(analysis, position.file) {
        Some(tree) => reader.in_body(&tree.body),
        None => reader.whole_file(),
    }
}

struct Reader<'s> {
    source: &'s SourceFile,
    file: FileId,
    offset: u32,
}

impl Reader<'_> {
    /// A file of JSON, or a template that makes JSON.
    fn whole_file(&self) -> Option<Sketch> {
        let text = self.source.text();
        if !text.trim_start_matches('\u{feff}').trim_start().starts_with('{') {
            return None;
        }
        let whole = TextRange::new(0, u32::try_from(text.len()).ok()?);
        let (template, errors) = parse_template(self.file, text);
        let is_json = self.source.path().ends_with(".json");
        let has_holes = template.parts.len() > 1;
        // A policy variable (`${aws:username}`) is no expression: such a text is no template.
        let (root, syntax) = if is_json && (!errors.is_empty() || !has_holes) {
            (self.json(&verbatim(text.as_ref(), whole.at(self.file)), whole), Syntax::Json)
        } else {
            (self.json(&written::text(text, self.file, &template), whole), Syntax::Template)
        };
        root.is_policy().then_some(Sketch { syntax, names: Names::Elements, root, anchor: 0, holder: None })
    }

    fn in_body(&self, body: &Body) -> Option<Sketch> {
        let (blocks, attribute) = tree::way_to(body, self.offset);
        if let Some(block) = blocks.first().filter(|block| is_policy_document(block)) {
            let inside = block.body.range.touches(self.offset);
            return inside.then(|| Sketch {
                syntax: Syntax::Body,
                names: Names::Arguments,
                root: self.body(block),
                anchor: block.header.start,
                holder: None,
            });
        }
        let attribute = attribute?;
        let holder = attributes::policy(&blocks, &attribute);
        let is_site = holder.is_some();
        let documents = (attribute.name.text == "data").then(|| self.json_documents(&attribute.value)).flatten();
        let sketch = documents.or_else(|| self.in_expression(&attribute.value, is_site))?;
        Some(Sketch { holder, ..sketch })
    }

    /// An `aws_iam_policy_document` of a file in JSON notation.
    fn json_documents(&self, data: &Expr) -> Option<Sketch> {
        let of_type = property(data, self.offset).filter(|item| is_called(item, "aws_iam_policy_document"))?;
        let document = property(&of_type.value, self.offset)?;
        Some(Sketch {
            syntax: Syntax::Json,
            names: Names::Arguments,
            root: self.expression(&document.value),
            anchor: document.key.range.start + 1,
            holder: None,
        })
    }

    /// The outermost policy in `expr` that the offset is in. `is_site`: it is the value of an attribute that
    /// holds a policy, so that an object or JSON is one whatever is in it.
    fn in_expression(&self, expr: &Expr, is_site: bool) -> Option<Sketch> {
        if !expr.range.touches(self.offset) {
            return None;
        }
        if let Some(sketch) = self.policy(expr).filter(|sketch| is_site || sketch.root.is_policy()) {
            return Some(sketch);
        }
        // What other functions are given, as the variables of a template, is no policy itself.
        let is_site = is_site
            && match &expr.kind {
                ExprKind::Call(call) => matches!(call.name.text.as_str(), "jsonencode" | "merge"),
                _ => true,
            };
        let mut found = None;
        tree::for_each_child(expr, &mut |child| found = found.take().or_else(|| self.in_expression(child, is_site)));
        found
    }

    /// The policy that `expr` may be.
    fn policy(&self, expr: &Expr) -> Option<Sketch> {
        let (root, syntax) = match &expr.kind {
            ExprKind::Object(_) => (self.expression(expr), Syntax::Object),
            ExprKind::Template(template) => {
                let syntax = match template.form {
                    TemplateForm::Heredoc { .. } | TemplateForm::File => Syntax::Template,
                    TemplateForm::Quoted | TemplateForm::Json => Syntax::Escaped,
                };
                let text = self.json_text(template)?;
                let anchor = self.content(expr);
                (self.json(&text, anchor), syntax)
            }
            _ => return None,
        };
        let anchor = root.range.start;
        Some(Sketch { syntax, names: Names::Elements, root, anchor, holder: None })
    }

    /// The text of a template that looks like JSON.
    fn json_text(&self, template: &Template) -> Option<Text> {
        let text = written::text(self.source.text(), self.file, template);
        text.known_prefix().trim_start().starts_with('{').then_some(text)
    }

    fn content(&self, expr: &Expr) -> TextRange {
        code::content(self.source.text(), expr.range)
    }

    fn expression(&self, expr: &Expr) -> Node {
        let kind = match &expr.kind {
            ExprKind::Missing => Kind::Gap,
            ExprKind::Paren(inner) => return self.expression(inner),
            ExprKind::Template(template) => match template.form {
                TemplateForm::Quoted | TemplateForm::Json => {
                    Kind::Text(written::text(self.source.text(), self.file, template), self.content(expr))
                }
                TemplateForm::Heredoc { .. } | TemplateForm::File => Kind::Other,
            },
            ExprKind::Tuple(items) => Kind::List(items.iter().map(|item| self.expression(item)).collect()),
            ExprKind::Object(items) => Kind::Map(items.iter().filter_map(|item| self.item(item)).collect()),
            ExprKind::Conditional(it) => Kind::Several(vec![self.expression(&it.then), self.expression(&it.otherwise)]),
            ExprKind::Call(call) => Kind::Several(call.arguments.iter().map(|it| self.expression(it)).collect()),
            ExprKind::For(it) => Kind::Several(vec![self.expression(&it.value)]),
            _ => Kind::Other,
        };
        Node { range: expr.range, kind }
    }

    /// One whose key is to be evaluated has no name here.
    fn item(&self, item: &ObjectItem) -> Option<Entry> {
        let name = key_name(&item.key)?;
        Some(Entry {
            name: name.text,
            key: item.key.range,
            key_content: name.range,
            value: self.expression(&item.value),
        })
    }

    /// A block as a map: from brace to brace.
    fn body(&self, block: &Block) -> Node {
        let start = block.body.range.start.saturating_sub(1);
        let entries = block.body.items.iter().flat_map(|item| self.body_item(item)).collect();
        Node { range: TextRange::new(start, block.range.end.max(block.body.range.end)), kind: Kind::Map(entries) }
    }

    fn body_item(&self, item: &Item) -> Vec<Entry> {
        let entry = |name: &SmolStr, key: TextRange, value| Entry { name: name.clone(), key, key_content: key, value };
        match item {
            Item::Attribute(attribute) => {
                vec![entry(&attribute.name.text, attribute.name.range, self.expression(&attribute.value))]
            }
            Item::Block(block) => match block.label(0).filter(|_| block.kind.text == "dynamic") {
                None => vec![entry(&block.kind.text, block.kind.range, self.body(block))],
                Some(label) => {
                    let contents = block.body.blocks("content").into_iter();
                    contents.map(|content| entry(&label.text, content.kind.range, self.body(&content))).collect()
                }
            },
        }
    }

    /// The JSON `text`, which stands at `whole` of the file.
    fn json(&self, text: &Text, whole: TextRange) -> Node {
        let json = JsonText::new(text);
        let (value, _) = json.parse();
        JsonReader { json: &json, file: self.file }.node(&value, whole)
    }
}

struct JsonReader<'t> {
    json: &'t JsonText,
    file: FileId,
}

impl JsonReader<'_> {
    fn place(&self, range: TextRange, outer: TextRange) -> TextRange {
        self.json.span(range).filter(|span| span.file == self.file).map_or(outer, |span| span.range)
    }

    fn content(&self, range: TextRange, outer: TextRange) -> TextRange {
        self.json.content_span(range).filter(|span| span.file == self.file).map_or(outer, |span| span.range)
    }

    fn node(&self, value: &JsonValue, outer: TextRange) -> Node {
        let range = self.place(value.range, outer);
        let kind = match &value.kind {
            JsonKind::Missing => Kind::Gap,
            JsonKind::String(string) => {
                let content = self.content(value.range, range);
                // One that is cut off has an opening quote and no closing one.
                let is_cut = content == range && !range.is_empty();
                let content = if is_cut { TextRange::new(range.start + 1, range.end) } else { content };
                Kind::Text(self.json.string(string), content)
            }
            JsonKind::Array(items) => Kind::List(items.iter().map(|item| self.node(item, range)).collect()),
            JsonKind::Object(members) => Kind::Map(members.iter().map(|member| self.entry(member, range)).collect()),
            JsonKind::Null | JsonKind::Bool(_) | JsonKind::Number(_) | JsonKind::Hole(_) => Kind::Other,
        };
        Node { range, kind }
    }

    fn entry(&self, member: &JsonMember, outer: TextRange) -> Entry {
        let key = self.place(member.key_range, outer);
        let key_content = self.content(member.key_range, key);
        let is_cut = key_content == key && member.key.cut_off && !key.is_empty();
        let key_content = if is_cut { TextRange::new(key.start + 1, key.end) } else { key_content };
        let name = member.key.as_text().unwrap_or_default();
        Entry { name, key, key_content, value: self.node(&member.value, outer) }
    }
}

fn is_policy_document(block: &Block) -> bool {
    block.kind.text == "data" && block.label(0).is_some_and(|label| label.text == "aws_iam_policy_document")
}

/// The entry of the object `expr` that `offset` is in.
fn property(expr: &Expr, offset: u32) -> Option<&ObjectItem> {
    match &expr.kind {
        ExprKind::Object(items) => items.iter().find(|item| item.value.range.touches(offset)),
        ExprKind::Tuple(items) => items.iter().find_map(|item| property(item, offset)),
        _ => None,
    }
}

fn is_called(item: &ObjectItem, name: &str) -> bool {
    key_name(&item.key).is_some_and(|key| key.text == name)
}
