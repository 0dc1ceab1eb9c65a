//! Service principals: `cloudtrail.amazonaws.com`.

use crate::aws::table::Table;

use super::place::{partitions, region};

static PRINCIPALS: Table = Table::new(include_str!("../../../data/service_principals.tsv"));

/// A service principal in its parts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ServicePrincipal<'a> {
    /// The part before region and suffix: `cloudtrail`, `delivery.logs`.
    pub service: &'a str,
    /// The region, if one is written.
    pub region: Option<&'a str>,
    /// `amazonaws.com`, `amazonaws.com.cn`, `amazon.com`.
    pub suffix: &'a str,
    /// Whether it is in the table. AWS publishes no list, so an unlisted one may exist.
    pub listed: bool,
}

/// Takes a service principal apart; `None` if it does not end as service principals do.
#[must_use]
pub fn service_principal(name: &str) -> Option<ServicePrincipal<'_>> {
    let (before, suffix) = split_suffix(name)?;
    let (service, region) = match before.rsplit_once('.') {
        Some((service, last)) if region(last).is_some() => (service, Some(last)),
        _ => (before, None),
    };
    if service.is_empty() {
        return None;
    }
    let listed = is_listed_principal(service);
    Some(ServicePrincipal { service, region, suffix, listed })
}

/// Whether a service principal without region and suffix is in the table; case matters.
#[must_use]
pub fn is_listed_principal(service: &str) -> bool {
    PRINCIPALS.find(service).is_some_and(|record| record.key() == service)
}

/// The known service principals without region and suffix, sorted.
pub fn service_principals() -> impl Iterator<Item = &'static str> {
    PRINCIPALS.records().map(|record| record.key())
}

/// Parts the suffix off, the longest that fits.
fn split_suffix(name: &str) -> Option<(&str, &'static str)> {
    let suffixes = partitions().map(|partition| partition.dns_suffix).chain(["amazon.com", "aws.internal"]);
    let fitting = suffixes.filter_map(|suffix| Some((name.strip_suffix(suffix)?.strip_suffix('.')?, suffix)));
    fitting.max_by_key(|(_, suffix)| suffix.len())
}
