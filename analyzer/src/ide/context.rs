//! What may stand at a position of a policy as it is written, and what stands around it.

use smol_str::SmolStr;

use crate::analysis::Analysis;
use crate::aws::sites::{PolicySite, Site};
use crate::eval::text::Text;
use crate::source::TextRange;

use super::elements::element_of;
use super::sketch::{Entry, Kind, Names, Node, Sketch, Syntax};
use super::{Position, sketch};

/// A position within a policy.
#[derive(Debug)]
pub(super) struct Context {
    /// What belongs there.
    pub(super) slot: Slot,
    /// What is typed there.
    pub(super) token: Token,
    /// How the policy is written.
    pub(super) syntax: Syntax,
    /// What its parts are called.
    pub(super) names: Names,
    /// The names that the map around it has.
    pub(super) siblings: Vec<SmolStr>,
    /// The statement around it.
    pub(super) statement: Option<Written>,
    /// See [`Sketch::anchor`].
    pub(super) anchor: u32,
    /// See [`Sketch::holder`].
    pub(super) holder: Option<Site<PolicySite>>,
}

/// What belongs at a position.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Slot {
    /// A name in the document, in a statement, or in one of its blocks.
    Name(Level),
    /// `2012-10-17`
    Version,
    /// `Allow`, `Deny`
    Effect,
    /// A text of the writer's choice.
    Free,
    /// An action.
    Action,
    /// An ARN.
    Resource,
    /// `AWS`, `Service`
    PrincipalType,
    /// A principal of that type, or of any if that is not written.
    Principal(Option<SmolStr>),
    /// A condition operator. The keys that it is used with, as far as they are written.
    Operator(Vec<SmolStr>),
    /// A condition key, with its operator.
    Key(Option<SmolStr>),
    /// A value of that key.
    Value(Option<SmolStr>),
}

/// Where names stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Level {
    /// Beside `Version`.
    Document,
    /// Beside `Effect`.
    Statement,
    /// In a block `principals`.
    Principals,
    /// In a block `condition`.
    Condition,
}

/// What is typed at a position.
#[derive(Debug, Clone)]
pub(super) struct Token {
    /// What a completion takes the place of.
    pub(super) range: TextRange,
    /// The text in it in front of the position.
    pub(super) typed: String,
    /// Where it stands.
    pub(super) place: TokenPlace,
    /// Whether it is, or would be, an element of a list that is written.
    pub(super) in_list: bool,
    /// Whether it is a name that its value follows.
    pub(super) has_value: bool,
    /// What its line is indented by.
    pub(super) indentation: String,
    /// The whole text of a finished string.
    pub(super) text: Option<Text>,
}

/// Where a token stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TokenPlace {
    /// In a string. `whole` is the string with its quotes if the token is all that is in it.
    Quoted {
        /// The string with its quotes.
        whole: Option<TextRange>,
    },
    /// In an interpolation of a string.
    Interpolation,
    /// Where nothing is, or a word without quotes.
    Bare,
}

/// A statement as it is written.
#[derive(Debug, Clone, Default)]
pub(super) struct Written {
    /// `Effect`
    pub(super) effect: Option<SmolStr>,
    /// The actions, those of `NotAction` left aside.
    pub(super) actions: Vec<SmolStr>,
    /// The principals, each with its type.
    pub(super) principals: Vec<(SmolStr, SmolStr)>,
}

/// What belongs at `position`; `None` if that is in no policy.
pub(super) fn at(analysis: &Analysis, position: Position) -> Option<Context> {
    let sketch = sketch::at(analysis, position)?;
    let source = analysis.sources().file(position.file);
    let mut walk = Walk { source: source.text(), offset: position.offset, ..Walk::default() };
    walk.node(&sketch.root, false);
    let found = walk.found.filter(|_| !walk.is_beside_quote)?;
    let place = Path::new(&sketch, walk.maps, walk.names, &found);
    Some(Context {
        slot: place.slot()?,
        siblings: place.siblings(),
        statement: place.statement().map(|node| written(node, sketch.names)),
        token: found.token,
        syntax: sketch.syntax,
        names: sketch.names,
        anchor: sketch.anchor,
        holder: sketch.holder,
    })
}

/// The end of the way to a position.
struct Found<'s> {
    token: Token,
    /// Whether it is a name of a map; the entry if there is one yet.
    is_name: bool,
    entry: Option<&'s Entry>,
}

/// The way to a position.
#[derive(Default)]
struct Walk<'s> {
    source: &'s str,
    offset: u32,
    /// The maps that were entered.
    maps: Vec<&'s Node>,
    /// The names in them that were followed: of the last one only if the position is in a value of it.
    names: Vec<SmolStr>,
    found: Option<Found<'s>>,
    /// Whether it is beside a quote, where nothing can be written.
    is_beside_quote: bool,
}

/// INVARIANT: the parsers limit the height of their trees, so this may recurse.
impl<'s> Walk<'s> {
    fn node(&mut self, node: &'s Node, in_list: bool) {
        match &node.kind {
            Kind::Map(entries) if self.is_inside(node) => {
                self.maps.push(node);
                self.map(entries);
            }
            Kind::List(nodes) if self.is_inside(node) => {
                self.first_touched(nodes, true);
                if self.found.is_none() {
                    self.value(self.bare(true));
                }
            }
            Kind::Several(nodes) => self.first_touched(nodes, in_list),
            Kind::Text(text, content) if content.touches(self.offset) => {
                self.value(self.quoted(text, *content, node.range, in_list));
            }
            Kind::Text(..) => self.is_beside_quote |= node.range.touches(self.offset),
            Kind::Gap | Kind::Other if node.range.touches(self.offset) => self.value(self.bare(in_list)),
            Kind::Map(_) | Kind::List(_) | Kind::Gap | Kind::Other => {}
        }
    }

    fn first_touched(&mut self, nodes: &'s [Node], in_list: bool) {
        let offset = self.offset;
        for node in nodes.iter().filter(|node| node.range.touches(offset)) {
            if self.found.is_none() {
                self.node(node, in_list);
            }
        }
    }

    fn value(&mut self, token: Token) {
        self.found = Some(Found { token, is_name: false, entry: None });
    }

    fn map(&mut self, entries: &'s [Entry]) {
        if let Some(entry) = entries.iter().find(|entry| entry.key.touches(self.offset)) {
            let is_quoted = entry.key_content != entry.key;
            self.is_beside_quote |= !entry.key_content.touches(self.offset);
            let token = if is_quoted { self.in_quotes(entry.key_content, entry.key) } else { self.bare(false) };
            let behind = self.source.get(entry.key.end as usize..).unwrap_or_default();
            let token = Token { has_value: behind.trim_start().starts_with([':', '=', '{']), ..token };
            self.found = Some(Found { token, is_name: true, entry: Some(entry) });
            return;
        }
        let offset = self.offset;
        for entry in entries.iter().filter(|entry| entry.value.range.touches(offset)) {
            if self.found.is_none() && !matches!(entry.value.kind, Kind::Gap) {
                self.names.push(entry.name.clone());
                self.node(&entry.value, false);
                if self.found.is_none() {
                    self.names.pop();
                }
            }
        }
        if self.found.is_some() {
            return;
        }
        match entries.iter().rev().find(|entry| entry.key.end <= self.offset) {
            Some(entry) if self.lacks_value(entry) => {
                self.names.push(entry.name.clone());
                self.value(self.bare(false));
            }
            _ => self.found = Some(Found { token: self.bare(false), is_name: true, entry: None }),
        }
    }

    /// Whether the value of `entry` would stand at the position.
    fn lacks_value(&self, entry: &Entry) -> bool {
        let between = self.slice(entry.key.end, self.offset).trim();
        let is_open = matches!(entry.value.kind, Kind::Gap) || entry.value.range.start >= self.offset;
        is_open && (between == ":" || between == "=")
    }

    /// Whether the position is between the brackets of `node`, or behind the first one if the other is missing.
    fn is_inside(&self, node: &Node) -> bool {
        let is_closed =
            node.range.len() > 1 && self.slice(node.range.end.saturating_sub(1), node.range.end).ends_with(['}', ']']);
        node.range.start < self.offset && (self.offset < node.range.end || self.offset == node.range.end && !is_closed)
    }

    fn slice(&self, start: u32, end: u32) -> &'s str {
        self.source.get(TextRange::new(start, end).as_usize()).unwrap_or_default()
    }

    /// The word at the position, which may be empty.
    fn bare(&self, in_list: bool) -> Token {
        let range = self.word(TextRange::new(0, u32::try_from(self.source.len()).unwrap_or(u32::MAX)), is_name_letter);
        let typed = self.slice(range.start, self.offset).to_owned();
        self.token(range, typed, TokenPlace::Bare, in_list)
    }

    /// The run of letters around the position, within `limits`.
    fn word(&self, limits: TextRange, is_letter: fn(char) -> bool) -> TextRange {
        let length = |count: usize| u32::try_from(count).unwrap_or_default();
        let before = self.slice(limits.start, self.offset);
        let behind = self.slice(self.offset, limits.end.max(self.offset));
        let head = before.chars().rev().take_while(|it| is_letter(*it)).map(char::len_utf8).sum();
        let tail = behind.chars().take_while(|it| is_letter(*it)).map(char::len_utf8).sum();
        TextRange::new(self.offset - length(head), self.offset + length(tail))
    }

    fn in_quotes(&self, content: TextRange, whole: TextRange) -> Token {
        let word = self.word(content, |letter| !letter.is_whitespace() && !matches!(letter, ',' | '"' | '\\'));
        let range = TextRange::new(content.start, word.end);
        let is_whole = range == content && whole.end > content.end;
        let typed = self.slice(content.start, self.offset).to_owned();
        let place = TokenPlace::Quoted { whole: is_whole.then_some(whole) };
        self.token(range, typed, place, false)
    }

    fn token(&self, range: TextRange, typed: String, place: TokenPlace, in_list: bool) -> Token {
        let line = self.slice(0, range.start).rsplit('\n').next().unwrap_or_default();
        let indentation = line.chars().take_while(|letter| matches!(letter, ' ' | '\t')).collect();
        Token { range, typed, place, in_list, has_value: false, indentation, text: None }
    }

    fn quoted(&self, text: &Text, content: TextRange, whole: TextRange, in_list: bool) -> Token {
        let before = self.slice(content.start, self.offset);
        if text.is_known() {
            return Token { in_list, text: Some(text.clone()), ..self.in_quotes(content, whole) };
        }
        let opened = before.rfind("${").filter(|at| !before.get(*at..).unwrap_or_default().contains('}'));
        if opened.is_some() {
            return Token { place: TokenPlace::Interpolation, ..self.bare(in_list) };
        }
        // What stands behind an interpolation is taken by itself.
        let skipped = before.rfind('}').map_or(0, |at| at + 1);
        let start = content.start + u32::try_from(skipped).unwrap_or_default();
        let token = self.in_quotes(TextRange::new(start, content.end), whole);
        let place = TokenPlace::Quoted { whole: None };
        Token { in_list, place, text: Some(text.clone()), ..token }
    }
}

/// Whether a word without quotes, or a reference, may have the letter.
fn is_name_letter(letter: char) -> bool {
    letter.is_alphanumeric() || matches!(letter, '_' | '-' | '.')
}

/// The names from the document to a position, as elements of the policy language.
struct Path<'s> {
    names: Vec<SmolStr>,
    maps: Vec<&'s Node>,
    /// How many names at the start have no map of their own.
    alone: usize,
    is_name: bool,
    entry: Option<&'s Entry>,
    way: Names,
}

impl<'s> Path<'s> {
    fn new(sketch: &Sketch, maps: Vec<&'s Node>, names: Vec<SmolStr>, found: &Found<'s>) -> Self {
        let way = sketch.names;
        let as_element = |name: SmolStr| match way {
            Names::Elements => name,
            Names::Arguments => element_of(&name).into(),
        };
        let is_statement =
            way == Names::Elements && sketch.root.entry("Statement").is_none() && sketch.root.entry("Effect").is_some();
        let alone: Vec<SmolStr> = is_statement.then(|| "Statement".into()).into_iter().collect();
        let count = alone.len();
        let names = alone.into_iter().chain(names.into_iter().map(as_element)).collect();
        Self { names, maps, alone: count, is_name: found.is_name, entry: found.entry, way }
    }

    fn slot(&self) -> Option<Slot> {
        let names: Vec<&str> = self.names.iter().map(SmolStr::as_str).collect();
        Some(match (names.as_slice(), self.is_name) {
            ([], true) => Slot::Name(Level::Document),
            (["Version"], false) => Slot::Version,
            (["Id"] | ["Statement", "Sid"], false) => Slot::Free,
            (["Statement"], true) => Slot::Name(Level::Statement),
            (["Statement", "Effect"], false) => Slot::Effect,
            (["Statement", "Action" | "NotAction"], false) => Slot::Action,
            (["Statement", "Resource" | "NotResource"], false) => Slot::Resource,
            (["Statement", rest @ ..], is_name) => match self.way {
                Names::Elements => self.in_elements(rest, is_name)?,
                Names::Arguments => self.in_blocks(rest, is_name)?,
            },
            _ => return None,
        })
    }

    /// In `Principal` or `Condition`, which are maps.
    fn in_elements(&self, names: &[&str], is_name: bool) -> Option<Slot> {
        Some(match (names, is_name) {
            (["Principal" | "NotPrincipal"], true) => Slot::PrincipalType,
            (["Principal" | "NotPrincipal"], false) => Slot::Principal(None),
            (["Principal" | "NotPrincipal", kind], false) => Slot::Principal(Some((*kind).into())),
            (["Condition"], true) => {
                let keys = self.entry.map(|entry| entry.value.entries()).unwrap_or_default();
                Slot::Operator(keys.iter().map(|entry| entry.name.clone()).collect())
            }
            (["Condition", operator], true) => Slot::Key(Some((*operator).into())),
            (["Condition", _, key], false) => Slot::Value(Some((*key).into())),
            _ => return None,
        })
    }

    /// In a block `principals` or `condition`.
    fn in_blocks(&self, names: &[&str], is_name: bool) -> Option<Slot> {
        Some(match (names, is_name) {
            (["Principal" | "NotPrincipal"], true) => Slot::Name(Level::Principals),
            (["Condition"], true) => Slot::Name(Level::Condition),
            (["Principal" | "NotPrincipal", "type"], false) => Slot::PrincipalType,
            (["Principal" | "NotPrincipal", "identifiers"], false) => Slot::Principal(self.sibling("type")),
            (["Condition", "test"], false) => Slot::Operator(self.sibling("variable").into_iter().collect()),
            (["Condition", "variable"], false) => Slot::Key(self.sibling("test")),
            (["Condition", "values"], false) => Slot::Value(self.sibling("variable")),
            _ => return None,
        })
    }

    /// The text that the innermost map has under `name`.
    fn sibling(&self, name: &str) -> Option<SmolStr> {
        let entry = self.maps.last()?.entry(name)?;
        entry.value.texts().first()?.as_known()
    }

    /// The names of the innermost map, less the one at the position.
    fn siblings(&self) -> Vec<SmolStr> {
        let entries = self.maps.last().map(|map| map.entries()).unwrap_or_default();
        let is_other = |entry: &&Entry| self.entry.is_none_or(|own| own.key != entry.key);
        entries.iter().filter(is_other).map(|entry| entry.name.clone()).collect()
    }

    fn statement(&self) -> Option<&'s Node> {
        let at = self.names.iter().position(|name| name == "Statement")?;
        self.maps.get((at + 1).checked_sub(self.alone)?).copied()
    }
}

/// What a statement says.
fn written(node: &Node, names: Names) -> Written {
    let mut written = Written::default();
    for entry in node.entries() {
        let element = match names {
            Names::Elements => entry.name.as_str(),
            Names::Arguments => element_of(&entry.name),
        };
        let texts = || entry.value.texts().into_iter().filter_map(Text::as_known);
        match element {
            "Effect" => written.effect = texts().next(),
            "Action" => written.actions.extend(texts()),
            "Principal" => principals(&entry.value, names, &mut written.principals),
            _ => {}
        }
    }
    written
}

fn principals(node: &Node, names: Names, found: &mut Vec<(SmolStr, SmolStr)>) {
    let known = |node: &Node| node.texts().into_iter().filter_map(Text::as_known).collect::<Vec<_>>();
    match names {
        Names::Elements => {
            found.extend(known(node).into_iter().map(|text| ("AWS".into(), text)));
            for entry in node.entries() {
                found.extend(known(&entry.value).into_iter().map(|text| (entry.name.clone(), text)));
            }
        }
        Names::Arguments => {
            let of = |name: &str| node.entry(name).map(|entry| known(&entry.value)).unwrap_or_default();
            let kind = of("type").into_iter().next().unwrap_or_default();
            found.extend(of("identifiers").into_iter().map(|text| (kind.clone(), text)));
        }
    }
}
