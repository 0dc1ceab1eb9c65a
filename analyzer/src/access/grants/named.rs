//! Which principal, role or resource of the workspace a string of a policy names.

use crate::eval::account::same;
use crate::eval::equality::texts_equal;
use crate::eval::text::{Known, Piece, Text};
use crate::iam::{IamModel, Origin, PolicedResource, Principal, PrincipalKind, are_one_arn};
use crate::truth::Truth;

use super::is_certain;

/// Things that are only named and with which one unknown name is compared.
const MOST_COMPARISONS: usize = 256;

/// What is only named somewhere: it may be something that is declared under an unknown name.
#[derive(Debug)]
pub(super) struct Strangers<'a> {
    principals: Vec<&'a Principal>,
    resources: Vec<&'a PolicedResource>,
}

impl<'a> Strangers<'a> {
    pub(super) fn of(iam: &'a IamModel) -> Self {
        Self {
            principals: iam.principals().iter().filter(|it| it.origin == Origin::Named).collect(),
            resources: iam.resources().iter().map(|it| &**it).filter(|it| it.origin == Origin::Named).collect(),
        }
    }

    /// Whether `principal` is wholly there: someone else's word cannot be about it too.
    pub(super) fn leave(&self, principal: &Principal) -> bool {
        let is_it = |other: &&&Principal| {
            other.kind == principal.kind
                && same(&other.account, &principal.account).truth.may_be()
                && texts_equal(&other.name, &principal.name).may_be()
        };
        principal.name.is_known() || few(&self.principals) && !self.principals.iter().any(|other| is_it(&other))
    }

    /// The same of a resource.
    pub(super) fn leave_resource(&self, resource: &PolicedResource) -> bool {
        let is_it = |other: &&&PolicedResource| {
            other.service == resource.service && texts_equal(&other.arn, &resource.arn) != Truth::No
        };
        resource.arn.is_known() || few(&self.resources) && !self.resources.iter().any(|other| is_it(&other))
    }
}

fn few<T>(things: &[T]) -> bool {
    things.len() <= MOST_COMPARISONS
}

/// The one role or user of the workspace that `arn`, a principal of a policy, names and that is there for certain.
pub(in crate::access) fn principal<'a>(iam: &'a IamModel, arn: &Text) -> Option<&'a Principal> {
    let role = role_of_session(arn);
    let arn = role.as_ref().unwrap_or(arn);
    let meant = iam.meant_by(arn);
    let certain = meant.certain.iter().chain(meant.possible.iter().filter(|it| are_one_arn(&it.arn, arn)));
    let found = only(certain.filter(|it| it.origin == Origin::Declared).copied())?;
    let is_caller = matches!(found.kind, PrincipalKind::Role | PrincipalKind::User);
    (is_caller && is_certain(&found.existence) && !found.service_linked).then_some(found)
}

/// The one role of the workspace that `arn`, a resource of a policy, names.
pub(crate) fn role<'a>(iam: &'a IamModel, arn: &Text) -> Option<&'a Principal> {
    principal(iam, arn).filter(|it| it.kind == PrincipalKind::Role)
}

/// The one resource of the workspace that `arn`, a resource of a policy, names, or names something within it.
pub(crate) fn resource<'a>(iam: &'a IamModel, arn: &Text) -> Option<&'a PolicedResource> {
    let found = only(resources(iam, arn).into_iter().filter(|it| it.origin == Origin::Declared))?;
    is_certain(&found.existence).then_some(found)
}

/// The resources of the workspace that `arn`, a resource of a policy, names, or names something within.
pub(crate) fn resources<'a>(iam: &'a IamModel, arn: &Text) -> Vec<&'a PolicedResource> {
    let names = [Some(arn.clone()), until_slash(arn), without_end(arn)];
    let mut found = names.iter().flatten().map(|name| iam.resources_meant_by(name));
    found.find(|found| !found.is_empty()).unwrap_or_default()
}

fn only<T>(mut found: impl Iterator<Item = T>) -> Option<T> {
    let first = found.next()?;
    found.next().is_none().then_some(first)
}

/// The ARN of the role, if it has no path, whose session this is.
fn role_of_session(arn: &Text) -> Option<Text> {
    let known = |text: String| Piece::Known(Known { text: text.into(), place: None });
    let mut role = Vec::new();
    for piece in arn.pieces() {
        let Piece::Known(piece) = piece else {
            role.push(piece.clone());
            continue;
        };
        let text = piece.text.replacen(":sts::", ":iam::", 1);
        let Some((front, session)) = text.split_once(":assumed-role/") else {
            role.push(known(text));
            continue;
        };
        let (name, _) = session.split_once('/')?;
        role.push(known(format!("{front}:role/{name}")));
        return Some(Text::from_pieces(role));
    }
    None
}

/// The ARN of the bucket in that of its objects.
fn until_slash(arn: &Text) -> Option<Text> {
    let mut front = Vec::new();
    for piece in arn.pieces() {
        match piece {
            Piece::Known(known) => {
                if let Some((start, _)) = known.text.split_once('/') {
                    front.push(Piece::Known(Known { text: start.into(), place: None }));
                    return Some(Text::from_pieces(front));
                }
                front.push(piece.clone());
            }
            Piece::Hole(_) => front.push(piece.clone()),
        }
    }
    None
}

/// The ARN without the wildcard for all that is within it.
fn without_end(arn: &Text) -> Option<Text> {
    let (last, front) = arn.pieces().split_last()?;
    let Piece::Known(known) = last else { return None };
    let start = known.text.strip_suffix('*')?;
    let start = start.strip_suffix([':', '/']).unwrap_or(start);
    let last = Piece::Known(Known { text: start.into(), place: None });
    Some(Text::from_pieces(front.iter().cloned().chain([last])))
}

#[cfg(test)]
mod tests {
    use super::{role_of_session, until_slash, without_end};
    use crate::eval::symbol::{Cause, Symbol};
    use crate::eval::text::Text;

    fn shown(text: Option<Text>) -> String {
        text.map(|it| it.display()).unwrap_or_default()
    }

    #[test]
    fn roles_of_sessions() {
        let role = |arn: &str| shown(role_of_session(&Text::known(arn)));
        assert_eq!(role("arn:aws:sts::111111111111:assumed-role/ci/me"), "arn:aws:iam::111111111111:role/ci");
        assert_eq!(role("arn:aws:iam::111111111111:role/ci"), "");
        assert_eq!(role("arn:aws:sts::111111111111:assumed-role/ci"), "");
        let account = Text::hole(Symbol::new("", "a", Cause::Account, None));
        let session = Text::known("arn:aws:sts::").concat(account).concat(Text::known(":assumed-role/ci/me"));
        assert_eq!(shown(role_of_session(&session)), "arn:aws:iam::{a}:role/ci");
    }

    #[test]
    fn what_holds_it() {
        let bucket = || Text::hole(Symbol::new("", "b.arn", Cause::Computed, None));
        assert_eq!(shown(until_slash(&bucket().concat(Text::known("/logs/*")))), "{b.arn}");
        assert_eq!(shown(until_slash(&Text::known("arn:aws:s3:::b/*"))), "arn:aws:s3:::b");
        assert_eq!(shown(until_slash(&bucket())), "");
        assert_eq!(shown(without_end(&bucket().concat(Text::known(":*")))), "{b.arn}");
        assert_eq!(shown(without_end(&Text::known("arn:aws:sqs:eu-west-1:1:q*"))), "arn:aws:sqs:eu-west-1:1:q");
        assert_eq!(shown(without_end(&Text::known("arn:aws:sqs:eu-west-1:1:q"))), "");
    }
}
