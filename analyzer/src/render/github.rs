//! Commands of GitHub Actions' workflows: a line for each finding, which the runner shows
//! beside the code.
//!
//! A command ends with its line, and its parameters with `,` and `::`: what could end them
//! is escaped as the runner takes it back.

use std::fmt::{self, Write};

use crate::finding::{Finding, Severity};

use super::place::place;
use super::{Notice, Report};

/// One line for each finding, those first that say what could not be checked.
#[must_use]
pub fn render(report: &Report<'_>) -> String {
    let mut text = String::new();
    let notices = report.notices.iter().try_for_each(|notice| self::notice(notice, report, &mut text));
    let findings = report.findings.iter().try_for_each(|finding| self::finding(finding, report, &mut text));
    // Writing to a string does not fail.
    let _always_ok = notices.and(findings);
    text
}

fn finding(finding: &Finding, report: &Report<'_>, to: &mut String) -> fmt::Result {
    let (path, extent) = place(finding.primary, report.sources);
    write!(to, "::{} file=", command(finding.severity))?;
    property(&report.base.path(&path), to)?;
    write!(to, ",line={},endLine={}", extent.start.line, extent.end.line)?;
    if extent.start.line == extent.end.line {
        // Columns of an annotation of several lines are refused.
        write!(to, ",col={},endColumn={}", extent.start.column, extent.end.column)?;
    }
    to.write_str(",title=")?;
    property(&format!("crosstrail ({})", finding.code), to)?;
    to.write_str("::")?;
    data(&finding.message, to)?;
    if let Some(help) = &finding.help {
        data(&format!("\n{help}"), to)?;
    }
    to.write_char('\n')
}

fn notice(notice: &Notice, report: &Report<'_>, to: &mut String) -> fmt::Result {
    write!(to, "::{} file=", command(notice.severity))?;
    property(&report.base.path(&notice.path), to)?;
    if let Some(at) = notice.at {
        write!(to, ",line={},col={}", at.line, at.column)?;
    }
    to.write_str(",title=crosstrail::")?;
    data(&notice.message, to)?;
    to.write_char('\n')
}

fn command(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "notice",
    }
}

/// What stands behind the parameters.
fn data(text: &str, to: &mut String) -> fmt::Result {
    escaped(text, "%\r\n", to)
}

/// The value of a parameter.
fn property(text: &str, to: &mut String) -> fmt::Result {
    escaped(text, "%\r\n:,", to)
}

fn escaped(text: &str, special: &str, to: &mut String) -> fmt::Result {
    text.chars().try_for_each(|char| {
        if special.contains(char) { write!(to, "%{:02X}", u32::from(char)) } else { to.write_char(char) }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::{Base, sample};
    use crate::source::LineColumn;

    #[test]
    fn one_line_for_each_finding() {
        let sample = sample::trust();
        let expected = "\
::error file=org/prod/main.tf,line=2,endLine=2,col=15,endColumn=18,title=crosstrail (wildcard-trust)::\
anyone in any AWS account can assume `aws_iam_role.admin`%0Aname the accounts or roles that may assume it
::notice file=org/prod/main.tf,line=1,endLine=1,col=25,endColumn=28,title=crosstrail (odd-name)::`é` is no name
";
        assert_eq!(render(&sample.report()), expected);
    }

    #[test]
    fn what_ends_a_command_is_escaped() {
        let mut sample = sample::trust();
        let file = sample.sources.add("a,b:c%/d.tf", "one\ntwo\n");
        let mut finding = sample.findings.remove(1);
        finding.primary = crate::source::TextRange::new(1, 5).at(file);
        finding.message = "100 %::\r\nends, here".to_owned();
        sample.findings = vec![finding];
        let expected = "::notice file=x%3Ay/a%2Cb%3Ac%25/d.tf,line=1,endLine=2,title=crosstrail (odd-name)::\
                        100 %25::%0D%0Aends, here\n";
        let base = Base::above("x:y");
        assert_eq!(render(&Report { base: &base, ..sample.report() }), expected);
    }

    #[test]
    fn what_could_not_be_checked_is_said() {
        let notice = |at, severity| Notice { path: "a.tf".to_owned(), at, message: "odd\nthing".to_owned(), severity };
        let notices =
            [notice(Some(LineColumn { line: 2, column: 3 }), Severity::Error), notice(None, Severity::Warning)];
        let sample = sample::trust();
        let report = Report { findings: &[], notices: &notices, ..sample.report() };
        let expected = "::error file=a.tf,line=2,col=3,title=crosstrail::odd%0Athing\n\
                        ::warning file=a.tf,title=crosstrail::odd%0Athing\n";
        assert_eq!(render(&report), expected);
    }
}
