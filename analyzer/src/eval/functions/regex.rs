//! `regex`, `regexall` and `replace`.

use std::cell::RefCell;

use regex::{Captures, Regex, RegexBuilder};
use rustc_hash::FxHashMap;
use smol_str::SmolStr;

use crate::eval::error::EvalError;
use crate::eval::text::{Known, Piece, Text};
use crate::eval::types::Type;
use crate::eval::value::{Value, ValueKind};

use super::call::{Call, Outcome, list, object, text};
use super::pattern::translate;
use super::strings::text_of;
use super::table::Function;

pub(super) static FUNCTIONS: &[Function] = &[
    Function::partial("regex", regex),
    Function::partial("regexall", regexall),
    Function::partial("replace", replace),
];

/// The most memory that a compiled pattern may take, in bytes.
const LARGEST_PATTERN: usize = 1 << 20;

/// How many compiled patterns a thread keeps: functions in loops use the same again and again.
const MOST_CACHED: usize = 64;

thread_local! {
    static CACHE: RefCell<FxHashMap<SmolStr, Regex>> = RefCell::default();
}

/// The pattern, compiled; `None` if it would be too large.
fn compile(call: &Call<'_>, index: usize, pattern: &str) -> Result<Option<Regex>, EvalError> {
    if let Some(found) = CACHE.with_borrow(|cache| cache.get(pattern).cloned()) {
        return Ok(Some(found));
    }
    let broken = |message: String| call.fail_at(index, format!("`{pattern}` is not a pattern: {message}"));
    let translated = translate(pattern).map_err(broken)?;
    let compiled = RegexBuilder::new(&translated).size_limit(LARGEST_PATTERN).nest_limit(128).build();
    match compiled {
        Ok(compiled) => {
            CACHE.with_borrow_mut(|cache| {
                if cache.len() >= MOST_CACHED {
                    cache.clear();
                }
                cache.insert(pattern.into(), compiled.clone());
            });
            Ok(Some(compiled))
        }
        Err(regex::Error::CompiledTooBig(_)) => Ok(None),
        Err(error) => Err(broken(error.to_string().lines().last().unwrap_or_default().to_owned())),
    }
}

/// What a match gives: the text without groups, a tuple of unnamed groups, an object of named ones.
fn result_type(call: &Call<'_>, regex: &Regex) -> Result<Type, EvalError> {
    let groups: Vec<Option<&str>> = regex.capture_names().skip(1).collect();
    let named = groups.iter().flatten().count();
    if groups.is_empty() {
        Ok(Type::String)
    } else if named == 0 {
        Ok(Type::Tuple(vec![Type::String; groups.len()]))
    } else if named == groups.len() {
        Ok(Type::Object(groups.iter().flatten().map(|name| (SmolStr::from(*name), Type::String)).collect()))
    } else {
        Err(call.fail_at(0, "named and unnamed groups cannot be mixed"))
    }
}

/// The groups of a match; pieces keep the places that they have in `source`.
fn matched(regex: &Regex, source: &Text, captures: &Captures<'_>) -> Value {
    let group = |index: usize| match captures.get(index) {
        Some(group) => text(Text::from_pieces(source.slice(group.range()).into_iter().map(Piece::Known))),
        None => Value::new(ValueKind::Null(Type::String)),
    };
    let names: Vec<Option<&str>> = regex.capture_names().skip(1).collect();
    match names.first() {
        None => group(0),
        Some(None) => Value::new(ValueKind::Tuple((1..captures.len()).map(group).collect())),
        Some(Some(_)) => {
            object(names.iter().enumerate().map(|(index, name)| (name.unwrap_or_default(), group(index + 1))))
        }
    }
}

/// The compiled pattern and what it gives, or the result of a call that stops here.
fn prepare(call: &Call<'_>) -> Result<Result<(Regex, Type), Value>, EvalError> {
    let Some(pattern) = call.argument(0).and_then(Value::as_str) else { return Ok(Err(call.unknown(Type::Dynamic))) };
    let Some(regex) = compile(call, 0, &pattern)? else {
        return Ok(Err(call.limited(Type::Dynamic, "size of a pattern")));
    };
    let ty = result_type(call, &regex)?;
    Ok(Ok((regex, ty)))
}

fn regex(call: &Call<'_>) -> Outcome {
    let (regex, ty) = match prepare(call)? {
        Ok(prepared) => prepared,
        Err(value) => return Ok(value),
    };
    let source = text_of(&call.value(1));
    let Some(subject) = source.as_known() else { return Ok(call.unknown(ty)) };
    match regex.captures(&subject) {
        Some(captures) => Ok(matched(&regex, &source, &captures)),
        None => Err(call.fail("the pattern matches nothing in the text")),
    }
}

fn regexall(call: &Call<'_>) -> Outcome {
    let (regex, ty) = match prepare(call)? {
        Ok(prepared) => prepared,
        Err(value) => return Ok(value),
    };
    let source = text_of(&call.value(1));
    let Some(subject) = source.as_known() else { return Ok(call.unknown(Type::list(ty))) };
    Ok(list(ty, regex.captures_iter(&subject).map(|captures| matched(&regex, &source, &captures))))
}

fn replace(call: &Call<'_>) -> Outcome {
    let source = text_of(&call.value(0));
    let (Some(part), Some(by)) = (call.argument(1).and_then(Value::as_str), call.argument(2).and_then(Value::as_str))
    else {
        return replace_with_unknown(call, &source);
    };
    let pattern = part.strip_prefix('/').and_then(|rest| rest.strip_suffix('/'));
    match (pattern, source.as_known()) {
        (Some(pattern), Some(known)) => match compile(call, 1, pattern)? {
            Some(regex) => Ok(Value::string(regex.replace_all(&known, by.as_str()).into_owned())),
            None => Ok(call.limited(Type::String, "size of a pattern")),
        },
        (Some(_), None) => Ok(call.unknown(Type::String)),
        (None, Some(known)) if part.is_empty() => Ok(Value::string(known.replace("", &by))),
        (None, None) if part.is_empty() || may_straddle(&source, &part) => Ok(call.unknown(Type::String)),
        (None, _) => {
            let by = Text::known(by);
            Ok(super::strings::map_pieces(call, 0, |piece| replaced(piece, &part, &by)))
        }
    }
}

/// A replacement that is unknown where nothing, or only plain text, is replaced.
fn replace_with_unknown(call: &Call<'_>, source: &Text) -> Outcome {
    let (Some(part), true) = (call.argument(1).and_then(Value::as_str), source.is_known()) else {
        return Ok(call.unknown(Type::String));
    };
    if part.is_empty() || (part.len() > 1 && part.starts_with('/') && part.ends_with('/')) {
        return Ok(call.unknown(Type::String));
    }
    let by = text_of(&call.value(2));
    Ok(super::strings::map_pieces(call, 0, |piece| replaced(piece, &part, &by)))
}

fn replaced(piece: &Known, part: &str, by: &Text) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut start = 0;
    for (at, _) in piece.text.match_indices(part) {
        pieces.extend(piece.slice(start..at).map(Piece::Known));
        pieces.extend(by.pieces().iter().cloned());
        start = at + part.len();
    }
    pieces.extend(piece.slice(start..piece.text.len()).map(Piece::Known));
    pieces
}

/// Whether `part` may be found where a hole meets known text.
fn may_straddle(source: &Text, part: &str) -> bool {
    let pieces = source.pieces();
    let is_hole = |index: Option<usize>| matches!(index.and_then(|index| pieces.get(index)), Some(Piece::Hole(_)));
    pieces.iter().enumerate().any(|(index, piece)| {
        let Piece::Known(known) = piece else { return false };
        let cuts = || part.char_indices().skip(1).filter_map(|(at, _)| part.split_at_checked(at));
        let (before, behind) = (is_hole(index.checked_sub(1)), is_hole(Some(index + 1)));
        // Neighbouring known pieces are cut by chance: what lies over the cut is not looked for.
        let before_known = !before && index > 0;
        let behind_known = !behind && index + 1 < pieces.len();
        let meets_start = |(_, end): (&str, &str)| known.text.starts_with(end);
        let meets_end = |(start, _): (&str, &str)| known.text.ends_with(start);
        ((before || before_known) && cuts().any(meets_start))
            || ((behind || behind_known) && cuts().any(meets_end))
            || part.contains(known.text.as_str())
                && (before || before_known)
                && (behind || behind_known)
                && part.len() > known.text.len()
    })
}

#[cfg(test)]
mod tests {
    use super::super::tests::{run, shown};
    use super::*;

    fn call(name: &str, arguments: &[&str]) -> String {
        shown(run(name, &arguments.iter().map(|text| Value::string(*text)).collect::<Vec<_>>()))
    }

    #[test]
    fn patterns_are_those_of_re2() {
        for (pattern, subject, result) in [
            (r"\w+", "é a", r#""a""#),
            (r"\bfoo\b", "éfoo", r#""foo""#),
            (r"\p{Greek}", "α", r#""α""#),
            ("(?i)ABC", "xabc", r#""abc""#),
            ("(?<x>a)", "a", r#"{"x":"a"}"#),
            (r"\Qa.b\E", "a.b", r#""a.b""#),
            ("[[:alpha:]]+", "éabc", r#""abc""#),
            (r"\pL", "é", r#""é""#),
            ("(?U)a+", "aaa", r#""a""#),
            (r"[\d-x]", "-", r#""-""#),
            (r"\x{41}", "A", r#""A""#),
            ("a{,2}", "a{,2}", r#""a{,2}""#),
            ("{", "{", r#""{""#),
            ("a]", "a]", r#""a]""#),
            ("[a&&b]", "&", r#""\u0026""#),
            ("[[a]", "[", r#""[""#),
            (r"\<", "<", r#""\u003c""#),
            (r"\_", "_", r#""_""#),
            ("a(b)?(c)", "ac", r#"[null,"c"]"#),
            ("(?P<x>a)(?P<y>z)?", "ab", r#"{"x":"a","y":null}"#),
        ] {
            assert_eq!(call("regex", &[pattern, subject]), result, "{pattern}");
        }
        for pattern in ["[", "a{1001}", "a**", r"\C", r"[a-\d]", "(?x)a b", "(?P<x>a)(b)", "(?=a)", "z"] {
            assert!(call("regex", &[pattern, "ab"]).starts_with("error"), "{pattern}");
        }
    }

    #[test]
    fn all_matches() {
        assert_eq!(call("regexall", &["x*", "axb"]), r#"["","x",""]"#);
        assert_eq!(call("regexall", &["", "abc"]), r#"["","","",""]"#);
        assert_eq!(call("regexall", &["(a)(b)?", "aba"]), r#"[["a","b"],["a",null]]"#);
    }

    #[test]
    fn replacements() {
        for (text, part, by, result) in [
            ("hello", "/(?P<n>l+)(o)/", "<$n-$2>", r#""he\u003cll-o\u003e""#),
            ("hello", "/(l+)/", "$1x", r#""heo""#),
            ("hello", "/(l+)/", "${1}x", r#""hellxo""#),
            ("abc", "", "-", r#""-a-b-c-""#),
            ("a/b", "//", "-", r#""-a-/-b-""#),
            ("a/b", "/", "-", r#""a-b""#),
            ("aaa", "/a*/", "x", r#""x""#),
            ("abc", "/b/", "$$1", r#""a$1c""#),
        ] {
            assert_eq!(call("replace", &[text, part, by]), result, "{text} {part}");
        }
    }
}
