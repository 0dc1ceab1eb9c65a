//! How long an editor waits for what it asks: hover, completion, lenses and their like, each on what
//! is understood already, and as the first question after a keystroke.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde_json::{Value, json};

use super::client::{Client, uri};
use super::estate;
use crate::{Outcome, root, say};

/// How often each is asked, each time at another place where it is about one.
const ROUNDS: usize = 40;
/// How often it is asked as the first thing after a keystroke.
const KEYSTROKES: usize = 10;
/// How many lines an editor shows at once.
const SCREEN: usize = 60;

/// A request that an editor makes, and what it needs to know for it.
struct Feature {
    name: &'static str,
    method: &'static str,
    parameters: fn(&Place) -> Value,
}

static FEATURES: &[Feature] = &[
    Feature { name: "hover", method: "textDocument/hover", parameters: Place::position },
    Feature { name: "completion", method: "textDocument/completion", parameters: Place::position },
    Feature { name: "definition", method: "textDocument/definition", parameters: Place::position },
    Feature { name: "references", method: "textDocument/references", parameters: Place::references },
    Feature { name: "code actions at a place", method: "textDocument/codeAction", parameters: Place::actions },
    Feature { name: "code actions of a screen", method: "textDocument/codeAction", parameters: Place::many_actions },
    Feature { name: "inlay hints of a screen", method: "textDocument/inlayHint", parameters: Place::screen },
    Feature { name: "inlay hints of the file", method: "textDocument/inlayHint", parameters: Place::whole },
    Feature { name: "code lenses", method: "textDocument/codeLens", parameters: Place::document },
    Feature { name: "document links", method: "textDocument/documentLink", parameters: Place::document },
    Feature { name: "document symbols", method: "textDocument/documentSymbol", parameters: Place::document },
    Feature { name: "workspace symbols", method: "workspace/symbol", parameters: Place::query },
    Feature { name: "call hierarchy", method: "textDocument/prepareCallHierarchy", parameters: Place::position },
    Feature { name: "semantic tokens", method: "textDocument/semanticTokens/full", parameters: Place::document },
    Feature { name: "folding", method: "textDocument/foldingRange", parameters: Place::document },
    Feature { name: "selection", method: "textDocument/selectionRange", parameters: Place::selection },
];

/// Where in a file something is asked.
struct Place {
    uri: String,
    line: usize,
    character: usize,
    /// How many lines the file has.
    lines: usize,
    /// Part of a name that is declared.
    word: &'static str,
}

impl Place {
    /// The start of `file`.
    fn at(file: &Path) -> Self {
        Self { uri: uri(file), line: 0, character: 0, lines: 0, word: "role" }
    }

    fn document(&self) -> Value {
        json!({"textDocument": {"uri": self.uri}})
    }

    fn position(&self) -> Value {
        json!({"textDocument": {"uri": self.uri}, "position": self.here()})
    }

    fn references(&self) -> Value {
        json!({"textDocument": {"uri": self.uri}, "position": self.here(), "context": {"includeDeclaration": false}})
    }

    fn selection(&self) -> Value {
        json!({"textDocument": {"uri": self.uri}, "positions": [self.here()]})
    }

    fn screen(&self) -> Value {
        let end = (self.line + SCREEN).min(self.lines);
        json!({"textDocument": {"uri": self.uri}, "range": lines(end.saturating_sub(SCREEN), end)})
    }

    fn whole(&self) -> Value {
        json!({"textDocument": {"uri": self.uri}, "range": lines(0, self.lines)})
    }

    fn actions(&self) -> Value {
        let range = json!({"start": self.here(), "end": self.here()});
        json!({"textDocument": {"uri": self.uri}, "range": range, "context": {"diagnostics": []}})
    }

    fn many_actions(&self) -> Value {
        let end = (self.line + SCREEN).min(self.lines);
        let range = lines(end.saturating_sub(SCREEN), end);
        json!({"textDocument": {"uri": self.uri}, "range": range, "context": {"diagnostics": []}})
    }

    fn query(&self) -> Value {
        json!({"query": self.word})
    }

    fn here(&self) -> Value {
        json!({"line": self.line, "character": self.character})
    }
}

fn lines(start: usize, end: usize) -> Value {
    json!({"start": {"line": start, "character": 0}, "end": {"line": end, "character": 0}})
}

/// Measures a binary, that of the release unless one is given, in a workspace of 4,000 files, or in the
/// directory that is named behind it; there in its longest file or the one named behind that.
pub(crate) fn run(arguments: &[String]) -> Outcome {
    let built = root().join("target/release/crosstrail").with_extension(std::env::consts::EXE_EXTENSION);
    let binary = arguments.first().map_or(built, PathBuf::from);
    if let Some(directory) = arguments.get(1) {
        let directory = fs::canonicalize(directory)?;
        let file = match arguments.get(2) {
            Some(file) => directory.join(file),
            None => longest(&directory)?.ok_or("no .tf file")?,
        };
        say(&measure(&binary, &directory, &file, &fs::read_to_string(&file)?)?);
        return Ok(());
    }
    let directory = std::env::temp_dir().join(format!("crosstrail-features-{}", std::process::id()));
    let estate = estate::write(&directory)?;
    let measured = measure(&binary, &directory, &estate.long_file, &estate.text);
    fs::remove_dir_all(&directory)?;
    say(&measured?);
    Ok(())
}

fn longest(directory: &Path) -> Outcome<Option<PathBuf>> {
    let mut best: Option<(u64, PathBuf)> = None;
    let mut open = vec![directory.to_owned()];
    while let Some(directory) = open.pop() {
        for entry in fs::read_dir(directory)? {
            let entry = entry?;
            let (path, kind) = (entry.path(), entry.file_type()?);
            if kind.is_dir() {
                open.push(path);
            } else if path.extension().is_some_and(|it| it == "tf") {
                best = best.max(Some((entry.metadata()?.len(), path)));
            }
        }
    }
    Ok(best.map(|(_, path)| path))
}

fn measure(binary: &Path, directory: &Path, file: &Path, text: &str) -> Outcome<String> {
    let mut client = Client::start(binary, directory)?;
    client.open(file, text)?;
    let places = places(file, text);
    let mut typist =
        Typist { file, beside: Place::at(&directory.join("none.tf")), line: text.lines().count(), keys: 0 };
    let analysed = typist.wait(&mut client)?;
    let mut table = format!("{}, {} lines; understood after {}\n", file.display(), typist.line, shown(analysed));
    table.push_str(&format!("{:<28}{:>12}{:>12}{:>24}\n", "", "median", "longest", "first after a keystroke"));
    for feature in FEATURES {
        let mut warm = Vec::new();
        for place in places.iter().cycle().take(ROUNDS) {
            warm.push(client.request(feature.method, &(feature.parameters)(place))?);
        }
        let mut first = Vec::new();
        for place in places.iter().cycle().take(KEYSTROKES) {
            typist.press(&mut client)?;
            first.push(client.request(feature.method, &(feature.parameters)(place))?);
        }
        table.push_str(&row(feature.name, warm, first));
    }
    client.finish()?;
    Ok(table)
}

/// Who types a comment at the end of a file.
struct Typist<'a> {
    file: &'a Path,
    /// A file that does not exist: a question about it is answered when everything is understood.
    beside: Place,
    line: usize,
    keys: usize,
}

impl Typist<'_> {
    /// Types a letter, or takes it away, and waits until that is understood.
    fn press(&mut self, client: &mut Client) -> Outcome {
        let (text, end) = if self.keys.is_multiple_of(2) { ("#", 0) } else { ("", 1) };
        self.keys += 1;
        let (start, end) = (json!({"line": self.line, "character": 0}), json!({"line": self.line, "character": end}));
        client.change(self.file, &json!([{"range": {"start": start, "end": end}, "text": text}]))?;
        self.wait(client)?;
        Ok(())
    }

    fn wait(&self, client: &mut Client) -> Outcome<Duration> {
        client.request("textDocument/documentSymbol", &self.beside.document())
    }
}

/// Places all over the file: each is within the first string of its line, else in its first word.
fn places(file: &Path, text: &str) -> Vec<Place> {
    let all: Vec<&str> = text.lines().collect();
    let count = all.len();
    let at = |number: usize| {
        let line = number * count / ROUNDS;
        let behind = all.iter().enumerate().skip(line).find(|(_, line)| !line.trim().is_empty());
        let (line, text) = behind.map_or((line, ""), |(line, text)| (line, *text));
        let character = text.find('"').map_or_else(|| text.len() - text.trim_start().len(), |quote| quote + 1) + 1;
        Place { line, character, lines: count, ..Place::at(file) }
    };
    (0..ROUNDS).map(at).collect()
}

fn row(name: &str, warm: Vec<Duration>, first: Vec<Duration>) -> String {
    let (warm, first) = (sorted(warm), sorted(first));
    let middle = |times: &[Duration]| times.get(times.len() / 2).copied().unwrap_or_default();
    let longest = warm.last().copied().unwrap_or_default();
    format!("{name:<28}{:>12}{:>12}{:>24}\n", shown(middle(&warm)), shown(longest), shown(middle(&first)))
}

fn sorted(mut times: Vec<Duration>) -> Vec<Duration> {
    times.sort_unstable();
    times
}

fn shown(time: Duration) -> String {
    format!("{:.1} ms", time.as_secs_f64() * 1e3)
}
