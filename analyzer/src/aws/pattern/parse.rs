//! Text to pattern.
//!
//! Source: IAM User Guide, `reference_policies_variables` and `reference_policies_elements_resource`.

use super::{Atom, Pattern, Piece, Token};

/// What the characters of a text mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Syntax {
    /// Every character stands for itself, as in the values of a request.
    Literal,
    /// `*` and `?` are wildcards: actions; resources of policies without version or of 2008-10-17.
    Wildcards,
    /// `*` and `?` are wildcards, `${key}` is a policy variable, `${*}`, `${?}` and
    /// `${$}` are those characters: resources of policies of 2012-10-17.
    Variables,
    /// `${key}` and `${*}` as above, but bare `*` and `?` stand for themselves: the
    /// values of `StringEquals` in policies of 2012-10-17.
    VariablesOnly,
}

/// The pattern that `pieces` make together.
pub(super) fn pattern<'a, H: Eq + Clone>(pieces: impl IntoIterator<Item = Piece<'a, H>>, syntax: Syntax) -> Pattern<H> {
    let mut reader = Reader { syntax, tokens: Vec::new(), nameless: false };
    for piece in pieces {
        match piece {
            Piece::Text(text) => reader.text(text),
            Piece::Hole(hole) => reader.hole(hole),
        }
    }
    let mut tokens = reader.tokens;
    confine(&mut tokens);
    Pattern { tokens }
}

/// Holes in the first five fields of what is certainly an ARN are fields.
fn confine<H: Eq>(tokens: &mut [Token<H>]) {
    let is_colon = |token: &Token<H>| *token == Token::Char(':');
    let starts =
        "arn:".chars().zip(tokens.iter()).filter(|(letter, token)| **token == Token::Char(*letter)).count() == 4;
    let Some((last, _)) = tokens.iter().enumerate().filter(|(_, token)| is_colon(token)).nth(4) else { return };
    for token in tokens.iter_mut().take(last).filter(|_| starts) {
        *token = match std::mem::replace(token, Token::Any) {
            Token::Atom(Atom::Hole(hole)) => Token::Field(hole),
            other => other,
        };
    }
}

struct Reader<H> {
    syntax: Syntax,
    tokens: Vec<Token<H>>,
    /// Inside a variable whose name has a hole.
    nameless: bool,
}

impl<H: Eq> Reader<H> {
    fn hole(&mut self, hole: H) {
        if !self.nameless {
            self.nameless = self.open_variable();
        }
        if !self.nameless {
            self.tokens.push(Token::Atom(Atom::Hole(hole)));
        }
    }

    fn text(&mut self, text: &str) {
        let mut rest = text;
        if self.nameless {
            let Some((_, behind)) = text.split_once('}') else { return };
            self.nameless = false;
            rest = behind;
        }
        self.tokens.reserve(rest.len());
        if !self.has_variables() {
            return rest.chars().for_each(|letter| self.character(letter));
        }
        while let Some((before, opened)) = rest.split_once("${") {
            before.chars().for_each(|letter| self.character(letter));
            let Some((name, behind)) = opened.split_once('}') else {
                // Not closed in this piece: kept as it is, and taken back if a hole follows.
                "${".chars().chain(opened.chars()).for_each(|letter| self.tokens.push(Token::Char(letter)));
                return;
            };
            self.tokens.push(variable(name));
            rest = behind;
        }
        rest.chars().for_each(|letter| self.character(letter));
    }

    fn character(&mut self, letter: char) {
        let wildcards = matches!(self.syntax, Syntax::Wildcards | Syntax::Variables);
        self.tokens.push(match letter {
            '*' if wildcards => Token::Any,
            '?' if wildcards => Token::One,
            letter => Token::Char(letter),
        });
    }

    fn has_variables(&self) -> bool {
        matches!(self.syntax, Syntax::Variables | Syntax::VariablesOnly)
    }

    /// Takes back a `${` that is still open, for a variable whose name has a hole.
    fn open_variable(&mut self) -> bool {
        if !self.has_variables() {
            return false;
        }
        let opens = |pair: &[Token<H>]| matches!(pair, [Token::Char('$'), Token::Char('{')]);
        let closed =
            self.tokens.iter().rposition(|token| matches!(token, Token::Char('}') | Token::Atom(_) | Token::Field(_)));
        let Some(at) = self.tokens.windows(2).rposition(opens) else { return false };
        if closed.is_some_and(|closed| closed > at) {
            return false;
        }
        self.tokens.truncate(at);
        self.tokens.push(Token::Atom(Atom::Nameless));
        true
    }
}

fn variable<H>(name: &str) -> Token<H> {
    match name {
        "*" => Token::Char('*'),
        "?" => Token::Char('?'),
        "$" => Token::Char('$'),
        name => {
            // Keys compare without regard to letter case, default values do not.
            let (key, default) = name.split_at(name.find(',').unwrap_or(name.len()));
            Token::Atom(Atom::Variable((key.trim().to_ascii_lowercase() + default).into()))
        }
    }
}
