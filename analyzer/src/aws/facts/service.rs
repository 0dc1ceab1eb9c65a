//! Services by the prefix that policies use.

use std::sync::LazyLock;

use crate::aws::table::{Record, Table};

static SERVICES: Table = Table::new(include_str!("../../../data/services.tsv"));
static EXTRA: Table = Table::new(include_str!("../../../data/services_extra.tsv"));

/// A service.
#[derive(Debug, Clone, Copy)]
pub struct ServiceFacts {
    /// The prefix of its actions: `cloudtrail-data`.
    pub prefix: &'static str,
    /// Its name for people; several services may share a name.
    pub name: &'static str,
    /// Whether resource control policies apply to its actions.
    pub resource_control_policies: bool,
    /// Whether AWS has shut it down.
    pub retired: bool,
}

/// The service of a prefix, letter case aside.
#[must_use]
pub fn service(prefix: &str) -> Option<ServiceFacts> {
    SERVICES.find(prefix).or_else(|| EXTRA.find(prefix)).map(ServiceFacts::read)
}

/// All services, those of the reference first.
pub fn services() -> impl Iterator<Item = ServiceFacts> {
    SERVICES.records().chain(EXTRA.records()).map(ServiceFacts::read)
}

/// The prefixes of all services, in the same order.
pub(super) fn prefixes() -> impl Iterator<Item = &'static str> {
    static PREFIXES: LazyLock<Vec<&str>> =
        LazyLock::new(|| SERVICES.records().chain(EXTRA.records()).map(Record::key).collect());
    PREFIXES.iter().copied()
}

impl ServiceFacts {
    fn read(record: Record) -> Self {
        let flags = record.field(2);
        Self {
            prefix: record.key(),
            name: record.field(1),
            resource_control_policies: flags.contains('r'),
            retired: flags.contains('x'),
        }
    }
}
