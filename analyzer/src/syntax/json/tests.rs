//! The tolerant JSON parser, on broken and on generated text.

#![expect(clippy::string_slice, reason = "tests may panic")]

use proptest::prelude::*;

use super::*;

/// The value in one line: holes as `{0}`, missing values as `?`.
fn show(value: &JsonValue) -> String {
    match &value.kind {
        JsonKind::Missing => "?".to_owned(),
        JsonKind::Null => "null".to_owned(),
        JsonKind::Bool(value) => value.to_string(),
        JsonKind::Number(digits) => digits.to_string(),
        JsonKind::String(string) => show_string(string),
        JsonKind::Array(elements) => format!("[{}]", elements.iter().map(show).collect::<Vec<_>>().join(",")),
        JsonKind::Object(members) => format!("{{{}}}", members.iter().map(show_member).collect::<Vec<_>>().join(",")),
        JsonKind::Hole(hole) => format!("{{{hole}}}"),
    }
}

fn show_member(member: &JsonMember) -> String {
    match member.as_hole() {
        Some(hole) => format!("...{{{hole}}}"),
        None => format!("{}:{}", show_string(&member.key), show(&member.value)),
    }
}

fn show_string(string: &JsonString) -> String {
    let pieces = string.pieces.iter().map(|piece| match piece {
        JsonPiece::Text { text, .. } => text.to_string(),
        JsonPiece::Hole(hole) => format!("{{{hole}}}"),
    });
    format!("{:?}", pieces.collect::<String>())
}

/// Takes each `$` out of `marked`: a hole stands there.
fn with_holes(marked: &str) -> (String, Vec<u32>) {
    let mut text = String::new();
    let mut holes = Vec::new();
    for part in marked.split_inclusive('$') {
        text.push_str(part.trim_end_matches('$'));
        if part.ends_with('$') {
            holes.push(text.len() as u32);
        }
    }
    (text, holes)
}

/// The value, and each error as `marked text: message`.
fn read(marked: &str) -> (String, Vec<String>) {
    let (text, holes) = with_holes(marked);
    let (value, errors) = parse(&text, &holes);
    let errors = errors.iter().map(|error| format!("{}: {}", &text[error.range.as_usize()], error.message));
    (show(&value), errors.collect())
}

#[track_caller]
fn check(marked: &str, value: &str, errors: &[&str]) {
    let (found, found_errors) = read(marked);
    assert_eq!(found, value, "value of {marked}");
    assert_eq!(found_errors, errors, "errors of {marked}");
}

#[test]
fn holes_stand_anywhere() {
    check(r#"{"Resource": "arn:aws:s3:::$/*", "Action": $}"#, r#"{"Resource":"arn:aws:s3:::{0}/*","Action":{1}}"#, &[]);
    check(r#"["$$"]"#, r#"["{0}{1}"]"#, &[]);
    check(r#"[ "a" $ ]"#, r#"["a",{0}]"#, &[]);
    check(r#"[ $ "a", $, "b", $ ]"#, r#"[{0},"a",{1},"b",{2}]"#, &[]);
    check(r#"{ "a": 1 $ }"#, r#"{"a":1,...{0}}"#, &[]);
    check(r#"{ $ "a": 1, $, "b": 2 }"#, r#"{...{0},"a":1,...{1},"b":2}"#, &[]);
    check(r#"{ "$": "x", "a$b": $0 }"#, r#"{"{0}":"x","a{1}b":{2}}"#, &[]);
    check(r#"{ $: 1 }"#, r#"{"{0}":1}"#, &[]);
    check("$", "{0}", &[]);
    check("$ { } $", "{}", &[]);
    check(r#""\$n""#, r#""\\{0}n""#, &[]);
    check(r#""\u00$9""#, r#""\\u00{0}9""#, &[]);
}

#[test]
fn commas_and_colons_may_be_missing() {
    check("[1 2]", "[1,2]", &["1: expected `,` or `]` after this value"]);
    check("[[1] 2]", "[[1],2]", &["]: expected `,` or `]` after this value"]);
    check("{\"a\": 1\n\"b\": 2}", r#"{"a":1,"b":2}"#, &["1: expected `,` or `}` after this value"]);
    check("[1, ]", "[1]", &[",: JSON allows no comma before `]`"]);
    check(r#"{"a": 1,}"#, r#"{"a":1}"#, &[",: JSON allows no comma before `}`"]);
    check("[,1]", "[1]", &[",: expected a value before this comma"]);
    check("[1,,2]", "[1,2]", &[",: expected a value before this comma"]);
    check(r#"{"a" 1}"#, r#"{"a":1}"#, &["\"a\": expected `:` and a value after this key"]);
    check(r#"{"a", "b": 1}"#, r#"{"a":?,"b":1}"#, &["\"a\": expected `:` and a value after this key"]);
    check(r#"{"a" "b": 1}"#, r#"{"a":?,"b":1}"#, &["\"a\": expected `:` and a value after this key"]);
    check("{\"a\":\n\"b\": 1}", r#"{"a":?,"b":1}"#, &[":: expected a value after this colon"]);
    check(r#"{"a": }"#, r#"{"a":?}"#, &[":: expected a value after this colon"]);
    check(r#"{"a" = 1}"#, r#"{"a":1}"#, &["=: expected `:` between key and value"]);
}

#[test]
fn brackets_may_be_missing() {
    check(r#"{"a": ["b", "c": 1}"#, r#"{"a":["b"],"c":1}"#, &["[: this `[` is not closed"]);
    check(r#"[{"a": 1, {"b": 2}]"#, r#"[{"a":1},{"b":2}]"#, &["{: this `{` is not closed"]);
    check(r#"{"a": [{"b": 1]}"#, r#"{"a":[{"b":1}]}"#, &["{: this `{` is not closed"]);
    check("[1}]", "[1]", &["}: unexpected `}`, expected `,` or `]`"]);
    check("{} }", "{}", &["}: unexpected text behind the JSON value"]);
    check(r#"{"a": [1, {"b": 2"#, r#"{"a":[1,{"b":2}]}"#, &["{: this `{` is not closed"]);
}

#[test]
fn strings_may_be_broken() {
    check(
        "{\"Action\": \"s3:Get,\n\"Effect\": \"Allow\"}",
        r#"{"Action":"s3:Get","Effect":"Allow"}"#,
        &["\"s3:Get: this string has no closing quote"],
    );
    check("{\"Act\n\"b\": 1}", r#"{"Act":?,"b":1}"#, &["\"Act: this string has no closing quote"]);
    check("[\"a\tb\"]", r#"["a\tb"]"#, &["\t: a tab in a string must be written `\\t`"]);
    check(r#"["a\d"]"#, r#"["a\\d"]"#, &[r"\d: JSON has no such escape: write `\\` for a backslash"]);
    check(r#"["\u12"]"#, r#"["\\u12"]"#, &[r"\u: expected four hexadecimal digits after `\u`"]);
    check("['a']", r#"["a"]"#, &["'a': JSON strings take double quotes"]);
    check(
        r#"{Effect: Allow}"#,
        r#"{"Effect":"Allow"}"#,
        &["Effect: expected a key in double quotes", "Allow: expected a value: a string takes double quotes"],
    );
    check(
        "[True, None, 012]",
        "[true,null,012]",
        &["True: JSON writes `true`", "None: JSON writes `null`", "012: `012` is not a JSON number"],
    );
}

#[test]
fn comments_are_reported_and_skipped() {
    let (value, errors) = read("{ // one\n \"a\": /* two */ 1 # three\n}");
    assert_eq!(value, r#"{"a":1}"#);
    assert_eq!(
        errors,
        ["// one: JSON has no comments", "/* two */: JSON has no comments", "# three: JSON has no comments"]
    );
}

#[test]
fn nothing_is_an_error() {
    check("", "?", &[": expected a JSON value, found nothing"]);
    check("\u{feff}{}", "{}", &[]);
}

#[test]
fn duplicate_members_are_kept() {
    check(r#"{"a": 1, "a": 2}"#, r#"{"a":1,"a":2}"#, &[]);
}

#[test]
fn escapes_lead_back_to_the_document() {
    let text = r#"["a\u00e9b\"c$d"]"#;
    let (value, _) = parse(text, &[]);
    let JsonKind::Array(elements) = &value.kind else { panic!("an array") };
    let JsonKind::String(string) = &elements[0].kind else { panic!("a string") };
    let [JsonPiece::Text { text: decoded, range, map }] = string.pieces.as_slice() else { panic!("one piece") };
    assert_eq!(decoded, "aéb\"c$d");
    assert_eq!(&text[range.as_usize()], r#"a\u00e9b\"c$d"#);
    for character in ["a", "b", "c", "d"] {
        let offset = map.source_offset(range.start, decoded.find(character).unwrap() as u32) as usize;
        assert!(text[offset..].starts_with(character), "{character} at {offset}");
    }
    assert_eq!(map.source_offset(range.start, 1), text.find("\\u").unwrap() as u32);
}

#[test]
fn depth_is_limited() {
    let deep = |levels: usize| format!("{}{}", "[".repeat(levels), "]".repeat(levels));
    assert_eq!(parse(&deep(MAX_DEPTH), &[]).1, []);
    let (_, errors) = parse(&deep(100_000), &[]);
    assert_eq!(errors.len(), 1);
    assert_eq!(errors[0].message, "nested deeper than 127 levels");
    let _ = parse(&"[".repeat(100_000), &[]);
    let _ = parse(&"{\"a\":".repeat(100_000), &[]);
}

/// Every prefix of a policy, as it is typed: what stands in full lines is kept.
#[test]
fn prefixes_keep_what_is_there() {
    let policy = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["s3:GetObject","s3:PutObject"],"Resource":"*"}]}"#;
    for end in 0..policy.len() {
        let (value, errors) = parse(&policy[..end], &[]);
        assert!(!errors.is_empty(), "prefix {end} is no JSON");
        if end > 60 {
            assert!(show(&value).contains(r#""Effect":"Allow""#), "prefix {end}: {}", show(&value));
        }
    }
}

fn to_serde(value: &JsonValue) -> serde_json::Value {
    match &value.kind {
        JsonKind::Missing | JsonKind::Null | JsonKind::Hole(_) => serde_json::Value::Null,
        JsonKind::Bool(value) => (*value).into(),
        JsonKind::Number(digits) => serde_json::from_str(digits).unwrap_or_default(),
        JsonKind::String(string) => string.as_text().unwrap().as_str().into(),
        JsonKind::Array(elements) => elements.iter().map(to_serde).collect(),
        JsonKind::Object(members) => {
            members.iter().map(|member| (member.key.as_text().unwrap().to_string(), to_serde(&member.value))).collect()
        }
    }
}

/// Agreement with serde_json, except where it is stricter than the grammar of RFC 8259.
fn agrees_with_serde(text: &str) -> Result<(), TestCaseError> {
    let (value, errors) = parse(text, &[]);
    match serde_json::from_str::<serde_json::Value>(text) {
        Ok(expected) => {
            prop_assert_eq!(&errors, &[], "errors in {}", text);
            prop_assert_eq!(to_serde(&value), expected);
        }
        Err(error) => {
            let reason = error.to_string();
            let stricter = ["surrogate", "out of range", "unexpected end of hex escape"];
            let stricter = stricter.iter().any(|known| reason.contains(known)) || text.starts_with('\u{feff}');
            prop_assert!(stricter || !errors.is_empty(), "{} is not JSON: {}", text, reason);
        }
    }
    Ok(())
}

fn check_ranges(value: &JsonValue, text: &str) -> Result<(), TestCaseError> {
    prop_assert!(text.get(value.range.as_usize()).is_some(), "{:?}", value.range);
    let inside = |inner: &JsonValue| inner.range.is_empty() || value.range.contains_range(inner.range);
    match &value.kind {
        JsonKind::Array(elements) => {
            for element in elements {
                prop_assert!(inside(element));
                check_ranges(element, text)?;
            }
        }
        JsonKind::Object(members) => {
            for member in members {
                prop_assert!(inside(&member.value));
                prop_assert!(text.get(member.key_range.as_usize()).is_some());
                check_ranges(&member.value, text)?;
            }
        }
        JsonKind::String(string) => {
            for piece in &string.pieces {
                if let JsonPiece::Text { range, .. } = piece {
                    prop_assert!(value.range.contains_range(*range));
                }
            }
        }
        _ => {}
    }
    Ok(())
}

fn soup() -> impl Strategy<Value = String> {
    let token = prop::sample::select(vec![
        "{",
        "}",
        "[",
        "]",
        ",",
        ":",
        "\"",
        "'",
        "\\",
        "\\u",
        "\\u00e9",
        "\\ud83d",
        "\\ude00",
        "\\\"",
        "\n",
        "\r\n",
        " ",
        "\t",
        "a",
        "\"a\"",
        "\"b\":",
        "1",
        "-",
        "0",
        "1.5",
        "e",
        "E+",
        "true",
        "null",
        "nul",
        "//",
        "/*",
        "*/",
        "#",
        "é",
        "\u{a0}",
        "\u{0}",
        "\u{feff}",
        "=",
        "😀",
        "\"Action\": ",
        "[]",
        "{}",
    ]);
    prop::collection::vec(token, 0..24).prop_map(|tokens| tokens.concat())
}

fn json() -> impl Strategy<Value = serde_json::Value> {
    let leaf = prop_oneof![
        Just(serde_json::Value::Null),
        any::<bool>().prop_map(Into::into),
        any::<i64>().prop_map(Into::into),
        any::<f64>().prop_map(Into::into),
        any::<String>().prop_map(Into::into),
    ];
    leaf.prop_recursive(5, 40, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Into::into),
            prop::collection::vec((any::<String>(), inner), 0..6).prop_map(|members| members.into_iter().collect()),
        ]
    })
}

proptest! {
    #![proptest_config(crate::chance::cases(2000))]

    #[test]
    fn any_soup_gives_a_tree(text in soup(), holes in prop::collection::vec(0u32..80, 0..6)) {
        let mut holes = holes;
        holes.sort_unstable();
        let (value, errors) = parse(&text, &holes);
        check_ranges(&value, &text)?;
        for error in &errors {
            prop_assert!(text.get(error.range.as_usize()).is_some(), "{:?}", error);
        }
    }

    #[test]
    fn soup_is_judged_as_by_serde(text in soup()) {
        agrees_with_serde(&text)?;
    }

    #[test]
    fn json_is_read_as_by_serde(value in json()) {
        agrees_with_serde(&value.to_string())?;
        agrees_with_serde(&serde_json::to_string_pretty(&value).unwrap())?;
    }

    #[test]
    fn a_changed_byte_is_judged_as_by_serde(value in json(), at in any::<prop::sample::Index>(), with in "[\"{},:0e\\\\ ]") {
        let text: Vec<char> = value.to_string().chars().collect();
        let at = at.index(text.len());
        let changed: String = text.iter().take(at).chain(with.chars().collect::<Vec<_>>().iter()).chain(text.iter().skip(at + 1)).collect();
        agrees_with_serde(&changed)?;
    }
}
