//! What it finds, why, and its tests: `delivery_denied.md`.

use super::asked::{self, Fault, Lack, Part};
use super::words;
use crate::finding::{Edit, Fix, Safety, Severity};
use crate::policy::model::Statement;
use crate::policy::sites::Form;
use crate::rules::{Check, Group, Report, Rule, RuleContext};
use crate::source::{Span, TextRange};

pub(in crate::rules) static RULE: Rule = Rule {
    code: "delivery-denied",
    group: Group::Trail,
    severity: Severity::Error,
    since: "0.1.0",
    sources: &[],
    check: Check::Workspace(check),
};

fn check(ctx: &RuleContext<'_>, report: &mut Report<'_>) {
    let lacks = asked::of_all(ctx).map(|(_, lack)| lack).chain(asked::of_topic_keys(ctx));
    let denied = lacks.filter(|lack| matches!(lack.fault, Fault::Denied(_)));
    for shared in words::by_place(denied, |lack| statement(lack).unwrap_or(lack.named.span)) {
        say(&shared, ctx, report);
    }
}

fn statement(lack: &Lack<'_>) -> Option<Span> {
    let Fault::Denied(part) = lack.fault else { return None };
    part.statement().map(|statement| statement.span)
}

fn say(shared: &words::Shared<'_, '_>, ctx: &RuleContext<'_>, report: &mut Report<'_>) {
    let Fault::Denied(part) = shared.lack.fault else { return };
    let Some(statement) = part.statement() else { return };
    report.enter(part.paper.site);
    let (trails, on) = (words::trails(&shared.trails), words::resource(shared.lack.resource));
    let action = shared.lack.delivery.action;
    let span = report.statement_span(statement);
    let message = format!("this also denies CloudTrail `{action}` on {on}, which {trails} cannot do without");
    let mut finding = report
        .finding(span, message)
        .label(shared.lack.named.span, format!("{} for this trail", words::fails(shared.lack.delivery.need)));
    if let Some(effect) = &statement.effect {
        finding = finding.label(effect.span, "nothing outweighs a Deny");
    }
    let finding = match exception(part, statement, ctx) {
        Some(fix) => finding.fix(fix),
        None => finding,
    };
    finding.help(
        "except services of AWS: a condition `Bool` with `aws:PrincipalIsAWSService` = `false` in this statement",
    );
}

/// One more condition of the statement, which excepts services; none where it has no condition, or one on a `Bool`.
fn exception(part: Part<'_>, statement: &Statement, ctx: &RuleContext<'_>) -> Option<Fix> {
    let site = ctx.policies.get(part.paper.site?)?;
    let key = statement.condition_key?;
    let has_bool = statement.conditions.iter().any(|it| it.operator.text.as_known().is_none_or(|name| name == "Bool"));
    if site.downloaded || has_bool || (ctx.foreign)(key.file) {
        return None;
    }
    let source = ctx.sources.file(key.file);
    let (text, start) = (source.text(), key.range.as_usize().start);
    let indent = text.get(..start)?.rsplit('\n').next().filter(|line| line.trim().is_empty())?;
    let (at, new_text) = match site.form {
        Form::DataSource => (start, block(indent)),
        Form::Jsonencode => in_object(text, start, "Bool = { \"aws:PrincipalIsAWSService\" = \"false\" }", "")?,
        Form::Heredoc => in_object(text, start, "\"Bool\": { \"aws:PrincipalIsAWSService\": \"false\" }", ",")?,
        Form::Quoted | Form::File | Form::Template | Form::Reference | Form::Other | Form::PolicyFile => return None,
    };
    let span = TextRange::empty(u32::try_from(at).ok()?).at(key.file);
    let title = "except services of AWS".to_owned();
    Some(Fix { title, safety: Safety::Unsafe, edits: vec![Edit { span, new_text }] })
}

/// A `condition` block in front of another.
fn block(indent: &str) -> String {
    format!(
        "condition {{\n{indent}  test     = \"Bool\"\n{indent}  variable = \"aws:PrincipalIsAWSService\"\n{indent}  values   = [\"false\"]\n{indent}}}\n\n{indent}"
    )
}

/// The first member of the object that stands behind `start`, on a line of its own if the others are.
fn in_object(text: &str, start: usize, member: &str, comma: &str) -> Option<(usize, String)> {
    let at = start + text.get(start..)?.find('{')? + 1;
    let behind = text.get(at..)?;
    let blank = behind.len() - behind.trim_start().len();
    let space = behind.get(..blank)?;
    let separator = if space.contains('\n') { comma } else { "," };
    Some((at, format!("{space}{member}{separator}")))
}

#[cfg(test)]
mod tests {
    use super::in_object;

    #[test]
    fn one_more_member() {
        let done = |text: &str, comma: &str| {
            let (at, new_text) = in_object(text, 0, "M", comma).unwrap();
            let mut text = text.to_owned();
            text.insert_str(at, &new_text);
            text
        };
        assert_eq!(done("Condition = { A = 1 }", ""), "Condition = { M, A = 1 }");
        assert_eq!(done("Condition = {\n  A = 1\n}", ""), "Condition = {\n  M\n  A = 1\n}");
        assert_eq!(done("\"Condition\": {\n  \"A\": 1\n}", ","), "\"Condition\": {\n  M,\n  \"A\": 1\n}");
    }
}
