//! Things in view by what someone types: an address, with its stack where that is needed, or a name.

use std::collections::BTreeSet;

use super::Refusal;

/// Candidates beyond these are only counted.
const MOST_SHOWN: usize = 12;

/// Something that can be named.
pub(super) struct Named<'n, T> {
    pub(super) stack: &'n str,
    pub(super) address: &'n str,
    /// Its name in AWS, if that is known.
    pub(super) name: Option<String>,
    pub(super) it: T,
}

/// The one of `things` that `written` means; `None` if it means nothing.
///
/// # Errors
/// When it means several.
pub(super) fn find<T: Copy>(written: &str, things: &[Named<'_, T>]) -> Result<Option<T>, Refusal> {
    let by_address = |named: &&Named<'_, T>| named.address == written || named.full() == written;
    let by_name = |named: &&Named<'_, T>| named.name.as_deref() == Some(written);
    let instances = |named: &&Named<'_, T>| named.address.strip_prefix(written).is_some_and(|it| it.starts_with('['));
    let ways: [Vec<&Named<'_, T>>; 3] = [
        things.iter().filter(by_address).collect(),
        things.iter().filter(by_name).collect(),
        things.iter().filter(instances).collect(),
    ];
    for found in &ways {
        match found.as_slice() {
            [] => {}
            [one] => return Ok(Some(one.it)),
            several => return Err(ambiguous(written, several)),
        }
    }
    Ok(None)
}

/// That `written` means nothing, with what is near.
pub(super) fn unknown<T>(what: &str, written: &str, things: &[Named<'_, T>]) -> Refusal {
    let names = things.iter().flat_map(|named| [named.name.as_deref(), Some(named.address)]).flatten();
    let hint = nearest(written, names).map(|name| format!("; did you mean `{name}`?"));
    Refusal::new(format!("there is no {what} `{written}` in view{}", hint.unwrap_or_default()))
}

impl<T> Named<'_, T> {
    fn full(&self) -> String {
        format!("{}:{}", self.stack, self.address)
    }
}

fn ambiguous<T>(written: &str, found: &[&Named<'_, T>]) -> Refusal {
    let names: BTreeSet<String> = found.iter().map(|named| named.full()).collect();
    let more = names.len().saturating_sub(MOST_SHOWN);
    let mut names: Vec<String> = names.into_iter().take(MOST_SHOWN).map(|name| format!("`{name}`")).collect();
    if more > 0 {
        names.push(format!("{more} others"));
    }
    Refusal::new(format!("`{written}` may be any of {}", names.join(", ")))
}

/// The one of `names` that `written` was probably meant to be.
fn nearest<'a>(written: &str, names: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let distances = names.filter(|name| !name.is_empty());
    let distances = distances.map(|name| (strsim::damerau_levenshtein(written, name), name));
    let (distance, name) = distances.min()?;
    (distance <= (written.chars().count() / 4).max(1)).then_some(name)
}

#[cfg(test)]
mod tests {
    use super::{Named, find, unknown};

    fn things() -> Vec<Named<'static, u8>> {
        let named = |stack, address, name: &str, it| Named { stack, address, name: Some(name.to_owned()), it };
        vec![
            named("a", "aws_iam_role.x", "x", 0),
            named("b", "aws_iam_role.x", "y", 1),
            named("b", "aws_iam_role.many[\"k\"]", "many-k", 2),
        ]
    }

    #[test]
    fn addresses_and_names() {
        let ask = |written| find(written, &things()).map_err(|it| it.message);
        assert_eq!(ask("b:aws_iam_role.x"), Ok(Some(1)));
        assert_eq!(ask("y"), Ok(Some(1)));
        assert_eq!(ask("aws_iam_role.many"), Ok(Some(2)));
        assert_eq!(ask("aws_iam_role.z"), Ok(None));
        let several = "`aws_iam_role.x` may be any of `a:aws_iam_role.x`, `b:aws_iam_role.x`";
        assert_eq!(ask("aws_iam_role.x"), Err(several.to_owned()));
    }

    #[test]
    fn what_is_near_is_suggested() {
        let said = |written| unknown("role", written, &things()).message;
        assert_eq!(said("aws_iam_rol.x"), "there is no role `aws_iam_rol.x` in view; did you mean `aws_iam_role.x`?");
        assert_eq!(said("nothing-like-it"), "there is no role `nothing-like-it` in view");
    }
}
