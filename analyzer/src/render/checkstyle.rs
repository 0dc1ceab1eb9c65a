//! The XML of Checkstyle, which many tools read: a `file` for each file, an `error` for each finding.

use quick_junit::XmlString;
use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesEnd, BytesStart, Event};

use crate::finding::{Finding, Severity};

use super::Report;
use super::place::place;

/// The version of Checkstyle whose format it is.
const VERSION: &str = "4.3";

/// One XML document with a line feed behind it.
#[must_use]
pub fn render(report: &Report<'_>) -> String {
    let mut writer = Writer::new_with_indent(Vec::new(), b' ', 2);
    // Writing to memory does not fail.
    let _always_ok = document(report, &mut writer);
    let mut text = String::from_utf8(writer.into_inner()).unwrap_or_default();
    text.push('\n');
    text
}

type Written = std::io::Result<()>;

fn document(report: &Report<'_>, to: &mut Writer<Vec<u8>>) -> Written {
    to.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
    to.write_event(Event::Start(BytesStart::new("checkstyle").with_attributes([("version", VERSION)])))?;
    for findings in report.findings.chunk_by(|one, other| one.primary.file == other.primary.file) {
        file(findings, report, to)?;
    }
    to.write_event(Event::End(BytesEnd::new("checkstyle")))
}

/// The findings of one file.
fn file(findings: &[Finding], report: &Report<'_>, to: &mut Writer<Vec<u8>>) -> Written {
    let Some(first) = findings.first() else { return Ok(()) };
    let path = XmlString::new(report.base.path(report.sources.file(first.primary.file).path()));
    to.write_event(Event::Start(BytesStart::new("file").with_attributes([("name", path.as_str())])))?;
    findings.iter().try_for_each(|finding| error(finding, report, to))?;
    to.write_event(Event::End(BytesEnd::new("file")))
}

fn error(finding: &Finding, report: &Report<'_>, to: &mut Writer<Vec<u8>>) -> Written {
    let (_, extent) = place(finding.primary, report.sources);
    let message = XmlString::new(&finding.message);
    let attributes = [
        ("line", extent.start.line.to_string()),
        ("column", extent.start.column.to_string()),
        ("severity", severity(finding.severity).to_owned()),
        ("message", message.as_str().to_owned()),
        ("source", format!("crosstrail.{}", finding.code)),
    ];
    let attributes = attributes.iter().map(|(name, value)| (*name, value.as_str()));
    to.write_event(Event::Empty(BytesStart::new("error").with_attributes(attributes)))
}

fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "info",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::sample;

    #[test]
    fn a_file_for_each_file() {
        let sample = sample::trust();
        let expected = r#"<?xml version="1.0" encoding="UTF-8"?>
<checkstyle version="4.3">
  <file name="org/prod/main.tf">
    <error line="2" column="15" severity="error" message="anyone in any AWS account can assume `aws_iam_role.admin`" source="crosstrail.wildcard-trust"/>
    <error line="1" column="25" severity="info" message="`é` is no name" source="crosstrail.odd-name"/>
  </file>
</checkstyle>
"#;
        assert_eq!(render(&sample.report()), expected);
    }

    #[test]
    fn nothing_found_is_a_document_too() {
        let sample = sample::trust();
        let expected = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<checkstyle version=\"4.3\">\n</checkstyle>\n";
        assert_eq!(render(&Report { findings: &[], ..sample.report() }), expected);
    }

    #[test]
    fn what_xml_cannot_have_is_escaped_or_left_out() {
        let mut sample = sample::trust();
        sample.findings.truncate(1);
        sample.findings[0].message = "`<a href=\"x\">` & \u{1b}[31m\n`'`".to_owned();
        let text = render(&sample.report());
        assert!(text.contains("message=\"`&lt;a href=&quot;x&quot;&gt;` &amp; \n`&apos;`\""), "{text}");
    }
}
