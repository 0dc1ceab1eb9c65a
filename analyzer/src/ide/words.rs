//! How things are called where people read of them.

use crate::analysis::Analysis;
use crate::aws::pattern;
use crate::eval::account::{Account, EvidenceKind, KnownAccounts};
use crate::eval::symbol::{Cause, Symbol};
use crate::eval::text::{Piece, Text};
use crate::source::Span;

/// What is shown in place of what is sensitive.
pub(super) const SENSITIVE: &str = "(sensitive)";

/// `account 111122223333 (prod)`, or what else is known of it.
pub(super) fn account(account: &Account) -> String {
    match (&account.name, account.id) {
        (Some(name), Some(id)) => format!("account {id} ({name})"),
        (None, Some(id)) => format!("account {id}"),
        (Some(name), None) => format!("account {name}"),
        (None, None) if account.evidence.kind == EvidenceKind::Home => "the account of the stack".to_owned(),
        (None, None) => format!("account `{}`", account.text.display()),
    }
}

/// What is known of accounts beside what stands in the source.
pub(super) fn accounts(analysis: &Analysis) -> KnownAccounts<'_> {
    KnownAccounts::new(Some(analysis.configuration()), analysis.sources())
}

/// `text` as code, its unknowns in braces.
pub(super) fn code(text: &Text) -> String {
    let piece = |piece: &Piece| match piece {
        Piece::Known(known) => known.text.to_string(),
        Piece::Hole(symbol) => format!("{{{}}}", unknown(symbol)),
    };
    format!("`{}`", text.pieces().iter().map(piece).collect::<String>())
}

/// What an unknown is called: those that every provider has by what they are.
pub(super) fn unknown(symbol: &Symbol) -> &str {
    match symbol.cause() {
        Cause::Partition => "partition",
        Cause::Region => "region",
        Cause::Account if symbol.address() == "home" => "account",
        _ => symbol.address(),
    }
}

/// Whether every provider has such an unknown, so that there is nothing to say of it.
fn is_usual(symbol: &Symbol) -> bool {
    unknown(symbol) != symbol.address()
}

/// Where `span` stands: `path:line`.
pub(super) fn place(analysis: &Analysis, span: Span) -> String {
    let file = analysis.sources().file(span.file);
    format!("{}:{}", file.path(), file.line_column(span.range.start).line)
}

/// `count` of something: `1 action`, `3 actions`.
pub(super) fn count(count: usize, one: &str) -> String {
    if count == 1 { format!("1 {one}") } else { format!("{count} {one}s") }
}

/// A list of `items`, cut behind `most` of them.
pub(super) fn list(items: &[String], most: usize) -> String {
    let shown = items.iter().take(most).map(|item| format!("- {item}"));
    let more = items.len().checked_sub(most).filter(|more| *more > 0).map(|more| format!("- and {more} more"));
    shown.chain(more).collect::<Vec<_>>().join("\n")
}

/// Why `symbol` is not known, and where it comes from.
pub(super) fn hole(analysis: &Analysis, symbol: &Symbol) -> String {
    let declared = symbol.span().map(|span| format!(" ({})", place(analysis, span))).unwrap_or_default();
    format!("`{}`: {}{declared}", symbol.address(), cause(symbol.cause()))
}

fn cause(cause: &Cause) -> &'static str {
    match cause {
        Cause::Variable => "a variable without a value",
        Cause::ModuleInput => "an input of a module that nobody in view calls",
        Cause::Computed => "known after apply",
        Cause::Data => "what a data source reads",
        Cause::MissingModule => "an output of a module whose source is not at hand",
        Cause::RemoteState(_) => "an output of another state",
        Cause::Workspace => "the workspace",
        Cause::Account => "an account without a number",
        Cause::Region => "the region of the provider",
        Cause::Partition => "the partition of the provider",
        Cause::Impure => "something else in every run",
        Cause::Iteration => "a key that is not known",
        Cause::Derived(_) => "made from what is not known",
        Cause::Failed => "an expression with an error",
        Cause::Limit(_) => "more than is looked at",
    }
}

/// The unknowns of `text`, each in a line; none if there are none.
pub(super) fn holes(analysis: &Analysis, text: &Text) -> Option<String> {
    let mut symbols: Vec<&Symbol> = Vec::new();
    for symbol in text.holes().filter(|symbol| !is_usual(symbol)) {
        if !symbols.contains(&symbol) {
            symbols.push(symbol);
        }
    }
    let lines: Vec<String> = symbols.into_iter().map(|symbol| hole(analysis, symbol)).collect();
    (!lines.is_empty()).then(|| format!("Not known:\n{}", list(&lines, MOST_HOLES)))
}

/// How many unknowns of a text are spoken of.
const MOST_HOLES: usize = 6;

/// The pieces of `text` as ARNs and patterns are read from them.
pub(super) fn pieces(text: &Text) -> impl Iterator<Item = pattern::Piece<'_, &Symbol>> {
    text.pieces().iter().map(|piece| match piece {
        Piece::Known(known) => pattern::Piece::Text(known.text.as_str()),
        Piece::Hole(symbol) => pattern::Piece::Hole(symbol),
    })
}

/// What people call an account: its name, else its number. `None` for one that has neither.
pub(super) fn account_name(account: &Account) -> Option<String> {
    account.name.as_ref().map(ToString::to_string).or_else(|| account.id.map(|id| id.to_string()))
}

/// `data.aws_iam_role.ci` of `module.a["x.y"].data.aws_iam_role.ci[0]`: the address of the block in its module.
pub(super) fn block_address(address: &str) -> String {
    let mut without_keys = String::new();
    let (mut depth, mut quoted) = (0_usize, false);
    for letter in address.chars() {
        match letter {
            '"' => quoted = !quoted,
            '[' if !quoted => depth += 1,
            ']' if !quoted => depth = depth.saturating_sub(1),
            letter if depth == 0 => without_keys.push(letter),
            _ => {}
        }
    }
    let mut rest = without_keys.as_str();
    while let Some((_, behind)) = rest.strip_prefix("module.").and_then(|behind| behind.split_once('.')) {
        rest = behind;
    }
    rest.to_owned()
}

#[cfg(test)]
mod tests {
    use super::block_address;

    #[test]
    fn addresses_of_blocks() {
        assert_eq!(block_address("aws_iam_role.ci"), "aws_iam_role.ci");
        assert_eq!(block_address("module.a[\"x].y\"].module.b.aws_iam_role.ci[0]"), "aws_iam_role.ci");
        assert_eq!(block_address("module.a.data.aws_iam_role.ci"), "data.aws_iam_role.ci");
        assert_eq!(block_address("module.a"), "module.a");
        assert_eq!(block_address(""), "");
    }
}
