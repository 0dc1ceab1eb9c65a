//! Variables: files, defaults, conversions, values given as text.

use crosstrail_analyzer::eval::evaluator::{Evaluator, Options};
use crosstrail_analyzer::module::{Stack, VariableValue, load_workspace};
use crosstrail_analyzer::source::{MemoryFileSystem, SourceMap};

use crate::configuration::evaluate;
use crate::show::show;

#[test]
fn files_go_before_defaults() {
    let files = [
        (
            "main.tf",
            "variable \"a\" { default = 1 }\nvariable \"b\" {\n  type = list(string)\n}\nlocals {\n  it = [var.a, var.b]\n}\n",
        ),
        ("terraform.tfvars", "a = 2\nb = [1, true]\n"),
    ];
    evaluate(&files, |evaluator| {
        let value = evaluator.local(evaluator.root(), "it").expect("a local");
        assert_eq!(show(&value), "[2, [\"1\", \"true\"]]");
    });
}

#[test]
fn null_takes_the_default_unless_it_may_stay() {
    let files = [
        (
            "main.tf",
            "variable \"a\" { default = \"x\" }\nvariable \"b\" {\n  default  = \"x\"\n  nullable = false\n}\nlocals {\n  it = [var.a, var.b]\n}\n",
        ),
        ("terraform.tfvars", "a = null\nb = null\n"),
    ];
    evaluate(&files, |evaluator| {
        let value = evaluator.local(evaluator.root(), "it").expect("a local");
        assert_eq!(show(&value), "[null, \"x\"]");
    });
}

#[test]
fn a_value_that_does_not_fit_is_an_error_where_it_stands() {
    let files = [
        ("main.tf", "variable \"a\" { type = list(string) }\nlocals {\n  it = var.a\n}\n"),
        ("terraform.tfvars", "a = { b = 1 }\n"),
    ];
    evaluate(&files, |evaluator| {
        let value = evaluator.local(evaluator.root(), "it").expect("a local");
        assert!(!value.is_wholly_known());
        let errors = evaluator.errors();
        assert_eq!(errors.len(), 1, "{errors:?}");
        let place = errors[0].span.expect("a place");
        assert_eq!(evaluator.sources().text(place), "{ b = 1 }");
    });
}

#[test]
fn values_given_as_text_are_read_by_the_type() {
    let mut files = MemoryFileSystem::default();
    let text = "variable \"name\" { type = string }\nvariable \"list\" { type = list(string) }\nvariable \"any\" {}\n\
                locals {\n  it = [var.name, var.list, var.any]\n}\nterraform {\n  backend \"s3\" {}\n}\n";
    files.insert("main.tf", text);
    let sources = SourceMap::default();
    let workspace = load_workspace(&files, &sources, &[".".to_owned()]);
    let mut stack = Stack::clone(&workspace.stacks[0]);
    for (name, value) in [("name", "[\"x\"]"), ("list", "[\"a\", \"b\"]"), ("any", "{}")] {
        stack.variables.insert(name.into(), VariableValue::Text(value.into()));
    }
    let evaluator = Evaluator::new(&stack, &sources, &files, Options::usual());
    let value = evaluator.local(evaluator.root(), "it").expect("a local");
    assert_eq!(show(&value), "[\"[\\\"x\\\"]\", [\"a\", \"b\"], \"{}\"]");
}

#[test]
fn unset_variables_keep_their_type() {
    let text = "variable \"o\" {\n  type = object({ a = string, b = optional(list(number)) })\n}\nlocals {\n  a = var.o.a\n  c = try(var.o.c, \"none\")\n}\n";
    evaluate(&[("main.tf", text)], |evaluator| {
        let local = |name| show(&evaluator.local(evaluator.root(), name).expect("a local"));
        assert_eq!(local("a"), "?var.o.a");
        assert_eq!(local("c"), "\"none\"");
    });
}

#[test]
fn a_library_leaves_null_defaults_to_its_callers() {
    let text = "variable \"a\" {\n  type = string\n  default = null\n}\nvariable \"b\" { default = \"x\" }\nlocals {\n  a = \"${var.a}/y\"\n  b = \"${var.b}/y\"\n}\n";
    evaluate(&[("main.tf", text)], |evaluator| {
        assert!(evaluator.stack().library);
        let local = |name| show(&evaluator.local(evaluator.root(), name).expect("a local"));
        assert_eq!(local("a"), "\"{var.a}/y\"");
        assert_eq!(local("b"), "\"x/y\"");
    });
}
