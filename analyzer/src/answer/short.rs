//! Names in lines for people: an unknown is called by the expression that makes it, which may
//! be longer than anyone reads.

/// The letters of an unknown that are shown.
const MOST_OF_UNKNOWN: usize = 48;

/// The letters of a name in backticks that are shown, unknowns in it being short already.
const MOST_OF_NAME: usize = 120;

/// `line` with what is too long in it cut: each `{unknown}`, and what stands in backticks.
pub(super) fn short(line: &str) -> String {
    let mut written = String::with_capacity(line.len());
    for (index, part) in line.split('`').enumerate() {
        if index > 0 {
            written.push('`');
        }
        let part = without_long_unknowns(part);
        let is_name = index % 2 == 1;
        written.push_str(&if is_name { cut(&part, MOST_OF_NAME) } else { part });
    }
    written
}

/// `text` with each unknown cut that is too long. Braces within one belong to it.
fn without_long_unknowns(text: &str) -> String {
    let mut written = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((front, behind)) = rest.split_once('{') {
        written.push_str(front);
        written.push('{');
        let Some(end) = end_of_unknown(behind) else {
            rest = behind;
            continue;
        };
        let (unknown, after) = behind.split_at_checked(end).unwrap_or((behind, ""));
        written.push_str(&cut(unknown, MOST_OF_UNKNOWN));
        rest = after;
    }
    written.push_str(rest);
    written
}

/// Where the brace stands that closes what is open at the start of `text`.
fn end_of_unknown(text: &str) -> Option<usize> {
    let mut depth = 0_usize;
    for (at, letter) in text.char_indices() {
        match letter {
            '{' => depth += 1,
            '}' if depth == 0 => return Some(at),
            '}' => depth -= 1,
            _ => {}
        }
    }
    None
}

fn cut(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or(text)),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::short;

    #[test]
    fn what_is_long_is_cut() {
        let long = "merge({(each.key of var.primary_roles_config) = …}, {})[lookup(local.names, \"a\")]";
        let role = format!("arn:aws:iam::{{account of {long}}}:role/deploy");
        let cut = "arn:aws:iam::{account of merge({(each.key of var.primary_roles…}:role/deploy";
        assert_eq!(short(&role), cut);
        assert_eq!(short(&format!("`{role}` and {{x}}")), format!("`{cut}` and {{x}}"));
        assert_eq!(
            short(&format!("`{}` is not known", "x".repeat(200))),
            format!("`{}…` is not known", "x".repeat(120))
        );
    }

    #[test]
    fn what_is_not_stays() {
        for line in
            ["", "account {var.x}", "statement `Sid` of aws_iam_role.x[\"a\"] (main.tf:1:1)", "an { that nobody closes"]
        {
            assert_eq!(short(line), line);
        }
    }
}
