//! Results as those of tests, in the XML that JUnit has made common: a suite for each file, a
//! case for each finding. A note fails nothing, and a run without findings is one test that passed.

use quick_junit::{NonSuccessKind, Report as Document, TestCase, TestCaseStatus, TestSuite};

use crate::finding::{Finding, Severity};

use super::place::place;
use super::{Notice, Report};

/// What the whole is called, and the case of a run that found nothing.
const NAME: &str = "crosstrail";
const CLEAN: &str = "crosstrail lint";

/// One XML document with a line feed behind it.
#[must_use]
pub fn render(report: &Report<'_>) -> String {
    let mut document = Document::new(NAME);
    let notices = report.notices.iter().filter(|notice| notice.severity == Severity::Error);
    for notice in notices {
        document.add_test_suite(suite(&report.base.path(&notice.path), [unchecked(notice, report)]));
    }
    for findings in report.findings.chunk_by(|one, other| one.primary.file == other.primary.file) {
        let path = findings.first().map(|first| place(first.primary, report.sources).0).unwrap_or_default();
        let cases = findings.iter().map(|finding| case(finding, report));
        document.add_test_suite(suite(&report.base.path(&path), cases));
    }
    if document.test_suites.is_empty() {
        document.add_test_suite(suite(NAME, [TestCase::new(CLEAN, TestCaseStatus::success())]));
    }
    // Nothing in it can fail to be written.
    document.to_string().unwrap_or_default()
}

fn suite(name: &str, cases: impl IntoIterator<Item = TestCase>) -> TestSuite {
    let mut suite = TestSuite::new(name);
    suite.add_test_cases(cases);
    suite
}

fn case(finding: &Finding, report: &Report<'_>) -> TestCase {
    let (path, extent) = place(finding.primary, report.sources);
    let path = report.base.path(&path);
    let at = format!("{path}:{}:{}", extent.start.line, extent.start.column);
    let severity = super::severity(finding.severity);
    let mut text = format!("{at}: {severity}[{}] {}", finding.code, finding.message);
    if let Some(help) = &finding.help {
        text.push_str("\nhelp: ");
        text.push_str(help);
    }
    let name = format!("{} at {}:{}", finding.code, extent.start.line, extent.start.column);
    if finding.severity == Severity::Note {
        let mut case = TestCase::new(name, TestCaseStatus::success());
        case.set_classname(path).set_system_out(text);
        return case;
    }
    let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
    status.set_type(severity).set_message(&*finding.message).set_description(text);
    let mut case = TestCase::new(name, status);
    case.set_classname(path);
    case
}

fn unchecked(notice: &Notice, report: &Report<'_>) -> TestCase {
    let mut status = TestCaseStatus::non_success(NonSuccessKind::Error);
    status.set_type("unchecked").set_message(&*notice.message);
    let at = notice.at.map_or_else(String::new, |at| format!(" at {}:{}", at.line, at.column));
    let mut case = TestCase::new(format!("unchecked{at}"), status);
    case.set_classname(report.base.path(&notice.path));
    case
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::sample;

    #[test]
    fn a_suite_for_each_file_and_a_note_that_passes() {
        let sample = sample::trust();
        let expected = r#"<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="crosstrail" tests="2" skipped="0" failures="1" errors="0">
    <testsuite name="org/prod/main.tf" tests="2" skipped="0" errors="0" failures="1">
        <testcase name="wildcard-trust at 2:15" classname="org/prod/main.tf">
            <failure message="anyone in any AWS account can assume `aws_iam_role.admin`" type="error">org/prod/main.tf:2:15: error[wildcard-trust] anyone in any AWS account can assume `aws_iam_role.admin`
help: name the accounts or roles that may assume it</failure>
        </testcase>
        <testcase name="odd-name at 1:25" classname="org/prod/main.tf">
            <system-out>org/prod/main.tf:1:25: note[odd-name] `é` is no name</system-out>
        </testcase>
    </testsuite>
</testsuites>
"#;
        assert_eq!(render(&sample.report()), expected);
    }

    #[test]
    fn nothing_found_is_a_test_that_passed() {
        let sample = sample::trust();
        let text = render(&Report { findings: &[], ..sample.report() });
        assert!(text.contains("tests=\"1\" skipped=\"0\" failures=\"0\" errors=\"0\""), "{text}");
        assert!(text.contains("<testcase name=\"crosstrail lint\"/>"), "{text}");
    }

    #[test]
    fn what_could_not_be_checked_is_an_error() {
        let sample = sample::trust();
        let notice = |severity| Notice { path: "a.tf".to_owned(), at: None, message: "odd".to_owned(), severity };
        let notices = [notice(Severity::Error), notice(Severity::Warning)];
        let text = render(&Report { findings: &[], notices: &notices, ..sample.report() });
        assert!(text.contains("tests=\"1\" skipped=\"0\" failures=\"0\" errors=\"1\""), "{text}");
        assert!(text.contains("<error message=\"odd\" type=\"unchecked\"/>"), "{text}");
    }
}
