//! One line for each finding, as compilers write it and editors read it:
//! `path:line:column: severity[code] message`.

use std::fmt::{self, Write};

use crate::finding::Finding;
use crate::source::SourceMap;

/// Writes one line for each finding, with positions from 1 and columns in characters.
///
/// # Errors
/// When `out` refuses the text.
pub fn render(findings: &[Finding], sources: &SourceMap, out: &mut dyn Write) -> fmt::Result {
    findings.iter().try_for_each(|finding| line(finding, sources, out))
}

fn line(finding: &Finding, sources: &SourceMap, out: &mut dyn Write) -> fmt::Result {
    let file = sources.file(finding.primary.file);
    let at = file.line_column(finding.primary.range.start);
    let severity = super::severity(finding.severity);
    write!(out, "{}:{}:{}: {severity}[{}] ", file.path(), at.line, at.column, finding.code)?;
    one_line(&finding.message, out)?;
    out.write_char('\n')
}

/// Writes `text` with every control character as its escape: a name in a message
/// may hold line breaks, and a reader of lines must not take its rest for a line.
fn one_line(text: &str, out: &mut dyn Write) -> fmt::Result {
    text.chars().try_for_each(|char| {
        if char.is_control() { write!(out, "{}", char.escape_default()) } else { out.write_char(char) }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::sample;

    fn rendered(findings: &[Finding], sources: &SourceMap) -> String {
        let mut out = String::new();
        render(findings, sources, &mut out).unwrap();
        out
    }

    #[test]
    fn one_line_for_each_finding() {
        let sample = sample::trust();
        let expected = "\
org/prod/main.tf:2:15: error[wildcard-trust] anyone in any AWS account can assume `aws_iam_role.admin`
org/prod/main.tf:1:25: note[odd-name] `é` is no name
";
        assert_eq!(rendered(&sample.findings, &sample.sources), expected);
    }

    /// The page for editors, with the patterns by which they read these lines.
    fn page() -> String {
        std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../editors/README.md")).unwrap()
    }

    #[test]
    fn the_pattern_for_editors_reads_every_line() {
        let page = page();
        let mut blocks = page.split("```json\n").filter_map(|it| it.split("```").next());
        let tasks = blocks.find(|it| it.contains("problemMatcher")).unwrap();
        let tasks: serde_json::Value = serde_json::from_str(tasks).unwrap();
        let pattern = &tasks["tasks"][0]["problemMatcher"]["pattern"];
        let regexp = regex::Regex::new(pattern["regexp"].as_str().unwrap()).unwrap();
        let shown = page.lines().find(|line| line.contains("error[")).unwrap();
        let sample = sample::trust();
        let lines = rendered(&sample.findings, &sample.sources);
        let read = |line: &str| {
            let groups = regexp.captures(line).unwrap_or_else(|| panic!("{line}"));
            let group = |name: &str| groups[usize::try_from(pattern[name].as_u64().unwrap()).unwrap()].to_owned();
            ["file", "line", "column", "severity", "code", "message"].map(group).join("|")
        };
        let read: Vec<String> = lines.lines().chain([shown]).map(read).collect();
        assert_eq!(
            read,
            [
                "org/prod/main.tf|2|15|error|wildcard-trust|anyone in any AWS account can assume `aws_iam_role.admin`",
                "org/prod/main.tf|1|25|note|odd-name|`é` is no name",
                "modules/ci/main.tf|12|17|error|unknown-action|\
                 there is no action `s3:GetObjct`; did you mean `s3:GetObject`?",
            ]
        );
    }

    #[test]
    fn a_line_break_in_a_message_stays_on_its_line() {
        let mut sample = sample::trust();
        sample.findings.truncate(1);
        sample.findings[0].message = "`a\nb\u{1b}[31m` is no action".to_owned();
        let expected = "org/prod/main.tf:2:15: error[wildcard-trust] `a\\nb\\u{1b}[31m` is no action\n";
        assert_eq!(rendered(&sample.findings, &sample.sources), expected);
    }
}
