//! The tree of an HCL file, or of a `.tf.json` file read as one.
//!
//! Every node has its byte range in the file. Texts are decoded (escapes
//! resolved, heredocs dedented, `~` trimmed); [`Literal::source_offset`] leads from an
//! offset in a decoded text back to the file.
//!
//! Blocks and attributes are shared (`Arc`): declarations, override files and
//! memo tables hold on to them without copying trees.

use std::sync::Arc;

use smol_str::SmolStr;

use crate::source::{FileId, Span, TextRange};

use super::SyntaxError;

/// One parsed file.
#[derive(Debug, Clone)]
pub struct Tree {
    /// The file.
    pub file: FileId,
    /// Its top-level items.
    pub body: Body,
    /// What is wrong with it, in the order of the text.
    pub errors: Vec<SyntaxError>,
}

/// A name in the source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ident {
    /// The name, without quotes.
    pub text: SmolStr,
    /// Where it stands; for a quoted label without the quotes.
    pub range: TextRange,
}

/// Which of the two syntaxes a body was written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Notation {
    /// Native syntax: attributes and blocks are told apart by the text.
    Native,
    /// JSON: every property is an [`Item::Attribute`], and only the reader of a
    /// body knows which of them are blocks. [`Body::blocks`] decides by name.
    Json,
}

/// Attributes and blocks, in the order of the text.
#[derive(Debug, Clone)]
pub struct Body {
    /// The items. A clone of a body shares them.
    pub items: Arc<[Item]>,
    /// From behind the opening brace to the closing one; the whole file at top level.
    pub range: TextRange,
    /// The syntax it was written in.
    pub notation: Notation,
}

/// One thing in a body.
#[derive(Debug, Clone)]
pub enum Item {
    /// `name = value`
    Attribute(Arc<Attribute>),
    /// `name "label" { ... }`
    Block(Arc<Block>),
}

/// `name = value`
#[derive(Debug)]
pub struct Attribute {
    /// The file it stands in: override files mix items of several.
    pub file: FileId,
    /// The name.
    pub name: Ident,
    /// The value.
    pub value: Expr,
    /// From the name to the end of the value.
    pub range: TextRange,
}

/// `kind "label" { ... }`
#[derive(Debug)]
pub struct Block {
    /// The file it stands in.
    pub file: FileId,
    /// The word at the start: `resource`, `statement`.
    pub kind: Ident,
    /// The labels, quoted or bare.
    pub labels: Box<[Ident]>,
    /// What is between the braces.
    pub body: Body,
    /// From the kind to the last label: what a finding about the whole block marks.
    pub header: TextRange,
    /// From the kind to the closing brace.
    pub range: TextRange,
}

impl Attribute {
    /// Where the whole attribute stands.
    #[must_use]
    pub fn span(&self) -> Span {
        self.range.at(self.file)
    }
}

impl Block {
    /// Where the header stands.
    #[must_use]
    pub fn header_span(&self) -> Span {
        self.header.at(self.file)
    }

    /// The label at `index`, from 0.
    #[must_use]
    pub fn label(&self, index: usize) -> Option<&Ident> {
        self.labels.get(index)
    }
}

/// An expression.
#[derive(Debug, Clone)]
pub struct Expr {
    /// What it is.
    pub kind: ExprKind,
    /// Where it stands, quotes, brackets and heredoc markers included.
    pub range: TextRange,
}

/// The forms of an expression.
#[derive(Debug, Clone)]
pub enum ExprKind {
    /// What recovery leaves where an expression should stand: unknown, and no finding is due to it.
    Missing,
    /// `null`
    Null,
    /// `true`, `false`
    Bool(bool),
    /// The digits as written.
    Number(Box<str>),
    /// A quoted string, a heredoc, or a whole template file.
    Template(Box<Template>),
    /// The root name of a reference: `var`, `local`, `aws_iam_role`, `each`, a `for` variable.
    Variable(SmolStr),
    /// `[a, b]`
    Tuple(Box<[Expr]>),
    /// `{ a = b }`, duplicate keys included.
    Object(Box<[ObjectItem]>),
    /// `[for ...]` and `{for ...}`
    For(Box<ForExpr>),
    /// `f(a, b...)`
    Call(Box<Call>),
    /// `(a)`
    Paren(Box<Expr>),
    /// `a.b`; `a.0` is an [`ExprKind::Index`] with a number.
    GetAttr(Box<Expr>, Box<Ident>),
    /// `a[b]` and the legacy `a.0`. `a.` with the name still to be typed has
    /// [`ExprKind::Missing`] as its index: nothing is known of it.
    Index(Box<Expr>, Box<Expr>),
    /// `a[*].b` and the legacy `a.*.b`
    Splat(Box<Splat>),
    /// `-a`, `!a`
    Unary(UnaryOp, Box<Expr>),
    /// `a + b`: what stands left and right of it.
    Binary(BinaryOp, Box<[Expr; 2]>),
    /// `a ? b : c`
    Conditional(Box<Conditional>),
}

/// One entry of an object constructor.
#[derive(Debug, Clone)]
pub struct ObjectItem {
    /// A bare word here is the text itself, not a reference: [`ExprKind::Variable`]
    /// as a key stands for its name; `(name)` is a reference.
    pub key: Expr,
    /// The value.
    pub value: Expr,
}

/// `a ? b : c`
#[derive(Debug, Clone)]
pub struct Conditional {
    /// The condition.
    pub condition: Expr,
    /// The value if it holds.
    pub then: Expr,
    /// The value if it does not.
    pub otherwise: Expr,
}

/// `for key, value in collection : ...`
#[derive(Debug, Clone)]
pub struct ForExpr {
    /// The first of two names.
    pub key_name: Option<Ident>,
    /// The only or second name.
    pub value_name: Ident,
    /// What is iterated.
    pub collection: Expr,
    /// `key =>` of an object.
    pub key: Option<Expr>,
    /// The result of one round.
    pub value: Expr,
    /// `...` behind the value of an object: values of one key are grouped.
    pub group: bool,
    /// `if ...`
    pub condition: Option<Expr>,
}

/// `name(arguments)`
#[derive(Debug, Clone)]
pub struct Call {
    /// The name with its namespace: `provider::aws::arn_parse`.
    pub name: Ident,
    /// The arguments.
    pub arguments: Box<[Expr]>,
    /// `...` behind the last one.
    pub expand: bool,
}

/// `source[*].a[0]`: the steps are taken in each element.
#[derive(Debug, Clone)]
pub struct Splat {
    /// What stands before the star.
    pub source: Expr,
    /// What is taken of each element. The legacy `.*` takes attributes only: an
    /// index behind it applies to the whole.
    pub each: Box<[Step]>,
}

/// A step of a splat.
#[derive(Debug, Clone)]
pub enum Step {
    /// `.name`
    Attribute(Ident),
    /// `[expression]` or `.0`
    Index(Expr),
    /// Another star: the steps in it are taken in each element of what the steps
    /// before it lead to. Behind `[*]` all that follow are in it, behind `.*` the
    /// attributes only.
    Splat(Box<[Step]>),
}

/// Operators with one side.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UnaryOp {
    /// `-`
    Negate,
    /// `!`
    Not,
}

/// Operators with two sides.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "each is named as the operator it is")]
pub enum BinaryOp {
    Or,
    And,
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    Add,
    Subtract,
    Multiply,
    Divide,
    Remainder,
}

/// A text with holes.
#[derive(Debug, Clone)]
pub struct Template {
    /// The parts, in order.
    pub parts: Box<[TemplatePart]>,
    /// How it was written.
    pub form: TemplateForm,
}

/// How a template was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TemplateForm {
    /// `"..."`
    Quoted,
    /// `<<TAG` or, indented, `<<-TAG`
    Heredoc {
        /// The tag.
        tag: Box<str>,
        /// Whether it was `<<-`.
        indented: bool,
    },
    /// A file given to `templatefile`, or a text given to `templatestring`.
    File,
    /// A string of a JSON file.
    Json,
}

/// One part of a template.
#[derive(Debug, Clone)]
pub enum TemplatePart {
    /// Text.
    Literal(Literal),
    /// `${ expression }`
    Interpolation {
        /// The expression.
        expr: Expr,
        /// From `${` to `}`.
        range: TextRange,
    },
    /// `%{ if }...%{ else }...%{ endif }`
    If(Box<IfDirective>),
    /// `%{ for }...%{ endfor }`
    For(Box<ForDirective>),
}

/// `%{ if condition }then%{ else }otherwise%{ endif }`
#[derive(Debug, Clone)]
pub struct IfDirective {
    /// The condition.
    pub condition: Expr,
    /// The parts if it holds.
    pub then: Vec<TemplatePart>,
    /// The parts if it does not.
    pub otherwise: Vec<TemplatePart>,
    /// From `%{ if` to the `}` of `endif`.
    pub range: TextRange,
}

/// `%{ for key, value in collection }body%{ endfor }`
#[derive(Debug, Clone)]
pub struct ForDirective {
    /// The first of two names.
    pub key_name: Option<Ident>,
    /// The only or second name.
    pub value_name: Ident,
    /// What is iterated.
    pub collection: Expr,
    /// The parts of one round.
    pub body: Vec<TemplatePart>,
    /// From `%{ for` to the `}` of `endfor`.
    pub range: TextRange,
}

/// Decoded text and how it lies in the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Literal {
    /// The text that the program means.
    pub text: SmolStr,
    /// Where it stands, undecoded.
    pub range: TextRange,
    /// Leads from decoded offsets to offsets in the file.
    pub map: OffsetMap,
}

impl Literal {
    /// Offset in the file of the decoded byte `offset`.
    #[must_use]
    pub fn source_offset(&self, offset: u32) -> u32 {
        self.map.source_offset(self.range.start, offset)
    }
}

/// Behind a pointer of one word: most texts have none.
type Jumps = Box<[(u32, u32)]>;

/// Where decoding changed the distance between the text and its source.
///
/// Empty if the text stands in the file as it is, which is nearly always.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OffsetMap {
    /// (decoded offset, offset in the file), ascending: from that decoded offset
    /// on the two run side by side until the next entry.
    jumps: Option<Arc<Jumps>>,
}

impl OffsetMap {
    /// A map with the given jumps, ascending in both numbers.
    #[must_use]
    pub fn new(jumps: Vec<(u32, u32)>) -> Self {
        Self { jumps: if jumps.is_empty() { None } else { Some(Arc::new(jumps.into())) } }
    }

    /// Offset in the file of the decoded byte `offset` of a text that starts at `start`.
    #[must_use]
    pub fn source_offset(&self, start: u32, offset: u32) -> u32 {
        let jumps = self.jumps.as_deref().map(|jumps| &**jumps).unwrap_or_default();
        let behind = jumps.partition_point(|(decoded, _)| *decoded <= offset);
        let (decoded, source) = behind.checked_sub(1).and_then(|at| jumps.get(at)).copied().unwrap_or((0, start));
        source + (offset - decoded)
    }

    /// Whether decoding changed nothing.
    #[must_use]
    pub fn is_identity(&self) -> bool {
        self.jumps.is_none()
    }
}

impl Body {
    /// The attribute `name`. In native syntax a name stands once in a body; of
    /// several (which is an error the parser reports) the first is given.
    #[must_use]
    pub fn attribute(&self, name: &str) -> Option<&Arc<Attribute>> {
        self.attributes().find(|attribute| attribute.name.text == name)
    }

    /// Whether an attribute, a block or a `dynamic` block of that `name` stands in it; in JSON it may be one of the last
    /// kind whatever its name is.
    #[must_use]
    pub fn mentions(&self, name: &str) -> bool {
        self.items.iter().any(|item| match item {
            Item::Attribute(attribute) => attribute.name.text == name || attribute.name.text == "dynamic",
            Item::Block(block) => block.kind.text == name || block.kind.text == "dynamic",
        })
    }

    /// All attributes, in the order of the text.
    pub fn attributes(&self) -> impl Iterator<Item = &Arc<Attribute>> {
        self.items.iter().filter_map(|item| match item {
            Item::Attribute(attribute) => Some(attribute),
            Item::Block(_) => None,
        })
    }
}
