//! `csvdecode`: CSV as Go's `encoding/csv` reads it.

use std::collections::BTreeSet;

use smol_str::SmolStr;

use crate::eval::types::Type;
use crate::eval::value::Value;

use super::call::{Call, Outcome, list, object};
use super::table::Function;

pub(super) static FUNCTIONS: &[Function] = &[Function::known("csvdecode", csvdecode)];

fn csvdecode(call: &Call<'_>) -> Outcome {
    let text = call.string(0).replace("\r\n", "\n");
    let text = text.strip_suffix('\r').unwrap_or(&text);
    let mut reader = Reader { rest: text, line: 1 };
    let broken = |(line, message): (usize, &str)| call.fail_at(0, format!("{message} in line {line}"));
    let Some((_, names)) = reader.record().map_err(broken)? else {
        return Err(call.fail_at(0, "the line with the names of the columns is missing"));
    };
    let names: Vec<SmolStr> = names.into_iter().map(SmolStr::from).collect();
    let mut seen = BTreeSet::new();
    if let Some(name) = names.iter().find(|name| !seen.insert(*name)) {
        return Err(call.fail_at(0, format!("the column `{name}` stands twice")));
    }
    let mut rows = Vec::new();
    while let Some((line, fields)) = reader.record().map_err(broken)? {
        if fields.len() != names.len() {
            return Err(broken((line, "there is another number of fields")));
        }
        rows.push(object(names.iter().cloned().zip(fields.into_iter().map(Value::string))));
    }
    let element = Type::Object(names.into_iter().map(|name| (name, Type::String)).collect());
    Ok(list(element, rows))
}

struct Reader<'a> {
    rest: &'a str,
    line: usize,
}

/// A line and what is wrong with it.
type Fault = (usize, &'static str);

impl<'a> Reader<'a> {
    /// The next record and the line that it starts in; empty lines are none.
    fn record(&mut self) -> Result<Option<(usize, Vec<String>)>, Fault> {
        while let Some(rest) = self.rest.strip_prefix('\n') {
            self.rest = rest;
            self.line += 1;
        }
        if self.rest.is_empty() {
            return Ok(None);
        }
        let start = self.line;
        let mut fields = Vec::new();
        loop {
            let field = match self.rest.strip_prefix('"') {
                Some(inside) => self.quoted(inside)?,
                None => self.bare()?,
            };
            fields.push(field);
            match self.take() {
                Some(',') => {}
                Some('\n') => {
                    self.line += 1;
                    return Ok(Some((start, fields)));
                }
                None => return Ok(Some((start, fields))),
                Some(_) => return Err((self.line, "something follows a closed quote")),
            }
        }
    }

    fn take(&mut self) -> Option<char> {
        let char = self.rest.chars().next()?;
        self.rest = self.rest.get(char.len_utf8()..).unwrap_or_default();
        Some(char)
    }

    fn bare(&mut self) -> Result<String, Fault> {
        let end = self.rest.find([',', '\n']).unwrap_or(self.rest.len());
        let (field, rest) = self.rest.split_at_checked(end).unwrap_or((self.rest, ""));
        self.rest = rest;
        if field.contains('"') {
            Err((self.line, "a quote stands inside of an unquoted field"))
        } else {
            Ok(field.to_owned())
        }
    }

    /// The field behind an opening quote; two quotes stand for one.
    fn quoted(&mut self, mut inside: &'a str) -> Result<String, Fault> {
        let mut field = String::new();
        loop {
            let Some((text, behind)) = inside.split_once('"') else { return Err((self.line, "a quote is not closed")) };
            field.push_str(text);
            self.line += text.matches('\n').count();
            match behind.strip_prefix('"') {
                Some(more) => {
                    field.push('"');
                    inside = more;
                }
                None => {
                    self.rest = behind;
                    return Ok(field);
                }
            }
        }
    }
}
