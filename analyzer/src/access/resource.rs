//! Whether a `Resource` element matches what a request reaches for.
//!
//! Sources: IAM User Guide, `reference_policies_elements_resource` and `reference_policies_grammar`.

use crate::aws::arn::{Arn, NoArn};
use crate::aws::pattern::Pattern;
use crate::eval::symbol::Symbol;
use crate::eval::text::{Piece, Text};
use crate::policy::model::PolicyKind;
use crate::truth::Truth;

use super::hole::{Hole, Side, piece_of};
use super::request::{Request, Target};
use super::template::{Reading, Template};

/// The fields of an ARN.
const FIELDS: usize = 6;

/// A string of `Resource` or `NotResource`.
#[derive(Debug)]
pub(super) struct Resource {
    template: Template,
    /// For an ARN with fewer than six fields: the same with `*` for those that it lacks.
    completed: Option<Template>,
    /// Whether the lacking fields are certain to be read as `*`.
    completes: bool,
    /// Whether a wildcard stands in front of the last field.
    wild_front: bool,
}

impl Resource {
    pub(super) fn compile(text: &Text, reading: Reading, kind: PolicyKind) -> Self {
        let completed = match Arn::read(text.pieces().iter().map(|piece| piece_of(piece, Side::Policy))) {
            Err(NoArn::Short(fields)) => {
                let rest = ":*".repeat(FIELDS - fields);
                Some(Template::new(&text.clone().concat(Text::known(rest)), reading))
            }
            Ok(_) | Err(NoArn::Other | NoArn::Unknown) => None,
        };
        let completes = kind == PolicyKind::Identity;
        Self { template: Template::new(text, reading), completed, completes, wild_front: wild_front(text) }
    }

    pub(super) fn matches(&self, request: &Request<'_>) -> Truth {
        let asked = |template: &Template| {
            template.ask(request, |pattern| as_resource(pattern, request.target, self.wild_front))
        };
        match &self.completed {
            None => asked(&self.template),
            Some(completed) if self.completes => asked(completed),
            // AWS does not say what other policies make of a short ARN.
            Some(completed) => match (asked(&self.template), asked(completed)) {
                (Truth::Yes, Truth::Yes) => Truth::Yes,
                (Truth::No, Truth::No) => Truth::No,
                _ => Truth::Unknown,
            },
        }
    }

    pub(super) fn symbols(&self) -> impl Iterator<Item = &Symbol> {
        self.template.symbols()
    }

    pub(super) fn keys(&self) -> Vec<String> {
        self.template.keys()
    }
}

/// AWS compares the whole text, but for a wildcard inside a field of which it says that it
/// stays there; where that makes a difference, the answer is open.
fn as_resource(written: &Pattern<Hole>, target: &Target, wild_front: bool) -> Truth {
    let whole = target.matches(written);
    if whole.is_no() || !wild_front || written.is_everything() {
        return whole;
    }
    if target.is_each() {
        return Truth::Unknown;
    }
    match written.covers_as_arn(target.pattern()) {
        Truth::No => Truth::Unknown,
        answer => whole.and(answer),
    }
}

/// Whether a wildcard stands in front of the fifth colon, or may do so. A hole at the start
/// holds the front of an ARN, and nearly always all five colons.
fn wild_front(text: &Text) -> bool {
    let known = text.pieces().iter().map(|piece| match piece {
        Piece::Known(known) => known.text.as_str(),
        Piece::Hole(_) => "",
    });
    let known: String = known.collect();
    let starts_open = matches!(text.pieces(), [Piece::Hole(_), ..]);
    let front = if starts_open { known.split(':').count() - 1 } else { FIELDS - 1 };
    known.splitn(FIELDS, ':').take(front).any(|field| field.contains(['*', '?']))
}

#[cfg(test)]
mod tests {
    use super::wild_front;
    use crate::eval::symbol::{Cause, Symbol};
    use crate::eval::text::Text;

    #[test]
    fn where_wildcards_stand() {
        let front = |text: &str| wild_front(&Text::known(text));
        let arn = || Text::hole(Symbol::new("", "arn", Cause::Computed, None));
        assert!(!wild_front(&arn().concat(Text::known("/*"))));
        assert!(!wild_front(&arn().concat(Text::known(":log-stream:*"))));
        assert!(wild_front(&arn().concat(Text::known(":*:x"))));
        assert!(front("arn:aws:iam::*:role/x") && front("*") && front("arn:aws:s3*"));
        assert!(!front("arn:aws:s3:::x/*") && !front("arn:aws:logs:a:1:log-group:*:x"));
    }
}
