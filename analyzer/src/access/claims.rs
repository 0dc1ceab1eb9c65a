//! What a statement may be about, before anything is decided.

use crate::aws::facts::{self, ActionFacts};
use crate::eval::text::Text;
use crate::policy::model::Statement;

/// Whether a statement may allow `action`, its resources and conditions aside.
#[must_use]
pub fn may_allow(statement: &Statement, action: &ActionFacts) -> bool {
    let names = |text: &Text| text.as_known().is_none_or(|text| facts::is_matched(&text, action));
    let mentions = statement.actions.iter().any(|strings| {
        let mut listed = strings.items.iter().chain(&strings.possible);
        strings.negated || !strings.open.is_empty() || listed.any(|leaf| names(&leaf.text))
    });
    !denies(statement) && (mentions || statement.actions.is_empty())
}

/// Whether a statement may allow anything.
pub(super) fn allows(statement: &Statement) -> bool {
    !denies(statement)
}

fn denies(statement: &Statement) -> bool {
    let effect = statement.effect.as_ref().and_then(|effect| effect.text.as_known());
    effect.is_some_and(|effect| effect == "Deny")
}
