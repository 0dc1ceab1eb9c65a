//! The text of a configuration as a tree in which everything knows its place.

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::source::TextRange;

use super::ConfigurationError;

/// A value as it is written in a configuration.
#[derive(Debug, Clone, PartialEq)]
pub struct Setting {
    /// What it is.
    pub kind: SettingKind,
    /// Where it stands; the header of a table that has one.
    pub range: TextRange,
}

/// The forms of a value.
#[derive(Debug, Clone, PartialEq)]
pub enum SettingKind {
    /// A string, escapes resolved.
    Text(String),
    /// A number in decimal digits, perhaps with sign, point or exponent.
    Number(String),
    /// A truth value.
    Bool(bool),
    /// A day or a time, as written.
    Date(String),
    /// A list.
    List(Vec<Setting>),
    /// A table, its entries in the order in which they are written.
    Table(Vec<Entry>),
}

/// A key of a table and its value.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// The key.
    pub key: String,
    /// Where it stands.
    pub key_range: TextRange,
    /// The value.
    pub value: Setting,
}

impl Setting {
    /// The text, if it is one.
    #[must_use]
    pub fn as_text(&self) -> Option<&str> {
        match &self.kind {
            SettingKind::Text(text) => Some(text),
            SettingKind::Number(_)
            | SettingKind::Bool(_)
            | SettingKind::Date(_)
            | SettingKind::List(_)
            | SettingKind::Table(_) => None,
        }
    }

    /// The entries, if it is a table; none otherwise.
    #[must_use]
    pub fn entries(&self) -> &[Entry] {
        match &self.kind {
            SettingKind::Table(entries) => entries,
            SettingKind::Text(_)
            | SettingKind::Number(_)
            | SettingKind::Bool(_)
            | SettingKind::Date(_)
            | SettingKind::List(_) => &[],
        }
    }

    /// The elements, if it is a list; none otherwise.
    #[must_use]
    pub fn elements(&self) -> &[Self] {
        match &self.kind {
            SettingKind::List(elements) => elements,
            SettingKind::Text(_)
            | SettingKind::Number(_)
            | SettingKind::Bool(_)
            | SettingKind::Date(_)
            | SettingKind::Table(_) => &[],
        }
    }

    /// The elements of a list, or the value itself if it is none.
    #[must_use]
    pub fn one_or_many(&self) -> &[Self] {
        match &self.kind {
            SettingKind::List(elements) => elements,
            SettingKind::Text(_)
            | SettingKind::Number(_)
            | SettingKind::Bool(_)
            | SettingKind::Date(_)
            | SettingKind::Table(_) => std::slice::from_ref(self),
        }
    }

    /// The value of `key`, if this is a table that has it.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Self> {
        self.entries().iter().find(|entry| entry.key == key).map(|entry| &entry.value)
    }

    /// What it is, with its article.
    #[must_use]
    pub(super) fn described(&self) -> &'static str {
        match &self.kind {
            SettingKind::Text(_) => "a string",
            SettingKind::Number(_) => "a number",
            SettingKind::Bool(_) => "a truth value",
            SettingKind::Date(_) => "a date",
            SettingKind::List(_) => "a list",
            SettingKind::Table(_) => "a table",
        }
    }
}

/// Reads `text`, as much of it as is TOML, and says what is not.
pub(super) fn parse(text: &str) -> (Setting, Vec<ConfigurationError>) {
    let (table, errors) = DeTable::parse_recoverable(text);
    let error = |error: toml::de::Error| ConfigurationError {
        range: error.span().map_or_else(TextRange::default, range_of),
        message: format!("not TOML: {}", error.message().lines().next().unwrap_or_default()),
    };
    let range = range_of(table.span());
    (Setting { kind: table_kind(table.into_inner()), range }, errors.into_iter().map(error).collect())
}

fn table_kind(table: DeTable<'_>) -> SettingKind {
    let mut entries: Vec<Entry> = table.into_iter().map(|(key, value)| entry(key, value)).collect();
    entries.sort_by_key(|entry| entry.key_range);
    SettingKind::Table(entries)
}

fn entry(key: Spanned<std::borrow::Cow<'_, str>>, value: Spanned<DeValue<'_>>) -> Entry {
    let key_range = range_of(key.span());
    Entry { key: key.into_inner().into_owned(), key_range, value: setting(value) }
}

fn setting(value: Spanned<DeValue<'_>>) -> Setting {
    let range = range_of(value.span());
    let kind = match value.into_inner() {
        DeValue::String(text) => SettingKind::Text(text.into_owned()),
        DeValue::Integer(number) => {
            let decimal = i64::from_str_radix(number.as_str(), number.radix());
            SettingKind::Number(decimal.map_or_else(|_| number.as_str().to_owned(), |number| number.to_string()))
        }
        DeValue::Float(number) => SettingKind::Number(number.as_str().to_owned()),
        DeValue::Boolean(value) => SettingKind::Bool(value),
        DeValue::Datetime(date) => SettingKind::Date(date.to_string()),
        DeValue::Array(items) => SettingKind::List(items.into_iter().map(setting).collect()),
        DeValue::Table(table) => table_kind(table),
    };
    Setting { kind, range }
}

fn range_of(span: std::ops::Range<usize>) -> TextRange {
    let offset = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
    TextRange::new(offset(span.start), offset(span.end))
}
