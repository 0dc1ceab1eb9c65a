//! Policy documents in AWS's JSON form, in AWS's order. What may be there stands
//! behind what is, and what may add to it is shown as `{address}`.

use serde::ser::{Serialize, SerializeMap, Serializer};

use crate::eval::symbol::Symbol;
use crate::policy::model::{Condition, Leaf, PolicyDocument, PrincipalGroup, Principals, Statement, Strings};

use super::value::{SENSITIVE, hole};

/// A document, to be written as JSON.
pub(super) struct DocumentJson<'a>(pub(super) &'a PolicyDocument);

/// A statement, or what may add statements.
enum Part<'a> {
    Statement(&'a Statement),
    Open(&'a Symbol),
}

/// The conditions of one operator.
struct ConditionsJson<'a>(Vec<&'a Condition>);

struct PrincipalsJson<'a>(&'a Principals);

/// One string, or several as a list, as AWS itself shows them.
struct StringsJson(Vec<String>);

fn shown(leaf: &Leaf) -> String {
    if leaf.sensitive { SENSITIVE.to_owned() } else { leaf.text.display() }
}

fn strings(items: &[Leaf], possible: &[Leaf], open: &[Symbol]) -> StringsJson {
    StringsJson(items.iter().chain(possible).map(shown).chain(open.iter().map(hole)).collect())
}

/// `names` without repetition, in their order.
fn distinct(names: impl Iterator<Item = String>) -> Vec<String> {
    names.fold(Vec::new(), |mut distinct, name| {
        if !distinct.contains(&name) {
            distinct.push(name);
        }
        distinct
    })
}

impl Serialize for StringsJson {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0.as_slice() {
            [only] => serializer.serialize_str(only),
            all => serializer.collect_seq(all),
        }
    }
}

impl Serialize for DocumentJson<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let document = self.0;
        let mut map = serializer.serialize_map(None)?;
        for (name, leaf) in [("Version", &document.version), ("Id", &document.id)] {
            if let Some(leaf) = leaf {
                map.serialize_entry(name, &shown(leaf))?;
            }
        }
        let written = document.statements.iter().map(Part::Statement);
        let statements: Vec<_> = written.chain(document.open.iter().map(Part::Open)).collect();
        map.serialize_entry("Statement", &statements)?;
        map.end()
    }
}

impl Serialize for Part<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let statement = match self {
            Self::Statement(statement) => statement,
            Self::Open(symbol) => return serializer.serialize_str(&hole(symbol)),
        };
        let mut map = serializer.serialize_map(None)?;
        for (name, leaf) in [("Sid", &statement.sid), ("Effect", &statement.effect)] {
            if let Some(leaf) = leaf {
                map.serialize_entry(name, &shown(leaf))?;
            }
        }
        for principals in &statement.principals {
            map.serialize_entry(negated("Principal", principals.negated), &PrincipalsJson(principals))?;
        }
        for (name, elements) in [("Action", &statement.actions), ("Resource", &statement.resources)] {
            for Strings { negated: is_negated, items, possible, open, .. } in elements {
                map.serialize_entry(negated(name, *is_negated), &strings(items, possible, open))?;
            }
        }
        if !statement.conditions.is_empty() {
            map.serialize_entry("Condition", &ConditionsJson(statement.conditions.iter().collect()))?;
        }
        map.end()
    }
}

fn negated(name: &'static str, is_negated: bool) -> &'static str {
    match (name, is_negated) {
        ("Principal", true) => "NotPrincipal",
        ("Action", true) => "NotAction",
        ("Resource", true) => "NotResource",
        (name, _) => name,
    }
}

impl Serialize for PrincipalsJson<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Principals { bare, groups, open, .. } = self.0;
        if let ([PrincipalGroup { kind, .. }], true) = (groups.as_slice(), *bare) {
            return serializer.serialize_str(&shown(kind));
        }
        let mut map = serializer.serialize_map(None)?;
        for kind in distinct(groups.iter().map(|group| shown(&group.kind))) {
            let of_kind = groups.iter().filter(|group| shown(&group.kind) == kind);
            let all = of_kind.flat_map(|group| strings(&group.items, &group.possible, &group.open).0).collect();
            map.serialize_entry(&kind, &StringsJson(all))?;
        }
        for symbol in open {
            map.serialize_entry(&hole(symbol), &[(); 0])?;
        }
        map.end()
    }
}

impl Serialize for ConditionsJson<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        for operator in distinct(self.0.iter().map(|condition| shown(&condition.operator))) {
            let of_operator = self.0.iter().filter(|condition| shown(&condition.operator) == operator);
            map.serialize_entry(&operator, &KeysJson(of_operator.copied().collect()))?;
        }
        map.end()
    }
}

/// The keys of one operator.
struct KeysJson<'a>(Vec<&'a Condition>);

impl Serialize for KeysJson<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        for Condition { key, values, possible, open, .. } in &self.0 {
            map.serialize_entry(&shown(key), &strings(values, possible, open))?;
        }
        map.end()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy;
    use crate::source::SourceMap;

    /// What is read from `text` and written again, on one line.
    fn again(text: &str) -> String {
        let sources = SourceMap::default();
        let file = sources.add("policy.json", text);
        serde_json::to_string(&DocumentJson(&policy::read_file(&sources, file))).unwrap()
    }

    #[test]
    fn the_form_and_the_order_are_those_of_aws() {
        let all = r#"{"Version":"2012-10-17","Id":"all","Statement":[{"Sid":"One","Effect":"Allow","Principal":{"AWS":["111122223333","444455556666"],"Service":"sns.amazonaws.com"},"Action":["s3:GetObject","s3:PutObject"],"NotResource":"arn:aws:s3:::b/*","Condition":{"StringLike":{"aws:PrincipalArn":"arn:aws:iam::*:role/a","s3:prefix":["a","b"]},"Bool":{"aws:SecureTransport":"true"}}},{"Effect":"Deny","NotPrincipal":"*","NotAction":"s3:*","Resource":"*"}]}"#;
        assert_eq!(again(all), all);
    }

    #[test]
    fn elements_in_another_order_and_a_lone_statement() {
        let text =
            r#"{"Statement": {"Resource": ["*"], "Action": "s3:*", "Effect": "Allow"}, "Version": "2012-10-17"}"#;
        let expected = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:*","Resource":"*"}]}"#;
        assert_eq!(again(text), expected);
    }
}
