//! Whether a name is another one with a slip of the pen.
//!
//! Names of principals are built of words, and `app-dev` stands beside `app-prd`, `blue-1`
//! beside `blue-2` on purpose. A slip changes a letter or two of one long word, or only what
//! stands between the words.

/// How long a word is at least in which a slip is told from another word.
const SHORTEST: usize = 5;

/// The name of which `written` is probably a slip.
pub(super) fn nearest<'a>(written: &str, names: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let slips = names.filter_map(|name| Some((slip(written, name)?, name)));
    slips.min().map(|(_, name)| name)
}

/// How many letters make `written` another name than `name`, if that can be a slip.
fn slip(written: &str, name: &str) -> Option<usize> {
    let (left, right) = (words(written), words(name));
    if left.concat() == right.concat() {
        return Some(0);
    }
    let mut differing = left.iter().zip(&right).filter(|(left, right)| left != right);
    let ((left_word, right_word), None) = (differing.next()?, differing.next()) else { return None };
    let (shorter, distance) =
        (left_word.len().min(right_word.len()), strsim::damerau_levenshtein(left_word, right_word));
    let has_digits =
        [left_word, right_word].into_iter().any(|word| word.contains(|letter: char| letter.is_ascii_digit()));
    let most = if shorter >= 2 * SHORTEST { 2 } else { 1 };
    (left.len() == right.len() && shorter >= SHORTEST && !has_digits && distance <= most).then_some(distance)
}

/// The words of a name in lower case.
fn words(name: &str) -> Vec<String> {
    name.split(|letter: char| !letter.is_ascii_alphanumeric()).map(str::to_ascii_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn slips() {
        for (written, name) in [
            ("deplyo", "deploy"),
            ("log-raeder", "log-reader"),
            ("log_reader", "log-reader"),
            ("logreader", "LogReader"),
            ("terraform-exectuion", "terraform-execution"),
        ] {
            assert_eq!(nearest(written, ["x", name].into_iter()), Some(name), "{written}");
        }
    }

    #[test]
    fn other_names() {
        for (written, name) in [
            ("app-dev", "app-prd"),
            ("worker-1", "worker-2"),
            ("node1", "node2"),
            ("deploy-plan", "deploy-apply"),
            ("reader", "log-reader"),
            ("logs-reader", "blob-writer"),
        ] {
            assert_eq!(nearest(written, [name].into_iter()), None, "{written}");
        }
    }
}
