//! Texts as keys: two texts have one key if they are equal for every value of their holes.

use crate::eval::text::{Piece, Text};

/// The identity of a text.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key(String);

impl Key {
    /// The key of `text`.
    #[must_use]
    pub fn new(text: &Text) -> Self {
        let mut key = String::new();
        for piece in text.pieces() {
            match piece {
                Piece::Known(known) => key.push_str(&known.text),
                // No name of AWS's holds control characters.
                Piece::Hole(symbol) => {
                    key.extend(["\0", symbol.scope().as_str(), "\u{1}", symbol.address().as_str(), "\0"]);
                }
            }
        }
        Self(key)
    }

    /// Whether it is the key of `text`.
    #[must_use]
    pub fn is_of(&self, text: &Text) -> bool {
        let rest = text.pieces().iter().try_fold(self.0.as_str(), |rest, piece| match piece {
            Piece::Known(known) => rest.strip_prefix(known.text.as_str()),
            Piece::Hole(symbol) => {
                let rest = rest.strip_prefix('\0')?.strip_prefix(symbol.scope().as_str())?;
                rest.strip_prefix('\u{1}')?.strip_prefix(symbol.address().as_str())?.strip_prefix('\0')
            }
        });
        rest == Some("")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::eval::symbol::{Cause, Symbol};

    #[test]
    fn equal_texts_have_one_key_however_they_are_cut() {
        let hole = |scope: &str| Text::hole(Symbol::new(scope, "x", Cause::Variable, None));
        let text = |scope: &str| Text::known("a").concat(Text::known("b")).concat(hole(scope));
        assert_eq!(Key::new(&text("s")), Key::new(&Text::known("ab").concat(hole("s"))));
        assert_ne!(Key::new(&text("s")), Key::new(&text("t")));
        assert_ne!(Key::new(&text("s")), Key::new(&Text::known("abx")));
        assert!(Key::new(&text("s")).is_of(&Text::known("ab").concat(hole("s"))));
        for other in [text("t"), Text::known("ab"), text("s").concat(Text::known("c")), Text::default()] {
            assert!(!Key::new(&text("s")).is_of(&other), "{}", other.display());
        }
    }
}
