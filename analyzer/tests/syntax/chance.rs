//! Texts made by chance: nothing may panic and every range must make sense.

use crosstrail_analyzer::source::SourceMap;
use crosstrail_analyzer::syntax::ast::OffsetMap;
use crosstrail_analyzer::syntax::{decode, parse_expression, parse_hcl, parse_json_string_template, parse_template};
use proptest::prelude::*;

use crate::cases::cases;
use crate::walk::Walk;

/// Words that make the parser do something.
const WORDS: [&str; 64] = [
    "a", "b-c", "é", "for", "in", "if", "else", "endif", "endfor", "null", "true", "1", "1.5e3", "0.0", " ", "  ",
    "\n", "\r\n", "\t", "\"", "\\", "\\n", "\\u00e9", "$", "%", "${", "%{", "$${", "%%{", "~", "~}", "}", "{", "[",
    "]", "(", ")", "=", "==", "=>", ":", "::", ",", ".", "...", "*", "[*]", ".*", "?", "!", "-", "+", "&&", "||", "<",
    "<<A\n", "<<-A\n", "A\n", "#", "//", "/*", "*/", "\0", "\u{feff}",
];

fn soup() -> impl Strategy<Value = String> {
    prop::collection::vec(0..WORDS.len(), 0..60).prop_map(|words| words.iter().map(|word| WORDS[*word]).collect())
}

fn check(text: &str) -> Result<(), TestCaseError> {
    let file = SourceMap::default().add("main.tf", text);
    let tree = parse_hcl(file, text);
    let walk = Walk::of(&tree, text);
    prop_assert!(walk.faults.is_empty(), "{:?}", walk.faults);
    prop_assert!(walk.missing == 0 || !tree.errors.is_empty(), "a gap without an error in {text:?}");
    let (expr, _) = parse_expression(file, text, 0);
    let walk = Walk::of_expr(&expr, text);
    prop_assert!(walk.faults.is_empty(), "{:?}", walk.faults);
    let (template, _) = parse_template(file, text);
    let walk = Walk::of_template(&template, text);
    prop_assert!(walk.faults.is_empty(), "{:?}", walk.faults);
    let (template, _) = parse_json_string_template(file, text, 0, &OffsetMap::default());
    let walk = Walk::of_template(&template, text);
    prop_assert!(walk.faults.is_empty(), "{:?}", walk.faults);
    Ok(())
}

#[test]
fn a_backslash_at_the_end_escapes_nothing() {
    assert!(check("<<A\n${{aa\\\"\\").is_ok());
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..cases(3000) })]

    #[test]
    fn soup_of_words(text in soup()) {
        check(&text)?;
    }

    #[test]
    fn soup_behind_an_attribute(text in soup()) {
        check(&format!("b \"l\" {{\n  a = {text}\n  c = 1\n}}\nd = 2\n"))?;
    }

    #[test]
    fn soup_in_a_heredoc(text in soup()) {
        check(&format!("a = <<-A\n{text}\nA\nd = 2\n"))?;
    }

    #[test]
    fn any_bytes(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        if let Ok(text) = decode(&bytes) {
            check(&text)?;
        }
        check(&String::from_utf8_lossy(&bytes))?;
    }
}

/// Texts that once gave ranges that make no sense.
const FOUND: [&str; 4] = ["b \"%{é:A\n", "a{ 1", "A{A \0", "a = <<-A\n${\nA\n~}A\n${<<A\n\nA\nd = 2\n"];

#[test]
fn what_chance_has_found_stays_mended() {
    for text in FOUND {
        check(text).unwrap();
    }
}
