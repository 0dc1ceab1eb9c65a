//! For whom a service calls: the keys that a call of a service carries.

use crate::aws::table::{Table, list};

static SOURCE_KEYS: Table = Table::new(include_str!("../../../data/source_keys.tsv"));

/// The condition keys that say for whom `service` (without region and suffix: `cloudtrail`)
/// calls `action`, the best one first; none where AWS does not say that it sets any.
///
/// Only what AWS's documentation of that very call shows: a condition on a key that a
/// service does not set shuts it out.
pub fn source_keys(service: &str, action: &str) -> impl Iterator<Item = &'static str> {
    SOURCE_KEYS.find(&format!("{service} {action}")).into_iter().flat_map(|record| list(record.field(1)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::aws::facts::{KeyScope, action, condition_key, service_principals};

    #[test]
    fn every_record_names_what_exists() {
        for record in SOURCE_KEYS.records() {
            let (service, called) = record.key().split_once(' ').unwrap();
            assert!(service_principals().any(|listed| listed == service), "{service}");
            assert!(action(called).is_some_and(|facts| facts.name == called), "{called}");
            let keys: Vec<&str> = source_keys(service, called).collect();
            let is_global = |key: &&str| condition_key(key).is_some_and(|facts| facts.scope == KeyScope::Global);
            assert!(!keys.is_empty() && keys.iter().all(is_global), "{keys:?}");
            assert!(record.field(2).starts_with("https://docs.aws.amazon.com/"), "{service}");
        }
        assert_eq!(source_keys("ec2", "sts:AssumeRole").count(), 0);
    }
}
