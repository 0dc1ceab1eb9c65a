//! RE2 patterns, as Go reads them, in the syntax of the `regex` crate.
//!
//! The two differ in what stands for more than ASCII (`\d`, `\w`, `\s`, `\b`), in
//! what a bracket may hold, and in which escapes and repetitions are errors.

use std::fmt::Write as _;

/// The largest count of a repetition in RE2.
const MOST_REPETITIONS: u32 = 1000;

/// The pattern for the `regex` crate. The error says what RE2 refuses.
pub(super) fn translate(pattern: &str) -> Result<String, String> {
    let mut translator = Translator { rest: pattern, out: String::with_capacity(pattern.len() + 16), repeated: false };
    while let Some(char) = translator.take() {
        translator.item(char)?;
    }
    Ok(translator.out)
}

struct Translator<'a> {
    rest: &'a str,
    out: String,
    /// Whether a repetition has just been read.
    repeated: bool,
}

impl<'a> Translator<'a> {
    fn take(&mut self) -> Option<char> {
        let char = self.rest.chars().next()?;
        self.rest = self.rest.get(char.len_utf8()..).unwrap_or_default();
        Some(char)
    }

    fn take_if(&mut self, text: &str) -> bool {
        self.rest.strip_prefix(text).map(|rest| self.rest = rest).is_some()
    }

    /// The text up to `end`, which is taken too.
    fn take_until(&mut self, end: &str) -> Option<&'a str> {
        let (before, rest) = self.rest.split_once(end)?;
        self.rest = rest;
        Some(before)
    }

    fn item(&mut self, char: char) -> Result<(), String> {
        let was_repeated = std::mem::take(&mut self.repeated);
        match char {
            '*' | '+' | '?' => return self.repetition(&char.to_string(), was_repeated),
            '{' => match self.counts() {
                Some(counts) => {
                    check_counts(counts)?;
                    return self.repetition(&format!("{{{counts}}}"), was_repeated);
                }
                None => self.literal('{'),
            },
            '[' => self.class()?,
            '(' => self.group()?,
            '\\' => self.escape()?,
            ')' | '|' | '^' | '$' | '.' => self.out.push(char),
            char => self.literal(char),
        }
        Ok(())
    }

    fn repetition(&mut self, operator: &str, was_repeated: bool) -> Result<(), String> {
        if was_repeated {
            return Err(format!("`{operator}` repeats a repetition"));
        }
        self.out.push_str(operator);
        if self.take_if("?") {
            self.out.push('?');
        }
        self.repeated = true;
        Ok(())
    }

    /// The inside of `{2}`, `{2,}`, `{2,3}`; a brace with anything else stands for itself.
    fn counts(&mut self) -> Option<&'a str> {
        let (inside, rest) = self.rest.split_once('}')?;
        let (least, most) = inside.split_once(',').unwrap_or((inside, ""));
        let are_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        if least.is_empty() || !are_digits(least) || !are_digits(most) {
            return None;
        }
        self.rest = rest;
        Some(inside)
    }

    fn literal(&mut self, char: char) {
        if char.is_alphanumeric() {
            self.out.push(char);
        } else {
            let _infallible = write!(self.out, "\\x{{{:x}}}", u32::from(char));
        }
    }

    fn group(&mut self) -> Result<(), String> {
        self.out.push('(');
        if !self.take_if("?") {
            return Ok(());
        }
        self.out.push('?');
        if self.take_if("P<") || self.take_if("<") {
            let name = self.take_until(">").ok_or("the name of a group is not closed")?;
            let is_word = !name.is_empty() && name.chars().all(|char| char.is_ascii_alphanumeric() || char == '_');
            if !is_word {
                return Err(format!("`{name}` cannot name a group"));
            }
            let _infallible = write!(self.out, "P<{name}>");
            return Ok(());
        }
        while let Some(flag) = self.take() {
            self.out.push(flag);
            match flag {
                'i' | 'm' | 's' | 'U' | '-' => {}
                ':' | ')' => return Ok(()),
                _ => return Err(format!("`(?{flag}` is not supported")),
            }
        }
        Err("a group is not closed".to_owned())
    }

    fn escape(&mut self) -> Result<(), String> {
        let char = self.take().ok_or("the pattern ends in a backslash")?;
        match char {
            'Q' => {
                let quoted = self.take_until("\\E").unwrap_or_else(|| std::mem::take(&mut self.rest));
                quoted.chars().for_each(|char| self.literal(char));
            }
            'A' | 'z' => {
                self.out.push('\\');
                self.out.push(char);
            }
            'b' | 'B' => {
                let _infallible = write!(self.out, "(?-u:\\{char})");
            }
            _ => match perl_class(char) {
                Some((negated, inside)) => {
                    let _infallible = write!(self.out, "[{}{inside}]", if negated { "^" } else { "" });
                }
                None if matches!(char, 'p' | 'P') => self.property(char)?,
                None => {
                    let char = self.escaped_char(char)?;
                    self.literal(char);
                }
            },
        }
        Ok(())
    }

    fn property(&mut self, letter: char) -> Result<(), String> {
        let name = if self.take_if("{") {
            self.take_until("}").ok_or("the name of a property is not closed")?.to_owned()
        } else {
            self.take().ok_or("a property has no name")?.to_string()
        };
        let (letter, name) = match (letter, name.strip_prefix('^')) {
            ('p', Some(name)) => ('P', name),
            (_, Some(name)) => ('p', name),
            (letter, None) => (letter, name.as_str()),
        };
        let _infallible = write!(self.out, "\\{letter}{{{name}}}");
        Ok(())
    }

    /// The character that a backslash and `char` stand for.
    fn escaped_char(&mut self, char: char) -> Result<char, String> {
        let code = match char {
            'a' => 7,
            'f' => 12,
            't' => 9,
            'n' => 10,
            'r' => 13,
            'v' => 11,
            'x' => self.hexadecimal().ok_or("`\\x` needs hexadecimal digits")?,
            '0'..='7' => self.octal(char).ok_or_else(|| format!("`\\{char}` is no escape"))?,
            char if char.is_ascii() && !char.is_ascii_alphanumeric() => u32::from(char),
            char => return Err(format!("`\\{char}` is no escape")),
        };
        char::from_u32(code).ok_or_else(|| "an escape is no character".to_owned())
    }

    fn hexadecimal(&mut self) -> Option<u32> {
        let digits = if self.take_if("{") {
            self.take_until("}")?
        } else {
            let (digits, rest) = self.rest.split_at_checked(2)?;
            self.rest = rest;
            digits
        };
        u32::from_str_radix(digits, 16).ok()
    }

    /// `\0`, `\07`, `\123`; a single digit from 1 on would be a reference back, which RE2 has not.
    fn octal(&mut self, first: char) -> Option<u32> {
        let mut value = first.to_digit(8)?;
        let mut count = 1;
        while let Some(digit) = self.rest.chars().next().and_then(|char| char.to_digit(8)).filter(|_| count < 3) {
            self.take();
            value = value * 8 + digit;
            count += 1;
        }
        (first == '0' || count > 1).then_some(value)
    }

    fn class(&mut self) -> Result<(), String> {
        self.out.push('[');
        if self.take_if("^") {
            self.out.push('^');
        }
        let mut is_first = true;
        loop {
            if self.rest.is_empty() {
                return Err("`]` is missing".to_owned());
            }
            if !is_first && self.take_if("]") {
                self.out.push(']');
                return Ok(());
            }
            is_first = false;
            self.class_item()?;
        }
    }

    fn class_item(&mut self) -> Result<(), String> {
        if let Some(rest) = self.rest.strip_prefix("[:")
            && let Some((name, behind)) = rest.split_once(":]")
        {
            self.rest = behind;
            let _infallible = write!(self.out, "[:{name}:]");
            return Ok(());
        }
        let escape = self.rest.strip_prefix('\\').and_then(|rest| rest.chars().next());
        if let Some((negated, inside)) = escape.and_then(perl_class) {
            self.take();
            self.take();
            let _infallible = if negated { write!(self.out, "[^{inside}]") } else { write!(self.out, "{inside}") };
            return Ok(());
        }
        if let Some(letter @ ('p' | 'P')) = escape {
            self.take();
            self.take();
            return self.property(letter);
        }
        let low = self.class_char()?;
        self.hex(low);
        let is_range = self.rest.starts_with('-') && !self.rest.starts_with("-]");
        if is_range {
            self.take();
            let high = self.class_char()?;
            if high < low {
                return Err(format!("the range `{low}-{high}` runs backwards"));
            }
            self.out.push('-');
            self.hex(high);
        }
        Ok(())
    }

    fn class_char(&mut self) -> Result<char, String> {
        match self.take().ok_or("`]` is missing")? {
            '\\' => {
                let char = self.take().ok_or("the pattern ends in a backslash")?;
                self.escaped_char(char)
            }
            char => Ok(char),
        }
    }

    fn hex(&mut self, char: char) {
        let _infallible = write!(self.out, "\\x{{{:x}}}", u32::from(char));
    }
}

fn check_counts(counts: &str) -> Result<(), String> {
    let (least, most) = counts.split_once(',').unwrap_or((counts, counts));
    let read = |text: &str| text.parse::<u32>().ok().filter(|count| *count <= MOST_REPETITIONS);
    let least = read(least);
    let fits = match most {
        "" => least.is_some(),
        most => least.is_some_and(|least| read(most).is_some_and(|most| least <= most)),
    };
    if fits { Ok(()) } else { Err(format!("`{{{counts}}}` is no count from 0 to {MOST_REPETITIONS}")) }
}

/// What `\d` and its kin hold: ASCII only. Whether it is negated, and the inside of the brackets.
fn perl_class(letter: char) -> Option<(bool, &'static str)> {
    let inside = match letter.to_ascii_lowercase() {
        'd' => "0-9",
        'w' => "0-9A-Za-z_",
        's' => "\\t\\n\\x0C\\r ",
        _ => return None,
    };
    Some((letter.is_ascii_uppercase(), inside))
}
