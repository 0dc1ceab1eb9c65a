//! Parts of a policy that the analysis does not have: names of elements, and texts of a policy that is
//! half-typed or that nothing evaluates.

use crate::analysis::Analysis;
use crate::eval::text::Text;
use crate::ide::context::{self, Slot, TokenPlace};
use crate::ide::{Position, elements, words};

use super::{Hover, action, arn, condition, principal};

/// What is known of what is written at `position`.
pub(super) fn hover(analysis: &Analysis, position: Position) -> Option<Hover> {
    let context = context::at(analysis, position)?;
    let span = context.token.range.at(position.file);
    if span.range.is_empty() || context.token.place == TokenPlace::Interpolation {
        return None;
    }
    let word = analysis.sources().text(span);
    let markdown = match &context.slot {
        Slot::Name(_) => elements::meaning(&word).map(|meaning| format!("**`{word}`**: {meaning}"))?,
        Slot::Operator(_) => condition::operator_alone(&word)?.join("\n\n"),
        Slot::Key(_) => condition::key_alone(&word)?,
        Slot::Action | Slot::Resource | Slot::Principal(_) | Slot::Value(_) => {
            let text = context.token.text.as_ref()?;
            of_text(analysis, text, &context.slot, position)?
        }
        Slot::Version | Slot::Effect | Slot::Free | Slot::PrincipalType => return None,
    };
    Some(Hover { span, markdown })
}

fn of_text(analysis: &Analysis, text: &Text, slot: &Slot, position: Position) -> Option<String> {
    let known = text.as_known();
    if *slot == Slot::Action {
        return action::markdown(&known?);
    }
    let number = known.as_deref().and_then(|known| principal::account(analysis, known));
    let service = || known.as_deref().filter(|it| it.contains('.')).map(principal::service);
    let is_service = matches!(slot, Slot::Principal(Some(kind)) if kind == "Service");
    let named = arn::markdown(analysis, text, position).or(number);
    let named = named.or_else(|| service().filter(|_| is_service));
    named.or_else(|| Some(format!("**{}**", words::code(text))).filter(|_| !text.is_known()))
}
