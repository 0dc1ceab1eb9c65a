//! Colours: of HCL, of the JSON in heredocs, and of the actions and ARNs in strings.

use crosstrail_analyzer::source::{LineIndex, TextRange};
use tower_lsp_server::ls_types::{Range, SemanticToken, SemanticTokenType, SemanticTokens, SemanticTokensLegend};
use tree_sitter::Node;

use crate::documents::Document;
use crate::encoding::{Encoding, Ruler};

use super::tree::{Trees, children, text_range, visit, visit_below};

/// What a text is to its reader. The order is that of [`TYPES`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Keyword,
    Type,
    Variable,
    Property,
    Function,
    String,
    Number,
    Comment,
    /// The service of an action.
    Namespace,
    /// The name of an action.
    Method,
}

const TYPES: [SemanticTokenType; 10] = [
    SemanticTokenType::KEYWORD,
    SemanticTokenType::TYPE,
    SemanticTokenType::VARIABLE,
    SemanticTokenType::PROPERTY,
    SemanticTokenType::FUNCTION,
    SemanticTokenType::STRING,
    SemanticTokenType::NUMBER,
    SemanticTokenType::COMMENT,
    SemanticTokenType::NAMESPACE,
    SemanticTokenType::METHOD,
];

pub(crate) fn legend() -> SemanticTokensLegend {
    SemanticTokensLegend { token_types: TYPES.to_vec(), token_modifiers: Vec::new() }
}

/// The tokens of a text, or of the lines of it that `part` touches.
pub(crate) fn semantic_tokens(document: &Document, part: Option<Range>, encoding: Encoding) -> Option<SemanticTokens> {
    let trees = Trees::of(document)?;
    let mut painter = Painter { text: &trees.text, tokens: Vec::new() };
    painter.paint(trees);
    let lines = LineIndex::new(&document.text);
    let ruler = Ruler::new(&document.text, &lines, encoding);
    let mut encoder = Encoder { ruler, line: 0, character: 0, data: Vec::new(), part };
    for (range, kind) in painter.finish() {
        encoder.token(&document.text, range, kind);
    }
    Some(SemanticTokens { result_id: None, data: encoder.data })
}

struct Painter<'a> {
    text: &'a str,
    tokens: Vec<(TextRange, Kind)>,
}

impl Painter<'_> {
    fn paint(&mut self, trees: &Trees) {
        visit(trees.outer.root_node(), &mut |node, above| {
            if trees.within(node).is_some() {
                // The literal parts are painted as JSON; what is put into it still is HCL.
                let above: Vec<_> = above.iter().copied().chain([node]).collect();
                let put_in = children(node).into_iter().filter(|it| it.kind() != "template_literal");
                put_in.for_each(|it| visit_below(it, above.clone(), &mut |node, above| self.hcl(node, above)));
                return false;
            }
            if trees.is_json { self.json(node, above) } else { self.hcl(node, above) }
        });
        for tree in &trees.inner {
            visit(tree.root_node(), &mut |node, above| self.json(node, above));
        }
    }

    /// Paints a node of HCL; whether what is in it is still to be painted.
    fn hcl(&mut self, node: Node<'_>, above: &[Node<'_>]) -> bool {
        let kind = match node.kind() {
            "comment" => Kind::Comment,
            "numeric_lit" => Kind::Number,
            "bool_lit" | "null_lit" => Kind::Keyword,
            "identifier" => return self.identifier(node, above),
            "string_lit" if above.last().is_some_and(|it| it.kind() == "block") => Kind::Type,
            "string_lit" | "quoted_template" => return self.string(node, "template_literal"),
            "template_literal" | "heredoc_start" | "heredoc_identifier" => Kind::String,
            "for" | "in" | "if" | "else" | "endif" | "endfor" => Kind::Keyword,
            _ => return true,
        };
        self.push(node, kind);
        false
    }

    fn identifier(&mut self, node: Node<'_>, above: &[Node<'_>]) -> bool {
        let kind = match above.last().map(Node::kind) {
            Some("block") => Kind::Keyword,
            Some("attribute" | "get_attr") => Kind::Property,
            Some("function_call") => Kind::Function,
            Some("variable_expr") if is_key(node, above) => Kind::Property,
            _ => Kind::Variable,
        };
        self.push(node, kind);
        false
    }

    fn json(&mut self, node: Node<'_>, above: &[Node<'_>]) -> bool {
        let kind = match node.kind() {
            "comment" => Kind::Comment,
            "number" => Kind::Number,
            "true" | "false" | "null" => Kind::Keyword,
            "string" if is_json_key(node, above) => Kind::Property,
            "string" => return self.string(node, "string_content"),
            _ => return true,
        };
        self.push(node, kind);
        false
    }

    /// Paints a string, and an action in it as such.
    fn string(&mut self, node: Node<'_>, content: &str) -> bool {
        if children(node).iter().any(|it| matches!(it.kind(), "template_interpolation" | "template_directive")) {
            return true;
        }
        let literals: Vec<_> = children(node).into_iter().filter(|it| it.kind() == content).collect();
        let [literal] = literals.as_slice() else {
            self.push(node, Kind::String);
            return false;
        };
        let range = literal.byte_range();
        match self.text.get(range.clone()).and_then(colon_of_action) {
            Some(colon) => {
                self.tokens.push((text_range(&(range.start..range.start + colon)), Kind::Namespace));
                self.tokens.push((text_range(&(range.start + colon + 1..range.end)), Kind::Method));
            }
            None => self.push(node, Kind::String),
        }
        false
    }

    /// The tokens in the order of the text. What lies within another one cuts it into pieces, as
    /// what is put into a string of JSON does.
    fn finish(mut self) -> Vec<(TextRange, Kind)> {
        self.tokens.sort_by_key(|(range, _)| (range.start, std::cmp::Reverse(range.end)));
        let mut pieces: Vec<(TextRange, Kind)> = Vec::new();
        for (range, kind) in self.tokens {
            let within = pieces.last_mut().filter(|(last, _)| last.end > range.start);
            let rest = within.map(|(last, kind)| {
                let rest = (TextRange::new(range.end.min(last.end), last.end), *kind);
                last.end = range.start;
                rest
            });
            pieces.push((range, kind));
            pieces.extend(rest.filter(|(rest, _)| rest.start < rest.end));
        }
        pieces.retain(|(range, _)| range.start < range.end);
        pieces
    }

    fn push(&mut self, node: Node<'_>, kind: Kind) {
        self.tokens.push((text_range(&node.byte_range()), kind));
    }
}

/// Whether a name is the key of an object.
fn is_key(node: Node<'_>, above: &[Node<'_>]) -> bool {
    let element = above.iter().rev().take(4).find(|it| it.kind() == "object_elem");
    element.and_then(|element| element.child(0)).is_some_and(|key| key.byte_range() == node.byte_range())
}

fn is_json_key(node: Node<'_>, above: &[Node<'_>]) -> bool {
    let pair = above.last().filter(|parent| parent.kind() == "pair");
    pair.and_then(|pair| pair.child_by_field_name("key")).is_some_and(|key| key == node)
}

/// Where the colon stands in what looks like an action: `s3:Get*`.
fn colon_of_action(text: &str) -> Option<usize> {
    let (service, name) = text.split_once(':')?;
    let is_service = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    let is_name = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'*' || byte == b'?';
    let starts = name.starts_with(|it: char| it.is_ascii_uppercase() || it == '*');
    (!service.is_empty() && starts && service.bytes().all(is_service) && name.bytes().all(is_name))
        .then_some(service.len())
}

/// Writes tokens as the protocol has them: each relative to the one before.
struct Encoder<'a> {
    ruler: Ruler<'a>,
    line: u32,
    character: u32,
    data: Vec<SemanticToken>,
    part: Option<Range>,
}

impl Encoder<'_> {
    /// A token, in as many pieces as it has lines.
    fn token(&mut self, text: &str, range: TextRange, kind: Kind) {
        let mut start = range.start;
        for line in text.get(range.as_usize()).unwrap_or_default().split_inclusive('\n') {
            let length = |text: &str| u32::try_from(text.len()).unwrap_or_default();
            let end = start.saturating_add(length(line.trim_end_matches(['\r', '\n'])));
            self.piece(TextRange::new(start, end), kind);
            start = start.saturating_add(length(line));
        }
    }

    fn piece(&mut self, range: TextRange, kind: Kind) {
        let Range { start, end } = self.ruler.range(range);
        let is_wanted = self.part.is_none_or(|part| start.line >= part.start.line && start.line <= part.end.line);
        if !is_wanted || end.character <= start.character {
            return;
        }
        let delta_line = start.line.saturating_sub(self.line);
        let before = if delta_line == 0 { self.character } else { 0 };
        self.data.push(SemanticToken {
            delta_line,
            delta_start: start.character.saturating_sub(before),
            length: end.character.saturating_sub(start.character),
            token_type: kind as u32,
            token_modifiers_bitset: 0,
        });
        (self.line, self.character) = (start.line, start.character);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The tokens of a text, as `kind text`.
    fn tokens(name: &str, text: &str) -> Vec<String> {
        let uri = format!("file:///w/{name}").parse().unwrap();
        let document = Document::new(uri, 1, text);
        let tokens = semantic_tokens(&document, None, Encoding::Utf8).unwrap();
        let (mut line, mut character) = (0, 0);
        let lines: Vec<&str> = text.lines().collect();
        let mut found = Vec::new();
        for token in tokens.data {
            character = if token.delta_line == 0 { character + token.delta_start } else { token.delta_start };
            line += token.delta_line;
            let range = character as usize..(character + token.length) as usize;
            let text = lines[line as usize].get(range).unwrap();
            found.push(format!("{} {text}", TYPES[token.token_type as usize].as_str()));
        }
        found
    }

    #[test]
    fn hcl_is_coloured() {
        assert_eq!(
            tokens("a.tf", "# a\nb \"c\" {\n  d = f(var.e, 1, true, \"g\")\n  h = { i = \"s3:Get*\" }\n}\n"),
            [
                "comment # a",
                "keyword b",
                "type \"c\"",
                "property d",
                "function f",
                "variable var",
                "property e",
                "number 1",
                "keyword true",
                "string \"g\"",
                "property h",
                "property i",
                "namespace s3",
                "method Get*",
            ]
        );
    }

    #[test]
    fn json_in_heredocs_is_json_and_what_is_put_into_it_is_not() {
        let text = "a = <<E\n{\"Action\": \"s3:GetObject\",\n \"Resource\": \"arn:${var.b}:c\"}\nE\n";
        let found = tokens("a.tf", text);
        for expected in [
            "property a",
            "property \"Action\"",
            "namespace s3",
            "method GetObject",
            "property \"Resource\"",
            "variable var",
            "property b",
        ] {
            assert!(found.contains(&expected.to_owned()), "{expected}: {found:?}");
        }
    }

    #[test]
    fn json_files_are_coloured() {
        assert_eq!(
            tokens("a.json", "{\"Action\": [\"iam:*\", 1, null]}"),
            ["property \"Action\"", "namespace iam", "method *", "number 1", "keyword null"]
        );
    }
}
