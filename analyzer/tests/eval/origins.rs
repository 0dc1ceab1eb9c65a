//! Where values and pieces of texts were written.

use crosstrail_analyzer::eval::evaluator::Evaluator;
use crosstrail_analyzer::eval::value::Value;
use crosstrail_analyzer::source::Span;

use crate::configuration::evaluate;

fn text(evaluator: &Evaluator<'_>, span: Option<Span>) -> String {
    evaluator.sources().text(span.expect("a place"))
}

fn with(files: &[(&str, &str)], name: &str, check: impl Fn(&Evaluator<'_>, &Value)) {
    evaluate(files, |evaluator| {
        let value = evaluator.local(evaluator.root(), name).expect("a local");
        check(evaluator, &value);
    });
}

#[test]
fn a_value_remembers_its_literal_and_the_references() {
    let main = "locals {\n  a = [\"x\"]\n  b = local.a\n  c = local.b[0]\n}\n";
    with(&[("main.tf", main)], "c", |evaluator, value| {
        assert_eq!(text(evaluator, value.origin.span), "\"x\"");
        let references: Vec<String> = value.origin.references().map(|span| evaluator.sources().text(span)).collect();
        assert_eq!(references, ["local.b[0]"]);
    });
    with(&[("main.tf", main)], "b", |evaluator, value| {
        assert_eq!(text(evaluator, value.origin.span), "[\"x\"]");
    });
}

#[test]
fn pieces_of_a_text_lead_to_their_sources() {
    let main = "locals {\n  role = \"deploy\"\n  arn = \"arn:aws:iam::1:role/${local.role}/x\"\n}\n";
    with(&[("main.tf", main)], "arn", |evaluator, value| {
        let known = value.as_text().expect("a text");
        let at = |part: &str| {
            let whole = known.display();
            let start = whole.find(part).expect("a part");
            text(evaluator, known.span_of(start..start + part.len()))
        };
        assert_eq!(at("role/"), "role/");
        assert_eq!(at("deploy"), "deploy");
        let span = known.span_of(known.display().find("deploy").expect("a part")..known.display().len() - 2);
        let line =
            evaluator.sources().file(span.expect("a place").file).line_column(span.expect("a place").range.start);
        assert_eq!(line.line, 2);
    });
}

#[test]
fn a_template_file_has_places_of_its_own() {
    let files = [
        ("main.tf", "locals {\n  it = templatefile(\"${path.module}/t.tftpl\", { who = \"you\" })\n}\n"),
        ("t.tftpl", "{\"Sid\": \"for ${who}\"}"),
    ];
    with(&files, "it", |evaluator, value| {
        let known = value.as_text().expect("a text");
        assert_eq!(known.display(), "{\"Sid\": \"for you\"}");
        let span = known.span_of(2..5).expect("a place");
        assert_eq!(&**evaluator.sources().file(span.file).path(), "t.tftpl");
        assert_eq!(evaluator.sources().text(span), "Sid");
        let span = known.span_of(13..16).expect("a place");
        assert_eq!(&**evaluator.sources().file(span.file).path(), "main.tf");
        assert_eq!(evaluator.sources().text(span), "you");
    });
}

#[test]
fn errors_stand_at_the_smallest_text() {
    let main = "locals {\n  a = { x = 1 }.y\n  b = upper([])\n}\n";
    evaluate(&[("main.tf", main)], |evaluator| {
        for name in ["a", "b"] {
            let _value = evaluator.local(evaluator.root(), name);
        }
        let found: Vec<String> = evaluator.errors().iter().map(|error| text(evaluator, error.span)).collect();
        assert_eq!(found, ["y", "[]"]);
    });
}
