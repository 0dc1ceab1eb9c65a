//! The ARN of a trail in place of a reference to the trail.

use crate::cloudtrail::{Sender, Trail};
use crate::finding::Safety;
use crate::rules::{FindingBuilder, RuleContext};
use crate::source::Span;

/// Offers to write the ARN where `reference` stands, if all of it is known.
pub(super) fn offer(finding: FindingBuilder<'_>, trail: &Trail, reference: Span, ctx: &RuleContext<'_>) {
    let arn = Sender::of(trail, ctx.access.accounts()).arn;
    let source = ctx.sources.text(reference);
    let is_arn = [".arn", ".id"].iter().any(|end| source.ends_with(end));
    let finding = finding.help(format!(
        "write the ARN in place of the reference: `{}`, composed from the region, the account and the name of the trail",
        arn.display()
    ));
    if let Some(arn) = arn.as_known().filter(|_| is_arn && is_whole(reference, ctx)) {
        finding.replace(reference, format!("\"{arn}\""), Safety::Unsafe);
    }
}

/// Whether the reference is an expression of its own and no part of a text.
fn is_whole(reference: Span, ctx: &RuleContext<'_>) -> bool {
    let text = ctx.sources.file(reference.file).text().clone();
    let before = text.get(..reference.range.as_usize().start).unwrap_or_default();
    !before.trim_end().ends_with("${")
}
