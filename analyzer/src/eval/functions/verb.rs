//! One verb of a format string: `%-8.2f`, `%[1]s`.

use unicode_segmentation::UnicodeSegmentation as _;

/// Wider or more precise than this is never meant.
pub(super) const WIDEST: usize = 4096;

/// What stands between `%` and the letter, and the letter.
#[derive(Debug, Clone, Default)]
pub(super) struct Verb {
    pub(super) plus: bool,
    pub(super) minus: bool,
    pub(super) sharp: bool,
    pub(super) space: bool,
    pub(super) zero: bool,
    pub(super) width: Option<usize>,
    pub(super) precision: Option<usize>,
    /// Which argument, from 1.
    pub(super) index: Option<usize>,
    pub(super) letter: char,
    /// Length of the whole in bytes.
    pub(super) length: usize,
}

impl Verb {
    /// Reads the verb that `text`, which starts with `%`, starts with. The error is for people.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let mut verb = Self::default();
        let mut rest = text.strip_prefix('%').unwrap_or(text);
        while let Some(flag) = rest.chars().next().filter(|char| "+-# 0".contains(*char)) {
            verb.set_flag(flag);
            rest = rest.strip_prefix(flag).unwrap_or_default();
        }
        verb.width = take_number(&mut rest);
        if let Some(behind) = rest.strip_prefix('.') {
            rest = behind;
            verb.precision = Some(take_number(&mut rest).unwrap_or(0));
        }
        if let Some(mut inside) = rest.strip_prefix('[') {
            let index = take_number(&mut inside).filter(|index| *index > 0);
            verb.index = Some(index.ok_or("the number of an argument starts at 1")?);
            rest = inside.strip_prefix(']').ok_or("`]` is missing")?;
        }
        verb.letter = rest.chars().next().ok_or("the text ends inside of a verb")?;
        if !verb.letter.is_ascii_alphabetic() {
            return Err(format!("`{}` is no verb", verb.letter));
        }
        verb.length = text.len() - rest.len() + 1;
        Ok(verb)
    }

    fn set_flag(&mut self, flag: char) {
        match flag {
            '+' => self.plus = true,
            '-' => self.minus = true,
            '#' => self.sharp = true,
            ' ' => self.space = true,
            _ => self.zero = true,
        }
    }

    /// Whether it leaves a text as it is.
    pub(super) fn is_plain(&self) -> bool {
        self.width.is_none() && self.precision.is_none()
    }

    pub(super) fn is_too_wide(&self) -> bool {
        self.width.max(self.precision).is_some_and(|size| size > WIDEST)
    }

    /// `text` cut to the precision, in characters as people see them.
    pub(super) fn cut<'a>(&self, text: &'a str) -> &'a str {
        let Some(precision) = self.precision else { return text };
        let end = text.grapheme_indices(true).nth(precision).map_or(text.len(), |(at, _)| at);
        text.get(..end).unwrap_or(text)
    }

    /// `text` filled up to the width.
    pub(super) fn pad(&self, text: &str) -> String {
        let padding = self.width.unwrap_or(0).saturating_sub(text.graphemes(true).count());
        let fill = if self.zero { "0" } else { " " }.repeat(padding);
        if self.minus { format!("{text}{fill}") } else { format!("{fill}{text}") }
    }

    /// Digits, perhaps with a minus sign, with sign, prefix and padding as Go sets them.
    pub(super) fn pad_number(&self, digits: &str, prefix: &str, zeros_allowed: bool) -> String {
        let (sign, digits) = match digits.strip_prefix(['-', '+']) {
            Some(rest) if digits.starts_with('-') => ("-", rest),
            Some(rest) => ("+", rest),
            None if self.plus => ("+", digits),
            None if self.space => (" ", digits),
            None => ("", digits),
        };
        let length = sign.len() + prefix.len() + digits.len();
        let padding = self.width.unwrap_or(0).saturating_sub(length);
        if self.zero && zeros_allowed && !self.minus {
            return format!("{sign}{prefix}{}{digits}", "0".repeat(padding));
        }
        let fill = " ".repeat(padding);
        if self.minus { format!("{sign}{prefix}{digits}{fill}") } else { format!("{fill}{sign}{prefix}{digits}") }
    }
}

fn take_number(rest: &mut &str) -> Option<usize> {
    let end = rest.find(|char: char| !char.is_ascii_digit()).unwrap_or(rest.len());
    let (digits, behind) = rest.split_at_checked(end)?;
    if digits.is_empty() {
        return None;
    }
    *rest = behind;
    Some(digits.parse().unwrap_or(usize::MAX))
}
