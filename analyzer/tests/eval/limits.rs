//! Depth and size: nothing overflows the stack of a test thread, 2 MiB, and nothing hangs.

use std::fmt::Write as _;

use crate::configuration::evaluate;
use crate::show::show;

fn local(text: &str, name: &str) -> String {
    evaluate(&[("main.tf", text)], |evaluator| show(&evaluator.local(evaluator.root(), name).expect("a local")))
}

#[test]
fn a_long_chain_of_locals_ends_at_a_limit() {
    let mut text = String::from("locals {\n  a0 = 1\n");
    for index in 1..2000 {
        let _infallible = writeln!(text, "  a{index} = \"x-${{lower(\"${{tostring(local.a{})}}\")}}\"", index - 1);
    }
    text.push('}');
    assert!(local(&text, "a500").starts_with("\"x-x-"));
    evaluate(&[("main.tf", &text)], |evaluator| {
        let value = evaluator.local(evaluator.root(), "a1999").expect("a local");
        assert!(!value.is_wholly_known());
    });
}

#[test]
fn a_value_may_be_as_deep_as_its_expressions() {
    let mut text = String::from("locals {\n  a0 = 1\n");
    for index in 1..2000 {
        let _infallible = writeln!(text, "  a{index} = [local.a{}]", index - 1);
    }
    text.push('}');
    assert!(local(&text, "a1999").contains("limit at"));
}

#[test]
fn the_deepest_expression_that_is_parsed_is_evaluated() {
    for (open, close) in
        [("[", "]"), ("(", ")"), ("[for x in [1] : ", "]"), ("\"${true ? ", " : \"b\"}\""), ("try(", ")"), ("-", "")]
    {
        let text = format!("locals {{\n  a = {}1{}\n}}\n", open.repeat(150), close.repeat(150));
        let _value = local(&text, "a");
    }
}

#[test]
fn texts_do_not_grow_without_end() {
    let mut text = String::from("locals {\n  a0 = \"0123456789\"\n");
    for index in 1..60 {
        let _infallible = writeln!(text, "  a{index} = \"${{local.a{0}}}${{local.a{0}}}\"", index - 1);
    }
    text.push('}');
    assert!(local(&text, "a59").contains("text that is too long"));
}

#[test]
fn a_circle_is_an_error_that_names_its_members() {
    let text = "locals {\n  a = local.b\n  b = [local.c]\n  c = local.a\n}\n";
    evaluate(&[("main.tf", text)], |evaluator| {
        let _value = evaluator.local(evaluator.root(), "a");
        let messages: Vec<String> = evaluator.errors().iter().map(|error| error.message.clone()).collect();
        assert_eq!(
            messages,
            ["these refer to each other in a circle: `local.a` -> `local.b` -> `local.c` -> `local.a`"]
        );
    });
}

#[test]
fn work_grows_with_the_text() {
    let count = |size: usize| {
        let mut text = String::from("locals {\n  a0 = [\"x\"]\n");
        for index in 1..=size {
            let _infallible = writeln!(text, "  a{index} = concat(local.a0, [\"{index}\"])");
        }
        let _infallible = writeln!(text, "}}\noutput \"all\" {{\n  value = [");
        for index in 1..=size {
            let _infallible = writeln!(text, "    local.a{index}, local.a{index},");
        }
        text.push_str("  ]\n}\n");
        evaluate(&[("main.tf", &text)], |evaluator| {
            let _value = evaluator.output(evaluator.root(), "all");
            evaluator.statistics().expressions
        })
    };
    let (one, two, four) = (count(100), count(200), count(400));
    assert_eq!(two - one, (four - two) / 2);
}
