//! Accounts that are known to the public: those of vendors whose customers trust them, and those of AWS itself.
//!
//! Few are listed, each with its source: what is not listed is not known, and no finding rests on that.

use super::arn::AccountId;
use super::service_accounts;
use super::table::Table;

static ACCOUNTS: Table = Table::new(include_str!("../../data/known_accounts.tsv"));

/// Whose an account is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Owner {
    /// AWS, which acts from it for its customers.
    Aws,
    /// A vendor, by the name that people know.
    Vendor(&'static str),
}

/// Whose the account is, if that is known.
#[must_use]
pub fn owner(account: AccountId) -> Option<Owner> {
    let number = account.to_string();
    if service_accounts::is_one(&number) {
        return Some(Owner::Aws);
    }
    let [_, owner, name] = ACCOUNTS.find(&number)?.fields();
    Some(if owner == "vendor" { Owner::Vendor(name) } else { Owner::Aws })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_names_an_account_and_its_owner() {
        for record in ACCOUNTS.records() {
            let [account, owner, name, source] = record.fields();
            assert!(AccountId::parse(account).is_some(), "{account}");
            assert!(["aws", "vendor"].contains(&owner) && !name.is_empty() && !source.is_empty(), "{account}");
        }
    }

    #[test]
    fn owners() {
        let of = |number: &str| owner(AccountId::parse(number).unwrap());
        assert_eq!(of("464622532012"), Some(Owner::Vendor("Datadog")));
        assert_eq!(of("156460612806"), Some(Owner::Aws), "load balancers of eu-west-1");
        assert_eq!(of("111122223333"), None);
    }
}
