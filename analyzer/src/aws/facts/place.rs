//! Partitions and regions.

use crate::aws::table::{Record, Table, list};

static PARTITIONS: Table = Table::new(include_str!("../../../data/partitions.tsv"));
static REGIONS: Table = Table::new(include_str!("../../../data/regions.tsv"));

/// A partition: a set of regions with accounts and credentials of its own.
#[derive(Debug, Clone, Copy)]
pub struct PartitionFacts {
    /// As it stands in ARNs: `aws-us-gov`.
    pub name: &'static str,
    /// What the host names of its services end in: `amazonaws.com.cn`.
    pub dns_suffix: &'static str,
    /// The region in which services without regions keep their state.
    pub global_region: &'static str,
    region_prefixes: &'static str,
}

/// A region.
#[derive(Debug, Clone, Copy)]
pub struct RegionFacts {
    /// `eu-west-1`
    pub name: &'static str,
    /// Its partition.
    pub partition: &'static str,
    /// Whether CloudTrail has an endpoint there.
    pub cloudtrail: bool,
    /// Whether `cloudtrail-data`, to which channels are written, has an endpoint there.
    pub cloudtrail_data: bool,
    /// Whether CloudTrail Lake is offered there.
    pub cloudtrail_lake: bool,
}

/// The partition of a name, as ARNs spell it (case matters there).
#[must_use]
pub fn partition(name: &str) -> Option<PartitionFacts> {
    partitions().find(|partition| partition.name == name)
}

/// All partitions.
pub fn partitions() -> impl Iterator<Item = PartitionFacts> {
    PARTITIONS.records().map(PartitionFacts::read)
}

/// The region of a name. AWS opens regions: see [`PartitionFacts::may_have_region`] for others.
#[must_use]
pub fn region(name: &str) -> Option<RegionFacts> {
    REGIONS.find(name).map(RegionFacts::read).filter(|region| region.name == name)
}

/// All regions.
pub fn regions() -> impl Iterator<Item = RegionFacts> {
    REGIONS.records().map(RegionFacts::read)
}

impl PartitionFacts {
    fn read(record: Record) -> Self {
        Self {
            name: record.key(),
            dns_suffix: record.field(1),
            global_region: record.field(2),
            region_prefixes: record.field(3),
        }
    }

    /// Whether a region of this name is in the partition, or would be: it has the form
    /// `us-word-1` with the first words of the partition's regions.
    #[must_use]
    pub fn may_have_region(&self, name: &str) -> bool {
        list(self.region_prefixes).filter_map(|prefix| name.strip_prefix(prefix)?.strip_prefix('-')).any(|rest| {
            let is = |text: &str, form: fn(&u8) -> bool| !text.is_empty() && text.bytes().all(|byte| form(&byte));
            let form = rest.split_once('-');
            form.is_some_and(|(word, number)| is(word, u8::is_ascii_lowercase) && is(number, u8::is_ascii_digit))
        })
    }
}

impl RegionFacts {
    fn read(record: Record) -> Self {
        let flags = record.field(2);
        Self {
            name: record.key(),
            partition: record.field(1),
            cloudtrail: flags.contains('t'),
            cloudtrail_data: flags.contains('d'),
            cloudtrail_lake: flags.contains('l'),
        }
    }
}
