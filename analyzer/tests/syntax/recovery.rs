//! Broken texts: what is not broken in them is kept.

use crosstrail_analyzer::source::SourceMap;
use crosstrail_analyzer::syntax::ast::{Block, Expr, ExprKind, Item, Tree};
use crosstrail_analyzer::syntax::parse_hcl;

use crate::walk::Walk;

/// Several blocks each, written as people write them.
pub(crate) const DOCUMENTS: [(&str, &str); 5] = [
    ("roles.tf", include_str!("../../../tests/recovery/roles.tf")),
    ("trail.tf", include_str!("../../../tests/recovery/trail.tf")),
    ("modules.tf", include_str!("../../../tests/recovery/modules.tf")),
    ("aws-multi-account", include_str!("../../../tests/conformance/terraform/aws-multi-account/main.tf")),
    ("expr", include_str!("../../../tests/conformance/terraform/expr/main.tf")),
];

fn parse(text: &str) -> Tree {
    parse_hcl(SourceMap::default().add("main.tf", text), text)
}

fn blocks(tree: &Tree) -> Vec<&Block> {
    let mut blocks: Vec<&Block> = Vec::new();
    for item in tree.body.items.iter() {
        if let Item::Block(block) = item {
            blocks.push(block);
        }
    }
    blocks
}

/// What is compared of a block: all of it but the places.
fn shape(block: &Block) -> String {
    let text = format!("{block:?}");
    let mut shape = String::with_capacity(text.len());
    let mut rest = text.as_str();
    while let Some(at) = rest.find("..") {
        let before = rest[..at].bytes().rev().take_while(u8::is_ascii_digit).count();
        shape.push_str(&rest[..at - before]);
        rest = rest[at + 2..].trim_start_matches(|digit: char| digit.is_ascii_digit());
        let map = "map: OffsetMap { jumps: Some([";
        if let Some(jumps) = rest.strip_prefix(", ").and_then(|rest| rest.strip_prefix(map)) {
            rest = jumps.split_once("])").map_or("", |(_, behind)| behind);
        }
    }
    shape + rest
}

#[test]
fn every_prefix_keeps_the_blocks_that_are_complete() {
    for (name, text) in DOCUMENTS {
        let whole = parse(text);
        assert!(whole.errors.is_empty(), "{name}: {:?}", whole.errors);
        let ends: Vec<(u32, String)> =
            blocks(&whole).into_iter().map(|block| (block.range.end, shape(block))).collect();
        // Every length of the smaller ones; the work grows with the square.
        let step = if text.len() > 4_000 { 23 } else { 1 };
        for end in (0..=text.len()).step_by(step).filter(|end| text.is_char_boundary(*end)) {
            let prefix = &text[..end];
            let tree = parse(prefix);
            let walk = Walk::of(&tree, prefix);
            assert!(walk.faults.is_empty(), "{name} up to {end}: {:?}", walk.faults);
            let kept = blocks(&tree);
            for (at, (block_end, complete)) in ends.iter().enumerate() {
                if *block_end as usize > end {
                    break;
                }
                assert_eq!(kept[at].range.end, *block_end, "{name} up to {end}");
                // To compare the whole is slow.
                if prefix.ends_with('\n') {
                    assert_eq!(shape(kept[at]), *complete, "{name} up to {end}");
                }
            }
        }
    }
}

/// Breaks the text of a block; `None` if it has nothing to break.
type Breakage = fn(&str) -> Option<String>;

/// What is half typed, by name, and how it is made of a block's text.
const BREAKAGES: [(&str, Breakage); 10] = [
    ("delete `}`", |block| block.trim_end().strip_suffix('}').map(str::to_owned)),
    ("delete `]`", |block| delete(block, "]")),
    ("open `\"`", |block| in_body(block, "  broken = \"half\n")),
    ("`name =`", |block| in_body(block, "  broken =\n")),
    ("half a name", |block| in_body(block, "  brok\n")),
    ("open `${`", |block| in_body(block, "  broken = \"${var.x\n")),
    ("open `{`", |block| in_body(block, "  broken = {\n")),
    ("open `jsonencode({`", |block| in_body(block, "  broken = jsonencode({\n    Statement = [{\n      Action = \n")),
    ("heredoc left open", |block| in_body(block, "  broken = <<EOF\n{\n  \"Version\": \"2012-10-17\"\n}\n")),
    ("dot at the end", |block| in_body(block, "  broken = var.\n")),
];

fn delete(block: &str, what: &str) -> Option<String> {
    block.rfind(what).map(|at| format!("{}{}", &block[..at], &block[at + what.len()..]))
}

/// `block` with a line behind the first one.
fn in_body(block: &str, line: &str) -> Option<String> {
    let first = block.find("{\n")? + 2;
    Some(format!("{}{line}{}", &block[..first], &block[first..]))
}

/// Blocks other than the broken one: all of them and those kept as they were.
fn others_kept(text: &str, whole: &Tree, breakage: Breakage) -> (usize, usize) {
    let blocks_of_whole = blocks(whole);
    let shapes_of_whole: Vec<String> = blocks_of_whole.iter().map(|block| shape(block)).collect();
    let (mut all, mut kept) = (0, 0);
    for (at, block) in blocks_of_whole.iter().enumerate() {
        let Some(broken) = breakage(&text[block.range.as_usize()]) else { continue };
        let range = block.range.as_usize();
        let text = format!("{}{broken}{}", &text[..range.start], &text[range.end..]);
        let tree = parse(&text);
        let faults = Walk::of(&tree, &text).faults;
        assert!(faults.is_empty(), "{faults:?}");
        let shapes: Vec<String> = blocks(&tree).into_iter().map(shape).collect();
        for other in (0..blocks_of_whole.len()).filter(|other| *other != at) {
            all += 1;
            kept += usize::from(shapes.contains(&shapes_of_whole[other]));
        }
    }
    (all, kept)
}

#[test]
fn other_blocks_survive_each_breakage() {
    let mut report = String::new();
    for (name, breakage) in BREAKAGES {
        let (mut all, mut kept) = (0, 0);
        for (_, text) in DOCUMENTS {
            let (of_all, of_kept) = others_kept(text, &parse(text), breakage);
            all += of_all;
            kept += of_kept;
        }
        assert!(all > 100, "{name}: only {all} blocks to keep");
        let share = kept as f64 / all as f64;
        report.push_str(&format!("{name}: {:.1} % of {all} other blocks kept\n", share * 100.0));
        assert!(share >= 0.97, "{report}");
    }
    println!("{report}");
}

#[test]
fn the_rest_of_the_broken_block_survives() {
    let text =
        "resource \"a\" \"b\" {\n  one = 1\n  broken = BROKEN\n  two = [1, 2]\n  three {\n    x = 1\n  }\n}\nd = 1\n";
    for broken in [
        "",
        "\"half",
        "\"${var.x",
        "\"${",
        "{",
        "[",
        "(",
        "f(",
        "var.",
        "1 +",
        "a ? ",
        "a ? b :",
        "[1, 2",
        "!",
        "<<",
        "<<EOF",
        "{ a",
        "{ a =",
        "}",
        "]",
        "1 2",
        "@",
        "f(a b)",
        "[for",
        "{ for a in",
        "\"%{ if a }\"",
    ] {
        let text = text.replace("BROKEN", broken);
        let tree = parse(&text);
        assert!(!tree.errors.is_empty());
        let blocks = blocks(&tree);
        assert_eq!(tree.body.items.len(), 2, "{text} {:?}", tree.errors);
        let kept: Vec<&str> = blocks[0]
            .body
            .items
            .iter()
            .map(|item| match item {
                Item::Attribute(attribute) => attribute.name.text.as_str(),
                Item::Block(block) => block.kind.text.as_str(),
            })
            .filter(|name| *name != "broken")
            .collect();
        assert_eq!(kept, ["one", "two", "three"], "{text} {:?}", tree.errors);
    }
}

/// The keys of an object, and of the objects in it.
fn keys(expr: &Expr, found: &mut Vec<String>) {
    match &expr.kind {
        ExprKind::Object(items) => {
            for item in items {
                if let ExprKind::Variable(name) = &item.key.kind {
                    found.push(name.to_string());
                }
                keys(&item.value, found);
            }
        }
        ExprKind::Tuple(elements) => elements.iter().for_each(|element| keys(element, found)),
        ExprKind::Call(call) => call.arguments.iter().for_each(|argument| keys(argument, found)),
        _ => {}
    }
}

#[test]
fn known_parts_of_a_half_typed_object_survive() {
    for (value, expected) in [
        ("jsonencode({ Statement = [{ Action = }] })", "Statement Action"),
        ("jsonencode({ Statement = [{ Effect = \"Allow\", Action = ", "Statement Effect Action"),
        (
            "jsonencode({\n    Version = 1\n    Statement = [{\n      Effect = \"Allow\"\n      Action = \n      Resource = \"*\"\n    }]\n  })",
            "Version Statement Effect Action Resource",
        ),
        (
            "jsonencode({\n    Version = 1\n    Statement = [{\n      Effect = \"Allow\"\n      Act\n      Resource = \"*\"\n    }]\n  })",
            "Version Statement Effect Act Resource",
        ),
        (
            "jsonencode({\n    Version = 1\n    Statement = [{\n      Action = [\n        \"s3:Get\n        \"s3:Put\",\n      ]\n      Resource = \"*\"\n    }]\n  })",
            "Version Statement Action Resource",
        ),
        (
            "jsonencode({\n    Version = 1\n    Statement = [{\n      Action = [\n        \"s3:Get\",\n      Resource = \"*\"\n    }]\n  })",
            "Version Statement Action Resource",
        ),
        (
            "jsonencode({\n    Version = 1\n    Statement = [{\n      Principal = {\n        AWS = \"*\"\n      Resource = \"*\"\n    }]\n  })",
            "Version Statement Principal AWS Resource",
        ),
        (
            "jsonencode({\n    Version = 1\n    Statement = [{\n      Action = \"a\"\n      Resource = \"*\"\n    }\n  })",
            "Version Statement Action Resource",
        ),
        (
            "jsonencode({\n    Version = 1\n    Statement = {\n      Action = \"${var.}\"\n      Resource = aws_s3_bucket.\n      Sid = 1\n    }\n  })",
            "Version Statement Action Resource Sid",
        ),
    ] {
        let text = format!("resource \"a\" \"b\" {{\n  policy = {value}\n  next = 1\n}}\n");
        let tree = parse(&text);
        let blocks = blocks(&tree);
        assert_eq!(blocks[0].body.items.len(), 2, "{text} {:?}", tree.errors);
        let mut found = Vec::new();
        keys(&blocks[0].body.attribute("policy").unwrap().value, &mut found);
        assert_eq!(found.join(" "), expected, "{text} {:?}", tree.errors);
        assert_eq!(tree.errors.len(), 1 + usize::from(text.contains("${var.}")), "{text} {:?}", tree.errors);
    }
}
