//! ARNs in their parts.

use crate::analysis::Analysis;
use crate::aws::arn::{Arn, Field};
use crate::aws::facts;
use crate::aws::pattern::{Pattern, Piece, Syntax};
use crate::aws::resource::resource_type_fits;
use crate::eval::symbol::Symbol;
use crate::eval::text::Text;
use crate::iam::{PolicedResource, Principal};

use super::super::{Position, words};

/// How many things that an ARN names are spoken of.
const MOST_NAMED: usize = 4;

/// The ARN `text` in its parts, the one at `position` in bold. `None` if it is none.
pub(super) fn markdown(analysis: &Analysis, text: &Text, position: Position) -> Option<String> {
    let arn = Arn::read(words::pieces(text)).ok()?;
    let heading = match types(&arn, text).as_slice() {
        [] => format!("**{}**", words::code(text)),
        names => format!("**{}**: {}", words::code(text), names.join(" or ")),
    };
    let mut lines = vec![heading, fields(analysis, &arn, text, position)];
    lines.extend(named(analysis, text));
    lines.extend(words::holes(analysis, text));
    Some(lines.join("\n\n"))
}

/// The resource types whose ARNs it may be, if they are few.
fn types(arn: &Arn<'_, &Symbol>, text: &Text) -> Vec<String> {
    let Some(service) = arn.service.known() else { return Vec::new() };
    let pattern = Pattern::new(words::pieces(text), Syntax::Variables);
    let fitting = facts::resource_types(&service).filter(|found| resource_type_fits(found, &pattern).may_be());
    let names: Vec<String> = fitting.take(MOST_NAMED).map(|found| format!("{} of {service}", found.name)).collect();
    if names.len() == MOST_NAMED { Vec::new() } else { names }
}

fn fields(analysis: &Analysis, arn: &Arn<'_, &Symbol>, text: &Text, position: Position) -> String {
    let service = arn.service.known().and_then(|prefix| facts::service(&prefix)).map(|service| service.name.to_owned());
    let account =
        words::accounts(analysis).of_arn(text).and_then(|account| account.name.clone()).map(|it| it.to_string());
    let parts = [
        ("partition", &arn.partition, None),
        ("service", &arn.service, service),
        ("region", &arn.region, None),
        ("account", &arn.account, account),
        ("resource", &arn.resource, None),
    ];
    let line = |(name, field, means): (&str, &Field<'_, &Symbol>, Option<String>)| {
        let is_here = text.span_of(field.range()).is_some_and(|span| {
            span.file == position.file && !span.range.is_empty() && span.range.touches(position.offset)
        });
        let name = if is_here { format!("**{name}**") } else { name.to_owned() };
        let means = means.map(|means| format!(" ({means})")).unwrap_or_default();
        format!("- {name}: {}{means}", shown(field))
    };
    parts.map(line).join("\n")
}

fn shown(field: &Field<'_, &Symbol>) -> String {
    if field.is_empty() {
        return "none".to_owned();
    }
    let piece = |piece: &Piece<'_, &Symbol>| match piece {
        Piece::Text(text) => (*text).to_owned(),
        Piece::Hole(symbol) => format!("{{{}}}", words::unknown(symbol)),
    };
    format!("`{}`", field.pieces().iter().map(piece).collect::<String>())
}

/// What in view has this ARN.
fn named(analysis: &Analysis, text: &Text) -> Option<String> {
    let iam = analysis.iam();
    let principal = |it: &Principal| format!("`{}` ({})", it.address, words::place(analysis, it.span));
    let resource = |it: &PolicedResource| format!("`{}` ({})", it.address, words::place(analysis, it.span));
    let principals = iam.with_arn(text).filter(|it| !it.address.is_empty()).map(principal);
    let resources = iam.resources_meant_by(text);
    let resources = resources.into_iter().filter(|it| !it.address.is_empty()).map(resource);
    let mut lines: Vec<String> = principals.chain(resources).collect();
    lines.sort();
    lines.dedup();
    (!lines.is_empty()).then(|| format!("Declared as:\n{}", words::list(&lines, MOST_NAMED)))
}
