//! Values to YAML, laid out as libyaml's emitter does it.

use std::fmt::Write as _;

use crate::eval::error::EvalError;
use crate::eval::value::{Fields, Value, ValueKind};

/// Lines of quoted text are broken at the first space behind this column.
const WIDTH: usize = 80;

/// Keys that are longer stand behind a question mark, in bytes.
const LONGEST_SIMPLE_KEY: usize = 128;

/// The text that Terraform's `yamlencode` gives for a value that is wholly known.
///
/// # Errors
/// For infinity, which Terraform cannot write.
pub fn encode(value: &Value) -> Result<String, EvalError> {
    let mut emitter = Emitter { out: String::new(), column: 0 };
    match &value.kind {
        ValueKind::List(_, items) | ValueKind::Set(_, items) | ValueKind::Tuple(items) if !items.is_empty() => {
            emitter.sequence(items, 0)?;
        }
        ValueKind::Map(_, fields) | ValueKind::Object(fields) if !fields.is_empty() => emitter.mapping(fields, 0)?,
        _ => emitter.leaf(value, 2)?,
    }
    emitter.line();
    // Plain scalars need a mark that they have ended.
    if matches!(value.kind, ValueKind::Null(_) | ValueKind::Bool(_) | ValueKind::Number(_)) {
        emitter.out.push_str("...\n");
    }
    Ok(emitter.out)
}

struct Emitter {
    out: String,
    /// Characters in the last line.
    column: usize,
}

impl Emitter {
    fn push(&mut self, text: &str) {
        self.out.push_str(text);
        self.column += text.chars().count();
    }

    /// Ends the line, if there is anything in it.
    fn line(&mut self) {
        if self.column > 0 {
            self.out.push('\n');
            self.column = 0;
        }
    }

    /// Goes to the column `indent`, in a new line unless it is there already.
    fn indent(&mut self, indent: usize, is_inline: bool) {
        if !is_inline {
            self.line();
            self.push(&" ".repeat(indent));
        }
    }

    /// The first item stands where the writer is if that is behind a dash.
    fn sequence(&mut self, items: &[Value], indent: usize) -> Result<(), EvalError> {
        let is_inline = self.column == indent && indent > 0;
        for (index, item) in items.iter().enumerate() {
            self.indent(indent, is_inline && index == 0);
            self.push("- ");
            match nested(item) {
                Some(Nested::Sequence(items)) => self.sequence(items, indent + 2)?,
                Some(Nested::Mapping(fields)) => self.mapping(fields, indent + 2)?,
                None => self.leaf(item, indent + 2)?,
            }
        }
        Ok(())
    }

    fn mapping(&mut self, fields: &Fields, indent: usize) -> Result<(), EvalError> {
        let is_inline = self.column == indent && indent > 0;
        for (index, (name, field)) in fields.iter().enumerate() {
            self.indent(indent, is_inline && index == 0);
            if name.contains('\n') || name.len() > LONGEST_SIMPLE_KEY {
                self.push("? ");
                self.string(name, indent + 2);
                self.indent(indent, false);
                self.push(":");
            } else {
                self.quoted(name, None);
                self.push(":");
            }
            match nested(&field.value) {
                Some(Nested::Sequence(items)) => {
                    self.line();
                    self.sequence(items, indent)?;
                }
                Some(Nested::Mapping(fields)) => {
                    self.line();
                    self.mapping(fields, indent + 2)?;
                }
                None => {
                    self.push(" ");
                    self.leaf(&field.value, indent + 2)?;
                }
            }
        }
        Ok(())
    }

    fn leaf(&mut self, value: &Value, indent: usize) -> Result<(), EvalError> {
        match &value.kind {
            ValueKind::Bool(holds) => self.push(if *holds { "true" } else { "false" }),
            ValueKind::Number(number) if number.is_infinite() => {
                return Err(EvalError { span: value.origin.span, message: "infinity has no form in YAML".to_owned() });
            }
            ValueKind::Number(number) => self.push(&number.to_string()),
            ValueKind::String(text) => self.string(&text.as_known().unwrap_or_default(), indent),
            ValueKind::List(..) | ValueKind::Set(..) | ValueKind::Tuple(_) => self.push("[]"),
            ValueKind::Map(..) | ValueKind::Object(_) => self.push("{}"),
            ValueKind::Null(_) | ValueKind::Unknown(_) => self.push("null"),
        }
        Ok(())
    }

    fn string(&mut self, text: &str, indent: usize) {
        if text.contains('\n') && may_be_block(text) {
            self.block(text, indent)
        } else {
            self.quoted(text, Some(indent))
        }
    }

    /// `|` with its hints, and the lines as they are.
    fn block(&mut self, text: &str, indent: usize) {
        self.push("|");
        if text.starts_with(|char| char == ' ' || is_break(char)) {
            self.push("2");
        }
        let mut from_end = text.chars().rev();
        match (from_end.next().is_some_and(is_break), from_end.next()) {
            (false, _) => self.push("-"),
            (true, Some(before)) if !is_break(before) => {}
            (true, _) => self.push("+"),
        }
        self.line();
        let mut is_start = true;
        for char in text.chars() {
            if is_break(char) {
                self.out.push(char);
                self.column = 0;
                is_start = true;
                continue;
            }
            if is_start {
                self.push(&" ".repeat(indent));
                is_start = false;
            }
            self.out.push(char);
            self.column += 1;
        }
    }

    /// In double quotes; lines are broken only if there is an indentation for the next ones.
    fn quoted(&mut self, text: &str, indent: Option<usize>) {
        self.push("\"");
        let mut after_space = false;
        let mut chars = text.chars().enumerate().peekable();
        while let Some((index, char)) = chars.next() {
            let next = chars.peek().map(|(_, next)| *next);
            match indent {
                Some(indent) if char == ' ' && !after_space && self.column > WIDTH && index > 0 && next.is_some() => {
                    self.out.push('\n');
                    self.column = 0;
                    self.push(&" ".repeat(indent));
                    if next == Some(' ') {
                        self.push("\\");
                    }
                }
                _ => self.escaped(char),
            }
            after_space = char == ' ';
        }
        self.push("\"");
    }

    fn escaped(&mut self, char: char) {
        if is_printable(char) && !is_break(char) && !matches!(char, '"' | '\\') {
            self.out.push(char);
            self.column += 1;
            return;
        }
        let mut escape = String::from("\\");
        match char {
            '\0' => escape.push('0'),
            '\u{7}' => escape.push('a'),
            '\u{8}' => escape.push('b'),
            '\t' => escape.push('t'),
            '\n' => escape.push('n'),
            '\u{b}' => escape.push('v'),
            '\u{c}' => escape.push('f'),
            '\r' => escape.push('r'),
            '\u{1b}' => escape.push('e'),
            '"' | '\\' => escape.push(char),
            '\u{85}' => escape.push('N'),
            '\u{2028}' => escape.push('L'),
            '\u{2029}' => escape.push('P'),
            char => {
                let code = u32::from(char);
                let _infallible = match code {
                    0..=0xff => write!(escape, "x{code:02X}"),
                    0x100..=0xffff => write!(escape, "u{code:04X}"),
                    _ => write!(escape, "U{code:08X}"),
                };
            }
        }
        self.push(&escape);
    }
}

enum Nested<'a> {
    Sequence(&'a [Value]),
    Mapping(&'a Fields),
}

/// What is written over several lines.
fn nested(value: &Value) -> Option<Nested<'_>> {
    let items = value.elements().filter(|items| !items.is_empty()).map(|items| Nested::Sequence(items));
    items.or_else(|| value.fields().filter(|fields| !fields.is_empty()).map(|fields| Nested::Mapping(fields)))
}

/// Whether a text of several lines can stand behind `|`: all printable, no space at an end of a line.
fn may_be_block(text: &str) -> bool {
    let mut previous = None;
    for char in text.chars() {
        if !is_printable(char) || (is_break(char) && previous == Some(' ')) {
            return false;
        }
        previous = Some(char);
    }
    previous != Some(' ')
}

fn is_break(char: char) -> bool {
    matches!(char, '\r' | '\n' | '\u{85}' | '\u{2028}' | '\u{2029}')
}

fn is_printable(char: char) -> bool {
    matches!(char, '\n' | ' '..='~' | '\u{a0}'..='\u{d7ff}' | '\u{e000}'..='\u{fffd}') && char != '\u{feff}'
}
