//! The walks against an oracle that decides by automata, and against values put for the holes.

use std::collections::HashSet;

use proptest::prelude::*;

use super::{Pattern, Piece, Syntax};
use crate::truth::Truth::{self, No, Unknown, Yes};

type Known = Pattern<u8>;

fn glob(text: &str) -> Known {
    Pattern::of_text(text, Syntax::Wildcards)
}

/// A pattern as an automaton: bit `i` of a state is set if some text leads behind the first `i` tokens.
struct Automaton(Vec<char>);

impl Automaton {
    fn close(&self, mut state: u32) -> u32 {
        for (at, token) in self.0.iter().enumerate() {
            if *token == '*' && state & (1 << at) != 0 {
                state |= 1 << (at + 1);
            }
        }
        state
    }

    fn start(&self) -> u32 {
        self.close(1)
    }

    fn step(&self, state: u32, letter: char) -> u32 {
        let mut next = 0;
        for (at, token) in self.0.iter().enumerate().filter(|(at, _)| state & (1 << at) != 0) {
            match token {
                '*' => next |= 1 << at,
                '?' => next |= 1 << (at + 1),
                token if *token == letter => next |= 1 << (at + 1),
                _ => {}
            }
        }
        self.close(next)
    }

    fn accepts(&self, state: u32) -> bool {
        state & (1 << self.0.len()) != 0
    }
}

/// Whether `left` covers `right`, and whether they overlap, by walking through all reachable pairs of states.
/// `#` stands for every letter that neither mentions.
fn oracle(left: &Automaton, right: &Automaton) -> (bool, bool) {
    let start = (left.start(), right.start());
    let mut seen = HashSet::from([start]);
    let mut todo = vec![start];
    let (mut covers, mut overlaps) = (true, false);
    while let Some((a, b)) = todo.pop() {
        covers &= left.accepts(a) || !right.accepts(b);
        overlaps |= left.accepts(a) && right.accepts(b);
        for letter in ['a', 'b', '#'] {
            let next = (left.step(a, letter), right.step(b, letter));
            if next.1 != 0 && seen.insert(next) {
                todo.push(next);
            }
        }
    }
    (covers, overlaps)
}

fn words(alphabet: &[char], longest: usize) -> Vec<String> {
    let mut all = vec![String::new()];
    let mut last = all.clone();
    for _ in 0..longest {
        last = last.iter().flat_map(|word| alphabet.iter().map(move |letter| format!("{word}{letter}"))).collect();
        all.extend(last.iter().cloned());
    }
    all
}

fn check_against_oracle(left: &str, right: &str) {
    let automaton = |text: &str| Automaton(text.chars().collect());
    let (covers, overlaps) = oracle(&automaton(left), &automaton(right));
    let (left_pattern, right_pattern) = (glob(left), glob(right));
    assert_eq!(left_pattern.covers(&right_pattern), covers.into(), "`{left}` covers `{right}`");
    assert_eq!(left_pattern.overlaps(&right_pattern), overlaps.into(), "`{left}` overlaps `{right}`");
}

#[test]
fn all_short_patterns_agree_with_the_oracle() {
    let words = words(&['a', 'b', '*', '?'], 3);
    for left in &words {
        for right in &words {
            check_against_oracle(left, right);
        }
    }
}

#[test]
fn all_pairs_of_long_and_short_patterns_agree_with_the_oracle() {
    let short = words(&['a', '*', '?'], 3);
    for left in &words(&['a', '*', '?'], 5) {
        for right in &short {
            check_against_oracle(left, right);
            check_against_oracle(right, left);
        }
    }
}

/// A piece of a pattern with two holes, `0` and `1`.
fn put(text: &str, values: [&str; 2]) -> String {
    text.replace('0', values[0]).replace('1', values[1])
}

fn with_holes(text: &str, syntax: Syntax) -> Known {
    let piece = |at: usize| match text.get(at..=at).unwrap() {
        "0" => Piece::Hole(0),
        "1" => Piece::Hole(1),
        letter => Piece::Text(letter),
    };
    Pattern::new((0..text.len()).map(piece), syntax)
}

/// What holds for every value of the holes must hold for these.
fn check_against_values(left: &str, right: &str, right_syntax: Syntax) {
    let (left_pattern, right_pattern) = (with_holes(left, Syntax::Wildcards), with_holes(right, right_syntax));
    let (covers, overlaps) = (left_pattern.covers(&right_pattern), left_pattern.overlaps(&right_pattern));
    let agrees = |truth: Truth, known: Truth| truth == Unknown || truth == known;
    for values in [["", ""], ["a", "a"], ["a", "b"], ["ab", ""], ["*", "?"], ["b", "aab"], ["a*", "*b"], ["#", "##"]] {
        let left_known = glob(&put(left, values));
        let right_known = Pattern::of_text(&put(right, values), right_syntax);
        let context = format!("`{left}` and `{right}` with {values:?}");
        assert!(agrees(covers, left_known.covers(&right_known)), "{context}: covers is {covers:?}");
        assert!(agrees(overlaps, left_known.overlaps(&right_known)), "{context}: overlaps is {overlaps:?}");
    }
}

#[test]
fn answers_with_holes_hold_for_all_values() {
    let words = words(&['a', '*', '?', '0', '1'], 3);
    for (left, right) in words.iter().zip(words.iter().cycle().skip(37)) {
        check_against_values(left, right, Syntax::Wildcards);
    }
    for left in words.iter().step_by(3) {
        for right in words.iter().step_by(7) {
            check_against_values(left, right, Syntax::Wildcards);
            check_against_values(left, right, Syntax::Literal);
        }
    }
}

proptest! {
    #![proptest_config(crate::chance::cases(1500))]

    #[test]
    fn random_patterns_agree_with_the_oracle(left in "[ab*?]{0,12}", right in "[ab*?]{0,12}") {
        check_against_oracle(&left, &right);
    }

    #[test]
    fn random_answers_with_holes_hold_for_all_values(left in "[ab*?01]{0,8}", right in "[ab*?01]{0,8}") {
        check_against_values(&left, &right, Syntax::Wildcards);
        check_against_values(&left, &right, Syntax::Literal);
    }

    #[test]
    fn any_text_makes_a_pattern(pieces in prop::collection::vec(".{0,6}|[$*{}]{0,6}", 0..5)) {
        let pieces = || pieces.iter().flat_map(|text| [Piece::Text(text.as_str()), Piece::Hole(0_u8)]);
        for syntax in [Syntax::Literal, Syntax::Wildcards, Syntax::Variables, Syntax::VariablesOnly] {
            let pattern = Pattern::new(pieces(), syntax);
            prop_assert!(pattern.covers(&pattern).may_be());
            prop_assert!(pattern.overlaps(&pattern).may_be());
        }
    }
}

#[test]
fn covering_takes_linear_space_and_quadratic_time() {
    // A walk that backtracks would not come back from these.
    let nested = "a*".repeat(2_000);
    let text = "a".repeat(4_000) + "b";
    assert_eq!(glob(&nested).matches(&text), Yes);
    assert_eq!(glob(&(nested.clone() + "c")).matches(&text), No);
    assert_eq!(glob(&(nested + "c")).overlaps(&glob(&("*b".repeat(1_000)))), No);
}

fn variables(text: &str) -> Known {
    Pattern::of_text(text, Syntax::Variables)
}

#[test]
fn variables_are_unknown_texts() {
    let home = variables("arn:aws:s3:::home/${aws:username}/*");
    assert_eq!(home.matches("arn:aws:s3:::home/ann/x"), Unknown);
    assert_eq!(home.matches("arn:aws:s3:::other/ann/x"), No);
    assert_eq!(home.covers(&variables("arn:aws:s3:::home/${AWS:UserName}/y")), Yes);
    assert_eq!(home.covers(&variables("arn:aws:s3:::home/${aws:userid}/y")), Unknown);
    assert_eq!(glob("arn:aws:s3:::home/*").covers(&home), Yes);
    // A variable without a value matches nothing.
    assert_eq!(glob("arn:aws:s3:::home/*").overlaps(&home), Unknown);
    assert_eq!(variables("${aws:username, 'ann'}").covers(&variables("${aws:username, 'Ann'}")), Unknown);
}

#[test]
fn escapes_are_characters() {
    let escaped = variables("a${*}b${?}c${$}d*");
    assert_eq!(escaped.matches("a*b?c$dxyz"), Yes);
    assert_eq!(escaped.matches("axbyc$d"), No);
    assert!(!escaped.has_unknowns() && escaped.has_wildcards());
    // Before 2012-10-17 they are what they look like.
    assert_eq!(glob("a${*}b").matches("a${zzz}b"), Yes);
    assert_eq!(glob("${aws:username}").matches("${aws:username}"), Yes);
    // Text that opens a variable and does not close it is text.
    assert_eq!(variables("a${b").matches("a${b"), Yes);
    assert_eq!(Known::of_text("a*${*}", Syntax::VariablesOnly).matches("a**"), Yes);
    assert_eq!(Known::of_text("a*", Syntax::VariablesOnly).matches("ab"), No);
}

#[test]
fn a_variable_whose_name_has_a_hole_is_not_even_itself() {
    let pieces = || [Piece::Text("x/${aws:"), Piece::Hole(0_u8), Piece::Text("}/y*")];
    let pattern = Pattern::new(pieces(), Syntax::Variables);
    assert_eq!(pattern.to_string(), "x/${?}/y*");
    assert_eq!(pattern.covers(&pattern), Unknown);
    assert_eq!(pattern.matches("x/ann/yz"), Unknown);
    assert_eq!(pattern.matches("z"), No);
    let closed = Pattern::new([Piece::Text("${a}${$}{b}"), Piece::Hole(0_u8)], Syntax::Variables);
    assert_eq!(closed.to_string(), "${a}${b}{0}");
}

#[test]
fn letter_case_is_folded_when_asked() {
    assert_eq!(glob("s3:get*").fold_case().matches("s3:getobject"), Yes);
    assert_eq!(glob("S3:GET*").matches("s3:getobject"), No);
    assert_eq!(glob("S3:GET*").fold_case().covers(&glob("s3:GetObject*").fold_case()), Yes);
}

#[test]
fn arns_compare_by_field() {
    let arn = |text: &str| with_holes_in_braces(text);
    for (outer, inner, whole, fields) in [
        ("arn:aws:s3:::*", "arn:aws:s3:::a:b", Yes, Yes),
        ("arn:aws:*:role/x", "arn:aws:iam::222233334444:role/x", Yes, No),
        ("arn:aws:*:*:*:role/x", "arn:aws:iam::222233334444:role/x", Yes, Yes),
        ("*", "arn:aws:iam::222233334444:role/x", Yes, No),
        ("arn:aws:iam::{0}:role/*", "arn:aws:iam::{0}:role/x", Yes, Yes),
        ("arn:aws:iam::*:role/*", "arn:aws:iam::{0}:role/x", Yes, Yes),
        ("arn:aws:iam::{0}:role/*", "arn:aws:iam::{1}:role/x", Unknown, Unknown),
        ("arn:aws:iam::{0}:role/*", "arn:aws:iam::{0}:user/x", No, No),
        ("arn:aws:iam::{0}:role/*", "arn:aws:iam::{1}:user/x", No, No),
        ("arn:aws:iam::{0}:role/x", "arn:aws:iam::*:role/x", Unknown, Unknown),
        ("arn:aws:iam::{0}:role/{1}", "arn:aws:iam::{1}:role/x", Unknown, Unknown),
        ("arn:aws:iam::{0}:role/*", "{1}/x", Unknown, Unknown),
        ("arn:aws:iam::2{0}:role/*", "arn:aws:iam::3{0}:role/x", No, No),
        ("{0}/*", "{0}/x", Yes, Unknown),
        ("{0}/*", "{0}/*", Yes, Yes),
        ("{0}/*", "arn:aws:s3:::b/x", Unknown, Unknown),
        ("{0}/y", "arn:aws:s3:::b/x", No, No),
    ] {
        assert_eq!(arn(outer).covers(&arn(inner)), whole, "`{outer}` covers `{inner}`");
        assert_eq!(arn(outer).covers_as_arn(&arn(inner)), fields, "`{outer}` covers `{inner}` by field");
    }
    assert_eq!(arn("arn:aws:*:::x").overlaps_as_arn(&arn("arn:*:s3:::*")), Yes);
    assert_eq!(arn("arn:aws:iam::{0}:role/x*").overlaps(&arn("arn:aws:iam::{1}:role/*")), Unknown);
    assert_eq!(arn("arn:aws:iam::{0}:role/x*").overlaps(&arn("arn:aws:iam::{1}:user/*")), No);
    assert_eq!(arn("arn:aws:iam::{0}:role/x*").overlaps(&arn("arn:aws:iam::*:role/*y")), Yes);
    assert_eq!(arn("arn:aws:*").overlaps_as_arn(&arn("arn:aws:s3:::x")), No);
}

fn with_holes_in_braces(text: &str) -> Known {
    with_holes(&text.replace(['{', '}'], ""), Syntax::Wildcards)
}

#[test]
fn fields_that_are_certain() {
    let field = |pattern: &str, text| glob(pattern).has_field(2, text);
    assert_eq!(field("arn:aws:s3:::b", "s3"), Yes);
    assert_eq!(field("arn:aws:s3", "s3"), Yes);
    for other in ["s", "s33", "iam", ""] {
        assert_eq!(field("arn:aws:s3:::b", other), No, "{other}");
    }
    assert_eq!(field("arn:aws", "s3"), No);
    for open in ["arn:*:s3:::b", "arn:aws:s?:::b", "*"] {
        assert_eq!(field(open, "s3"), Unknown, "{open}");
    }
}

#[test]
fn two_arns_in_one_partition() {
    let arn = |text: &str| with_holes_in_braces(text);
    let together =
        |left: &str, right: &str| arn(left).in_one_partition(&arn(right)).map(|(left, right)| left.covers(&right));
    assert_eq!(together("arn:{0}:iam::a:role/x", "arn:aws:iam::a:role/x"), Some(Yes));
    assert_eq!(together("arn:aws:iam::a:role/*", "arn:{0}:iam::a:role/x"), Some(Yes));
    assert_eq!(together("arn:{0}:iam::a:role/x", "arn:{1}:iam::a:role/x"), Some(Yes));
    assert_eq!(together("arn:{0}:iam::a:role/x", "arn:aws:iam::b:role/x"), Some(No));
    assert_eq!(together("arn:aws:iam::a:role/x", "arn:aws-cn:iam::a:role/x"), None, "both are known");
    assert_eq!(together("arn:*:iam::a:role/x", "arn:{0}:iam::a:role/x"), None);
    assert_eq!(together("{0}", "arn:aws:iam::a:role/x"), None);
    assert_eq!(together("arn:{0}-cn:iam::a:role/x", "arn:aws:iam::a:role/x"), None);
}
