//! Visits every node of a tree and holds it against what is true of all trees.

use crosstrail_analyzer::source::TextRange;
use crosstrail_analyzer::syntax::ast::{
    Body, Expr, ExprKind, Item, Literal, Splat, Step, Template, TemplatePart, Tree,
};

/// What a walk has seen.
#[derive(Default)]
pub(crate) struct Walk {
    /// Every literal of every template.
    pub(crate) literals: Vec<Literal>,
    /// How many nodes there are.
    pub(crate) nodes: usize,
    /// The deepest nesting of nodes.
    pub(crate) deepest: usize,
    /// How many of them are [`ExprKind::Missing`].
    pub(crate) missing: usize,
    /// Ranges that lie outside the text, inside a character or outside their parent.
    pub(crate) faults: Vec<String>,
    depth: usize,
    text: String,
}

impl Walk {
    pub(crate) fn of(tree: &Tree, text: &str) -> Self {
        let mut walk = Self { text: text.to_owned(), ..Self::default() };
        let whole = TextRange::new(0, u32::try_from(text.len()).unwrap());
        walk.body(&tree.body, whole);
        for error in &tree.errors {
            walk.node("error", error.range, whole);
        }
        walk
    }

    pub(crate) fn of_expr(expr: &Expr, text: &str) -> Self {
        let mut walk = Self { text: text.to_owned(), ..Self::default() };
        walk.expr(expr, TextRange::new(0, u32::try_from(text.len()).unwrap()));
        walk
    }

    pub(crate) fn of_template(template: &Template, text: &str) -> Self {
        let mut walk = Self { text: text.to_owned(), ..Self::default() };
        walk.parts(&template.parts, TextRange::new(0, u32::try_from(text.len()).unwrap()));
        walk
    }

    fn node(&mut self, what: &str, range: TextRange, parent: TextRange) {
        self.nodes += 1;
        if !parent.contains_range(range) || self.text.get(range.as_usize()).is_none() {
            self.faults.push(format!("{what} {range:?} in {parent:?} of {:?}", self.text));
        }
    }

    fn body(&mut self, body: &Body, parent: TextRange) {
        self.node("body", body.range, parent);
        let mut last = body.range.start;
        for item in body.items.iter() {
            let range = match item {
                Item::Attribute(attribute) => {
                    self.node("attribute", attribute.range, body.range);
                    self.node("name", attribute.name.range, attribute.range);
                    self.expr(&attribute.value, attribute.range);
                    attribute.range
                }
                Item::Block(block) => {
                    self.node("block", block.range, body.range);
                    self.node("header", block.header, block.range);
                    self.node("kind", block.kind.range, block.header);
                    for label in &block.labels {
                        self.node("label", label.range, block.header);
                    }
                    self.depth += 1;
                    self.body(&block.body, block.range);
                    self.depth -= 1;
                    block.range
                }
            };
            if range.start < last {
                self.faults.push(format!("item {range:?} overlaps the one that ends at {last}: {:?}", self.text));
            }
            last = range.end;
        }
    }

    fn expr(&mut self, expr: &Expr, parent: TextRange) {
        self.depth += 1;
        self.deepest = self.deepest.max(self.depth);
        self.node("expression", expr.range, parent);
        let range = expr.range;
        match &expr.kind {
            ExprKind::Missing => self.missing += 1,
            ExprKind::Null | ExprKind::Bool(_) | ExprKind::Number(_) | ExprKind::Variable(_) => {}
            ExprKind::Template(template) => self.parts(&template.parts, range),
            ExprKind::Tuple(elements) => elements.iter().for_each(|element| self.expr(element, range)),
            ExprKind::Object(items) => {
                for item in items {
                    self.expr(&item.key, range);
                    self.expr(&item.value, range);
                }
            }
            ExprKind::For(it) => {
                self.node("name", it.value_name.range, range);
                self.expr(&it.collection, range);
                self.expr(&it.value, range);
                it.key.iter().chain(&it.condition).for_each(|part| self.expr(part, range));
            }
            ExprKind::Call(call) => {
                self.node("name", call.name.range, range);
                call.arguments.iter().for_each(|argument| self.expr(argument, range));
            }
            ExprKind::Paren(inner) | ExprKind::Unary(_, inner) => self.expr(inner, range),
            ExprKind::GetAttr(source, name) => {
                self.expr(source, range);
                self.node("attribute name", name.range, range);
            }
            ExprKind::Binary(_, sides) => sides.iter().for_each(|side| self.expr(side, range)),
            ExprKind::Index(left, right) => {
                self.expr(left, range);
                self.expr(right, range);
            }
            ExprKind::Splat(splat) => self.splat(splat, range),
            ExprKind::Conditional(it) => {
                self.expr(&it.condition, range);
                self.expr(&it.then, range);
                self.expr(&it.otherwise, range);
            }
        }
        self.depth -= 1;
    }

    fn splat(&mut self, splat: &Splat, parent: TextRange) {
        self.expr(&splat.source, parent);
        self.steps(&splat.each, parent);
    }

    fn steps(&mut self, steps: &[Step], parent: TextRange) {
        self.depth += 1;
        for step in steps {
            match step {
                Step::Attribute(name) => self.node("step", name.range, parent),
                Step::Index(index) => self.expr(index, parent),
                Step::Splat(inner) => self.steps(inner, parent),
            }
        }
        self.depth -= 1;
    }

    fn parts(&mut self, parts: &[TemplatePart], parent: TextRange) {
        self.depth += 1;
        let mut last = parent.start;
        for part in parts {
            let range = match part {
                TemplatePart::Literal(literal) => {
                    self.node("literal", literal.range, parent);
                    self.literals.push(literal.clone());
                    literal.range
                }
                TemplatePart::Interpolation { expr, range } => {
                    self.node("interpolation", *range, parent);
                    self.expr(expr, *range);
                    *range
                }
                TemplatePart::If(it) => {
                    self.node("if", it.range, parent);
                    self.expr(&it.condition, it.range);
                    self.parts(&it.then, it.range);
                    self.parts(&it.otherwise, it.range);
                    it.range
                }
                TemplatePart::For(it) => {
                    self.node("for", it.range, parent);
                    self.expr(&it.collection, it.range);
                    self.parts(&it.body, it.range);
                    it.range
                }
            };
            if range.start < last {
                self.faults.push(format!("part {range:?} overlaps the one that ends at {last}: {:?}", self.text));
            }
            last = range.end;
        }
        self.depth -= 1;
    }
}
