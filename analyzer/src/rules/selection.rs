//! Which rules run, and how bad their findings are.

use std::collections::BTreeMap;
use std::fmt;

use crate::finding::Severity;

use super::{Group, RULES, Rule};

/// Which rules run, and how bad their findings are. The default: all rules but
/// those of [`Group::Posture`], each with its own severity.
#[derive(Debug, Clone, Default)]
pub struct Selection {
    select: Vec<Selector>,
    ignore: Vec<Selector>,
    levels: BTreeMap<&'static str, Level>,
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

    /// The severity of a rule's findings; `None` if it does not run.
    #[must_use]
    pub fn severity(&self, rule: &Rule) -> Option<Severity> {
        if !self.runs(rule) {
            return None;
        }
        match self.levels.get(rule.code) {
            Some(Level::Off) => None,
            Some(Level::As(severity)) => Some(*severity),
            None => Some(rule.severity),
        }
    }

    /// The severity that all findings of `code` have by configuration.
    #[must_use]
    pub(super) fn override_of(&self, code: &str) -> Option<Severity> {
        match self.levels.get(code)? {
            Level::Off => None,
            Level::As(severity) => Some(*severity),
        }
    }

    fn runs(&self, rule: &Rule) -> bool {
        let names_code = |list: &[Selector]| list.contains(&Selector::Code(rule.code));
        let names_group = |list: &[Selector]| list.contains(&Selector::Group(rule.group));
        if names_code(&self.ignore) {
            return false;
        }
        if names_code(&self.select) {
            return true;
        }
        if names_group(&self.ignore) {
            return false;
        }
        let asked = names_group(&self.select) || self.levels.contains_key(rule.code);
        asked || (self.select.is_empty() && rule.group != Group::Posture)
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
