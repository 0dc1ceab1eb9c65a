//! What the tests of the renderers render: every member of a finding is used, two
//! files take part, and characters of more than one byte stand before a span.

use std::sync::LazyLock;

use crate::finding::{Confidence, Edit, Finding, Fix, Label, Safety, Severity};
use crate::render::{Base, Report};
use crate::source::{SourceMap, Span, TextRange};

/// Findings and their texts.
pub(super) struct Sample {
    pub(super) findings: Vec<Finding>,
    pub(super) sources: SourceMap,
}

const MAIN: &str = "\
resource \"aws_iam_role\" \"é\" {
  principal = \"*\"
  filler_1  = 1
  filler_2  = 2
  filler_3  = 3
  filler_4  = 4
  filler_5  = 5
  policy    = local.trust
}
";

const LOCALS: &str = "\
locals {
  trust = module.trust.json
}
";

/// A trust policy that names everyone, with all that can be said of it, and a note.
pub(super) fn trust() -> Sample {
    let sources = SourceMap::default();
    let main = sources.add("org/prod/main.tf", MAIN);
    let locals = sources.add("org/prod/locals.tf", LOCALS);
    let find = |file, text: &str, part: &str| -> Span {
        let start = u32::try_from(text.find(part).unwrap()).unwrap();
        TextRange::new(start, start + u32::try_from(part.len()).unwrap()).at(file)
    };
    let label = |span, message: &str| Label { span, message: message.to_owned() };
    let star = find(main, MAIN, "\"*\"");
    let findings = vec![
        Finding {
            code: "wildcard-trust",
            severity: Severity::Error,
            confidence: Confidence::Likely,
            message: "anyone in any AWS account can assume `aws_iam_role.admin`".to_owned(),
            primary: star,
            labels: vec![label(find(main, MAIN, "principal"), "no condition narrows this statement")],
            path: vec![
                label(find(locals, LOCALS, "module.trust.json"), "the policy is put together here"),
                label(find(main, MAIN, "local.trust"), "and used here"),
            ],
            help: Some("name the accounts or roles that may assume it".to_owned()),
            fixes: vec![Fix {
                title: "name the account of this stack".to_owned(),
                safety: Safety::Unsafe,
                edits: vec![Edit { span: star, new_text: "\"111122223333\"".to_owned() }],
            }],
        },
        Finding {
            code: "odd-name",
            severity: Severity::Note,
            confidence: Confidence::Certain,
            message: "`é` is no name".to_owned(),
            primary: find(main, MAIN, "\"é\""),
            labels: vec![],
            path: vec![],
            help: None,
            fixes: vec![],
        },
    ];
    Sample { findings, sources }
}

impl Sample {
    /// All of it and nothing else, with paths as seen from the working directory.
    pub(super) fn report(&self) -> Report<'_> {
        static WORKING: LazyLock<Base> = LazyLock::new(Base::working);
        Report {
            findings: &self.findings,
            silenced: &[],
            known: None,
            notices: &[],
            sources: &self.sources,
            base: &WORKING,
        }
    }
}
