//! A tree as one line of text for each item, so that trees of several parsers can be compared.
//!
//! `A name=value` is an attribute, `B kind "label"` starts a block and `E` ends it.
//! `(op a b)` is an operation, `<...>` a template with literals `L"..."`.

use std::fmt::Write;

use crosstrail_analyzer::syntax::ast::{
    Body, Expr, ExprKind, Item, Step, Template, TemplateForm, TemplatePart, UnaryOp,
};

/// How the text of heredocs with `<<-` is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Dedent {
    /// As it is.
    Exact,
    /// Without the blanks at the start of lines.
    Ignored,
}

pub(crate) fn quote(text: &str) -> String {
    serde_json::to_string(text).unwrap()
}

/// A number by its bits: written forms differ.
pub(crate) fn number(value: f64) -> String {
    format!("n{:x}", value.to_bits())
}

pub(crate) fn without_indentation(text: &str) -> String {
    text.split_inclusive('\n').map(|line| line.trim_start_matches([' ', '\t'])).collect()
}

pub(crate) fn body(body: &Body, dedent: Dedent) -> String {
    let mut text = String::new();
    write_body(&mut text, body, dedent);
    text
}

fn write_body(text: &mut String, body: &Body, dedent: Dedent) {
    for item in body.items.iter() {
        match item {
            Item::Attribute(attribute) => {
                writeln!(text, "A {}={}", attribute.name.text, expr(&attribute.value, dedent)).unwrap();
            }
            Item::Block(block) => {
                let labels: String = block.labels.iter().map(|label| format!(" {}", quote(&label.text))).collect();
                writeln!(text, "B {}{labels}", block.kind.text).unwrap();
                write_body(text, &block.body, dedent);
                text.push_str("E\n");
            }
        }
    }
}

fn list(exprs: &[Expr], dedent: Dedent) -> String {
    exprs.iter().map(|element| expr(element, dedent)).collect::<Vec<_>>().join(" ")
}

fn template(template: &Template, dedent: Dedent) -> String {
    let ignore = dedent == Dedent::Ignored && matches!(template.form, TemplateForm::Heredoc { indented: true, .. });
    format!("<{}>", parts(&template.parts, dedent, ignore))
}

fn parts(parts_of_it: &[TemplatePart], dedent: Dedent, ignore: bool) -> String {
    if parts_of_it.is_empty() {
        return "L\"\"".to_owned();
    }
    let one = |part: &TemplatePart| match part {
        TemplatePart::Literal(literal) if ignore => format!("L{}", quote(&without_indentation(&literal.text))),
        TemplatePart::Literal(literal) => format!("L{}", quote(&literal.text)),
        TemplatePart::Interpolation { expr: inner, .. } => format!("${{{}}}", expr(inner, dedent)),
        TemplatePart::If(it) => format!(
            "%if({})[{}][{}]",
            expr(&it.condition, dedent),
            parts(&it.then, dedent, ignore),
            parts(&it.otherwise, dedent, ignore)
        ),
        TemplatePart::For(it) => format!(
            "%for({},{} {})[{}]",
            it.key_name.as_ref().map_or("", |name| &name.text),
            it.value_name.text,
            expr(&it.collection, dedent),
            parts(&it.body, dedent, ignore)
        ),
    };
    parts_of_it.iter().map(one).collect::<Vec<_>>().join(" ")
}

/// An index; one that is a text without holes is that text.
fn index(key: &Expr, dedent: Dedent) -> String {
    match &key.kind {
        ExprKind::Template(template) => match &*template.parts {
            [] => "\"\"".to_owned(),
            [TemplatePart::Literal(literal)] => quote(&literal.text),
            _ => expr(key, dedent),
        },
        _ => expr(key, dedent),
    }
}

fn object_key(key: &Expr, dedent: Dedent) -> String {
    match &key.kind {
        ExprKind::Null => "v:null".to_owned(),
        ExprKind::Bool(value) => format!("v:{value}"),
        _ => expr(key, dedent),
    }
}

fn steps(base: String, steps_of_it: &[Step], dedent: Dedent) -> String {
    steps_of_it.iter().fold(base, |base, step| match step {
        Step::Attribute(name) => format!("(. {base} {})", name.text),
        Step::Index(key) => format!("(ix {base} {})", index(key, dedent)),
        Step::Splat(inner) => format!("(splat {base} {})", steps("_".to_owned(), inner, dedent)),
    })
}

pub(crate) fn expr(it: &Expr, dedent: Dedent) -> String {
    let write = |inner: &Expr| expr(inner, dedent);
    match &it.kind {
        ExprKind::Missing => "?".to_owned(),
        ExprKind::Null => "null".to_owned(),
        ExprKind::Bool(value) => value.to_string(),
        ExprKind::Number(digits) => number(digits.parse().unwrap()),
        ExprKind::Template(inner) => template(inner, dedent),
        ExprKind::Variable(name) => format!("v:{name}"),
        ExprKind::Tuple(elements) => format!("[{}]", list(elements, dedent)),
        ExprKind::Object(items) => {
            let item = |item: &crosstrail_analyzer::syntax::ast::ObjectItem| {
                format!("{}:{}", object_key(&item.key, dedent), write(&item.value))
            };
            format!("{{{}}}", items.iter().map(item).collect::<Vec<_>>().join(" "))
        }
        ExprKind::For(it) => format!(
            "(for {},{} {} {} {} {} {})",
            it.key_name.as_ref().map_or("", |name| &name.text),
            it.value_name.text,
            write(&it.collection),
            it.key.as_ref().map(write).unwrap_or_default(),
            write(&it.value),
            it.group,
            it.condition.as_ref().map(write).unwrap_or_default()
        ),
        ExprKind::Call(call) => {
            let space = if call.arguments.is_empty() { "" } else { " " };
            format!("(call {} {}{space}{})", call.name.text, call.expand, list(&call.arguments, dedent))
        }
        ExprKind::Paren(inner) => format!("(p {})", write(inner)),
        ExprKind::GetAttr(source, name) => format!("(. {} {})", write(source), name.text),
        ExprKind::Index(source, key) => format!("(ix {} {})", write(source), index(key, dedent)),
        ExprKind::Splat(splat) => {
            format!("(splat {} {})", write(&splat.source), steps("_".to_owned(), &splat.each, dedent))
        }
        ExprKind::Unary(UnaryOp::Negate, inner) => format!("(- {})", write(inner)),
        ExprKind::Unary(UnaryOp::Not, inner) => format!("(! {})", write(inner)),
        ExprKind::Binary(operator, sides) => {
            let [left, right] = &**sides;
            format!("({operator:?} {} {})", write(left), write(right))
        }
        ExprKind::Conditional(it) => {
            format!("(? {} {} {})", write(&it.condition), write(&it.then), write(&it.otherwise))
        }
    }
}
