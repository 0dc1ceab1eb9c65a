//! Strings of a policy that may cover each other.

use std::cell::OnceCell;

use crate::aws::pattern::Pattern;
use crate::eval::symbol::Symbol;
use crate::eval::text::{Piece, Text};
use crate::policy::model::Leaf;
use crate::truth::Truth;

/// What a string matches.
pub(super) type Meaning = fn(&Text) -> Pattern<&Symbol>;

/// A string as what it matches. Of most pairs the first letters tell that none covers the other, so its
/// pattern is made when it is first needed.
pub(super) struct Covering<'a> {
    pub(super) leaf: &'a Leaf,
    /// What it certainly starts with.
    start: &'a [u8],
    meaning: Meaning,
    pattern: OnceCell<Pattern<&'a Symbol>>,
}

impl<'a> Covering<'a> {
    /// `leaf` as what `meaning` makes of it.
    pub(super) fn new(leaf: &'a Leaf, meaning: Meaning) -> Self {
        Self { leaf, start: start(&leaf.text), meaning, pattern: OnceCell::new() }
    }

    fn pattern(&self) -> &Pattern<&'a Symbol> {
        self.pattern.get_or_init(|| (self.meaning)(&self.leaf.text))
    }

    /// Whether everything that `inner` matches, this matches too.
    pub(super) fn covers(&self, inner: &Self) -> Truth {
        if self.starts_otherwise(inner) { Truth::No } else { self.pattern().covers(inner.pattern()) }
    }

    /// Whether both match the same for certain.
    pub(super) fn is_same(&self, other: &Self) -> bool {
        self.pattern() == other.pattern()
    }

    /// Whether it has a wildcard for certain.
    pub(super) fn has_wildcards(&self) -> bool {
        let is_wildcard = |piece: &Piece| matches!(piece, Piece::Known(known) if known.text.contains(['*', '?']));
        self.leaf.text.pieces().iter().any(is_wildcard) && self.pattern().has_wildcards()
    }

    /// Whether it is `*` for certain, or a run of them.
    pub(super) fn is_everything(&self) -> bool {
        self.has_wildcards() && self.pattern().is_everything()
    }

    /// Whether no text is matched by both, since they start with different letters.
    fn starts_otherwise(&self, other: &Self) -> bool {
        let shared = self.start.len().min(other.start.len());
        let starts = self.start.get(..shared).zip(other.start.get(..shared));
        starts.is_some_and(|(start, other)| !start.eq_ignore_ascii_case(other))
    }
}

/// The letters that a text certainly starts with, as far as they mean themselves in every syntax.
fn start(text: &Text) -> &[u8] {
    let first = match text.pieces().first() {
        Some(Piece::Known(known)) => known.text.as_bytes(),
        Some(Piece::Hole(_)) | None => &[],
    };
    let is_plain = |letter: &u8| letter.is_ascii() && !matches!(letter, b'*' | b'?' | b'$');
    first.get(..first.iter().take_while(|letter| is_plain(letter)).count()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::aws::pattern::Syntax;
    use crate::rules::testing::Fixture;
    use crate::rules::text::pattern;

    #[test]
    fn agrees_with_patterns() {
        let texts =
            ["s3:*", "S3:Get*", "s3:get?", "s3:\u{c9}*", "s3:\u{e9}x", "*", "${x}", "s3:${x}", "${*}", "s3", ""];
        let list = texts.map(|text| format!("\"{text}\"")).join(", ");
        let fixture = Fixture::new(&format!(r#"{{"Statement": {{"Action": [{list}]}}}}"#));
        let leaves = || fixture.sites.iter().flat_map(|site| &site.document.statements);
        let leaves: Vec<_> = leaves().flat_map(|statement| &statement.actions).flat_map(|list| &list.items).collect();
        assert_eq!(leaves.len(), texts.len());
        let meanings: [Meaning; 2] =
            [|text| pattern(text, Syntax::Wildcards).fold_case(), |text| pattern(text, Syntax::Variables)];
        for meaning in meanings {
            for outer in &leaves {
                for inner in &leaves {
                    let (one, other) = (Covering::new(outer, meaning), Covering::new(inner, meaning));
                    let expected = meaning(&outer.text).covers(&meaning(&inner.text));
                    assert_eq!(one.covers(&other), expected, "{:?} over {:?}", outer.text, inner.text);
                }
                assert_eq!(Covering::new(outer, meaning).has_wildcards(), meaning(&outer.text).has_wildcards());
                assert_eq!(Covering::new(outer, meaning).is_everything(), meaning(&outer.text).is_everything());
            }
        }
    }
}
