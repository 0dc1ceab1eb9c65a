//! Between paths as the analysis knows them and paths as a configuration writes them.

use globset::{GlobBuilder, GlobMatcher};

use crate::source::path;

/// Where a configuration file lies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigurationPlace {
    /// The file, in the form of [`crate::source::path`].
    path: String,
    /// The working directory as seen from the file's directory, if the file lies above it.
    working: Option<String>,
}

impl ConfigurationPlace {
    /// The file at `path`, which lies in the working directory or below it, or is absolute.
    #[must_use]
    pub fn new(path: &str) -> Self {
        Self { path: path::normalize(path), working: None }
    }

    /// The file `name` in a directory above the working directory, which is `working` as seen from there.
    #[must_use]
    pub fn above(name: &str, working: &str) -> Self {
        let working = path::normalize(working);
        let up = if working == "." { 0 } else { working.split('/').count() };
        Self { path: path::normalize(&format!("{}{name}", "../".repeat(up))), working: Some(working) }
    }

    /// The file.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }

    /// `path`, as the analysis knows it, seen from the directory of the file. `None` if
    /// that is not to be told, or if it lies outside of it.
    #[must_use]
    pub fn inside(&self, path: &str) -> Option<String> {
        let seen = match &self.working {
            Some(working) if !path::is_absolute(path) => path::join(working, path),
            Some(_) => return None,
            None => below(path::parent(&self.path), path)?,
        };
        (seen != ".." && !seen.starts_with("../")).then_some(seen)
    }

    /// `path`, seen from the directory of the file, as the analysis knows it.
    #[must_use]
    pub fn outside(&self, path: &str) -> String {
        if path::is_absolute(path) {
            return path::normalize(path);
        }
        let path = path::normalize(path);
        match &self.working {
            Some(working) => seen_from(working, &path),
            None => path::join(path::parent(&self.path), &path),
        }
    }
}

/// `path` as seen from `dir`, which it lies in.
fn below(dir: &str, path: &str) -> Option<String> {
    if dir == "." {
        return (!path::is_absolute(path)).then(|| path.to_owned());
    }
    let rest = path.strip_prefix(dir).filter(|_| path::is_within(path, dir))?;
    Some(path::normalize(rest.trim_start_matches('/')))
}

/// `path` as seen from `dir`; both are seen from one directory and normalised.
fn seen_from(dir: &str, path: &str) -> String {
    let segments = |path: &str| -> Vec<String> {
        path.split('/').filter(|segment| !segment.is_empty() && *segment != ".").map(str::to_owned).collect()
    };
    let (from, to) = (segments(dir), segments(path));
    let common = from.iter().zip(&to).take_while(|(left, right)| left == right).count();
    let up = std::iter::repeat_n("..", from.len() - common);
    let steps: Vec<&str> = up.chain(to.iter().skip(common).map(String::as_str)).collect();
    path::normalize(&steps.join("/"))
}

/// A pattern of paths, seen from the directory of the configuration.
#[derive(Debug, Clone)]
pub struct PathPattern {
    text: String,
    matcher: GlobMatcher,
}

impl PartialEq for PathPattern {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl PathPattern {
    /// Reads a pattern: `*` within a segment, `**` across segments, `?`, `[a-z]`, `{a,b}`.
    #[must_use]
    pub fn read(text: &str) -> Option<Self> {
        let trimmed = text.trim_end_matches('/');
        let normal = if trimmed.starts_with("./") { trimmed.trim_start_matches("./") } else { trimmed };
        let glob = GlobBuilder::new(normal).literal_separator(true).build().ok()?;
        Some(Self { text: text.to_owned(), matcher: glob.compile_matcher() })
    }

    /// As it is written.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Whether it names one path and no other.
    #[must_use]
    pub fn is_literal(&self) -> bool {
        !self.text.contains(['*', '?', '[', '{', '\\'])
    }

    /// Whether `path`, seen from the configuration's directory, matches.
    #[must_use]
    pub fn matches(&self, path: &str) -> bool {
        self.matcher.is_match(path)
    }

    /// Whether `path` or a directory that it lies in matches.
    #[must_use]
    pub fn covers(&self, path: &str) -> bool {
        let mut path = path;
        loop {
            if self.matches(path) {
                return true;
            }
            match path.rsplit_once('/') {
                Some((above, _)) => path = above,
                None => return false,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_seen_from_both_sides() {
        let here = ConfigurationPlace::new("crosstrail.toml");
        assert_eq!(here.inside("live/prod").as_deref(), Some("live/prod"));
        assert_eq!(here.inside("../other"), None);
        assert_eq!(here.outside("modules/../vendor/vpc"), "vendor/vpc");

        let above = ConfigurationPlace::above("crosstrail.toml", "infra/live");
        assert_eq!(above.path(), "../../crosstrail.toml");
        assert_eq!(above.inside(".").as_deref(), Some("infra/live"));
        assert_eq!(above.inside("../modules").as_deref(), Some("infra/modules"));
        assert_eq!(above.inside("../../../beyond"), None);
        assert_eq!(above.outside("infra/live/prod"), "prod");
        assert_eq!(above.outside("vendor/vpc"), "../../vendor/vpc");

        let elsewhere = ConfigurationPlace::new("/srv/repository/crosstrail.toml");
        assert_eq!(elsewhere.inside("/srv/repository/a").as_deref(), Some("a"));
        assert_eq!(elsewhere.inside("/srv/repository").as_deref(), Some("."));
        assert_eq!(elsewhere.inside("/srv/repository-2"), None);
        assert_eq!(elsewhere.outside("a"), "/srv/repository/a");
    }

    #[test]
    fn a_star_stays_in_its_segment() {
        let matches = |pattern: &str, path: &str| PathPattern::read(pattern).unwrap().matches(path);
        assert!(matches("live/*", "live/prod"));
        assert!(!matches("live/*", "live/prod/network"));
        assert!(matches("live/**", "live/prod/network"));
        assert!(matches("./live/prod/", "live/prod"));
        assert!(matches("{a,b}/x", "b/x"));
        assert!(PathPattern::read("examples").unwrap().covers("examples/a/b"));
        assert!(!PathPattern::read("examples").unwrap().covers("example"));
    }
}
