//! What CloudTrail takes in the arguments of its resources.

use jiff::civil::Date;

use crate::aws::table::{Record, Table, list};

static CHANNEL_SOURCES: Table = Table::new(include_str!("../../../data/channel_sources.tsv"));
static DATA_RESOURCES: Table = Table::new(include_str!("../../../data/data_resource_types.tsv"));
static DEPENDENTS: Table = Table::new(include_str!("../../../data/dependent_circumstances.tsv"));
static EVENT_CATEGORIES: Table = Table::new(include_str!("../../../data/event_categories.tsv"));
static EXCLUDED_SOURCES: Table = Table::new(include_str!("../../../data/excluded_event_sources.tsv"));
static INSIGHT_TYPES: Table = Table::new(include_str!("../../../data/insight_types.tsv"));
static LIMITS: Table = Table::new(include_str!("../../../data/cloudtrail_limits.tsv"));
static NAMES: Table = Table::new(include_str!("../../../data/cloudtrail_names.tsv"));
static RETIRED_POLICIES: Table = Table::new(include_str!("../../../data/retired_managed_policies.tsv"));
static ROLES: Table = Table::new(include_str!("../../../data/service_linked_roles.tsv"));
static SELECTOR_FIELDS: Table = Table::new(include_str!("../../../data/event_selector_fields.tsv"));

/// What there may be only so many of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Limit {
    /// Values in all advanced event selectors of a trail.
    AdvancedSelectorValues,
    /// Values in all data resources of a trail.
    BasicSelectorResources,
    /// Basic event selectors of a trail.
    BasicSelectors,
    /// Principals in a statement of the policy of a channel.
    ChannelPolicyPrincipals,
    /// Statements in the policy of a channel.
    ChannelPolicyStatements,
    /// Accounts that administer CloudTrail for an organization.
    DelegatedAdministrators,
    /// Advanced event selectors of an event data store.
    EventDataStoreSelectors,
    /// Characters in front of `AWSLogs/`.
    KeyPrefixLength,
}

/// How the names of a resource type are formed.
#[derive(Debug, Clone, Copy)]
pub struct NameRules {
    /// The fewest characters.
    pub least: usize,
    /// The most characters.
    pub most: usize,
    /// The marks that may stand beside letters and digits.
    pub marks: &'static str,
    /// Whether it starts and ends with a letter or a digit.
    pub plain_ends: bool,
    /// Whether no two marks stand side by side.
    pub lone_marks: bool,
    /// Whether it has not the form of an IPv4 address.
    pub no_address: bool,
    /// What AWS answers to another name.
    pub exception: &'static str,
}

/// How a partner or program delivers events to a channel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ChannelSource {
    /// Its name.
    pub name: &'static str,
    /// Whether the partner calls itself, from an account of its own.
    pub direct: bool,
}

/// A field of an advanced event selector.
#[derive(Debug, Clone, Copy)]
pub struct SelectorField {
    /// Its name; letter case counts.
    pub name: &'static str,
    operators: &'static str,
    on_trails: &'static str,
    on_stores: &'static str,
    values: &'static str,
}

/// What has event selectors.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Recorder {
    /// A trail.
    Trail,
    /// An event data store.
    EventDataStore,
}

/// A category of events.
#[derive(Debug, Clone, Copy)]
pub struct EventCategory {
    /// Its name; letter case counts.
    pub name: &'static str,
    /// The field that a selector of it needs beside the category.
    pub needs: Option<&'static str>,
    /// Whether an event data store that has it can have no other.
    pub alone: bool,
    recorders: &'static str,
}

/// A managed policy of AWS that was taken away.
#[derive(Debug, Clone, Copy)]
pub struct RetiredPolicy {
    /// Its name.
    pub name: &'static str,
    /// The one that took its place.
    pub successor: &'static str,
    /// The last day on which it could be attached.
    pub until: Option<Date>,
}

/// How many there may be; no bound if the table has none.
#[must_use]
pub fn limit(limit: Limit) -> usize {
    LIMITS.find(limit.name()).and_then(|record| record.field(1).parse().ok()).unwrap_or(usize::MAX)
}

/// How the names of a resource type of CloudTrail, as the reference calls it, are formed.
#[must_use]
pub fn name_rules(resource_type: &str) -> Option<NameRules> {
    let [_, least, most, marks, rules, exception] = NAMES.find(resource_type)?.fields();
    Some(NameRules {
        least: least.parse().ok()?,
        most: most.parse().ok()?,
        marks,
        plain_ends: rules.contains('e'),
        lone_marks: rules.contains('n'),
        no_address: rules.contains('i'),
        exception,
    })
}

/// The sources that a channel can have.
pub fn channel_sources() -> impl Iterator<Item = ChannelSource> {
    CHANNEL_SOURCES.records().map(ChannelSource::read)
}

/// The fields that an advanced event selector can have.
pub fn selector_fields() -> impl Iterator<Item = SelectorField> {
    SELECTOR_FIELDS.records().map(SelectorField::read)
}

/// The field of that name.
#[must_use]
pub fn selector_field(name: &str) -> Option<SelectorField> {
    SELECTOR_FIELDS.find(name).map(SelectorField::read).filter(|field| field.name == name)
}

/// The category of that name.
#[must_use]
pub fn event_category(name: &str) -> Option<EventCategory> {
    EVENT_CATEGORIES.find(name).map(EventCategory::read).filter(|category| category.name == name)
}

/// The categories that `recorder` can have.
pub fn event_categories(recorder: Recorder) -> impl Iterator<Item = EventCategory> {
    EVENT_CATEGORIES.records().map(EventCategory::read).filter(move |category| category.is_of(recorder))
}

/// The service in the ARNs of the values of a data resource of that type.
#[must_use]
pub fn data_resource_service(ty: &str) -> Option<&'static str> {
    DATA_RESOURCES.find(ty).filter(|record| record.key() == ty).map(|record| record.field(1))
}

/// The types that a data resource can have.
pub fn data_resource_types() -> impl Iterator<Item = &'static str> {
    DATA_RESOURCES.records().map(Record::key)
}

/// The event sources that management events can be logged without.
pub fn excluded_event_sources() -> impl Iterator<Item = &'static str> {
    EXCLUDED_SOURCES.records().map(Record::key)
}

/// Whether events of that Insights type are made from write events alone; `None` if there is no such type.
#[must_use]
pub fn insight_needs_writes(ty: &str) -> Option<bool> {
    INSIGHT_TYPES.find(ty).filter(|record| record.key() == ty).map(|record| record.field(1) == "write")
}

/// The arguments and blocks that make an action of CloudTrail call `dependent` too, in the names of the provider `aws`.
pub fn circumstances(dependent: &str) -> impl Iterator<Item = &'static str> {
    list(DEPENDENTS.find(dependent).map_or("", |record| record.field(1)))
}

/// The service principals that CloudTrail's service-linked roles are made for.
pub fn role_services() -> impl Iterator<Item = &'static str> {
    ROLES.records().map(|record| record.field(1))
}

/// The managed policy of that name, if it was taken away.
#[must_use]
pub fn retired_policy(name: &str) -> Option<RetiredPolicy> {
    let record = RETIRED_POLICIES.find(name)?;
    let [name, successor, until] = record.fields();
    Some(RetiredPolicy { name, successor, until: until.parse().ok() })
}

impl Limit {
    const fn name(self) -> &'static str {
        match self {
            Self::AdvancedSelectorValues => "advanced-selector-values",
            Self::BasicSelectorResources => "basic-selector-resources",
            Self::BasicSelectors => "basic-selectors",
            Self::ChannelPolicyPrincipals => "channel-policy-principals",
            Self::ChannelPolicyStatements => "channel-policy-statements",
            Self::DelegatedAdministrators => "delegated-administrators",
            Self::EventDataStoreSelectors => "event-data-store-selectors",
            Self::KeyPrefixLength => "key-prefix-length",
        }
    }
}

impl ChannelSource {
    fn read(record: Record) -> Self {
        Self { name: record.key(), direct: record.field(1) == "direct" }
    }
}

impl SelectorField {
    fn read(record: Record) -> Self {
        let [name, operators, on_trails, on_stores, values] = record.fields();
        Self { name, operators, on_trails, on_stores, values }
    }

    /// Whether it takes the operator, in the name that the provider `aws` has for it.
    #[must_use]
    pub fn takes_operator(&self, operator: &str) -> bool {
        self.operators == "any" || self.operators().any(|known| known == operator)
    }

    /// The operators that it takes, if it does not take all.
    pub fn operators(&self) -> impl Iterator<Item = &'static str> {
        list(self.operators).filter(|operator| *operator != "any")
    }

    /// The categories of events that have it.
    pub fn categories(&self, recorder: Recorder) -> impl Iterator<Item = &'static str> {
        list(match recorder {
            Recorder::Trail => self.on_trails,
            Recorder::EventDataStore => self.on_stores,
        })
    }

    /// The values that it takes; none if any text will do.
    pub fn values(&self) -> impl Iterator<Item = &'static str> {
        list(self.values)
    }
}

impl EventCategory {
    fn read(record: Record) -> Self {
        let [name, recorders, needs, alone] = record.fields();
        let needs = Some(needs).filter(|field| !field.is_empty());
        Self { name, needs, alone: alone == "alone", recorders }
    }

    /// Whether `recorder` can have it.
    #[must_use]
    pub fn is_of(&self, recorder: Recorder) -> bool {
        self.recorders.contains(match recorder {
            Recorder::Trail => 't',
            Recorder::EventDataStore => 'e',
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::aws::facts::{action, managed_policy, resource_type, service_principal};

    fn is_listed_principal_of(name: &str) -> bool {
        service_principal(name).is_some_and(|principal| principal.listed)
    }

    #[test]
    fn every_limit_is_in_the_table_and_nothing_else_is() {
        let limits = [
            Limit::AdvancedSelectorValues,
            Limit::BasicSelectorResources,
            Limit::BasicSelectors,
            Limit::ChannelPolicyPrincipals,
            Limit::ChannelPolicyStatements,
            Limit::DelegatedAdministrators,
            Limit::EventDataStoreSelectors,
            Limit::KeyPrefixLength,
        ];
        assert!(limits.iter().all(|it| limit(*it) < usize::MAX));
        assert_eq!(LIMITS.records().count(), limits.len());
        assert_eq!(limit(Limit::ChannelPolicyPrincipals), 50);
    }

    #[test]
    fn names_are_those_of_resource_types() {
        for record in NAMES.records() {
            assert!(resource_type("cloudtrail", record.key()).is_some(), "{}", record.key());
            assert!(name_rules(record.key()).is_some_and(|rules| rules.least < rules.most), "{}", record.key());
            assert!(!record.field(6).is_empty());
        }
        let trail = name_rules("trail").unwrap();
        assert!(trail.plain_ends && trail.lone_marks && trail.no_address);
        assert_eq!(trail.exception, "InvalidTrailNameException");
        assert!(!name_rules("dashboard").unwrap().marks.contains('.'));
    }

    #[test]
    fn fields_name_categories_that_exist() {
        for field in selector_fields() {
            for recorder in [Recorder::Trail, Recorder::EventDataStore] {
                for name in field.categories(recorder) {
                    assert!(event_category(name).is_some_and(|it| it.is_of(recorder)), "{}: {name}", field.name);
                }
            }
            let operators = ["equals", "not_equals", "starts_with", "not_starts_with", "ends_with", "not_ends_with"];
            assert!(field.operators().all(|operator| operators.contains(&operator)), "{}", field.name);
        }
        let needs = event_categories(Recorder::Trail).filter_map(|category| category.needs);
        assert!(needs.into_iter().all(|field| selector_field(field).is_some()));
        assert!(selector_field("eventname").is_none(), "letter case counts");
        assert!(selector_field("readOnly").unwrap().takes_operator("equals"));
        assert!(!selector_field("readOnly").unwrap().takes_operator("not_equals"));
        assert!(selector_field("eventName").unwrap().takes_operator("not_ends_with"));
    }

    #[test]
    fn what_took_the_place_of_a_retired_policy_exists() {
        for record in RETIRED_POLICIES.records() {
            let retired = retired_policy(record.key()).unwrap();
            assert!(managed_policy(retired.name).is_none(), "{}", retired.name);
            assert!(managed_policy(retired.successor).is_some(), "{}", retired.successor);
            assert!(retired.until.is_some());
        }
    }

    #[test]
    fn dependent_actions_exist() {
        for record in DEPENDENTS.records() {
            assert!(action(record.key()).is_some_and(|found| found.name == record.key()), "{}", record.key());
            assert!(circumstances(record.key()).next().is_some() && !record.field(2).is_empty());
        }
    }

    #[test]
    fn sources_and_types() {
        let direct: Vec<_> = channel_sources().filter(|source| source.direct).map(|source| source.name).collect();
        assert_eq!(direct, ["Clumio", "IBMMulticloud", "LaunchDarkly", "MontyCloud", "Snyk"]);
        assert_eq!(data_resource_service("AWS::S3::Object"), Some("s3"));
        assert_eq!(data_resource_types().count(), 3);
        assert_eq!((insight_needs_writes("ApiErrorRateInsight"), insight_needs_writes("x")), (Some(false), None));
        assert!(role_services().all(is_listed_principal_of));
        assert!(excluded_event_sources().all(|source| source.ends_with(".amazonaws.com")));
    }
}
