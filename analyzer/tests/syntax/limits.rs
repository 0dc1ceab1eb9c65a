//! Deep, long and large texts: limits are errors, and the work grows linearly.

use std::fmt::Write;

use crosstrail_analyzer::source::SourceMap;
use crosstrail_analyzer::syntax::ast::{Attribute, Block, Expr, ExprKind, Ident, Item, TemplatePart, Tree};
use crosstrail_analyzer::syntax::{MAX_HEIGHT, MAX_NESTING, parse_hcl, parse_template};

use crate::walk::Walk;

fn parse(text: &str) -> Tree {
    parse_hcl(SourceMap::default().add("main.tf", text), text)
}

/// On the stack that test threads and most others have.
fn on_a_small_stack(check: impl FnOnce() + Send + 'static) {
    std::thread::Builder::new().stack_size(2 << 20).spawn(check).unwrap().join().unwrap();
}

#[test]
fn deep_texts_are_refused_without_overflow() {
    on_a_small_stack(|| {
        let shapes: [(&str, &str, &str); 14] = [
            ("x = ", "[", "]"),
            ("x = ", "(", ")"),
            ("x = ", "{a=", "}"),
            ("x = ", "f(", ")"),
            ("x = ", "\"${", "}\""),
            ("x = ", "-", ""),
            ("x = ", "!", ""),
            ("x = ", "a ? ", " : b"),
            ("x = ", "a ? b : ", ""),
            ("x = ", "[for a in b : ", "]"),
            ("x = a", "[a", "]"),
            ("x = ", "a[*][", "]"),
            ("", "b {\n", "}\n"),
            ("x = <<E\n", "%{ if a }", "%{ endif }"),
        ];
        for (start, open, close) in shapes {
            for count in [90, 199, 10_000] {
                let levels = count * open.matches('[').count().max(1);
                let end = if start.contains("<<") { "\nE\n" } else { "\n" };
                let inner = if open.starts_with('b') { "" } else { "1" };
                let text = format!("{start}{}{inner}{}{end}y = 1\n", open.repeat(count), close.repeat(count));
                let tree = parse(&text);
                let refused = tree.errors.iter().any(|error| error.message.contains(&MAX_NESTING.to_string()));
                assert_eq!(refused, levels > 200, "{open} {count}: {:?}", tree.errors.first());
                let walk = Walk::of(&tree, &text);
                assert!(walk.faults.is_empty(), "{open} {count}");
                assert!(walk.deepest <= MAX_HEIGHT as usize + MAX_NESTING as usize, "{open}: {}", walk.deepest);
            }
        }
    });
}

#[test]
fn broken_deep_texts_do_not_overflow() {
    on_a_small_stack(|| {
        for open in ["[", "(", "{a=", "{", "f(", "\"${", "b {\n", "a ? ", "<<A\n${", "a[*]", "%{ if a }", "[{a=\"${f("]
        {
            for start in ["x = ", "", "b {\n  x = <<E\n", "b {\n  x = \""] {
                let text = format!("{start}{}", open.repeat(10_000));
                let walk = Walk::of(&parse(&text), &text);
                assert!(walk.faults.is_empty(), "{open}: {}", walk.faults.len());
            }
        }
    });
}

#[test]
fn long_chains_are_refused_and_named() {
    on_a_small_stack(|| {
        for (link, last) in [("a && ", "a"), ("1 + ", "1"), ("a.b + ", "a")] {
            let chain = |links: usize| format!("x = {}{last}\ny = 1\n", link.repeat(links));
            assert!(parse(&chain(300)).errors.is_empty());
            let tree = parse(&chain(20_000));
            assert_eq!(tree.errors.len(), 1);
            assert!(tree.errors[0].message.contains(&MAX_HEIGHT.to_string()), "{}", tree.errors[0].message);
            assert!(matches!(tree.body.items.last(), Some(Item::Attribute(y)) if y.name.text == "y"));
        }
        for link in [".c", "[0]", ".0", ".*.c[0]"] {
            let tree = parse(&format!("x = a{}\ny = 1\n", link.repeat(20_000)));
            assert_eq!(tree.errors.len(), 1, "{link}");
            assert_eq!(tree.body.items.len(), 2, "{link}");
        }
        // The height of a chain in a chain is the sum.
        let mut text = String::from("a");
        for _ in 0..150 {
            text = format!("({text}{})", "+ b".repeat(300));
        }
        let text = format!("x = {text}\n");
        let walk = Walk::of(&parse(&text), &text);
        assert!(walk.deepest <= (MAX_HEIGHT + MAX_NESTING) as usize, "{}", walk.deepest);
    });
}

#[test]
fn a_sum_of_products_is_as_high_as_it_looks() {
    let text = format!("x = {}1\n", "a.b.c * f(1) + ".repeat(300));
    assert!(parse(&text).errors.is_empty());
}

/// Texts whose cost would grow with the square of their size in a careless parser.
fn large(shape: usize, count: usize) -> String {
    let mut text = String::new();
    for at in 0..count {
        match shape {
            0 => writeln!(text, "k{at} = {at}").unwrap(),
            1 => write!(text, "{}k{at} = {{a = {at}}}", if at == 0 { "x = {" } else { ", " }).unwrap(),
            2 => writeln!(text, "resource \"a\" \"b{at}\" {{").unwrap(),
            3 => writeln!(text, "x{at} = <<T{at}").unwrap(),
            4 => writeln!(text, "x{at} = <<T\n/* ").unwrap(),
            5 => writeln!(text, "x{at} = [\"").unwrap(),
            6 => write!(text, "{{[(\"${{").unwrap(),
            7 => writeln!(text, "  x{at} = f([{{\n").unwrap(),
            8 => write!(text, "x {{ a = [{{ b = \"${{c").unwrap(),
            9 => write!(text, "{}a ]", if at == 0 { "x = [" } else { "" }).unwrap(),
            10 => write!(text, "{}{at} {{ b", if at == 0 { "x = [" } else { "" }).unwrap(),
            11 => writeln!(text, "{}$${{a}} %{{ if a }}", if at == 0 { "x = <<E\n" } else { "" }).unwrap(),
            _ => write!(text, "{}${{~ a ~}} \\n ", if at == 0 { "x = \"" } else { "" }).unwrap(),
        }
    }
    text
}

#[test]
fn large_texts_grow_linearly() {
    // No clock: with quadratic growth one of these runs for minutes.
    on_a_small_stack(|| {
        for shape in 0..=12 {
            let text = large(shape, 50_000);
            let tree = parse(&text);
            let walk = Walk::of(&tree, &text);
            assert!(walk.faults.is_empty(), "shape {shape}");
            assert!(walk.nodes <= text.len() * 2, "shape {shape}: {} nodes", walk.nodes);
            let (template, _) = parse_template(tree.file, &text);
            assert!(Walk::of_template(&template, &text).faults.is_empty(), "shape {shape}");
        }
    });
}

#[test]
fn an_object_of_many_keys_is_kept_whole() {
    let keys: String = (0..50_000).map(|at| format!("  k{at} = {at}\n")).collect();
    let tree = parse(&format!("x = {{\n{keys}}}\n"));
    assert!(tree.errors.is_empty());
    let Some(Item::Attribute(x)) = tree.body.items.first() else { panic!("no attribute") };
    assert!(matches!(&x.value.kind, ExprKind::Object(items) if items.len() == 50_000));
}

/// Trees are most of what an editor's server holds: their nodes do not grow unseen.
#[cfg(target_pointer_width = "64")]
#[test]
fn nodes_are_small() {
    assert_eq!(size_of::<Expr>(), 32);
    assert_eq!(size_of::<Ident>(), 32);
    assert_eq!(size_of::<TemplatePart>(), 48);
    assert!(size_of::<Attribute>() <= 80);
    assert!(size_of::<Block>() <= 104);
}
