//! How a policy is written at the place that uses it.

use crate::syntax::ast::{Expr, ExprKind, TemplateForm, TemplatePart};

/// The form of the expression that gives a policy. References are not followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Form {
    /// `jsonencode({ ... })`
    Jsonencode,
    /// `<<EOF`
    Heredoc,
    /// `"{ ... }"`
    Quoted,
    /// `data.aws_iam_policy_document.x.json`
    DataSource,
    /// `file(...)`
    File,
    /// `templatefile(...)`, `data.template_file.x.rendered`
    Template,
    /// A variable, a local value, an output, `each.value`.
    Reference,
    /// Any other expression.
    Other,
    /// A file that holds nothing but the policy.
    PolicyFile,
}

/// The form of `expression`.
pub(super) fn form(expression: &Expr) -> Form {
    match &expression.kind {
        ExprKind::Paren(inner) => form(inner),
        ExprKind::Template(template) => match (&*template.parts, &template.form) {
            // `"${x}"` is `x`: the only way to write an expression in JSON.
            ([TemplatePart::Interpolation { expr, .. }], _) => form(expr),
            (_, TemplateForm::Heredoc { .. }) => Form::Heredoc,
            (_, TemplateForm::Quoted | TemplateForm::Json | TemplateForm::File) => Form::Quoted,
        },
        ExprKind::Call(call) => match call.name.text.as_str() {
            "jsonencode" => Form::Jsonencode,
            "file" => Form::File,
            "templatefile" | "templatestring" => Form::Template,
            _ => Form::Other,
        },
        ExprKind::Variable(_) | ExprKind::GetAttr(..) | ExprKind::Index(..) | ExprKind::Splat(_) => {
            reference_form(expression)
        }
        ExprKind::Missing
        | ExprKind::Null
        | ExprKind::Bool(_)
        | ExprKind::Number(_)
        | ExprKind::Tuple(_)
        | ExprKind::Object(_)
        | ExprKind::For(_)
        | ExprKind::Unary(..)
        | ExprKind::Binary(..)
        | ExprKind::Conditional(_) => Form::Other,
    }
}

fn reference_form(expression: &Expr) -> Form {
    let mut names = Vec::new();
    let mut at = expression;
    loop {
        match &at.kind {
            ExprKind::GetAttr(source, name) => {
                names.push(name.text.as_str());
                at = source;
            }
            ExprKind::Index(source, _) | ExprKind::Paren(source) => at = source,
            ExprKind::Splat(splat) => at = &splat.source,
            ExprKind::Variable(name) => {
                names.push(name.as_str());
                break;
            }
            _ => break,
        }
    }
    match (names.pop(), names.pop()) {
        (Some("data"), Some("aws_iam_policy_document")) => Form::DataSource,
        (Some("data"), Some("template_file")) => Form::Template,
        (Some("var" | "local" | "each" | "module"), _) => Form::Reference,
        _ => Form::Other,
    }
}
