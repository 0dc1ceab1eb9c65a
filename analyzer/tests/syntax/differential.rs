//! The same trees as a second parser makes, `hcl-edit`, on correct texts.
//!
//! Known differences, which are not compared: `~` markers (`hcl-edit` keeps them
//! apart from the text), the dedent of `<<-` (its rule for directives and blank
//! lines is another; the recorded answers cover it), `"$$${a}"`, and the texts
//! that it refuses although they are correct: duplicate keys of an object, a line
//! end after `:` in the `for` of an object, a byte order mark, `1e400`, nesting
//! deeper than 64, chains longer than 128.

use crosstrail_analyzer::source::SourceMap;
use crosstrail_analyzer::syntax::parse_hcl;
use hcl_edit::expr::{BinaryOperator, Expression, ObjectKey, Traversal, TraversalOperator, UnaryOperator};
use hcl_edit::structure::{BlockLabel, Body, Structure};
use hcl_edit::template::{Directive, Element, Template};
use serde_json::Value;

use crate::notation::{self, Dedent, number, quote, without_indentation};
use crate::recovery::DOCUMENTS;

/// The snippets that `hcl-edit` refuses although they are correct.
const REFUSED: [&str; 18] = [
    "b_bom",
    "b_bom_block",
    "b_deepblocks70",
    "e_and_many",
    "e_big_e",
    "e_concat_tern",
    "e_cond_ml_for_obj",
    "e_cond_multiline_in_obj",
    "e_dup_obj_key",
    "e_dup_obj_key_expr",
    "e_dup_obj_tmpl",
    "e_nest_call70",
    "e_nest_list65",
    "e_nest_obj70",
    "e_nest_paren65",
    "e_not70",
    "e_op_many",
    "e_nest_list64",
];

/// The snippets that it reads otherwise than the reference does.
const OTHERWISE: [&str; 1] = ["e_str_dollar3"];

const FILES: [&str; 8] = [
    include_str!("../../../tests/conformance/terraform/modules/main.tf"),
    include_str!("../../../tests/conformance/terraform/modules/modules/spoke/main.tf"),
    include_str!("../../../tests/conformance/terraform/modules/modules/spoke/modules/trust/main.tf"),
    include_str!("../../../tests/conformance/terraform/modules/modules/account-map/main.tf"),
    include_str!("../../../tests/conformance/terraform/aws-policy-doc-generated/main.tf"),
    include_str!("../../../tests/conformance/terraform/aws-policy-doc/main.tf"),
    include_str!("../../../tests/conformance/terraform/arn-oracle/main.tf"),
    include_str!("../../../tests/conformance/terraform/aws-providers-map/main.tf"),
];

fn body(body: &Body) -> String {
    let mut text = String::new();
    for structure in body {
        match structure {
            Structure::Attribute(attribute) => {
                text.push_str(&format!("A {}={}\n", attribute.key.as_str(), expr(&attribute.value)));
            }
            Structure::Block(block) => {
                text.push_str(&format!("B {}", block.ident.as_str()));
                for label in &block.labels {
                    let label = match label {
                        BlockLabel::Ident(name) => name.as_str(),
                        BlockLabel::String(text) => text.as_str(),
                    };
                    text.push_str(&format!(" {}", quote(label)));
                }
                text.push_str(&format!("\n{}E\n", self::body(&block.body)));
            }
        }
    }
    text
}

fn template(template: &Template, dedent: bool) -> String {
    if template.is_empty() {
        return "L\"\"".to_owned();
    }
    let element = |element: &Element| match element {
        Element::Literal(text) if dedent => format!("L{}", quote(&without_indentation(text))),
        Element::Literal(text) => format!("L{}", quote(text)),
        Element::Interpolation(it) => format!("${{{}}}", expr(&it.expr)),
        Element::Directive(directive) => match &**directive {
            Directive::If(it) => format!(
                "%if({})[{}][{}]",
                expr(&it.if_expr.cond_expr),
                self::template(&it.if_expr.template, dedent),
                it.else_expr.as_ref().map_or("L\"\"".to_owned(), |it| self::template(&it.template, dedent))
            ),
            Directive::For(it) => format!(
                "%for({},{} {})[{}]",
                it.for_expr.key_var.as_ref().map_or("", |name| name.as_str()),
                it.for_expr.value_var.as_str(),
                expr(&it.for_expr.collection_expr),
                self::template(&it.for_expr.template, dedent)
            ),
        },
    };
    template.iter().map(element).collect::<Vec<_>>().join(" ")
}

fn text(text: &str) -> String {
    format!("<L{}>", quote(text))
}

fn index(key: &Expression) -> String {
    match key {
        Expression::String(text) => quote(text.as_str()),
        key => expr(key),
    }
}

fn traversal(it: &Traversal) -> String {
    let operators: Vec<&TraversalOperator> = it.operators.iter().map(|operator| operator.value()).collect();
    let mut rest = operators.as_slice();
    steps(expr(&it.expr), &mut rest, false)
}

fn steps(mut base: String, rest: &mut &[&TraversalOperator], attributes_only: bool) -> String {
    while let [first, behind @ ..] = *rest {
        base = match first {
            TraversalOperator::GetAttr(name) => format!("(. {base} {})", name.as_str()),
            TraversalOperator::LegacyIndex(index) => format!("(ix {base} {})", number(*index.value() as f64)),
            _ if attributes_only => return base,
            TraversalOperator::Index(key) => format!("(ix {base} {})", index(key)),
            TraversalOperator::AttrSplat(_) => {
                *rest = behind;
                base = format!("(splat {base} {})", steps("_".to_owned(), rest, true));
                continue;
            }
            TraversalOperator::FullSplat(_) => {
                *rest = behind;
                return format!("(splat {base} {})", steps("_".to_owned(), rest, false));
            }
        };
        *rest = behind;
    }
    base
}

fn operator(operator: BinaryOperator) -> &'static str {
    match operator {
        BinaryOperator::Or => "Or",
        BinaryOperator::And => "And",
        BinaryOperator::Eq => "Equal",
        BinaryOperator::NotEq => "NotEqual",
        BinaryOperator::Less => "Less",
        BinaryOperator::LessEq => "LessOrEqual",
        BinaryOperator::Greater => "Greater",
        BinaryOperator::GreaterEq => "GreaterOrEqual",
        BinaryOperator::Plus => "Add",
        BinaryOperator::Minus => "Subtract",
        BinaryOperator::Mul => "Multiply",
        BinaryOperator::Div => "Divide",
        BinaryOperator::Mod => "Remainder",
    }
}

fn expr(it: &Expression) -> String {
    match it {
        Expression::Null(_) => "null".to_owned(),
        Expression::Bool(value) => value.value().to_string(),
        Expression::Number(value) => match value.value().as_f64().unwrap() {
            // A sign before digits is part of the number there.
            negative if negative < 0.0 => format!("(- {})", number(-negative)),
            value => number(value),
        },
        Expression::String(value) => text(value.as_str()),
        Expression::Array(array) => format!("[{}]", array.iter().map(expr).collect::<Vec<_>>().join(" ")),
        Expression::Object(object) => {
            let item = |(key, value): (&ObjectKey, &hcl_edit::expr::ObjectValue)| {
                let key = match key {
                    ObjectKey::Ident(name) => format!("v:{}", name.as_str()),
                    ObjectKey::Expression(Expression::Null(_)) => "v:null".to_owned(),
                    ObjectKey::Expression(Expression::Bool(value)) => format!("v:{}", value.value()),
                    ObjectKey::Expression(key) => expr(key),
                };
                format!("{key}:{}", expr(value.expr()))
            };
            format!("{{{}}}", object.iter().map(item).collect::<Vec<_>>().join(" "))
        }
        Expression::StringTemplate(it) => format!("<{}>", template(&it.iter().cloned().collect(), false)),
        Expression::HeredocTemplate(it) => format!("<{}>", template(&it.template, it.indent().is_some())),
        Expression::Parenthesis(it) => format!("(p {})", expr(it.inner())),
        Expression::Variable(name) => format!("v:{}", name.as_str()),
        Expression::Conditional(it) => {
            format!("(? {} {} {})", expr(&it.cond_expr), expr(&it.true_expr), expr(&it.false_expr))
        }
        Expression::FuncCall(call) => {
            let mut name = String::new();
            for space in &call.name.namespace {
                name.push_str(space.as_str());
                name.push_str("::");
            }
            name.push_str(call.name.name.as_str());
            let arguments: String = call.args.iter().map(|argument| format!(" {}", expr(argument))).collect();
            format!("(call {name} {}{arguments})", call.args.expand_final())
        }
        Expression::Traversal(it) => traversal(it),
        Expression::UnaryOp(it) => {
            let sign = if *it.operator.value() == UnaryOperator::Neg { '-' } else { '!' };
            format!("({sign} {})", expr(&it.expr))
        }
        Expression::BinaryOp(it) => {
            format!("({} {} {})", operator(*it.operator.value()), expr(&it.lhs_expr), expr(&it.rhs_expr))
        }
        Expression::ForExpr(it) => format!(
            "(for {},{} {} {} {} {} {})",
            it.intro.key_var.as_ref().map_or("", |name| name.as_str()),
            it.intro.value_var.as_str(),
            expr(&it.intro.collection_expr),
            it.key_expr.as_ref().map(expr).unwrap_or_default(),
            expr(&it.value_expr),
            it.grouping,
            it.cond.as_ref().map(|cond| expr(&cond.expr)).unwrap_or_default()
        ),
    }
}

/// Why the trees of `text` differ, if they do.
fn difference(text: &str, other: &Body) -> Option<String> {
    let tree = parse_hcl(SourceMap::default().add("main.tf", text), text);
    let (ours, theirs) = (notation::body(&tree.body, Dedent::Ignored), body(other));
    let first = ours.lines().zip(theirs.lines()).find(|(ours, theirs)| ours != theirs);
    match first {
        None if ours == theirs => None,
        None => Some("another number of items".to_owned()),
        Some((ours, theirs)) => Some(format!("{ours}\n  hcl-edit: {theirs}")),
    }
}

fn has_strip_markers(text: &str) -> bool {
    text.contains("{~") || text.contains("~}")
}

#[test]
fn files_give_the_same_trees() {
    let documents = DOCUMENTS.iter().map(|(_, text)| *text);
    let mut compared = 0;
    for text in documents.chain(FILES).filter(|text| !has_strip_markers(text)) {
        let other = hcl_edit::parser::parse_body(text).unwrap();
        assert_eq!(difference(text, &other), None);
        compared += 1;
    }
    assert!(compared >= 10, "{compared}");
}

#[test]
fn snippets_give_the_same_trees() {
    let snippets = include_str!("../../../tests/conformance/hcl-syntax.jsonl");
    let (mut differences, mut refused, mut compared) = (Vec::new(), Vec::new(), 0);
    for line in snippets.lines() {
        let snippet: Value = serde_json::from_str(line).unwrap();
        let (name, text) = (snippet["name"].as_str().unwrap(), snippet["source"].as_str().unwrap());
        if snippet["accept"] == false || has_strip_markers(text) || OTHERWISE.contains(&name) {
            continue;
        }
        match hcl_edit::parser::parse_body(text) {
            Ok(other) => differences.extend(difference(text, &other).map(|why| format!("{name}: {why}"))),
            Err(_) => refused.push(name.to_owned()),
        }
        compared += 1;
    }
    assert!(differences.is_empty(), "{}", differences.join("\n"));
    refused.retain(|name| !REFUSED.contains(&name.as_str()));
    assert!(refused.is_empty(), "{refused:?}");
    assert!(compared > 190, "{compared}");
}
