//! YAML to values, each with its place in the text.

use std::ops::Range;
use std::sync::Arc;

use rustc_hash::FxHashMap;
use saphyr_parser::{Event, Parser, ScalarStyle, Span as Mark, Tag};
use smol_str::SmolStr;
use unicode_normalization::{UnicodeNormalization as _, is_nfc};

use crate::eval::convert::convert;
use crate::eval::error::EvalError;
use crate::eval::json_text::JsonText;
use crate::eval::text::{Piece, Text};
use crate::eval::types::Type;
use crate::eval::value::{Field, Fields, Origin, Value, ValueKind};
use crate::source::TextRange;

/// How deep collections may stand in each other.
const MAX_DEPTH: usize = 127;

/// How many values aliases may multiply a document to.
const MOST_VALUES: usize = 100_000;

/// The value of `text`, a YAML document without holes.
///
/// # Errors
/// When it is not one document that Terraform reads.
pub fn decode(text: &Text) -> Result<Value> {
    let source = text.as_known().unwrap_or_default();
    let mut parser = Parser::new_from_str(&source);
    let mut decoder = Decoder {
        text,
        places: JsonText::new(text),
        offsets: Offsets::new(&source),
        anchors: FxHashMap::default(),
        count: 0,
    };
    check_start(&source)?;
    decoder.document(&mut parser)
}

/// Refuses what the parser takes at the start of a document and Terraform does not.
fn check_start(source: &str) -> Result<()> {
    let fail = |message: &str| Err(EvalError { span: None, message: message.to_owned() });
    let first = source.trim_start_matches(['\n', '\r', ' ']);
    if first.starts_with('\t') && !first.trim_start().is_empty() {
        return fail("a tab cannot start a document");
    }
    let directives = source.lines().take_while(|line| line.is_empty() || line.starts_with(['%', '#']));
    let versions = directives.filter_map(|line| line.strip_prefix("%YAML")).map(str::trim);
    if versions.into_iter().any(|version| version != "1.1") {
        return fail("only version 1.1 of YAML is known");
    }
    Ok(())
}

/// From characters, which the parser counts, to bytes.
struct Offsets {
    /// Empty if all characters have one byte.
    bytes: Vec<usize>,
    end: usize,
    ends_with_feed: bool,
}

impl Offsets {
    fn new(source: &str) -> Self {
        let bytes = if source.is_ascii() { Vec::new() } else { source.char_indices().map(|(at, _)| at).collect() };
        Self { bytes, end: source.len(), ends_with_feed: source.ends_with(['\n', '\r']) }
    }

    fn byte(&self, char: usize) -> usize {
        if self.bytes.is_empty() { char.min(self.end) } else { self.bytes.get(char).copied().unwrap_or(self.end) }
    }

    fn range(&self, mark: Mark) -> Range<usize> {
        let start = self.byte(mark.start.index());
        start..self.byte(mark.end.index()).max(start)
    }
}

struct Decoder<'a> {
    text: &'a Text,
    places: JsonText,
    offsets: Offsets,
    /// What an anchor names and how many values that is; `None` while it is being read.
    anchors: FxHashMap<usize, Option<(Value, usize)>>,
    count: usize,
}

type Result<T> = std::result::Result<T, EvalError>;

impl Decoder<'_> {
    fn origin(&self, mark: Mark) -> Origin {
        let range = self.offsets.range(mark);
        let offset = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
        Origin { span: self.places.span(TextRange::new(offset(range.start), offset(range.end))), via: None }
    }

    fn fail(&self, mark: Mark, message: impl Into<String>) -> EvalError {
        EvalError { span: self.origin(mark).span, message: message.into() }
    }

    fn next<'input>(&self, parser: &mut Events<'input>) -> Result<(Event<'input>, Mark)> {
        match parser.next() {
            Some(Ok(next)) => Ok(next),
            Some(Err(error)) => Err(EvalError { span: None, message: format!("this is not YAML: {error}") }),
            None => Err(EvalError { span: None, message: "the document ends too early".to_owned() }),
        }
    }

    fn document(&mut self, parser: &mut Events<'_>) -> Result<Value> {
        loop {
            let (event, mark) = self.next(parser)?;
            match event {
                Event::Nothing | Event::StreamStart | Event::DocumentStart(_) => {}
                Event::StreamEnd => return Err(self.fail(mark, "there is no document")),
                event => {
                    let value = self.value(parser, event, mark, 0)?;
                    return self.end(parser, value);
                }
            }
        }
    }

    /// Nothing may follow but the end.
    fn end(&mut self, parser: &mut Events<'_>, value: Value) -> Result<Value> {
        loop {
            let (event, mark) = self.next(parser)?;
            match event {
                Event::StreamEnd => return Ok(value),
                Event::DocumentEnd | Event::Nothing => {}
                _ => return Err(self.fail(mark, "a second document follows the first")),
            }
        }
    }

    fn value<'input>(
        &mut self,
        parser: &mut Events<'input>,
        event: Event<'input>,
        mark: Mark,
        depth: usize,
    ) -> Result<Value> {
        self.count += 1;
        if depth > MAX_DEPTH || self.count > MOST_VALUES {
            return Err(self.fail(mark, "the document is nested too deeply or has too many values"));
        }
        let before = self.count;
        let (anchor, value) = match event {
            Event::Alias(anchor) => return self.alias(anchor, mark),
            Event::Scalar(text, style, anchor, tag) => (anchor, self.scalar(&text, style, tag.as_deref(), mark)?),
            Event::SequenceStart(anchor, tag) => {
                self.begin(anchor);
                self.check_tag(tag.as_deref(), "seq", mark)?;
                (anchor, self.sequence(parser, mark, depth)?)
            }
            Event::MappingStart(anchor, tag) => {
                self.begin(anchor);
                self.check_tag(tag.as_deref(), "map", mark)?;
                (anchor, self.mapping(parser, mark, depth)?)
            }
            _ => return Err(self.fail(mark, "a value is missing")),
        };
        if anchor > 0 {
            self.anchors.insert(anchor, Some((value.clone(), self.count - before + 1)));
        }
        Ok(value)
    }

    /// An anchor may not be used within what it names.
    fn begin(&mut self, anchor: usize) {
        if anchor > 0 {
            self.anchors.insert(anchor, None);
        }
    }

    fn alias(&mut self, anchor: usize, mark: Mark) -> Result<Value> {
        match self.anchors.get(&anchor) {
            Some(Some((value, count))) => {
                self.count += count;
                Ok(value.clone())
            }
            Some(None) => Err(self.fail(mark, "an alias stands within what it names")),
            None => Err(self.fail(mark, "there is no such anchor")),
        }
    }

    fn check_tag(&self, tag: Option<&Tag>, allowed: &str, mark: Mark) -> Result<()> {
        match tag {
            Some(tag) if !tag.is_yaml_core_schema() || tag.suffix != allowed => {
                Err(self.fail(mark, format!("the tag `{tag}` does not fit")))
            }
            _ => Ok(()),
        }
    }

    fn sequence(&mut self, parser: &mut Events<'_>, start: Mark, depth: usize) -> Result<Value> {
        let mut items = Vec::new();
        loop {
            let (event, mark) = self.next(parser)?;
            if matches!(event, Event::SequenceEnd) {
                return Ok(self.placed(ValueKind::Tuple(items.into()), start, mark));
            }
            items.push(self.value(parser, event, mark, depth + 1)?);
        }
    }

    fn placed(&self, kind: ValueKind, start: Mark, end: Mark) -> Value {
        let whole = Mark { start: start.start, end: end.end };
        Value::new(kind).with_origin(self.origin(whole))
    }

    fn mapping(&mut self, parser: &mut Events<'_>, start: Mark, depth: usize) -> Result<Value> {
        let mut fields = Fields::new();
        loop {
            let (event, mark) = self.next(parser)?;
            if matches!(event, Event::MappingEnd) {
                return Ok(self.placed(ValueKind::Object(Arc::new(fields)), start, mark));
            }
            let key = self.value(parser, event, mark, depth + 1)?;
            let name = self.key_name(&key, mark)?;
            let (event, value_mark) = self.next(parser)?;
            let value = self.value(parser, event, value_mark, depth + 1)?;
            if name == "<<" {
                let Some(merged) = value.fields() else {
                    return Err(self.fail(value_mark, "only a mapping can be merged into a mapping"));
                };
                fields.extend(merged.iter().map(|(name, field)| (name.clone(), field.clone())));
            } else {
                fields.insert(name, Field { key: key.origin, value });
            }
        }
    }

    fn key_name(&self, key: &Value, mark: Mark) -> Result<SmolStr> {
        let name = if key.is_null() { None } else { convert(key, &Type::String).ok().and_then(|key| key.as_str()) };
        name.ok_or_else(|| self.fail(mark, "a key has to be a text"))
    }

    fn scalar(&self, text: &str, style: ScalarStyle, tag: Option<&Tag>, mark: Mark) -> Result<Value> {
        if let Some(tag) = tag.filter(|tag| !tag.is_yaml_core_schema()) {
            return Err(self.fail(mark, format!("the tag `{tag}` is not supported")));
        }
        let text = self.without_invented_end(text, style, mark);
        let kind = match (style, tag) {
            (ScalarStyle::Plain, None) => super::scalar::resolve(text),
            (ScalarStyle::Plain, Some(tag)) => super::scalar::tagged(&tag.suffix, text),
            _ => Ok(ValueKind::String(Text::known(text))),
        };
        let kind = match kind.map_err(|message| self.fail(mark, message))? {
            ValueKind::String(known) if known.as_known().is_some_and(|known| known == text) => {
                ValueKind::String(self.string(text, style, mark))
            }
            kind => kind,
        };
        Ok(Value::new(kind).with_origin(self.origin(mark)))
    }

    /// A block that the end of the file cuts off has no line feed at its end; the parser adds one.
    fn without_invented_end<'text>(&self, text: &'text str, style: ScalarStyle, mark: Mark) -> &'text str {
        let is_block = matches!(style, ScalarStyle::Literal | ScalarStyle::Folded);
        let is_cut_off = self.offsets.range(mark).end >= self.offsets.end && !self.offsets.ends_with_feed;
        if is_block && is_cut_off { text.strip_suffix('\n').unwrap_or(text) } else { text }
    }

    /// The text, in its place if it stands there as it is.
    fn string(&self, text: &str, style: ScalarStyle, mark: Mark) -> Text {
        if !is_nfc(text) {
            return Text::known(text.nfc().collect::<String>());
        }
        let range = self.offsets.range(mark);
        let quotes = usize::from(matches!(style, ScalarStyle::SingleQuoted | ScalarStyle::DoubleQuoted));
        let start = range.start + quotes;
        let pieces = self.text.slice(start..start + text.len());
        let found: String = pieces.iter().map(|piece| piece.text.as_str()).collect();
        if found == text { Text::from_pieces(pieces.into_iter().map(Piece::Known)) } else { Text::known(text) }
    }
}

type Events<'input> = Parser<'input, saphyr_parser::StrInput<'input>>;
