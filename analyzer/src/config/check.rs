//! A configuration against its shape: keys that are not known, values of the wrong
//! kind, texts of the wrong form. All that is wrong is said, not the first thing only.

use globset::GlobBuilder;
use jiff::civil::Date;

use crate::aws::arn::AccountId;
use crate::aws::facts;
use crate::source::TextRange;

use super::shape::{Format, Key, LEVELS, Map, ROLES, Shape};
use super::tree::{Entry, Setting, SettingKind};
use super::{ConfigurationError, nearest};

/// What of `setting` is not as `shape` has it, in the order of the file.
pub(super) fn check(setting: &Setting, shape: Shape) -> Vec<ConfigurationError> {
    let mut errors = Vec::new();
    Checker { errors: &mut errors }.setting(setting, shape, "the configuration");
    errors
}

/// Whether `text` is of the form; an error for people if not.
pub(super) fn check_text(text: &str, format: Format) -> Result<(), String> {
    let wrong = || Err(format!("`{text}` is not {}", format.described()));
    let listed = |mut names: Vec<&'static str>| {
        if names.contains(&text) {
            return Ok(());
        }
        names.sort_unstable();
        Err(format!("`{text}` is not {}{}", format.described(), meant(text, &names)))
    };
    match format {
        Format::Name | Format::Account | Format::Path | Format::Rule if text.trim().is_empty() => {
            Err(format!("{} is empty", format.described()))
        }
        Format::Name | Format::Account | Format::Path | Format::Rule => Ok(()),
        Format::AccountNumber => account_number(text),
        Format::Glob => glob(text),
        Format::OrganizationId => {
            if has_form(text, "o-", 10) {
                Ok(())
            } else {
                wrong()
            }
        }
        Format::RootId => {
            if has_form(text, "r-", 4) {
                Ok(())
            } else {
                wrong()
            }
        }
        Format::Partition => listed(facts::partitions().map(|partition| partition.name).collect()),
        Format::Region => {
            let may_be = facts::partitions().any(|partition| partition.may_have_region(text));
            if may_be { Ok(()) } else { listed(facts::regions().map(|region| region.name).collect()) }
        }
        Format::Role => listed(ROLES.to_vec()),
        Format::Level => listed(LEVELS.to_vec()),
        Format::Service => {
            let is_service = text.ends_with(".amazonaws.com") || text.ends_with(".amazonaws.com.cn");
            if is_service { Ok(()) } else { wrong() }
        }
        Format::Provider => {
            if is_provider(text) {
                Ok(())
            } else {
                wrong()
            }
        }
        Format::Date => {
            if text.parse::<Date>().is_ok() {
                Ok(())
            } else {
                wrong()
            }
        }
        Format::Address => {
            if is_address(text) {
                Ok(())
            } else {
                wrong()
            }
        }
    }
}

fn account_number(text: &str) -> Result<(), String> {
    if AccountId::parse(text).is_some() {
        return Ok(());
    }
    if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(format!("`{text}` is not an account id: an account id has 12 digits and nothing else"));
    }
    Err(format!("`{text}` is not an account id: an account id has 12 digits, this has {}", text.len()))
}

fn glob(text: &str) -> Result<(), String> {
    if text.trim().is_empty() {
        return Err("a pattern of paths is empty".to_owned());
    }
    match GlobBuilder::new(text).literal_separator(true).build() {
        Ok(_) => Ok(()),
        Err(error) => Err(format!("`{text}` is not a pattern of paths: {}", error.kind())),
    }
}

fn has_form(text: &str, prefix: &str, length: usize) -> bool {
    let rest = text.strip_prefix(prefix);
    let is_letter = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    rest.is_some_and(|rest| (length..=32).contains(&rest.len()) && rest.bytes().all(is_letter))
}

fn is_word(text: &str) -> bool {
    let is_letter = |letter: char| letter.is_alphanumeric() || letter == '_' || letter == '-';
    text.starts_with(|letter: char| letter.is_alphabetic() || letter == '_') && text.chars().all(is_letter)
}

fn is_provider(text: &str) -> bool {
    let mut parts = text.split('.');
    parts.next().is_some_and(is_word) && parts.next().is_none_or(is_word) && parts.next().is_none()
}

fn is_address(text: &str) -> bool {
    text.split_once('.').is_some_and(|(first, rest)| is_word(first) && !rest.is_empty() && !rest.ends_with('.'))
}

/// The suggestion behind a message, if there is one.
pub(super) fn meant(text: &str, names: &[&str]) -> String {
    match nearest(text, names.iter().copied()) {
        Some(name) => format!("; did you mean `{name}`?"),
        None if names.len() <= 8 => {
            let names: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
            format!("; there is {}", names.join(", "))
        }
        None => String::new(),
    }
}

struct Checker<'a> {
    errors: &'a mut Vec<ConfigurationError>,
}

impl Checker<'_> {
    fn error(&mut self, range: TextRange, message: String) {
        self.errors.push(ConfigurationError { range, message });
    }

    fn setting(&mut self, setting: &Setting, shape: Shape, name: &str) {
        match (shape, &setting.kind) {
            (Shape::Value, _) => {}
            (Shape::Table(keys), SettingKind::Table(entries)) => self.table(setting, entries, keys),
            (Shape::Bound(keys), SettingKind::Table(entries)) => self.table(setting, entries, keys),
            (Shape::Bound(_), _) => {}
            (Shape::Map(map), SettingKind::Table(entries)) => self.map(entries, map),
            (Shape::Levels(map), SettingKind::Table(entries)) => self.levels(entries, map),
            (Shape::Text(format), SettingKind::Text(text)) => {
                if let Err(message) = check_text(text, format) {
                    self.error(setting.range, message);
                }
            }
            (Shape::Text(Format::Date), SettingKind::Date(date)) => {
                if let Err(message) = check_text(date, Format::Date) {
                    self.error(setting.range, message);
                }
            }
            (Shape::Text(Format::AccountNumber | Format::Account), SettingKind::Number(number)) => {
                let message = format!("an account id is a string, not a number: write `\"{number:0>12}\"`");
                self.error(setting.range, message);
            }
            (Shape::List(element) | Shape::OneOrMany(element), SettingKind::List(elements)) => {
                elements.iter().for_each(|it| self.setting(it, *element, name));
            }
            (Shape::OneOrMany(element), _) => self.setting(setting, *element, name),
            _ => {
                let message = format!("`{name}` is {}, not {}", expected(shape), setting.described());
                self.error(setting.range, message);
            }
        }
    }

    fn table(&mut self, table: &Setting, entries: &[Entry], keys: &'static [Key]) {
        for entry in entries {
            match keys.iter().find(|key| key.name == entry.key) {
                Some(key) => self.setting(&entry.value, key.shape, key.name),
                None => {
                    let names: Vec<&str> = keys.iter().map(|key| key.name).collect();
                    let message = format!("there is no key `{}` here{}", entry.key, meant(&entry.key, &names));
                    self.error(entry.key_range, message);
                }
            }
        }
        for key in keys.iter().filter(|key| key.required && table.get(key.name).is_none()) {
            self.error(table.range, format!("the key `{}` is missing", key.name));
        }
    }

    fn map(&mut self, entries: &[Entry], map: &'static Map) {
        for entry in entries {
            if let Err(message) = check_text(&entry.key, map.keys) {
                self.error(entry.key_range, message);
            }
            self.setting(&entry.value, map.values, &entry.key);
        }
    }

    fn levels(&mut self, entries: &[Entry], map: &'static Map) {
        for entry in entries {
            match &entry.value.kind {
                SettingKind::Table(below) => {
                    if let Err(message) = check_text(&entry.key, Format::Glob) {
                        self.error(entry.key_range, message);
                    }
                    self.map(below, map);
                }
                _ => self.setting(&entry.value, map.values, &entry.key),
            }
        }
    }
}

fn expected(shape: Shape) -> &'static str {
    match shape {
        Shape::Text(_) => "a string",
        Shape::Table(_) | Shape::Map(_) | Shape::Levels(_) => "a table",
        Shape::List(_) => "a list",
        Shape::OneOrMany(_) => "a string or a list",
        Shape::Value | Shape::Bound(_) => "a value",
    }
}
