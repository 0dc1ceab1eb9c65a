//! Terraform's types.

use std::collections::BTreeMap;
use std::fmt;

use smol_str::SmolStr;

/// A type, as `type = ...` of a variable names it after optional attributes are filled in.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Type {
    /// Not known, or anything.
    #[default]
    Dynamic,
    /// `bool`
    Bool,
    /// `number`
    Number,
    /// `string`
    String,
    /// `list(T)`
    List(Box<Type>),
    /// `set(T)`
    Set(Box<Type>),
    /// `map(T)`
    Map(Box<Type>),
    /// `tuple([T, ...])`
    Tuple(Vec<Type>),
    /// `object({ name = T, ... })`
    Object(BTreeMap<SmolStr, Type>),
}

impl Type {
    /// `list(element)`
    #[must_use]
    pub fn list(element: Self) -> Self {
        Self::List(Box::new(element))
    }

    /// `set(element)`
    #[must_use]
    pub fn set(element: Self) -> Self {
        Self::Set(Box::new(element))
    }

    /// `map(element)`
    #[must_use]
    pub fn map(element: Self) -> Self {
        Self::Map(Box::new(element))
    }

    /// Whether it is `bool`, `number` or `string`.
    #[must_use]
    pub fn is_primitive(&self) -> bool {
        matches!(self, Self::Bool | Self::Number | Self::String)
    }

    /// Whether some part of it is open.
    #[must_use]
    pub fn has_dynamic(&self) -> bool {
        match self {
            Self::Dynamic => true,
            Self::Bool | Self::Number | Self::String => false,
            Self::List(element) | Self::Set(element) | Self::Map(element) => element.has_dynamic(),
            Self::Tuple(elements) => elements.iter().any(Self::has_dynamic),
            Self::Object(attributes) => attributes.values().any(Self::has_dynamic),
        }
    }

    /// What Terraform calls it in a sentence: `list`, `object`.
    #[must_use]
    pub fn kind_name(&self) -> &'static str {
        match self {
            Self::Dynamic => "dynamic",
            Self::Bool => "bool",
            Self::Number => "number",
            Self::String => "string",
            Self::List(_) => "list",
            Self::Set(_) => "set",
            Self::Map(_) => "map",
            Self::Tuple(_) => "tuple",
            Self::Object(_) => "object",
        }
    }

    /// The same with an article, as messages need it: `a list`.
    #[must_use]
    pub fn with_article(&self) -> String {
        let name = self.kind_name();
        let article = if name == "object" { "an" } else { "a" };
        format!("{article} {name}")
    }

    /// As Terraform writes types in JSON: `"string"`, `["list","string"]`.
    #[must_use]
    pub fn to_json(&self) -> serde_json::Value {
        let name = serde_json::Value::from(self.kind_name());
        match self {
            Self::Dynamic | Self::Bool | Self::Number | Self::String => name,
            Self::List(element) | Self::Set(element) | Self::Map(element) => vec![name, element.to_json()].into(),
            Self::Tuple(elements) => vec![name, elements.iter().map(Self::to_json).collect()].into(),
            Self::Object(attributes) => {
                let attributes = attributes.iter().map(|(name, ty)| (name.to_string(), ty.to_json()));
                vec![name, serde_json::Value::Object(attributes.collect())].into()
            }
        }
    }

    /// Reads what [`Self::to_json`] writes; `None` for anything else.
    #[must_use]
    pub fn from_json(json: &serde_json::Value) -> Option<Self> {
        if let Some(name) = json.as_str() {
            return Self::primitive(name);
        }
        let [name, inner] = json.as_array()?.as_slice() else { return None };
        match name.as_str()? {
            "list" => Self::from_json(inner).map(Self::list),
            "set" => Self::from_json(inner).map(Self::set),
            "map" => Self::from_json(inner).map(Self::map),
            "tuple" => inner.as_array()?.iter().map(Self::from_json).collect::<Option<_>>().map(Self::Tuple),
            "object" => {
                let attributes = inner.as_object()?.iter();
                let read = attributes.map(|(name, ty)| Some((SmolStr::from(name.as_str()), Self::from_json(ty)?)));
                read.collect::<Option<_>>().map(Self::Object)
            }
            _ => None,
        }
    }

    fn primitive(name: &str) -> Option<Self> {
        match name {
            "dynamic" => Some(Self::Dynamic),
            "bool" => Some(Self::Bool),
            "number" => Some(Self::Number),
            "string" => Some(Self::String),
            _ => None,
        }
    }
}

/// As a type is written in a configuration: `map(list(string))`.
impl fmt::Display for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Dynamic => f.write_str("any"),
            Self::Bool | Self::Number | Self::String => f.write_str(self.kind_name()),
            Self::List(element) | Self::Set(element) | Self::Map(element) => {
                write!(f, "{}({element})", self.kind_name())
            }
            Self::Tuple(elements) => {
                let elements: Vec<_> = elements.iter().map(ToString::to_string).collect();
                write!(f, "tuple([{}])", elements.join(", "))
            }
            Self::Object(attributes) => {
                let attributes: Vec<_> = attributes.iter().map(|(name, ty)| format!("{name} = {ty}")).collect();
                write!(f, "object({{ {} }})", attributes.join(", "))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_form_reads_back() {
        for text in [
            r#""string""#,
            r#"["list","string"]"#,
            r#"["map",["set","dynamic"]]"#,
            r#"["object",{"a":"number","b":["tuple",["bool","string"]]}]"#,
        ] {
            let json: serde_json::Value = serde_json::from_str(text).unwrap();
            assert_eq!(Type::from_json(&json).unwrap().to_json().to_string(), text);
        }
        assert_eq!(Type::from_json(&serde_json::json!(["list"])), None);
        assert_eq!(Type::from_json(&serde_json::json!("text")), None);
    }

    #[test]
    fn people_read_type_expressions() {
        let ty = Type::map(Type::Object([("a".into(), Type::Tuple(vec![Type::Bool, Type::Dynamic]))].into()));
        assert_eq!(ty.to_string(), "map(object({ a = tuple([bool, any]) }))");
        assert_eq!(ty.with_article(), "a map");
    }
}
