//! ARNs of which the partition is left aside: what an ARN names is in one partition only, and
//! often the source does not say in which.

use crate::eval::equality::texts_equal;
use crate::eval::text::{Known, Piece, Text};

/// Whether two ARNs are one, where a partition that is not known is taken to be that of the other.
pub(crate) fn are_one_arn(a: &Text, b: &Text) -> bool {
    let (Some(left), Some(right)) = (split(a), split(b)) else { return false };
    let same_partition = match (left.0, right.0) {
        (Some(left), Some(right)) => left == right,
        (None, _) | (_, None) => true,
    };
    same_partition && texts_equal(&left.1, &right.1).is_yes()
}

/// What stands behind the partition of an ARN.
pub(super) fn behind_partition(arn: &Text) -> Option<Text> {
    split(arn).map(|(_, behind)| behind)
}

/// The partition of an ARN, if it is known, and what stands behind it.
fn split(arn: &Text) -> Option<(Option<&str>, Text)> {
    let mut pieces = arn.pieces().iter();
    let Some(Piece::Known(first)) = pieces.next() else { return None };
    let rest = first.text.strip_prefix("arn:")?;
    let known = |text: &str| Piece::Known(Known { text: text.into(), place: None });
    if let Some((partition, behind)) = rest.split_once(':') {
        let behind = Text::from_pieces([known(behind)].into_iter().chain(pieces.cloned()));
        return Some((Some(partition), behind));
    }
    let (Some(Piece::Hole(_)), Some(Piece::Known(next)), true) = (pieces.next(), pieces.next(), rest.is_empty()) else {
        return None;
    };
    let behind = next.text.strip_prefix(':')?;
    Some((None, Text::from_pieces([known(behind)].into_iter().chain(pieces.cloned()))))
}

#[cfg(test)]
mod tests {
    use super::are_one_arn;
    use crate::eval::symbol::{Cause, Symbol};
    use crate::eval::text::Text;

    #[test]
    fn one_account_is_in_one_partition() {
        let hole = |name: &str| Text::hole(Symbol::new("", name, Cause::Partition, None));
        let role = |account: Text| {
            let front = Text::known("arn:").concat(hole("p")).concat(Text::known(":iam::"));
            front.concat(account).concat(Text::known(":role/x"))
        };
        let written = Text::known("arn:aws:iam::111111111111:role/x");
        assert!(are_one_arn(&role(Text::known("111111111111")), &written));
        assert!(are_one_arn(&written, &role(Text::known("111111111111"))));
        assert!(!are_one_arn(&role(Text::known("222222222222")), &written));
        assert!(!are_one_arn(&role(hole("a")), &written));
        assert!(!are_one_arn(&hole("a"), &written));
        assert!(!are_one_arn(&Text::known("arn:aws-cn:iam::111111111111:role/x"), &written));
    }
}
