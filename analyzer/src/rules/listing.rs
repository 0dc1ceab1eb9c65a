//! Lists of names, for people.

/// `names`, each once, where it is met first.
pub(super) fn each_once(names: impl IntoIterator<Item = String>) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for name in names {
        if !found.contains(&name) {
            found.push(name);
        }
    }
    found
}

/// `a, b and c`
pub(super) fn joined(names: &[String]) -> String {
    match names {
        [front @ .., last] if !front.is_empty() => format!("{} and {last}", front.join(", ")),
        names => names.join(""),
    }
}

/// The first `most` of `names`, and how many more there are: `a, b and 2 more`. `more` is the word for those.
pub(super) fn some_of(mut names: Vec<String>, most: usize, more: &str) -> String {
    let rest = names.len().saturating_sub(most);
    if rest > 0 {
        names.truncate(most);
        names.push(format!("{rest} {more}"));
    }
    joined(&names)
}

#[cfg(test)]
mod tests {
    use super::{each_once, joined, some_of};

    fn names(text: &str) -> Vec<String> {
        text.split_whitespace().map(str::to_owned).collect()
    }

    #[test]
    fn lists_are_sentences() {
        assert_eq!(joined(&names("")), "");
        assert_eq!(joined(&names("a")), "a");
        assert_eq!(joined(&names("a b")), "a and b");
        assert_eq!(joined(&names("a b c")), "a, b and c");
    }

    #[test]
    fn long_lists_are_counted() {
        assert_eq!(some_of(names("a b"), 2, "more"), "a and b");
        assert_eq!(some_of(names("a b c"), 2, "more types"), "a, b and 1 more types");
        assert_eq!(some_of(names("a b"), 1, "more"), "a and 1 more");
    }

    #[test]
    fn names_keep_their_order() {
        assert_eq!(each_once(names("b a b a c")), names("b a c"));
    }
}
