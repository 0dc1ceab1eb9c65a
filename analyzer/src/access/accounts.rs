//! Whether two accounts are one.

use crate::aws::arn::AccountId;
use crate::eval::text::Text;
use crate::truth::Truth;

/// What is known of accounts beside their numbers.
pub trait Accounts {
    /// Whether `left` and `right`, each twelve digits or unknown, are the same account.
    fn same(&self, left: &Text, right: &Text) -> Truth;
}

/// Numbers are compared; two unknowns are the same account if they are the same symbol.
#[derive(Debug, Clone, Copy, Default)]
pub struct ByNumber;

impl Accounts for ByNumber {
    fn same(&self, left: &Text, right: &Text) -> Truth {
        match (left.as_known(), right.as_known()) {
            (Some(left), Some(right)) => Truth::from(left == right && AccountId::parse(&left).is_some()),
            (None, None) => {
                let both = || left.holes().zip(right.holes());
                let alone = |text: &Text| text.pieces().len() == 1;
                let same = both().all(|(left, right)| left == right && left.is_stable());
                if alone(left) && alone(right) && same { Truth::Yes } else { Truth::Unknown }
            }
            (Some(known), None) | (None, Some(known)) if AccountId::parse(&known).is_none() => Truth::No,
            (Some(_), None) | (None, Some(_)) => Truth::Unknown,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Accounts as _, ByNumber};
    use crate::eval::symbol::{Cause, Symbol};
    use crate::eval::text::Text;
    use crate::truth::Truth::{self, No, Unknown, Yes};

    #[test]
    fn numbers_and_symbols() {
        let hole = |name: &str, cause| Text::hole(Symbol::new("", name, cause, None));
        let same = |left: Text, right: Text| -> Truth {
            assert_eq!(ByNumber.same(&left, &right), ByNumber.same(&right, &left));
            ByNumber.same(&left, &right)
        };
        let one = || Text::known("111111111111");
        assert_eq!(same(one(), one()), Yes);
        assert_eq!(same(one(), Text::known("222222222222")), No);
        assert_eq!(same(one(), hole("a", Cause::Account)), Unknown);
        assert_eq!(same(hole("a", Cause::Account), hole("a", Cause::Account)), Yes);
        assert_eq!(same(hole("a", Cause::Account), hole("b", Cause::Account)), Unknown);
        assert_eq!(same(hole("a", Cause::Impure), hole("a", Cause::Impure)), Unknown);
        assert_eq!(same(Text::known("x"), hole("a", Cause::Account)), No);
    }
}
