//! Paths as text: separated by `/` on every system, normalised, relative to the
//! working directory unless they start with `/` (or a drive letter).
//!
//! The working directory itself is `.`; no other normalised path has a `.`
//! segment, and `..` stands only at the start.

/// `path` without `.` segments, doubled slashes and resolvable `..` segments.
#[must_use]
pub fn normalize(path: &str) -> String {
    let path = path.replace('\\', "/");
    let root = if path.starts_with('/') { "/" } else { "" };
    let mut segments: Vec<&str> = Vec::new();
    for segment in path.split('/') {
        match segment {
            "" | "." => {}
            ".." if segments.last().is_some_and(|last| *last != "..") => {
                segments.pop();
            }
            ".." if root == "/" => {}
            segment => segments.push(segment),
        }
    }
    if segments.is_empty() && root.is_empty() { ".".to_owned() } else { format!("{root}{}", segments.join("/")) }
}

/// `path` as seen from the directory `base`; an absolute `path` stays as it is.
#[must_use]
pub fn join(base: &str, path: &str) -> String {
    if is_absolute(path) { normalize(path) } else { normalize(&format!("{base}/{path}")) }
}

/// Whether `path` names a place independent of the working directory.
#[must_use]
pub fn is_absolute(path: &str) -> bool {
    path.starts_with('/') || path.as_bytes().get(1) == Some(&b':')
}

/// The directory that holds `path`: `.` for a bare name.
#[must_use]
pub fn parent(path: &str) -> &str {
    match path.rsplit_once('/') {
        Some(("", _)) => "/",
        Some((parent, _)) => parent,
        None => ".",
    }
}

/// The last segment.
#[must_use]
pub fn file_name(path: &str) -> &str {
    path.rsplit_once('/').map_or(path, |(_, name)| name)
}

/// Whether `path` is `dir` or lies below it; both normalised.
#[must_use]
pub fn is_within(path: &str, dir: &str) -> bool {
    match dir {
        "." => !is_absolute(path) && path != ".." && !path.starts_with("../"),
        dir => {
            path.strip_prefix(dir).is_some_and(|rest| rest.is_empty() || rest.starts_with('/') || dir.ends_with('/'))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn normalizes() {
        assert_eq!(normalize("./a//b/../c/."), "a/c");
        assert_eq!(normalize("a/.."), ".");
        assert_eq!(normalize("../a"), "../a");
        assert_eq!(normalize("/../a/"), "/a");
        assert_eq!(join("a/b", "../c.tf"), "a/c.tf");
        assert_eq!(join(".", "c.tf"), "c.tf");
    }

    #[test]
    fn knows_what_lies_within() {
        assert!(is_within("a/b", "a"));
        assert!(is_within("a/b", "."));
        assert!(!is_within("ab", "a"));
        assert!(!is_within("../b", "."));
        assert!(!is_within("/etc/passwd", "."));
        assert!(is_within("/etc/passwd", "/"));
    }
}
