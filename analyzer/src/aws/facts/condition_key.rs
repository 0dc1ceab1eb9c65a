//! Condition keys: `aws:SourceArn`, `kms:EncryptionContext:aws:cloudtrail:arn`.

use std::sync::LazyLock;

use crate::aws::glob;
use crate::aws::table::{Record, Table, list};

use super::action::ActionFacts;
use super::operator::OperatorType;
use super::resource_type::resource_type;

static GLOBAL: Table = Table::new(include_str!("../../../data/global_condition_keys.tsv"));
static KEYS: Table = Table::new(include_str!("../../../data/condition_keys.tsv"));
static EXTRA: Table = Table::new(include_str!("../../../data/condition_keys_extra.tsv"));
static SENDERS: Table = Table::new(include_str!("../../../data/key_services.tsv"));

/// A condition key.
#[derive(Debug, Clone, Copy)]
pub struct ConditionKeyFacts {
    /// As AWS spells it, with what the writer fills in as a template: `aws:ResourceTag/${TagKey}`.
    pub name: &'static str,
    /// The type of its values.
    pub ty: KeyType,
    /// Whether a request may hold several values, so that an operator needs
    /// `ForAllValues:` or `ForAnyValue:`.
    pub multivalued: bool,
    /// Who sets it.
    pub scope: KeyScope,
    /// Whether Access Analyzer warns of wildcards and variables in its values.
    pub sensitive: bool,
    /// When a request carries it, in words; empty if AWS does not say or if it always does.
    pub present: &'static str,
    numeric_too: bool,
    services: &'static str,
}

/// The type of a condition key's values.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum KeyType {
    /// Text.
    String,
    /// An ARN.
    Arn,
    /// `true` or `false`.
    Bool,
    /// A number.
    Numeric,
    /// ISO 8601, or seconds since 1970.
    Date,
    /// An address or a CIDR block.
    IpAddress,
}

/// Who sets a condition key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum KeyScope {
    /// AWS for requests to any service, under the circumstances of
    /// [`ConditionKeyFacts::present`].
    Global,
    /// The services that list it.
    Service,
    /// A claim of the identity provider of the key's first part, which need not be in any table.
    Federation,
}

/// The condition key that `key` is, letter case aside, directly or as an instance of a
/// template: `aws:resourcetag/team` is `aws:ResourceTag/${TagKey}`.
///
/// Any `host.name/path:claim` is a key of the identity provider of that name.
#[must_use]
pub fn condition_key(key: &str) -> Option<ConditionKeyFacts> {
    listed(key).or_else(|| TEMPLATES.iter().find(|template| template.covers(key)).map(|it| it.facts)).or_else(|| {
        let (issuer, claim) = key.split_once(':')?;
        (issuer.contains('.') && !claim.is_empty()).then_some(CLAIM)
    })
}

/// All condition keys of the tables, global ones first.
pub fn condition_keys() -> impl Iterator<Item = ConditionKeyFacts> {
    let services = KEYS.records().chain(EXTRA.records()).map(ConditionKeyFacts::of_service);
    GLOBAL.records().map(ConditionKeyFacts::global).chain(services)
}

fn listed(key: &str) -> Option<ConditionKeyFacts> {
    let of_service = || KEYS.find(key).or_else(|| EXTRA.find(key)).map(ConditionKeyFacts::of_service);
    GLOBAL.find(key).map(ConditionKeyFacts::global).or_else(of_service)
}

const CLAIM: ConditionKeyFacts = ConditionKeyFacts {
    name: "${Issuer}:${Claim}",
    ty: KeyType::String,
    multivalued: false,
    scope: KeyScope::Federation,
    sensitive: false,
    present: "sessions of that identity provider",
    numeric_too: false,
    services: "sts",
};

struct Template {
    pattern: String,
    facts: ConditionKeyFacts,
}

static TEMPLATES: LazyLock<Vec<Template>> = LazyLock::new(|| {
    let keys = condition_keys().filter(|key| key.is_template());
    keys.map(|facts| Template { pattern: pattern_of(facts.name), facts }).collect()
});

impl Template {
    fn covers(&self, key: &str) -> bool {
        glob::matches_ignoring_case(&self.pattern, key)
    }
}

/// `aws:RequestTag/${TagKey}` and `s3:RequestObjectTag/<key>` as patterns: what is
/// filled in has at least one character.
fn pattern_of(template: &str) -> String {
    let mut pattern = String::new();
    let mut rest = template;
    while let Some(at) = rest.find(['$', '<']) {
        let (before, filled) = rest.split_at(at);
        pattern.push_str(before);
        pattern.push_str("?*");
        rest = filled.split_once(['}', '>']).map_or("", |(_, behind)| behind);
    }
    pattern + rest
}

impl ConditionKeyFacts {
    fn global(record: Record) -> Self {
        let flags = record.field(3);
        Self {
            scope: KeyScope::Global,
            sensitive: flags.contains('s'),
            numeric_too: flags.contains('n'),
            present: record.field(4),
            services: "",
            ..Self::of_service(record)
        }
    }

    fn of_service(record: Record) -> Self {
        let ty = record.field(1);
        let single = ty.strip_prefix("ArrayOf");
        let services = record.field(2);
        let named_after = record.key().split(':').next().unwrap_or_default();
        Self {
            name: record.key(),
            ty: KeyType::read(single.unwrap_or(ty)),
            multivalued: single.is_some(),
            scope: match named_after {
                "aws" => KeyScope::Global,
                issuer if issuer.contains(['.', '$']) => KeyScope::Federation,
                _ => KeyScope::Service,
            },
            sensitive: false,
            present: "",
            numeric_too: false,
            services: if services.is_empty() { named_after } else { services },
        }
    }

    /// Whether the writer of a policy fills in a part of it.
    #[must_use]
    pub fn is_template(&self) -> bool {
        self.name.contains(['$', '<'])
    }

    /// The prefixes of the services that list it; none for a global key.
    pub fn services(&self) -> impl Iterator<Item = &'static str> {
        list(self.services)
    }

    /// The prefixes of the services that send this global key, where AWS says that not all do.
    pub fn senders(&self) -> Option<impl Iterator<Item = &'static str> + use<>> {
        Some(list(SENDERS.find(self.name)?.field(1)))
    }

    /// Whether an operator of this type compares its values as AWS intends. Tags and
    /// encryption contexts are strings that may hold ARNs.
    #[must_use]
    pub fn accepts(&self, operator: OperatorType) -> bool {
        match operator {
            OperatorType::Null => true,
            OperatorType::String => self.ty == KeyType::String,
            OperatorType::Arn => self.ty == KeyType::Arn || (self.ty == KeyType::String && self.is_template()),
            OperatorType::Bool => self.ty == KeyType::Bool,
            OperatorType::Numeric => self.ty == KeyType::Numeric || self.numeric_too,
            OperatorType::Date => self.ty == KeyType::Date,
            OperatorType::IpAddress => self.ty == KeyType::IpAddress,
            OperatorType::Binary => false,
        }
    }

    /// Whether the reference lists it for `action` or for one of its resource types.
    /// Global keys that the reference never lists count as listed.
    ///
    /// The reference leaves keys out: `false` is a hint, no proof.
    #[must_use]
    pub fn is_listed_for(&self, action: &ActionFacts) -> bool {
        let same = |name: &str| name.eq_ignore_ascii_case(self.name);
        let by_types = || {
            let types = action.resource_types().filter_map(|(name, _)| resource_type(action.service(), name));
            types.into_iter().any(|resource_type| resource_type.condition_keys().any(same))
        };
        match self.scope {
            KeyScope::Global if !TAG_KEYS.contains(&self.name) => true,
            KeyScope::Federation => action.service() == "sts",
            KeyScope::Service if EXTRA.find(self.name).is_some() => self.services().any(|it| it == action.service()),
            KeyScope::Global | KeyScope::Service => action.condition_keys().any(same) || by_types(),
        }
    }
}

/// Global keys that the reference lists for each action that has them.
const TAG_KEYS: [&str; 3] = ["aws:RequestTag/${TagKey}", "aws:ResourceTag/${TagKey}", "aws:TagKeys"];

impl KeyType {
    fn read(name: &str) -> Self {
        match name {
            "ARN" => Self::Arn,
            "Bool" => Self::Bool,
            "Numeric" => Self::Numeric,
            "Date" => Self::Date,
            "IPAddress" => Self::IpAddress,
            _ => Self::String,
        }
    }

    /// The name that AWS uses for it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::String => "String",
            Self::Arn => "ARN",
            Self::Bool => "Bool",
            Self::Numeric => "Numeric",
            Self::Date => "Date",
            Self::IpAddress => "IPAddress",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{KeyScope, SENDERS, condition_key};
    use crate::aws::facts::service;

    #[test]
    fn every_sender_exists() {
        for record in SENDERS.records() {
            let key = condition_key(record.key()).unwrap();
            assert_eq!((key.name, key.scope), (record.key(), KeyScope::Global));
            let senders: Vec<&str> = key.senders().unwrap().collect();
            let unknown: Vec<&&str> = senders.iter().filter(|prefix| service(prefix).is_none()).collect();
            assert!(unknown.is_empty() && senders.is_sorted(), "{unknown:?}");
            assert!(record.field(2).starts_with("https://docs.aws.amazon.com/"));
        }
        assert!(condition_key("aws:SourceVpc").unwrap().senders().is_none());
    }
}
