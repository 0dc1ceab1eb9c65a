//! Which principals an ARN means that a policy names.

use rustc_hash::FxHashMap;
use smol_str::SmolStr;

use crate::aws::arn::Arn;
use crate::aws::pattern;
use crate::eval::equality::texts_equal;
use crate::eval::text::{Known, Piece, Text};
use crate::truth::Truth;

use super::IamModel;
use super::index::Index;
use super::principal::{Principal, PrincipalKind};

/// Principals whose names have holes and with which one ARN is compared; there may be more.
const MOST_COMPARISONS: usize = 256;

/// The principals that an ARN may mean.
#[derive(Debug, Clone, Default)]
pub struct Meant<'m> {
    /// Those of which it is the ARN whatever the unknowns are.
    pub certain: Vec<&'m Principal>,
    /// Those of which it may be the ARN.
    pub possible: Vec<&'m Principal>,
    /// Whether there may be others in view that were not compared.
    pub more: bool,
    /// How many others it was compared with.
    pub compared: usize,
}

impl Meant<'_> {
    /// Whether it certainly means nothing in view.
    #[must_use]
    pub fn is_nothing(&self) -> bool {
        self.certain.is_empty() && self.possible.is_empty() && !self.more
    }
}

/// Principals by kind and name.
#[derive(Debug, Default)]
pub(super) struct Names {
    known: Index,
    /// Those of them whose ARNs have holes: with a known ARN no other one can be compared in vain. One
    /// name, as that of a role for deployments, may be in every account of an organization.
    open: Index,
    /// Those whose names have holes, by kind.
    holed: FxHashMap<PrincipalKind, Vec<usize>>,
}

impl Names {
    pub(super) fn of(principals: &[Principal]) -> Self {
        let numbered = || principals.iter().zip(0..);
        let named = || numbered().filter_map(|(it, index)| Some(((it.kind, it.name.as_known()?), index, it)));
        let known = Index::of(named().map(|(name, index, _)| (name, index)));
        let is_open = |it: &Principal| !it.arn.is_known();
        let open = Index::of(named().filter(|(.., it)| is_open(it)).map(|(name, index, _)| (name, index)));
        let mut holed: FxHashMap<PrincipalKind, Vec<usize>> = FxHashMap::default();
        for (principal, index) in numbered().filter(|(it, _)| !it.name.is_known()) {
            holed.entry(principal.kind).or_default().push(index);
        }
        Self { known, open, holed }
    }
}

impl IamModel {
    /// The roles, users and groups that `arn`, an ARN without wildcards, means.
    #[must_use]
    pub fn meant_by(&self, arn: &Text) -> Meant<'_> {
        let certain: Vec<&Principal> = self.with_arn(arn).collect();
        let mut meant = Meant { certain, ..Meant::default() };
        let Some((kind, name)) = kind_and_name(arn) else {
            meant.more = !arn.is_known();
            return meant;
        };
        let holed = self.names.holed.get(&kind).map(Vec::as_slice).unwrap_or_default();
        let known: Vec<usize> = match name.as_known() {
            Some(name) => {
                let names = if arn.is_known() { &self.names.open } else { &self.names.known };
                let is_called = |(kind, name): &(PrincipalKind, SmolStr), index: usize| {
                    let principal = self.principals().get(index).filter(|it| it.kind == *kind);
                    principal.is_some_and(|it: &Principal| it.name.as_known().as_ref() == Some(name))
                };
                names.get((kind, name), is_called).collect()
            }
            // Which of the known names it is cannot be looked up.
            None => {
                meant.more = true;
                Vec::new()
            }
        };
        meant.more |= holed.len() > MOST_COMPARISONS;
        meant.compared = known.len() + holed.len().min(MOST_COMPARISONS);
        let candidates = known.iter().chain(holed.iter().take(MOST_COMPARISONS));
        let principals = candidates.filter_map(|index| self.principals().get(*index));
        meant.possible = principals.filter(|it| texts_equal(&it.arn, arn) == Truth::Unknown).collect();
        meant
    }
}

/// The kind and the name of the principal with this ARN: what stands behind the last slash.
fn kind_and_name(text: &Text) -> Option<(PrincipalKind, Text)> {
    let pieces = text.pieces().iter().map(|piece| match piece {
        Piece::Known(known) => pattern::Piece::Text(known.text.as_str()),
        Piece::Hole(symbol) => pattern::Piece::Hole(symbol),
    });
    let arn = Arn::read(pieces).ok().filter(|arn| arn.service.known().as_deref() == Some("iam"))?;
    let pieces = arn.resource.pieces();
    let kind = match pieces.first() {
        Some(pattern::Piece::Text(start)) => PrincipalKind::of("iam", start.split('/').next()?)?,
        Some(pattern::Piece::Hole(_)) | None => return None,
    };
    let mut name = Vec::new();
    for piece in pieces.iter().rev() {
        match piece {
            pattern::Piece::Hole(symbol) => name.push(Piece::Hole((*symbol).clone())),
            pattern::Piece::Text(text) => {
                let (end, is_whole) = text.rsplit_once('/').map_or((*text, false), |(_, end)| (end, true));
                name.push(Piece::Known(Known { text: end.into(), place: None }));
                if is_whole {
                    break;
                }
            }
        }
    }
    name.reverse();
    Some((kind, Text::from_pieces(name)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::eval::symbol::{Cause, Symbol};

    fn shown(text: &Text) -> Option<(PrincipalKind, String)> {
        kind_and_name(text).map(|(kind, name)| (kind, name.display()))
    }

    #[test]
    fn names_stand_behind_the_last_slash() {
        let hole = |name: &str| Text::hole(Symbol::new("", name, Cause::Variable, None));
        let role = |text: Text| Text::known("arn:aws:iam::111122223333:role/").concat(text);
        assert_eq!(shown(&role(Text::known("a/b/c"))), Some((PrincipalKind::Role, "c".to_owned())));
        assert_eq!(shown(&role(hole("x"))), Some((PrincipalKind::Role, "{x}".to_owned())));
        let suffixed = role(hole("path").concat(Text::known("/app-")).concat(hole("x")));
        assert_eq!(shown(&suffixed), Some((PrincipalKind::Role, "app-{x}".to_owned())));
        assert_eq!(shown(&Text::known("arn:aws:iam::111122223333:root")), None);
        assert_eq!(shown(&Text::known("arn:aws:sts::111122223333:role/x")), None);
        assert_eq!(shown(&hole("x")), None);
    }
}
