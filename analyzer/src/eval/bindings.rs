//! Values that the configuration gives for what the source does not tell.
//!
//! What is bound has the bound value wherever it is asked for, and what is calculated
//! from it follows: `jsondecode` of a bound secret is evaluated as ever. Each value
//! keeps its place in the configuration, or in the JSON file that it comes from.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use rustc_hash::FxHashMap;
use smol_str::SmolStr;

use crate::config::{Binding, BindingSource, Configuration, Entry, Setting, SettingKind};
use crate::module::{Stack, StatePlace};
use crate::source::{FileId, FileSystem, SourceMap, Span, TextRange};

use super::evaluator::InstanceKey;
use super::json;
use super::json_text::verbatim;
use super::number::Number;
use super::text::{Known, Piece, Place, Text};
use super::value::{Field, Fields, Origin, Value, ValueKind};

/// All values that a configuration binds, read once.
#[derive(Debug, Default)]
pub struct BoundValues {
    /// By the place of the address in the configuration.
    by_place: FxHashMap<TextRange, Value>,
}

/// What is bound in one stack.
#[derive(Debug, Clone, Default)]
pub struct Bindings {
    by_address: FxHashMap<SmolStr, Bound>,
    /// What holds where the configuration binds nothing.
    known: Option<Arc<KnownValues>>,
}

/// Values that are known from elsewhere than the source, by address.
#[derive(Debug, Default)]
pub struct KnownValues {
    by_address: FxHashMap<SmolStr, Bound>,
    planned: FxHashMap<SmolStr, Planned>,
    /// The keys of all instances of a block, by its address within its module instance.
    keys: FxHashMap<SmolStr, Vec<InstanceKey>>,
    /// Attributes that are written with other values than are planned, and where those stand.
    differences: Mutex<BTreeMap<Span, Span>>,
}

/// What an attribute will be, whatever is written.
#[derive(Debug, Clone)]
pub(super) struct Planned {
    /// The value, without places.
    pub(super) value: Value,
    /// Where it stands.
    pub(super) span: Span,
}

impl KnownValues {
    /// What is called `address` has `value`.
    pub fn add(&mut self, address: &str, value: Value) {
        self.by_address.insert(normal(address), Bound::Value(value));
    }

    /// The attribute of a resource instance that is called `address` will have `value`, which stands at `span`.
    pub fn plan(&mut self, address: &str, value: Value, span: Span) {
        self.planned.insert(normal(address), Planned { value, span });
    }

    /// The resource or module call that is called `address` will have instances under `keys` and no others.
    pub fn list(&mut self, address: &str, keys: Vec<InstanceKey>) {
        self.keys.insert(normal(address), keys);
    }

    /// The attributes that were met so far of which something else is written than is planned, each with
    /// the place of what is planned.
    #[must_use]
    pub fn differences(&self) -> BTreeMap<Span, Span> {
        self.differences.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn note_difference(&self, written: Span, planned: Span) {
        // The first one of several instances, whichever was evaluated first.
        let mut differences = self.differences.lock().unwrap_or_else(PoisonError::into_inner);
        differences.entry(written).and_modify(|known| *known = planned.min(*known)).or_insert(planned);
    }
}

/// What something is bound to.
#[derive(Debug, Clone)]
pub(super) enum Bound {
    /// This value.
    Value(Value),
    /// The outputs of another stack: its directory, and its environment if one is named.
    Outputs(SmolStr, Option<SmolStr>),
}

/// Which of the states that a root has in one place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StateWorkspace {
    /// That of the workspace `default`.
    Default,
    /// That of this workspace.
    Named(SmolStr),
    /// That of the workspace that the stack that asks is in itself.
    Own,
}

/// Gives the outputs of other stacks.
pub trait OtherStacks {
    /// The outputs of the stack in the directory `dir` as an object, for a stack that is in `asking`
    /// itself; `None` if there is no such stack, or if it needs those of the stack that asks.
    fn outputs(&self, dir: &str, environment: Option<&str>, asking: Option<&str>) -> Option<Value>;

    /// The same for the only root that keeps its state in `place`.
    fn outputs_of_state(&self, place: &StatePlace, workspace: &StateWorkspace, asking: &Stack) -> Option<Value>;
}

impl BoundValues {
    /// Reads the values, and says where in the configuration one cannot be had, and why.
    #[must_use]
    pub fn read(
        configuration: &Configuration,
        files: &dyn FileSystem,
        sources: &SourceMap,
    ) -> (Self, Vec<(TextRange, String)>) {
        let file = sources.add(configuration.place().path(), Arc::clone(configuration.text()));
        let reader = Reader { files, sources, file };
        let mut values = Self::default();
        let mut problems = Vec::new();
        for binding in configuration.all_bindings() {
            match reader.bound(binding) {
                Ok(Some(value)) => drop(values.by_place.insert(binding.address.range, value)),
                Ok(None) => {}
                Err(message) => problems.push((binding.range, message)),
            }
        }
        (values, problems)
    }

    /// What is bound in an environment of the stack in `dir`.
    #[must_use]
    pub fn of_stack(&self, configuration: &Configuration, dir: &str, environment: Option<&str>) -> Bindings {
        let mut bindings = Bindings::default();
        for binding in configuration.bindings_of(dir, environment) {
            let bound = match &binding.source {
                BindingSource::Outputs { stack, environment } => {
                    Some(Bound::Outputs(stack.into(), environment.as_deref().map(SmolStr::from)))
                }
                BindingSource::Value(_)
                | BindingSource::JsonEncoded(_)
                | BindingSource::TextFile(_)
                | BindingSource::JsonFile(_) => self.by_place.get(&binding.address.range).cloned().map(Bound::Value),
            };
            if let Some(bound) = bound {
                bindings.by_address.entry(normal(&binding.address.value)).or_insert(bound);
            }
        }
        bindings
    }
}

impl Bindings {
    /// Whether nothing is bound.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.by_address.is_empty() && self.known.is_none()
    }

    /// The same, with `known` where the configuration binds nothing.
    #[must_use]
    pub fn with_known(self, known: Arc<KnownValues>) -> Self {
        Self { known: Some(known), ..self }
    }

    /// What is planned for the attribute `address` of a resource instance.
    pub(super) fn planned(&self, address: impl FnOnce() -> SmolStr) -> Option<&Planned> {
        let planned = self.known.as_ref().map(|known| &known.planned).filter(|planned| !planned.is_empty())?;
        planned.get(&normal(&address()))
    }

    /// The keys of all instances of the block `address`, if they are known from elsewhere than the source.
    pub(super) fn planned_keys(&self, address: &str) -> Option<&[InstanceKey]> {
        let keys = self.known.as_ref().map(|known| &known.keys).filter(|keys| !keys.is_empty())?;
        keys.get(&normal(address)).map(Vec::as_slice)
    }

    /// Notes that what is written at `written` is planned with another value, which stands at `planned`.
    pub(super) fn note_difference(&self, written: Span, planned: Span) {
        self.known.iter().for_each(|known| known.note_difference(written, planned));
    }

    pub(super) fn get(&self, address: &str) -> Option<&Bound> {
        if self.is_empty() {
            return None;
        }
        let address = normal(address);
        self.by_address.get(&address).or_else(|| self.known.as_ref()?.by_address.get(&address))
    }
}

/// `address` with `.name` for every `["name"]` that can be written so: both are one step.
fn normal(address: &str) -> SmolStr {
    if !address.contains("[\"") {
        return address.into();
    }
    let mut text = String::with_capacity(address.len());
    let mut rest = address;
    while let Some((before, behind)) = rest.split_once("[\"") {
        text.push_str(before);
        match behind.split_once("\"]") {
            Some((name, after)) if is_name(name) => {
                text.push('.');
                text.push_str(name);
                rest = after;
            }
            _ => {
                text.push_str("[\"");
                rest = behind;
            }
        }
    }
    text.push_str(rest);
    text.into()
}

fn is_name(text: &str) -> bool {
    let is_letter = |letter: char| letter.is_alphanumeric() || letter == '_' || letter == '-';
    text.starts_with(|letter: char| letter.is_alphabetic() || letter == '_') && text.chars().all(is_letter)
}

struct Reader<'a> {
    files: &'a dyn FileSystem,
    sources: &'a SourceMap,
    /// The configuration.
    file: FileId,
}

impl Reader<'_> {
    /// The value of a binding; `None` if it is another stack's to give.
    fn bound(&self, binding: &Binding) -> Result<Option<Value>, String> {
        Ok(Some(match &binding.source {
            BindingSource::Value(setting) => value_of(setting, self.file, self.sources),
            BindingSource::JsonEncoded(setting) => {
                let value = value_of(setting, self.file, self.sources);
                let text = json::encode(&value).map_err(|error| error.message)?;
                Value::new(ValueKind::String(text)).with_origin(value.origin)
            }
            BindingSource::TextFile(path) => Value::new(ValueKind::String(self.text(path)?)),
            BindingSource::JsonFile(path) => {
                json::decode(&self.text(path)?).map_err(|error| format!("`{path}`: {}", error.message))?
            }
            BindingSource::Outputs { .. } => return Ok(None),
        }))
    }

    /// The text of a file, each byte in its place.
    fn text(&self, path: &str) -> Result<Text, String> {
        let bytes = self.files.read(path).map_err(|error| format!("`{path}`: {error}"))?;
        let text = String::from_utf8(bytes).map_err(|_| format!("`{path}` is not UTF-8"))?;
        let text: Arc<str> = text.into();
        let place = Place::of_file(self.sources.add(path, Arc::clone(&text)));
        Ok(Text::from_pieces([Piece::Known(Known { text: SmolStr::from(text), place: Some(place) })]))
    }
}

/// `setting`, which stands in `file`, as a value of Terraform's.
#[must_use]
pub fn value_of(setting: &Setting, file: FileId, sources: &SourceMap) -> Value {
    let value = |setting: &Setting| value_of(setting, file, sources);
    let kind = match &setting.kind {
        SettingKind::Text(text) => ValueKind::String(text_of(text, setting.range, file, sources)),
        SettingKind::Number(digits) => match Number::parse(digits) {
            Some(number) => ValueKind::Number(number),
            None => ValueKind::String(Text::known(digits.as_str())),
        },
        SettingKind::Bool(value) => ValueKind::Bool(*value),
        SettingKind::Date(date) => ValueKind::String(Text::known(date.as_str())),
        SettingKind::List(items) => ValueKind::Tuple(items.iter().map(value).collect()),
        SettingKind::Table(entries) => {
            let field = |entry: &Entry| {
                let key = Origin::at(entry.key_range.at(file));
                (SmolStr::from(entry.key.as_str()), Field { key, value: value(&entry.value) })
            };
            ValueKind::Object(Arc::new(entries.iter().map(field).collect::<Fields>()))
        }
    };
    Value::new(kind).with_origin(Origin::at(setting.range.at(file)))
}

/// A string with its place, if it stands between its quotes as it is.
fn text_of(text: &str, range: TextRange, file: FileId, sources: &SourceMap) -> Text {
    let source = sources.file(file);
    let written = source.text().get(range.as_usize()).unwrap_or_default();
    let inner = ["\"\"\"", "'''", "\"", "'"].iter().find_map(|quote| {
        let inner = written.strip_prefix(quote)?.strip_suffix(quote)?;
        let inner = if quote.len() == 3 { inner.strip_prefix('\n').unwrap_or(inner) } else { inner };
        (inner == text).then(|| written.len() - inner.len() - quote.len())
    });
    let Some(start) = inner.and_then(|lead| u32::try_from(lead).ok()).map(|lead| range.start + lead) else {
        return Text::known(text);
    };
    let end = start + u32::try_from(text.len()).unwrap_or(0);
    verbatim(text, TextRange::new(start, end).at(file))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_step_has_one_form() {
        assert_eq!(normal("local.x[\"a\"].b"), "local.x.a.b");
        assert_eq!(normal("data.x.y[\"a/b\"].value"), "data.x.y[\"a/b\"].value");
        assert_eq!(normal("local.x[0][\"a\"]"), "local.x[0].a");
        assert_eq!(normal("local.x[\""), "local.x[\"");
    }
}
