//! What AWS supports from which day to which, and what resource policies may carry.
//!
//! Only where AWS's answer has changed or differs between resource types of one
//! service; what has no row here is not known to be limited.

use jiff::civil::Date;

use crate::aws::table::{Record, Table, list};

static SUPPORT: Table = Table::new(include_str!("../../../data/support.tsv"));
static RESOURCE_POLICIES: Table = Table::new(include_str!("../../../data/resource_policy_actions.tsv"));
static SOURCES: &str = include_str!("../../../data/SOURCES.toml");

/// Something that a resource type has or has not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Feature {
    /// The resource type exists.
    ResourceType,
    /// It takes a resource policy.
    ResourcePolicy,
    /// `aws:ResourceTag` decides about access to it.
    TagCondition,
    /// Accounts that have none may start to use it.
    NewCustomers,
}

/// Since when and until when a feature is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Support {
    /// The first day; `None` if it has been there longer than anyone asks.
    pub since: Option<Date>,
    /// The last day, if there is one.
    pub until: Option<Date>,
    /// Whether it never was and is not there.
    pub never: bool,
    /// The page of AWS's documentation that says so.
    pub source: &'static str,
}

/// Whether resources of `service` and `resource_type` (as the reference names them) have a
/// feature; `None` if nothing is known to limit it.
#[must_use]
pub fn support(feature: Feature, service: &str, resource_type: &str) -> Option<Support> {
    SUPPORT.find(&format!("{} {service}:{resource_type}", feature.name())).map(Support::read)
}

/// The tables that name what there is in AWS: the Service Authorization Reference and the lists of
/// partitions and regions. The others only add to what these name.
const REFERENCE: [&str; 6] =
    ["actions.tsv", "condition_keys.tsv", "partitions.tsv", "regions.tsv", "resource_types.tsv", "services.tsv"];

/// The day of the facts: that of the newest table of what there is in AWS, whatever is corrected in the
/// tables beside them. What has no other date is judged as of this day.
#[must_use]
pub fn date() -> Date {
    let dates = REFERENCE.iter().filter_map(|table| date_of(SOURCES, table));
    dates.max().unwrap_or(Date::ZERO)
}

/// The date of `table` in `sources`, the text of `SOURCES.toml`.
fn date_of(sources: &str, table: &str) -> Option<Date> {
    let header = format!("[\"{table}\"]");
    let section = sources.lines().skip_while(|line| *line != header).skip(1).take_while(|line| !line.starts_with('['));
    let mut dates = section.filter_map(|line| line.strip_prefix("date = \"")?.strip_suffix('"')?.parse().ok());
    dates.next()
}

/// What the resource policy of a resource type may carry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ResourcePolicyFacts {
    /// Whether it may name accounts, users and roles.
    pub principals: bool,
    /// Whether it may name services.
    pub services: bool,
    /// Whether it may name federated users.
    pub federated_users: bool,
    actions: &'static str,
}

/// What the resource policy of a resource type may carry, where that is a closed list.
#[must_use]
pub fn resource_policy(service: &str, resource_type: &str) -> Option<ResourcePolicyFacts> {
    let [_, actions, principals] = RESOURCE_POLICIES.find(&format!("{service}:{resource_type}"))?.fields();
    Some(ResourcePolicyFacts {
        principals: principals.contains('a'),
        services: principals.contains('s'),
        federated_users: principals.contains('f'),
        actions,
    })
}

impl ResourcePolicyFacts {
    /// The actions that it may name, and no others.
    pub fn actions(&self) -> impl Iterator<Item = &'static str> {
        list(self.actions)
    }
}

impl Support {
    fn read(record: Record) -> Self {
        let [_, since, until, source] = record.fields();
        Self { since: since.parse().ok(), until: until.parse().ok(), never: since == "never", source }
    }

    /// Whether the feature is there on `day`.
    #[must_use]
    pub fn on(&self, day: Date) -> bool {
        !self.never && self.since.is_none_or(|since| since <= day) && self.until.is_none_or(|until| day <= until)
    }
}

impl Feature {
    const fn name(self) -> &'static str {
        match self {
            Self::ResourceType => "resource-type",
            Self::ResourcePolicy => "resource-policy",
            Self::TagCondition => "tag-condition",
            Self::NewCustomers => "new-customers",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::aws::facts::{action, resource_type};

    const TYPES: [&str; 4] = ["channel", "dashboard", "eventdatastore", "trail"];

    fn with(feature: Feature, day: &str) -> Vec<&'static str> {
        let day = day.parse().unwrap();
        TYPES.into_iter().filter(|name| support(feature, "cloudtrail", name).unwrap().on(day)).collect()
    }

    #[test]
    fn the_day_of_the_facts_is_that_of_what_there_is_in_aws() {
        let sources = "[\"actions.tsv\"]\ndate = \"2026-09-26\"\n[\"support.tsv\"]\ndate = \"2026-12-24\"\n";
        assert_eq!(date_of(sources, "actions.tsv").map(|date| date.to_string()).as_deref(), Some("2026-09-26"));
        assert_eq!(date_of("[\"actions.tsv\"]\n[\"support.tsv\"]\ndate = \"2026-12-24\"\n", "actions.tsv"), None);
        let dates: Vec<_> = REFERENCE.iter().map(|table| date_of(SOURCES, table).expect(table)).collect();
        assert_eq!(dates.into_iter().max(), Some(date()), "each of them has a date");
    }

    #[test]
    fn cloudtrail_of_2023_and_of_today() {
        assert_eq!(with(Feature::ResourcePolicy, "2023-10-01"), ["channel"]);
        assert_eq!(with(Feature::TagCondition, "2023-10-01"), ["eventdatastore"]);
        assert_eq!(with(Feature::ResourceType, "2023-10-01"), ["channel", "eventdatastore", "trail"]);
        assert_eq!(with(Feature::NewCustomers, "2026-05-31"), TYPES);
        assert_eq!(with(Feature::TagCondition, "2024-07-22"), ["eventdatastore"]);
        let today = date().to_string();
        assert_eq!(with(Feature::ResourcePolicy, &today), ["channel", "dashboard", "eventdatastore"]);
        assert_eq!(with(Feature::TagCondition, &today), TYPES);
        assert_eq!(with(Feature::NewCustomers, &today), ["trail"]);
        assert_eq!(support(Feature::ResourcePolicy, "s3", "bucket"), None);
    }

    #[test]
    fn every_record_is_read_and_names_what_exists() {
        for record in SUPPORT.records() {
            let (feature, subject) = record.key().split_once(' ').unwrap();
            let features =
                [Feature::ResourceType, Feature::ResourcePolicy, Feature::TagCondition, Feature::NewCustomers];
            assert!(features.iter().any(|known| known.name() == feature), "{feature}");
            let (service, name) = subject.split_once(':').unwrap();
            assert!(resource_type(service, name).is_some(), "{subject}");
            let [_, since, until, source] = record.fields();
            assert!(["always", "never"].contains(&since) || since.parse::<Date>().is_ok(), "{since}");
            assert!(until.is_empty() || until.parse::<Date>().is_ok(), "{until}");
            assert!(!source.is_empty());
        }
        for record in RESOURCE_POLICIES.records() {
            let (service, name) = record.key().split_once(':').unwrap();
            for listed in resource_policy(service, name).unwrap().actions() {
                assert!(action(listed).is_some_and(|facts| facts.name == listed), "{listed}");
            }
            assert!(!record.field(3).is_empty());
        }
        let channel = resource_policy("cloudtrail", "channel").unwrap();
        assert!(channel.principals && channel.federated_users && !channel.services);
        assert!(resource_policy("cloudtrail", "trail").is_none());
    }
}
