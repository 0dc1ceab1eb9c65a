//! What a file is, by what stands in it.
//!
//! Texts may be broken: a policy that is not JSON is still a policy, and saying so
//! is what the tool is for. So nothing here parses; it looks at the outermost keys.

use crosstrail_analyzer::source::path;

/// The first bytes of a file that git-crypt has not unlocked.
const GIT_CRYPT: &[u8] = b"\0GITCRYPT\0";

/// Bytes in which a zero byte makes a file binary, as git has it.
const BINARY_WINDOW: usize = 8000;

/// The endings of files that Terraform reads as configuration.
const CONFIGURATION: &[&str] = &[".tf", ".tf.json"];

/// The endings of files that hold values of variables.
const VARIABLES: &[&str] = &[".tfvars", ".tfvars.json"];

/// Elements of a policy that stand outermost.
const POLICY_ELEMENTS: &[&str] = &["Version", "Id", "Statement"];

/// What template languages write where a value is put in; policy variables apart.
const TEMPLATE_MARKS: &[&str] = &["%{", "{{", "<%"];

/// Whether Terraform reads a file of this name as configuration.
#[must_use]
pub fn is_configuration(path: &str) -> bool {
    ends_with(path, CONFIGURATION)
}

/// Whether Terraform reads a file of this name at all.
#[must_use]
pub fn is_terraform(path: &str) -> bool {
    is_configuration(path) || ends_with(path, VARIABLES)
}

/// Whether a file of this name is text, so that anything else in it is a fault.
#[must_use]
pub fn is_text(path: &str) -> bool {
    is_terraform(path) || ends_with(path, &[".json"])
}

/// A name that is nothing but an ending is a hidden file, which Terraform skips.
fn ends_with(path: &str, endings: &[&str]) -> bool {
    let name = path::file_name(path);
    !name.starts_with('.') && endings.iter().any(|ending| name.ends_with(ending))
}

/// Why `bytes` are no text.
#[must_use]
pub fn not_text(bytes: &[u8]) -> Option<&'static str> {
    if bytes.starts_with(GIT_CRYPT) {
        Some("encrypted by git-crypt: unlock the repository to have it checked")
    } else if bytes.get(..BINARY_WINDOW).unwrap_or(bytes).contains(&0) {
        Some("a binary file, or text that is not UTF-8")
    } else if std::str::from_utf8(bytes).is_err() {
        Some("not UTF-8")
    } else {
        None
    }
}

/// Whether `bytes` are marked as UTF-16.
#[must_use]
pub fn is_utf16(bytes: &[u8]) -> bool {
    bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff])
}

/// Whether `text` starts as a JSON object, perhaps behind a byte order mark.
#[must_use]
pub fn starts_as_object(text: &str) -> bool {
    text.strip_prefix('\u{feff}').unwrap_or(text).trim_start().starts_with('{')
}

/// Whether the text, named by the user, is to be read as a policy: an object with
/// any outermost element of one, or a text that starts as an object and has no keys.
#[must_use]
pub fn may_be_policy(text: &str) -> bool {
    let keys = outermost_keys(text);
    let is_element =
        |key: &&str| POLICY_ELEMENTS.iter().any(|element| element.eq_ignore_ascii_case(key) && *key != "version");
    starts_as_object(text) && (keys.is_empty() || keys.iter().any(is_element))
}

/// Whether the text, met on the way through a directory, is a policy for certain and
/// no template that something else completes.
#[must_use]
pub fn is_policy(text: &str) -> bool {
    starts_as_object(text) && outermost_keys(text).contains(&"Statement") && !is_template(text)
}

/// Whether the text is Terraform in its JSON form, by its outermost keys.
#[must_use]
pub fn is_terraform_json(text: &str) -> bool {
    const BLOCKS: &[&str] = &["resource", "data", "variable", "locals", "output", "module", "provider", "terraform"];
    starts_as_object(text) && outermost_keys(text).iter().any(|key| BLOCKS.contains(key))
}

/// How much of a text tells whether it is a plan, in bytes.
pub const PLAN_START: usize = 4096;

/// Whether the text is a plan or a state, as `terraform show -json` writes them: their version is
/// that of the format, and stands first.
#[must_use]
pub fn is_plan(text: &str) -> bool {
    starts_as_object(text) && start_keys(text).contains(&"format_version")
}

/// Whether the text, met on the way through a directory, is a plan or a state for certain: other
/// commands of Terraform have a `format_version`, too.
#[must_use]
pub fn is_surely_plan(text: &str) -> bool {
    is_plan(text) && start_keys(text).contains(&"terraform_version")
}

fn start_keys(text: &str) -> Vec<&str> {
    outermost_keys(text.get(..text.floor_char_boundary(PLAN_START)).unwrap_or(text))
}

/// Whether `bytes` are those of a zip file, as Terraform writes plans that it can apply.
#[must_use]
pub fn is_zip(bytes: &[u8]) -> bool {
    bytes.starts_with(b"PK\x03\x04")
}

/// Whether the text is a raw state file and no state as `terraform show -json` writes it.
#[must_use]
pub fn is_raw_state(text: &str) -> bool {
    let keys = outermost_keys(text);
    starts_as_object(text) && keys.contains(&"lineage") && keys.contains(&"serial")
}

fn is_template(text: &str) -> bool {
    TEMPLATE_MARKS.iter().any(|mark| text.contains(mark))
        || text.split("arn:").skip(1).any(has_placeholder)
        || text.split("${").skip(1).any(|behind| !starts_as_policy_variable(behind))
}

/// Whether the ARN that goes on with `behind` has a word for its region or account, as
/// documentation and scripts that replace it write it: `ACCOUNT_ID`, `<account>`.
fn has_placeholder(behind: &str) -> bool {
    let arn = behind.split(['"', '\n']).next().unwrap_or_default();
    arn.split(':').skip(2).take(2).any(is_placeholder)
}

fn is_placeholder(field: &str) -> bool {
    let is_bracketed = field.starts_with(['<', '[']) && field.ends_with(['>', ']']);
    let is_shouted = field.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'_' || byte == b'-');
    !field.is_empty() && (is_bracketed || is_shouted)
}

/// Whether `behind`, the text behind `${`, goes on as in `${aws:username}` or `${*}`.
fn starts_as_policy_variable(behind: &str) -> bool {
    let name = behind.split('}').next().unwrap_or_default();
    let prefix = name.split_once(':').map(|(prefix, _)| prefix);
    matches!(name, "*" | "?" | "$")
        || prefix.is_some_and(|prefix| {
            !prefix.is_empty() && prefix.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
        })
}

/// The keys of the outermost object, as far as its brackets and strings are whole.
fn outermost_keys(text: &str) -> Vec<&str> {
    let mut keys = Vec::new();
    let mut depth = 0_usize;
    let mut bytes = text.bytes().enumerate();
    while let Some((at, byte)) = bytes.next() {
        match byte {
            b'{' | b'[' => depth += 1,
            b'}' | b']' => depth = depth.saturating_sub(1),
            b'"' => {
                let Some(end) = string_end(&mut bytes) else { break };
                if depth == 1 && text.get(end + 1..).is_some_and(|rest| rest.trim_start().starts_with(':')) {
                    keys.extend(text.get(at + 1..end));
                }
            }
            _ => {}
        }
    }
    keys
}

/// Where the quote stands that closes the string in which `bytes` are.
fn string_end(bytes: &mut impl Iterator<Item = (usize, u8)>) -> Option<usize> {
    while let Some((at, byte)) = bytes.next() {
        match byte {
            b'\\' => drop(bytes.next()),
            b'"' => return Some(at),
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn policies_are_known_by_their_outermost_keys() {
        let cases = [
            (r#"{"Version": "2012-10-17", "Statement": []}"#, true),
            ("\n  { \"Statement\" : [ ", true),
            ("\u{feff}{\"Statement\": []}", true),
            (r#"{"Statement": [{"Resource": "arn:aws:s3:::b/${aws:username}/${*}"}]}"#, true),
            (r#"{"Statement": [{"Resource": "${bucket_arn}/*"}]}"#, false),
            (r#"{"Statement": [{"Resource": "{{ bucket }}"}]}"#, false),
            (r#"{"Statement": [{"Resource": "arn:aws:iam::ACCOUNT_ID:role/a"}]}"#, false),
            (r#"{"Statement": [{"Resource": ["*", "arn:aws:iam::<account-id>:role/a"]}]}"#, false),
            (r#"{"Statement": [{"Resource": ["arn:aws:iam::12345:role/a", "arn:aws:s3:::b", "arn:a"]}]}"#, true),
            (r#"{"Statement": [%{ for a in actions }]}"#, false),
            (r#"{"Resources": {"Policy": {"Statement": []}}}"#, false),
            (r#"{"state": "{\"Statement\": []}"}"#, false),
            (r#"[{"Statement": []}]"#, false),
            ("", false),
        ];
        for (text, expected) in cases {
            assert_eq!(is_policy(text), expected, "{text}");
        }
    }

    #[test]
    fn plans_are_known_by_their_first_keys() {
        let cases = [
            (r#"{"format_version":"1.2","terraform_version":"1.11.4","planned_values":{"#, true, true),
            ("\u{feff}{\n  \"format_version\": \"0.1\",\n  \"terraform_version\": \"0.12.0\"", true, true),
            (r#"{"format_version":"1.0","provider_schemas":{}}"#, true, false),
            (r#"{"a":{"format_version":"1.0"}}"#, false, false),
            (r#"[{"format_version":"1.0"}]"#, false, false),
        ];
        for (text, may_be, is_sure) in cases {
            assert_eq!((is_plan(text), is_surely_plan(text)), (may_be, is_sure), "{text}");
        }
        let late = format!("{{\"a\":\"{}\",\"format_version\":\"1.0\"}}", "é".repeat(PLAN_START));
        assert!(!is_plan(&late), "it is not looked for further on");
    }

    #[test]
    fn a_named_file_gets_the_benefit_of_the_doubt() {
        for (text, expected) in [
            ("{", true),
            ("\u{feff} {\"Statement\": []}", true),
            (r#"{"statement": []}"#, true),
            (r#"{"Version": "2012-10-17"}"#, true),
            (r#"{"version": 3, "dependencies": {}}"#, false),
            ("resource {}", false),
        ] {
            assert_eq!(may_be_policy(text), expected, "{text}");
        }
    }

    #[test]
    fn what_is_no_text_is_said() {
        assert!(not_text(b"\0GITCRYPT\0\x01\x02").unwrap().contains("git-crypt"));
        assert!(not_text(b"PK\x03\x04\0\0").unwrap().contains("binary"));
        assert_eq!(not_text(b"a = \"\xff\""), Some("not UTF-8"));
        assert_eq!(not_text("\u{feff}a = 1".as_bytes()), None);
    }

    #[test]
    fn names() {
        assert!(is_configuration("a/main.tf") && is_configuration("main.tf.json"));
        assert!(!is_configuration("a.tf/b") && !is_configuration("a/.tf") && !is_configuration("main.tf.bak"));
        assert!(is_terraform("prod.auto.tfvars.json") && !is_terraform("policy.json"));
    }
}
