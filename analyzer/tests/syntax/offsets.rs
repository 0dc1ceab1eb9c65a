//! From a decoded text back to the file.

use crosstrail_analyzer::source::SourceMap;
use crosstrail_analyzer::syntax::ast::{ExprKind, Item, Literal, OffsetMap, TemplatePart};
use crosstrail_analyzer::syntax::{parse_expression, parse_hcl, parse_json_string_template, parse_template};

use crate::recovery::DOCUMENTS;
use crate::walk::Walk;

/// Holds every byte of `literal` against the place in `source` that it comes from.
fn check(source: &str, literal: &Literal) {
    let bytes = source.as_bytes();
    let mut last = literal.range.start;
    for (offset, character) in literal.text.char_indices() {
        let at = literal.source_offset(u32::try_from(offset).unwrap());
        assert!(literal.range.start <= at && at < literal.range.end, "{literal:?} {offset}");
        assert!(at >= last, "{literal:?} {offset}");
        last = at;
        let rest = &source[at as usize..];
        // A backslash of a heredoc means itself; one that escapes means another character.
        let escaped = rest.starts_with('\\') && character != '\\';
        let same = rest.starts_with(character);
        assert!(same || escaped, "{character:?} at {at} of {literal:?}");
        if literal.map.is_identity() {
            assert_eq!(at, literal.range.start + u32::try_from(offset).unwrap());
            assert_eq!(bytes[at as usize], literal.text.as_bytes()[offset]);
        }
    }
}

fn literals(text: &str) -> Vec<Literal> {
    let tree = parse_hcl(SourceMap::default().add("main.tf", text), text);
    assert!(tree.errors.is_empty(), "{:?}", tree.errors);
    Walk::of(&tree, text).literals
}

#[test]
fn every_byte_of_the_documents_is_found_again() {
    let mut mapped = 0;
    for (_, text) in DOCUMENTS {
        for literal in literals(text) {
            check(text, &literal);
            mapped += usize::from(!literal.map.is_identity());
        }
    }
    assert!(mapped > 5, "{mapped}");
}

#[test]
fn escapes_lead_to_their_backslash() {
    let text = r#"x = "a\nb\\c\"d\u00e9e\U0001F600f$${g}%%{h}$$i\t""#;
    let literals = literals(text);
    let [literal] = literals.as_slice() else { panic!("{literals:?}") };
    assert_eq!(literal.text, "a\nb\\c\"dée😀f${g}%{h}$$i\t");
    check(text, literal);
    let place = |part: &str| literal.source_offset(u32::try_from(literal.text.find(part).unwrap()).unwrap()) as usize;
    for (decoded, source) in [
        ("a", "a\\n"),
        ("\n", "\\n"),
        ("\\", "\\\\"),
        ("\"", "\\\""),
        ("é", "\\u00e9"),
        ("e", "e\\U"),
        ("😀", "\\U0001F600"),
        ("f", "f$"),
        ("${g", "${g"),
        ("%{h", "%{h"),
        ("i", "i\\t"),
        ("\t", "\\t"),
    ] {
        assert!(text[place(decoded)..].starts_with(source), "{decoded:?}");
    }
}

#[test]
fn lines_of_a_heredoc_lose_their_indentation() {
    let text = "x = <<-E\n    {\r\n      a ${v ~}\n\n    b $${c}\n  E\n";
    let found = literals(text);
    let texts: Vec<&str> = found.iter().map(|literal| literal.text.as_str()).collect();
    assert_eq!(texts, ["{\r\n  a ", "\nb ${c}\n"]);
    for literal in &found {
        check(text, literal);
    }
}

#[test]
fn ranges_cover_quotes_brackets_and_markers() {
    let text = "x = f(\"a${b}\", <<E\nt\nE\n, [1], {k = 2}, (c.d[0]))\n";
    let tree = parse_hcl(SourceMap::default().add("main.tf", text), text);
    let Some(Item::Attribute(x)) = tree.body.items.first() else { panic!("{tree:?}") };
    assert_eq!(&text[x.range.as_usize()], &text[..text.len() - 1]);
    let ExprKind::Call(call) = &x.value.kind else { panic!("{x:?}") };
    let arguments: Vec<&str> = call.arguments.iter().map(|argument| &text[argument.range.as_usize()]).collect();
    assert_eq!(arguments, ["\"a${b}\"", "<<E\nt\nE", "[1]", "{k = 2}", "(c.d[0])"]);
    let ExprKind::Template(template) = &call.arguments[0].kind else { panic!("{call:?}") };
    let TemplatePart::Interpolation { expr, range } = &template.parts[1] else { panic!("{template:?}") };
    assert_eq!((&text[range.as_usize()], &text[expr.range.as_usize()]), ("${b}", "b"));
}

#[test]
fn a_byte_order_mark_counts_as_bytes() {
    let text = "\u{feff}a = \"b\"\r\n";
    let tree = parse_hcl(SourceMap::default().add("main.tf", text), text);
    let Some(Item::Attribute(a)) = tree.body.items.first() else { panic!("{tree:?}") };
    assert_eq!(&text[a.value.range.as_usize()], "\"b\"");
}

#[test]
fn strings_of_json_map_to_their_file() {
    let json = r#"{"k": "a\n${f(\"\\\"\")}\"b"}"#;
    let decoded = "a\n${f(\"\\\"\")}\"b";
    let start = 7;
    // a \n ${f( \" \\ \" \" )} \" b
    let map = OffsetMap::new(vec![(1, 8), (2, 10), (6, 14), (7, 16), (8, 18), (9, 20), (10, 22), (12, 24), (13, 26)]);
    let file = SourceMap::default().add("main.tf.json", json);
    let (template, errors) = parse_json_string_template(file, decoded, start, &map);
    assert!(errors.is_empty(), "{errors:?}");
    let [TemplatePart::Literal(before), TemplatePart::Interpolation { expr, range }, TemplatePart::Literal(behind)] =
        &*template.parts
    else {
        panic!("{template:?}")
    };
    assert_eq!(before.text, "a\n");
    assert_eq!((before.source_offset(0), before.source_offset(1)), (7, 8));
    assert_eq!(&json[range.as_usize()], r#"${f(\"\\\"\")}"#);
    assert_eq!(&json[expr.range.as_usize()], r#"f(\"\\\"\")"#);
    assert_eq!(behind.text, "\"b");
    assert_eq!(&json[behind.range.as_usize()], r#"\"b"#);
    assert_eq!((behind.source_offset(0), behind.source_offset(1)), (24, 26));
}

#[test]
fn template_files_have_no_escapes_but_two() {
    let text = "a\\n\"b\" $${c} %%{d}\n%{ for x in y ~}\n  ${x}\n%{ endfor }e";
    let file = SourceMap::default().add("policy.tftpl", text);
    let (template, errors) = parse_template(file, text);
    assert!(errors.is_empty(), "{errors:?}");
    let [TemplatePart::Literal(first), TemplatePart::For(directive), TemplatePart::Literal(last)] = &*template.parts
    else {
        panic!("{template:?}")
    };
    assert_eq!(first.text, "a\\n\"b\" ${c} %{d}\n");
    assert_eq!(last.text, "e");
    assert_eq!(directive.body.len(), 3, "{directive:?}");
    assert!(text[directive.range.as_usize()].ends_with("%{ endfor }"));
}

#[test]
fn a_lone_expression_stands_where_it_is_said_to() {
    let file = SourceMap::default().add("x", "");
    let (expr, errors) = parse_expression(file, "a\n+ b", 10);
    assert!(errors.is_empty(), "{errors:?}");
    assert_eq!((expr.range.start, expr.range.end), (10, 15));
    let (_, errors) = parse_expression(file, "a b", 10);
    assert_eq!((errors[0].range.start, errors[0].range.end), (12, 13));
    assert_eq!(errors[0].message, "expected the end of the expression, found `b`");
}
