//! Which block a place of a file is in, by its address: what stays the same when lines move.

use smol_str::{SmolStr, format_smolstr};

use crate::source::{FileId, SourceFile, TextRange};
use crate::syntax;
use crate::syntax::ast::{Block, Item};

use super::top_level;

/// The ends of the names of files of configuration.
const NATIVE: &[&str] = &[".tf", ".tofu"];
const JSON: &[&str] = &[".tf.json", ".tofu.json"];

/// The blocks of a file with their addresses.
#[derive(Debug, Clone, Default)]
pub struct Outline {
    /// In the order of the text, without overlaps.
    blocks: Vec<(TextRange, SmolStr)>,
}

impl Outline {
    /// The blocks of `source`, none if it is no configuration.
    #[must_use]
    pub fn of(source: &SourceFile, file: FileId) -> Self {
        let ends = |with: &[&str]| with.iter().any(|end| source.path().ends_with(end));
        let tree = if ends(NATIVE) {
            syntax::parse_hcl(file, source.text())
        } else if ends(JSON) {
            syntax::parse_json_hcl(file, source.text())
        } else {
            return Self::default();
        };
        let mut blocks: Vec<_> = top_level::blocks(&tree.body).iter().flat_map(|block| addresses(block)).collect();
        blocks.sort_by_key(|(range, _)| (range.start, range.end));
        Self { blocks }
    }

    /// The address of the block that `offset` is in.
    #[must_use]
    pub fn at(&self, offset: u32) -> Option<&str> {
        let behind = self.blocks.partition_point(|(range, _)| range.start <= offset);
        let (range, address) = self.blocks.get(behind.checked_sub(1)?)?;
        (offset <= range.end).then_some(address.as_str())
    }
}

/// The address of a block, or of each entry of `locals`.
fn addresses(block: &Block) -> Vec<(TextRange, SmolStr)> {
    let labels: Vec<&str> = block.labels.iter().map(|label| label.text.as_str()).collect();
    let labels = labels.join(".");
    let address = match block.kind.text.as_str() {
        "locals" => return locals(block),
        "resource" => SmolStr::from(labels),
        "variable" => format_smolstr!("var.{labels}"),
        kind if labels.is_empty() => kind.into(),
        kind => format_smolstr!("{kind}.{labels}"),
    };
    // In JSON a block is named in front of its braces.
    vec![(TextRange::new(block.header.start.min(block.range.start), block.range.end), address)]
}

fn locals(block: &Block) -> Vec<(TextRange, SmolStr)> {
    let entry = |item: &Item| match item {
        Item::Attribute(attribute) => Some((attribute.range, format_smolstr!("local.{}", attribute.name.text))),
        Item::Block(_) => None,
    };
    block.body.items.iter().filter_map(entry).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::SourceMap;

    /// The address at the first `?` of `text`.
    fn at(path: &str, text: &str) -> Option<String> {
        let sources = SourceMap::default();
        let file = sources.add(path, text);
        let offset = u32::try_from(text.find('?').unwrap()).unwrap();
        Outline::of(&sources.file(file), file).at(offset).map(str::to_owned)
    }

    #[test]
    fn addresses_of_native_syntax() {
        let cases = [
            ("resource \"aws_iam_role\" \"a\" {\n  name = \"?\"\n}\n", Some("aws_iam_role.a")),
            ("data \"aws_iam_policy_document\" \"a\" {\n  x = 1 # ?\n}\n", Some("data.aws_iam_policy_document.a")),
            ("locals {\n  a = 1\n  b = \"?\"\n}\n", Some("local.b")),
            ("locals {\n  a = 1\n}\n\nmodule \"m\" {\n  b = \"?\"\n}\n", Some("module.m")),
            ("variable \"v\" {\n  default = \"?\"\n}\n", Some("var.v")),
            ("terraform {\n  x = \"?\"\n}\n", Some("terraform")),
            ("terraform {\n}\n\n# ?\n", None),
            ("resource \"aws_iam_role\" \"a\" {\n  name = \"?\n", Some("aws_iam_role.a")),
        ];
        for (text, expected) in cases {
            assert_eq!(at("main.tf", text).as_deref(), expected, "{text}");
        }
    }

    #[test]
    fn addresses_of_json_syntax() {
        let text = r#"{"resource": {"aws_iam_role": {"a": {"name": "x"}, "b": {"name": "?"}}}}"#;
        assert_eq!(at("main.tf.json", text).as_deref(), Some("aws_iam_role.b"));
        assert_eq!(at("policy.json", text), None);
    }
}
