//! Which rules run, and how bad their findings are.

use std::collections::BTreeMap;
use std::fmt;

use crate::config::{Configuration, ConfigurationError, ConfigurationPlace, PathPattern};
use crate::finding::Severity;

use super::{Group, RULES, Rule};

/// Which rules run, and how bad their findings are. The default: all rules but
/// those of [`Group::Posture`], each with its own severity.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Selection {
    select: Vec<Selector>,
    ignore: Vec<Selector>,
    levels: BTreeMap<&'static str, Level>,
    /// Levels for the files of some paths, later ones over earlier ones.
    by_path: Vec<LevelOfPath>,
    place: Option<ConfigurationPlace>,
}

/// The level of a rule for the files whose paths match.
#[derive(Debug, Clone, PartialEq)]
struct LevelOfPath {
    paths: PathPattern,
    code: &'static str,
    level: Level,
}

/// What a configuration makes of a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Level {
    /// It does not run.
    Off,
    /// All its findings have this severity.
    As(Severity),
}

/// Names one rule or a family of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Selector {
    Code(&'static str),
    Group(Group),
}

/// A name that is neither that of a rule nor that of a group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownSelector {
    /// The name.
    pub name: String,
    /// What was probably meant.
    pub nearest: Option<&'static str>,
}

impl fmt::Display for UnknownSelector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "there is no rule or group `{}`", self.name)?;
        match self.nearest {
            Some(nearest) => write!(f, "; did you mean `{nearest}`?"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for UnknownSelector {}

impl Selection {
    /// Runs only what is named here; with nothing named, all that runs by default.
    ///
    /// # Errors
    /// When `name` is neither the code of a rule nor the name of a group.
    pub fn select(&mut self, name: &str) -> Result<(), UnknownSelector> {
        self.select.push(Selector::read(name)?);
        Ok(())
    }

    /// Does not run what is named here. A code is stronger than a group, and of two
    /// equally strong ones the one that leaves out is stronger than the one that selects.
    ///
    /// # Errors
    /// When `name` is neither the code of a rule nor the name of a group.
    pub fn ignore(&mut self, name: &str) -> Result<(), UnknownSelector> {
        self.ignore.push(Selector::read(name)?);
        Ok(())
    }

    /// Sets what becomes of a rule, or of all rules of a group; later calls win.
    ///
    /// # Errors
    /// When `name` is neither the code of a rule nor the name of a group.
    pub fn level(&mut self, name: &str, level: Level) -> Result<(), UnknownSelector> {
        let selector = Selector::read(name)?;
        for rule in RULES.iter().filter(|rule| selector.names(rule)) {
            self.levels.insert(rule.code, level);
        }
        Ok(())
    }

    /// The selection that `configuration` makes, and which of its names are wrong.
    #[must_use]
    pub fn configured(configuration: &Configuration) -> (Self, Vec<ConfigurationError>) {
        let mut selection = Self { place: Some(configuration.place().clone()), ..Self::default() };
        let mut errors = Vec::new();
        for setting in configuration.rules() {
            let level = setting.severity.map_or(Level::Off, Level::As);
            let set = match &setting.paths {
                None => selection.level(&setting.name.value, level),
                Some(paths) => selection.level_of_path(paths, &setting.name.value, level),
            };
            if let Err(unknown) = set {
                errors.push(ConfigurationError { range: setting.name.range, message: unknown.to_string() });
            }
        }
        (selection, errors)
    }

    fn level_of_path(&mut self, paths: &PathPattern, name: &str, level: Level) -> Result<(), UnknownSelector> {
        let selector = Selector::read(name)?;
        let named = RULES.iter().filter(|rule| selector.names(rule));
        self.by_path.extend(named.map(|rule| LevelOfPath { paths: paths.clone(), code: rule.code, level }));
        Ok(())
    }

    /// The severity of a rule's findings where nothing else is said of a path; `None` if it does not run.
    #[must_use]
    pub fn severity(&self, rule: &Rule) -> Option<Severity> {
        if !self.runs(rule) {
            return None;
        }
        match self.levels.get(rule.code) {
            // Who asks for a rule by name wants to see what it finds.
            Some(Level::Off) if self.select.contains(&Selector::Code(rule.code)) => Some(rule.severity),
            Some(Level::Off) => None,
            Some(Level::As(severity)) => Some(*severity),
            None => Some(rule.severity),
        }
    }

    /// The severity that a rule runs with: that of [`Self::severity`], or some severity if it
    /// runs for the files of some paths alone.
    #[must_use]
    pub(super) fn severity_somewhere(&self, rule: &Rule) -> Option<Severity> {
        self.severity(rule).or_else(|| {
            let mut levels = self.by_path.iter().filter(|level| level.code == rule.code);
            let somewhere = levels.any(|level| level.level != Level::Off);
            (somewhere && self.may_run(rule)).then_some(rule.severity)
        })
    }

    /// What becomes of a finding of `rule` in the file at `path` that has the severity `found`:
    /// its severity, or `None` if it is not wanted.
    #[must_use]
    pub(super) fn severity_at(&self, rule: &Rule, path: &str, found: Severity) -> Option<Severity> {
        let seen = || self.place.as_ref()?.inside(path);
        let of_path = if self.by_path.is_empty() { None } else { seen() };
        let level = of_path.and_then(|seen| {
            let mut levels = self.by_path.iter().rev();
            levels.find(|level| level.code == rule.code && level.paths.matches(&seen)).map(|level| level.level)
        });
        match level {
            Some(Level::Off) => None,
            Some(Level::As(severity)) => Some(severity),
            None => self.severity(rule).map(|_| match self.levels.get(rule.code) {
                Some(Level::As(severity)) => *severity,
                Some(Level::Off) | None => found,
            }),
        }
    }

    fn runs(&self, rule: &Rule) -> bool {
        let by_default = || rule.group != Group::Posture || self.levels.contains_key(rule.code);
        self.may_run(rule) && (!self.select.is_empty() || by_default())
    }

    /// Whether what is selected and what is ignored leaves room for the rule.
    fn may_run(&self, rule: &Rule) -> bool {
        let names_code = |list: &[Selector]| list.contains(&Selector::Code(rule.code));
        let names_group = |list: &[Selector]| list.contains(&Selector::Group(rule.group));
        if names_code(&self.ignore) {
            return false;
        }
        if names_code(&self.select) {
            return true;
        }
        !names_group(&self.ignore) && (self.select.is_empty() || names_group(&self.select))
    }
}

impl Selector {
    fn read(name: &str) -> Result<Self, UnknownSelector> {
        let group = || Group::ALL.iter().find(|group| group.name() == name).map(|group| Self::Group(*group));
        let code = super::find(name).map(|rule| Self::Code(rule.code));
        code.or_else(group).ok_or_else(|| UnknownSelector { name: name.to_owned(), nearest: nearest(name) })
    }

    fn names(self, rule: &Rule) -> bool {
        match self {
            Self::Code(code) => rule.code == code,
            Self::Group(group) => rule.group == group,
        }
    }
}

/// The code or group that `name` was probably meant to be.
pub(crate) fn nearest(name: &str) -> Option<&'static str> {
    let names = RULES.iter().map(|rule| rule.code).chain(Group::ALL.iter().map(|group| group.name()));
    let distances = names.map(|candidate| (strsim::damerau_levenshtein(name, candidate), candidate));
    let (distance, candidate) = distances.min()?;
    (distance <= name.chars().count() / 3).then_some(candidate)
}

#[cfg(test)]
#[expect(clippy::string_slice, reason = "a test that slips fails, as it should")]
mod tests {
    use super::*;

    fn configured(text: &str) -> Selection {
        let (configuration, errors) = Configuration::read(ConfigurationPlace::new("crosstrail.toml"), text);
        assert_eq!(errors, []);
        let (selection, errors) = Selection::configured(&configuration);
        assert_eq!(errors, []);
        selection
    }

    fn rule(code: &str) -> &'static Rule {
        super::super::find(code).unwrap()
    }

    #[test]
    fn levels_of_rules_and_groups() {
        let selection =
            configured("[rules]\ngrammar = \"off\"\nduplicate-sid = \"note\"\nunknown-action = \"warning\"\n");
        assert_eq!(selection.severity(rule("invalid-effect")), None);
        assert_eq!(selection.severity(rule("duplicate-sid")), Some(Severity::Note));
        assert_eq!(selection.severity(rule("unknown-action")), Some(Severity::Warning));
        assert_eq!(selection.severity(rule("malformed-arn")), Some(Severity::Error));
    }

    #[test]
    fn the_command_line_wins() {
        let mut selection = configured("[rules]\nunknown-action = \"off\"\nduplicate-sid = \"note\"\n");
        selection.select("unknown-action").unwrap();
        assert_eq!(selection.severity(rule("unknown-action")), Some(Severity::Error));
        assert_eq!(selection.severity(rule("duplicate-sid")), None, "a level selects nothing where others are named");
        selection.select("grammar").unwrap();
        assert_eq!(selection.severity(rule("duplicate-sid")), Some(Severity::Note));
    }

    #[test]
    fn levels_of_paths() {
        let selection = configured(
            "[rules]\nunknown-action = \"off\"\n[rules.\"live/**\"]\nunknown-action = \"note\"\nmalformed-arn = \"off\"\n",
        );
        let at = |code, path| selection.severity_at(rule(code), path, Severity::Error);
        assert_eq!(at("unknown-action", "live/a/main.tf"), Some(Severity::Note));
        assert_eq!(at("unknown-action", "test/main.tf"), None);
        assert_eq!(at("malformed-arn", "live/a/main.tf"), None);
        assert_eq!(at("malformed-arn", "test/main.tf"), Some(Severity::Error));
        assert!(selection.severity_somewhere(rule("unknown-action")).is_some(), "it runs for some files");
    }

    #[test]
    fn names_that_are_not_known_have_a_place() {
        let text = "[rules]\nunknown-actoin = \"off\"\n[rules.\"a/**\"]\nx = \"off\"\n";
        let (configuration, _) = Configuration::read(ConfigurationPlace::new("crosstrail.toml"), text);
        let (_, errors) = Selection::configured(&configuration);
        let said: Vec<String> = errors.iter().map(|it| format!("{}: {it}", &text[it.range.as_usize()])).collect();
        assert_eq!(
            said,
            [
                "unknown-actoin: there is no rule or group `unknown-actoin`; did you mean `unknown-action`?",
                "x: there is no rule or group `x`",
            ]
        );
    }
}
