//! Pages of cursor fixtures.
//!
//! A page is a Markdown file beside the feature's tests. A heading with blocks below it is a test: its
//! fenced blocks are files (`hcl` is `main.tf`, `json` is `policy.json`, `toml` is `crosstrail.toml`, and a
//! line `` `path`: `` above a block names another one), `$0` in one of them is the cursor, and the block
//! `text` is what the feature shows there. `UPDATE_EXPECT=1 cargo test` writes the blocks `text`.

#![allow(clippy::unwrap_used, reason = "a fixture that cannot be read has to fail")]

use std::fmt::Write as _;
use std::path::PathBuf;
use std::sync::Arc;

use crate::analysis::{Analysis, Host, Options, Roots};
use crate::config::{Configuration, ConfigurationPlace, FILE_NAME};
use crate::finding::Finding;
use crate::source::MemoryFileSystem;

use super::Position;

const CURSOR: &str = "$0";

/// A workspace with a cursor in it.
pub(super) struct Fixture {
    pub(super) analysis: Analysis,
    pub(super) position: Position,
}

impl Fixture {
    /// The workspace of `files`, one of which has the cursor.
    pub(super) fn new(files: &[(&str, &str)]) -> Self {
        let mut system = MemoryFileSystem::default();
        let mut cursor = None;
        let mut host_configuration = Configuration::default();
        let mut documents = Vec::new();
        for (path, text) in files {
            let clean = text.replacen(CURSOR, "", 1);
            if let Some(offset) = text.find(CURSOR) {
                cursor = Some(((*path).to_owned(), u32::try_from(offset).unwrap()));
            }
            if *path == FILE_NAME {
                let (configuration, errors) = Configuration::read(ConfigurationPlace::new(FILE_NAME), &clean);
                assert_eq!(errors, []);
                host_configuration = configuration;
            }
            if path.ends_with(".json") && !path.ends_with(".tf.json") && !path.contains("templates/") {
                documents.push((*path).to_owned());
            }
            system.insert(path, clean);
        }
        let mut host = Host::new(Arc::new(system));
        host.set_roots(Roots { directories: vec![".".to_owned()], documents, ..Roots::default() });
        host.set_configuration(Arc::new(host_configuration));
        let analysis = host.analysis();
        let (path, offset) = cursor.expect("a cursor");
        let file = analysis.sources().find(&path).expect("the file with the cursor is read");
        Self { analysis, position: Position { file, offset } }
    }

    /// What all rules find.
    pub(super) fn findings(&self) -> Vec<Finding> {
        self.analysis.findings(&Options::default())
    }
}

/// Compares what `show` says at the cursor of each test of the page `name` with what the page says.
pub(super) fn check(name: &str, show: fn(&Fixture) -> String) {
    let path: PathBuf = [env!("CARGO_MANIFEST_DIR"), "src/ide/tests", name].iter().collect();
    let text = std::fs::read_to_string(&path).unwrap();
    let mut written = String::new();
    let mut wrong = String::new();
    for section in sections(&text) {
        if !section.files.iter().any(|(_, text)| text.contains(CURSOR)) {
            written.push_str(&section.text(None));
            continue;
        }
        let files: Vec<_> = section.files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
        let shown = show(&Fixture::new(&files));
        let shown = format!("{}\n", shown.trim_end());
        if section.expected.as_deref() != Some(shown.as_str()) {
            let expected = section.expected.as_deref().unwrap_or_default();
            writeln!(wrong, "{}\n--- expected\n{expected}--- found\n{shown}", section.title).unwrap();
        }
        written.push_str(&section.text(Some(&shown)));
    }
    let written = format!("{}\n", written.trim_end());
    let updates = std::env::var_os("UPDATE_EXPECT").is_some() && std::env::var_os("CI").is_none();
    if updates && written != text {
        std::fs::write(&path, written).unwrap();
    } else {
        assert!(wrong.is_empty(), "{name}: `UPDATE_EXPECT=1 cargo test` writes what is found\n{wrong}");
    }
}

/// A heading and what stands below it.
#[derive(Default)]
struct Section {
    title: String,
    /// The lines, less the block of what is expected.
    lines: Vec<String>,
    files: Vec<(String, String)>,
    expected: Option<String>,
}

impl Section {
    /// The section with that block at its end.
    fn text(&self, shown: Option<&str>) -> String {
        let body = self.lines.iter().map(|line| format!("{line}\n")).collect::<String>();
        let Some(shown) = shown.or(self.expected.as_deref()) else { return body };
        let (trimmed, behind) = (body.trim_end(), "\n");
        format!("{trimmed}\n\n{FENCE}text\n{shown}{FENCE}\n{behind}")
    }
}

const FENCE: &str = "```";

fn sections(text: &str) -> Vec<Section> {
    let mut sections = vec![Section::default()];
    let mut named = None;
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        let language = line.strip_prefix(FENCE);
        if language.is_none() && line.starts_with('#') {
            sections.push(Section { title: line.trim_matches(['#', ' ']).to_owned(), ..Section::default() });
        }
        let section = sections.last_mut().unwrap();
        let Some(language) = language else {
            if let Some(path) = line.strip_prefix('`').and_then(|rest| rest.strip_suffix("`:")) {
                named = Some(path.to_owned());
            }
            section.lines.push(line.to_owned());
            continue;
        };
        let content =
            lines.by_ref().take_while(|line| *line != FENCE).fold(String::new(), |text, line| text + line + "\n");
        if language == "text" {
            section.expected = Some(content);
            continue;
        }
        section.lines.push(line.to_owned());
        section.lines.extend(content.lines().map(str::to_owned));
        section.lines.push(FENCE.to_owned());
        let usual = match language {
            "json" => "policy.json",
            "toml" => FILE_NAME,
            _ => "main.tf",
        };
        section.files.push((named.take().unwrap_or_else(|| usual.to_owned()), content));
    }
    if let Some(last) = sections.last_mut() {
        while last.lines.last().is_some_and(String::is_empty) {
            last.lines.pop();
        }
    }
    sections
}
