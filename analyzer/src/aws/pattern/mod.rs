//! Patterns of policies: which texts they match, whether two have a text in common,
//! whether one covers another. All answers are exact where everything is known and
//! three-valued where it is not.
//!
//! A pattern is a row of characters, wildcards (`?` one character, `*` any run of them)
//! and atoms. An atom stands for a text that is not known: a hole of the source or a
//! policy variable. For "can it be" an atom is `*`; for "must it be" it is equal only
//! to itself. A hole may hold wildcards, but is taken to hold no policy variable; one in
//! the first five fields of an ARN is taken to lie in its field, since
//! `arn:aws:iam::${x}:role/y` names an account there.
//!
//! The alphabet is unbounded, so there is always a letter that a given pattern does not
//! mention. That is why covering can be decided by matching one pattern against the
//! other: put such letters for the wildcards of the inner pattern, and only wildcards of
//! the outer one can match them.
//!
//! This module must not know what a hole is: it is generic over its identity.

mod cover;
mod field;
mod overlap;
mod parse;
#[cfg(test)]
mod tests;

use std::fmt;

use crate::truth::Truth;

pub use parse::Syntax;

/// A part of the text that a pattern is made from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Piece<'a, H> {
    /// Known text.
    Text(&'a str),
    /// Unknown text of this identity.
    Hole(H),
}

/// A pattern with holes of the identity `H`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pattern<H> {
    tokens: Vec<Token<H>>,
}

/// What a pattern consists of.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Token<H> {
    /// This character.
    Char(char),
    /// `?`: any one character.
    One,
    /// `*`: any characters, or none.
    Any,
    /// A text that is not known.
    Atom(Atom<H>),
    /// A hole in front of the fifth colon of an ARN: a text that is not known, without colon.
    Field(H),
}

/// The identity of an unknown text.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Atom<H> {
    /// A hole of the source.
    Hole(H),
    /// A policy variable, as written between the braces, its key in lower case.
    Variable(Box<str>),
    /// A policy variable whose name has a hole: equal to nothing, not even to itself.
    Nameless,
}

impl<H: Eq> Token<H> {
    /// Whether both are the same known or unknown text for certain.
    fn is_same(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Char(left), Self::Char(right)) => left == right,
            (Self::Atom(Atom::Nameless), _) | (_, Self::Atom(Atom::Nameless)) => false,
            (Self::Atom(left), Self::Atom(right)) => left == right,
            (Self::Field(left) | Self::Atom(Atom::Hole(left)), Self::Field(right))
            | (Self::Field(left), Self::Atom(Atom::Hole(right))) => left == right,
            (Self::Char(_) | Self::One | Self::Any | Self::Atom(_) | Self::Field(_), _) => false,
        }
    }

    /// Whether it stands for a text that is not known.
    const fn is_unknown(&self) -> bool {
        matches!(self, Self::Atom(_) | Self::Field(_))
    }

    /// Whether the text that it stands for can have `other` in it, where both are one stretch of text.
    fn may_hold(&self, other: &Self) -> bool {
        match self {
            Self::Any | Self::Atom(_) => true,
            Self::Field(_) => *other != Self::Char(':'),
            Self::Char(_) | Self::One => false,
        }
    }
}

impl<H: Eq + Clone> Pattern<H> {
    /// The pattern that `pieces` make together.
    pub fn new<'a>(pieces: impl IntoIterator<Item = Piece<'a, H>>, syntax: Syntax) -> Self {
        parse::pattern(pieces, syntax)
    }

    /// The pattern of a text without holes.
    #[must_use]
    pub fn of_text(text: &str, syntax: Syntax) -> Self {
        Self::new([Piece::Text(text)], syntax)
    }

    /// The same pattern for comparison without regard to letter case. Both sides of a
    /// comparison must be folded.
    #[must_use]
    pub fn fold_case(mut self) -> Self {
        for token in &mut self.tokens {
            if let Token::Char(letter) = token {
                *letter = match letter.is_ascii() {
                    true => letter.to_ascii_lowercase(),
                    false => letter.to_lowercase().next().unwrap_or(*letter),
                };
            }
        }
        self
    }

    /// Whether it has neither wildcards nor unknown parts, and so matches one text.
    #[must_use]
    pub fn is_literal(&self) -> bool {
        self.tokens.iter().all(|token| matches!(token, Token::Char(_)))
    }

    /// Whether it has a wildcard for certain.
    #[must_use]
    pub fn has_wildcards(&self) -> bool {
        self.tokens.iter().any(|token| matches!(token, Token::One | Token::Any))
    }

    /// Whether a part of it is unknown: a hole or a policy variable.
    #[must_use]
    pub fn has_unknowns(&self) -> bool {
        self.tokens.iter().any(Token::is_unknown)
    }

    /// Whether it is `*` for certain, or a run of them.
    #[must_use]
    pub fn is_everything(&self) -> bool {
        is_everything(&self.tokens)
    }

    /// The holes, in order.
    pub fn holes(&self) -> impl Iterator<Item = &H> {
        self.tokens.iter().filter_map(|token| match token {
            Token::Atom(Atom::Hole(hole)) | Token::Field(hole) => Some(hole),
            Token::Char(_) | Token::One | Token::Any | Token::Atom(Atom::Variable(_) | Atom::Nameless) => None,
        })
    }

    /// Whether every text that `inner` matches, this one matches too. For an `inner`
    /// made with [`Syntax::Literal`] that is: whether this pattern matches that text.
    #[must_use]
    pub fn covers(&self, inner: &Self) -> Truth {
        covers(&self.tokens, &inner.tokens)
    }

    /// Whether this pattern matches `text`.
    #[must_use]
    pub fn matches(&self, text: &str) -> Truth {
        self.covers(&Self::of_text(text, Syntax::Literal))
    }

    /// Whether there is a text that both match. A policy variable that has no value
    /// matches nothing, so with one the answer is never `Yes`.
    #[must_use]
    pub fn overlaps(&self, other: &Self) -> Truth {
        overlaps(&self.tokens, &other.tokens)
    }

    /// As [`Self::covers`], the way `ArnLike` compares: field by field, so that `*` stays in its field.
    #[must_use]
    pub fn covers_as_arn(&self, inner: &Self) -> Truth {
        field::covers(self, inner)
    }

    /// This ARN and another one, both in the same partition; `None` if both partitions are known
    /// or one of them cannot be told from the rest. What an ARN names is in one partition only.
    #[must_use]
    pub fn in_one_partition(&self, other: &Self) -> Option<(Self, Self)> {
        let (left, right) = (field::behind_partition(self)?, field::behind_partition(other)?);
        let with =
            |rest: &[Token<H>]| Self { tokens: field::START.map(Token::Char).iter().chain(rest).cloned().collect() };
        (left.is_unknown || right.is_unknown).then(|| (with(left.rest), with(right.rest)))
    }

    /// As [`Self::overlaps`], the way `ArnLike` compares: field by field, so that `*` stays in its field.
    #[must_use]
    pub fn overlaps_as_arn(&self, other: &Self) -> Truth {
        field::overlaps(self, other)
    }

    /// The six fields of an ARN, if it is certain where they are.
    #[must_use]
    pub fn arn_fields(&self) -> Option<[Self; 6]> {
        Some(field::split(self)?.map(|tokens| Self { tokens: tokens.to_vec() }))
    }

    /// Whether the field at `index` (from 0, parted by colons) is `text`. Costs a look at
    /// the characters in front of its end; `Unknown` if one of them is not certain.
    #[must_use]
    pub fn has_field(&self, index: usize, text: &str) -> Truth {
        let mut colons = 0;
        let mut wanted = text.chars();
        for token in &self.tokens {
            let Token::Char(letter) = token else { return Truth::Unknown };
            match (*letter == ':', colons == index) {
                (true, true) => return wanted.next().is_none().into(),
                (true, false) => colons += 1,
                (false, true) if wanted.next() != Some(*letter) => return Truth::No,
                (false, _) => {}
            }
        }
        (colons == index && wanted.next().is_none()).into()
    }

    /// How often `letter` stands in every text that it matches, at least.
    #[must_use]
    pub fn count(&self, letter: char) -> usize {
        self.tokens.iter().filter(|token| **token == Token::Char(letter)).count()
    }
}

/// Whether it is a run of `*`, and at least one: most fields of patterns are.
fn is_everything<H: Eq>(tokens: &[Token<H>]) -> bool {
    !tokens.is_empty() && tokens.iter().all(|token| *token == Token::Any)
}

fn covers<H: Eq>(outer: &[Token<H>], inner: &[Token<H>]) -> Truth {
    let Some((outer, inner)) = trim(outer, inner) else { return Truth::No };
    if is_everything(outer) {
        return Truth::Yes;
    }
    if !outer.iter().chain(inner).any(Token::is_unknown) {
        return cover::may_cover(outer, inner).into();
    }
    Truth::between(cover::must_cover(outer, inner), cover::may_cover(outer, inner))
}

fn overlaps<H: Eq>(left: &[Token<H>], right: &[Token<H>]) -> Truth {
    let has_variables = |tokens: &[Token<H>]| {
        tokens.iter().any(|token| matches!(token, Token::Atom(Atom::Variable(_) | Atom::Nameless)))
    };
    let Some((inner_left, inner_right)) = trim(left, right) else { return Truth::No };
    let is_plain = !has_variables(left) && !has_variables(right);
    if is_everything(inner_left) || is_everything(inner_right) {
        return Truth::between(is_plain, true);
    }
    let may = overlap::may_overlap(inner_left, inner_right);
    // What must overlap may do so: where it cannot, the other walk is saved.
    Truth::between(may && is_plain && overlap::must_overlap(inner_left, inner_right), may)
}

type Pair<'a, H> = (&'a [Token<H>], &'a [Token<H>]);

/// Both without the characters that they start and end with alike: most patterns differ
/// in few places. `None` if they start or end with different characters, so that no text
/// matches both.
fn trim<'a, H>(mut left: &'a [Token<H>], mut right: &'a [Token<H>]) -> Option<Pair<'a, H>> {
    while let ([Token::Char(a), left_rest @ ..], [Token::Char(b), right_rest @ ..]) = (left, right) {
        if a != b {
            return None;
        }
        (left, right) = (left_rest, right_rest);
    }
    while let ([left_rest @ .., Token::Char(a)], [right_rest @ .., Token::Char(b)]) = (left, right) {
        if a != b {
            return None;
        }
        (left, right) = (left_rest, right_rest);
    }
    Some((left, right))
}

impl<H: fmt::Display> fmt::Display for Pattern<H> {
    /// For people: holes as `{hole}`. A wildcard character that is meant literally looks like a wildcard.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for token in &self.tokens {
            match token {
                Token::Char(letter) => write!(f, "{letter}")?,
                Token::One => f.write_str("?")?,
                Token::Any => f.write_str("*")?,
                Token::Atom(Atom::Hole(hole)) | Token::Field(hole) => write!(f, "{{{hole}}}")?,
                Token::Atom(Atom::Variable(name)) => write!(f, "${{{name}}}")?,
                Token::Atom(Atom::Nameless) => f.write_str("${?}")?,
            }
        }
        Ok(())
    }
}
