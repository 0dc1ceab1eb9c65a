//! Whether a `Resource` element matches what a request reaches for.
//!
//! Sources: IAM User Guide, `reference_policies_elements_resource`, `reference-arns` and
//! `reference_policies_grammar`.

use crate::aws::arn::{Arn, Field, NoArn};
use crate::aws::pattern::{Pattern, Piece as PatternPiece};
use crate::eval::symbol::Symbol;
use crate::eval::text::{Piece, Text};
use crate::policy::model::PolicyKind;
use crate::truth::Truth;

use super::hole::{Hole, Side, in_partition, piece_of};
use super::request::{FIELDS, Request, Target, first_part};
use super::template::{Reading, Template};

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
    /// Whether one stands where an ARN has the type of a resource.
    wild_type: bool,
    /// Whether it matches where the request lacks one of its variables.
    without: Truth,
}

impl Resource {
    /// `negated`: whether it is of `NotResource`, where AWS does not say whether a variable
    /// without a value makes the whole statement match nothing.
    pub(super) fn compile(text: &Text, reading: Reading, kind: PolicyKind, negated: bool) -> Self {
        let arn = Arn::read(text.pieces().iter().map(|piece| piece_of(piece, Side::Policy)));
        let wild_type = arn.as_ref().is_ok_and(|arn| wild_type(&arn.resource));
        let completed = match arn {
            Err(NoArn::Short(fields)) => {
                let rest = ":*".repeat(FIELDS - fields);
                Some(Template::new(&text.clone().concat(Text::known(rest)), reading))
            }
            Ok(_) | Err(NoArn::Other | NoArn::Unknown) => None,
        };
        let completes = kind == PolicyKind::Identity;
        let template = Template::new(text, reading);
        let without = if negated { Truth::Unknown } else { Truth::No };
        Self { template, completed, completes, wild_front: wild_front(text), wild_type, without }
    }

    pub(super) fn matches(&self, request: &Request<'_>) -> Truth {
        let asked = |template: &Template| {
            template.ask_or(self.without, request, |pattern| self.covers(pattern, request.target))
        };
        let whole =
            |template: &Template| template.ask_or(self.without, request, |pattern| request.target.matches(pattern));
        match &self.completed {
            None => asked(&self.template),
            // AWS does not say what other policies make of a short ARN, nor of one with wildcards
            // that fills the fields as well.
            Some(completed) => match (whole(&self.template), asked(completed)) {
                (Truth::No, Truth::Yes) if self.completes => Truth::Yes,
                (written, completed) if written == completed => written,
                _ => Truth::Unknown,
            },
        }
    }

    /// AWS compares the whole text, but says of a wildcard inside a field that it stays there,
    /// and of one in place of a type that it is not allowed: what follows from that is open.
    fn covers(&self, written: &Pattern<Hole>, target: &Target) -> Truth {
        let whole = target.matches(written);
        if whole.is_no() || written.is_everything() {
            return whole;
        }
        if self.wild_type && target.is_typed() {
            return Truth::Unknown;
        }
        match written {
            _ if !self.wild_front => whole,
            _ if target.is_each() => Truth::Unknown,
            written => {
                let by_field = in_partition(written, target.pattern(), Pattern::covers_as_arn);
                whole.and(by_field.or(Truth::Unknown))
            }
        }
    }

    pub(super) fn symbols(&self) -> impl Iterator<Item = &Symbol> {
        self.template.symbols()
    }

    pub(super) fn keys(&self) -> Vec<String> {
        self.template.keys()
    }
}

/// Whether a wildcard stands in the part of an ARN's last field that can be a type.
fn wild_type(resource: &Field<'_, Hole>) -> bool {
    let Some(PatternPiece::Text(start)) = resource.pieces().first() else { return false };
    let is_everything = resource.known().is_some_and(|known| known.bytes().all(|byte| byte == b'*'));
    !is_everything && first_part(start).contains(['*', '?'])
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
