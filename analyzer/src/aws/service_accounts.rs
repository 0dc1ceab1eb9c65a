//! Accounts from which AWS services write to their customers' buckets, by region.
//!
//! Newer regions have none: there the service principal writes.

use super::table::Table;

static ACCOUNTS: Table = Table::new(include_str!("../../data/service_accounts.tsv"));

/// A service that has an account in each region.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Service {
    /// CloudTrail
    CloudTrail,
    /// Elastic Load Balancing
    LoadBalancing,
    /// Redshift audit logging
    Redshift,
}

/// The number of the account that `service` acts from in `region`.
#[must_use]
pub fn service_account(service: Service, region: &str) -> Option<&'static str> {
    let column = match service {
        Service::CloudTrail => 1,
        Service::LoadBalancing => 2,
        Service::Redshift => 3,
    };
    Some(ACCOUNTS.find(region)?.field(column)).filter(|account| !account.is_empty() && *account != "-")
}

/// Whether `account` is one of them.
#[must_use]
pub fn is_one(account: &str) -> bool {
    ACCOUNTS.records().any(|record| (1..=3).any(|column| record.field(column) == account))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accounts_have_twelve_digits() {
        for record in ACCOUNTS.records() {
            for column in 1..=3 {
                let account = record.field(column);
                let is_account = account.len() == 12 && account.bytes().all(|byte| byte.is_ascii_digit());
                assert!(is_account || account == "-", "{}", record.key());
            }
        }
    }

    #[test]
    fn finds_an_account() {
        assert_eq!(service_account(Service::LoadBalancing, "eu-west-1"), Some("156460612806"));
        assert_eq!(service_account(Service::CloudTrail, "nowhere-1"), None);
    }
}
