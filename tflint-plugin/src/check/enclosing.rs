//! The expressions around a place.
//!
//! Of an issue in a called module the host keeps what depends on the caller: the text that is
//! marked has to be an expression with a variable in it.

use crosstrail_analyzer::source::{FileId, TextRange};
use crosstrail_analyzer::syntax;
use crosstrail_analyzer::syntax::ast::{Body, Expr, ExprKind, Item, TemplatePart};

/// The smallest expression around `place` that names a variable; all of the attribute if none does.
pub(super) fn expression(file: FileId, text: &str, path: &str, place: TextRange) -> Option<TextRange> {
    let tree = if path.ends_with(".json") { syntax::parse_json_hcl(file, text) } else { syntax::parse_hcl(file, text) };
    let mut around = attribute(&tree.body, place)?;
    let mut found = around.range;
    loop {
        if names_variable(text, around.range) {
            found = around.range;
        }
        let Some(inner) = parts(around).into_iter().find(|part| part.range.contains_range(place)) else { break };
        around = inner;
    }
    Some(found)
}

/// The value of the attribute around `place`.
fn attribute(body: &Body, place: TextRange) -> Option<&Expr> {
    body.items.iter().find_map(|item| match item {
        Item::Attribute(it) => it.value.range.contains_range(place).then_some(&it.value),
        Item::Block(block) if block.range.contains_range(place) => attribute(&block.body, place),
        Item::Block(_) => None,
    })
}

fn names_variable(text: &str, range: TextRange) -> bool {
    text.get(range.as_usize()).is_some_and(|text| text.contains("var."))
}

fn interpolated(part: &TemplatePart) -> Option<&Expr> {
    match part {
        TemplatePart::Interpolation { expr, .. } => Some(expr),
        TemplatePart::Literal(_) | TemplatePart::If(_) | TemplatePart::For(_) => None,
    }
}

/// The expressions right inside `expr` that can stand by themselves.
fn parts(expr: &Expr) -> Vec<&Expr> {
    match &expr.kind {
        ExprKind::Tuple(items) => items.iter().collect(),
        ExprKind::Object(items) => items.iter().map(|item| &item.value).collect(),
        ExprKind::Call(call) => call.arguments.iter().collect(),
        ExprKind::Paren(inner) => vec![inner],
        ExprKind::Conditional(it) => vec![&it.condition, &it.then, &it.otherwise],
        ExprKind::Binary(_, sides) => sides.iter().collect(),
        ExprKind::Template(template) => template.parts.iter().filter_map(interpolated).collect(),
        ExprKind::Missing
        | ExprKind::Null
        | ExprKind::Bool(_)
        | ExprKind::Number(_)
        | ExprKind::Variable(_)
        | ExprKind::For(_)
        | ExprKind::GetAttr(..)
        | ExprKind::Index(..)
        | ExprKind::Splat(_)
        | ExprKind::Unary(..) => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use crosstrail_analyzer::source::SourceMap;

    use super::*;

    /// The expression around `what` in `text`.
    fn around(text: &str, what: &str) -> Option<String> {
        let file = SourceMap::default().add("main.tf", text);
        let start = u32::try_from(text.find(what).unwrap()).unwrap();
        let place = TextRange::new(start, start + u32::try_from(what.len()).unwrap());
        expression(file, text, "main.tf", place).map(|range| text.get(range.as_usize()).unwrap().to_owned())
    }

    #[test]
    fn the_smallest_with_a_variable() {
        let text = r#"resource "a" "b" {
  policy = jsonencode({
    Statement = [{ Action = "s3:Foo", Resource = "${var.bucket}/*" }, { Action = "s3:Bar" }]
  })
}
"#;
        assert_eq!(around(text, "${var.bucket}").as_deref(), Some(r#""${var.bucket}/*""#));
        assert_eq!(around(text, "var.bucket").as_deref(), Some("var.bucket"));
        assert_eq!(around(text, "s3:Foo").as_deref(), Some(r#"{ Action = "s3:Foo", Resource = "${var.bucket}/*" }"#));
        let all = around(text, "s3:Bar").unwrap();
        assert!(all.starts_with("[{ Action") && all.ends_with("}]"), "{all}");
        assert_eq!(around(text, "resource"), None);
        assert_eq!(around("locals {\n  a = [1, \"x\"]\n}\n", "x").as_deref(), Some("[1, \"x\"]"));
    }
}
