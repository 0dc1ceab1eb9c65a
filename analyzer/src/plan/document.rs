//! The JSON of `terraform show -json`, as far as it is read, each part where it stands.
//!
//! Only the outline is read here: what a resource holds stays a piece of text until it is
//! asked for. A plan of 100,000 resources is mostly of things that have no policy.
//!
//! Unknown keys are ignored, as the format's own promise for minor versions wants it
//! (<https://developer.hashicorp.com/terraform/internals/json-format>).

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::value::RawValue;

use crate::source::TextRange;
use crate::syntax::json::{self, JsonValue};

/// A piece of the text.
pub(super) type Raw<'a> = &'a RawValue;

#[derive(Deserialize)]
pub(super) struct Document<'a> {
    #[serde(borrow, default)]
    pub(super) format_version: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    pub(super) errored: Option<Raw<'a>>,
    /// `false` where a target or a deferral left something out.
    #[serde(default)]
    pub(super) complete: Option<bool>,
    #[serde(borrow, default)]
    pub(super) variables: Option<BTreeMap<String, Variable<'a>>>,
    #[serde(borrow, default)]
    pub(super) planned_values: Option<Raw<'a>>,
    #[serde(borrow, default)]
    pub(super) resource_changes: Option<Vec<Change<'a>>>,
    #[serde(borrow, default)]
    pub(super) prior_state: Option<State<'a>>,
    #[serde(borrow, default)]
    pub(super) configuration: Option<Configuration<'a>>,
    /// What a state has in place of all that.
    #[serde(borrow, default)]
    pub(super) values: Option<Values<'a>>,
    /// What other commands write in the same manner.
    #[serde(default)]
    pub(super) provider_schemas: Option<IgnoredAny>,
    #[serde(default)]
    pub(super) function_signatures: Option<IgnoredAny>,
    #[serde(default)]
    pub(super) valid: Option<IgnoredAny>,
}

/// The value of a variable of the root module.
#[derive(Deserialize)]
pub(super) struct Variable<'a> {
    #[serde(borrow, default)]
    pub(super) value: Option<Raw<'a>>,
}

#[derive(Deserialize)]
pub(super) struct State<'a> {
    #[serde(borrow, default)]
    pub(super) values: Option<Values<'a>>,
}

#[derive(Deserialize)]
pub(super) struct Values<'a> {
    #[serde(borrow, default)]
    pub(super) root_module: Option<ModuleValues<'a>>,
}

#[derive(Deserialize)]
pub(super) struct ModuleValues<'a> {
    #[serde(borrow, default)]
    pub(super) resources: Option<Vec<ResourceValues<'a>>>,
    #[serde(borrow, default)]
    pub(super) child_modules: Option<Vec<ModuleValues<'a>>>,
}

#[derive(Deserialize)]
pub(super) struct ResourceValues<'a> {
    #[serde(borrow)]
    pub(super) address: Raw<'a>,
    #[serde(borrow, default)]
    pub(super) mode: Option<Cow<'a, str>>,
    #[serde(borrow, rename = "type")]
    pub(super) ty: Cow<'a, str>,
    #[serde(borrow, default)]
    pub(super) deposed_key: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    pub(super) values: Option<Raw<'a>>,
    #[serde(borrow, default)]
    pub(super) sensitive_values: Option<Raw<'a>>,
}

#[derive(Deserialize)]
pub(super) struct Change<'a> {
    #[serde(borrow)]
    pub(super) address: Raw<'a>,
    #[serde(borrow, default)]
    pub(super) mode: Option<Cow<'a, str>>,
    #[serde(borrow, rename = "type")]
    pub(super) ty: Cow<'a, str>,
    #[serde(borrow, default)]
    pub(super) deposed: Option<Cow<'a, str>>,
    #[serde(borrow)]
    pub(super) change: Changed<'a>,
}

#[derive(Deserialize)]
pub(super) struct Changed<'a> {
    #[serde(borrow, default)]
    pub(super) before: Option<Raw<'a>>,
    #[serde(borrow, default)]
    pub(super) after: Option<Raw<'a>>,
    #[serde(borrow, default)]
    pub(super) after_unknown: Option<Raw<'a>>,
    #[serde(borrow, default)]
    pub(super) after_sensitive: Option<Raw<'a>>,
}

#[derive(Deserialize)]
pub(super) struct Configuration<'a> {
    #[serde(borrow, default)]
    pub(super) provider_config: Option<BTreeMap<String, ProviderConfiguration<'a>>>,
    #[serde(borrow, default)]
    pub(super) root_module: Option<ModuleConfiguration<'a>>,
}

#[derive(Deserialize)]
pub(super) struct ProviderConfiguration<'a> {
    /// The module that has the block, without keys; none for the root.
    #[serde(borrow, default)]
    pub(super) module_address: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    pub(super) expressions: Option<Raw<'a>>,
}

#[derive(Deserialize, Default)]
pub(super) struct ModuleConfiguration<'a> {
    #[serde(borrow, default)]
    pub(super) outputs: Option<BTreeMap<String, OutputConfiguration<'a>>>,
    #[serde(borrow, default)]
    pub(super) resources: Option<Vec<ResourceConfiguration<'a>>>,
    #[serde(borrow, default)]
    pub(super) module_calls: Option<BTreeMap<String, CallConfiguration<'a>>>,
    #[serde(borrow, default)]
    pub(super) variables: Option<BTreeMap<String, VariableConfiguration<'a>>>,
}

#[derive(Deserialize)]
pub(super) struct OutputConfiguration<'a> {
    #[serde(borrow, default)]
    pub(super) expression: Option<Raw<'a>>,
    #[serde(default)]
    pub(super) sensitive: Option<bool>,
}

#[derive(Deserialize)]
pub(super) struct VariableConfiguration<'a> {
    #[serde(borrow, default)]
    pub(super) default: Option<Raw<'a>>,
    #[serde(default)]
    pub(super) sensitive: Option<bool>,
}

#[derive(Deserialize)]
pub(super) struct ResourceConfiguration<'a> {
    /// Within its module.
    #[serde(borrow)]
    pub(super) address: Cow<'a, str>,
    #[serde(borrow, default)]
    pub(super) provider_config_key: Option<&'a str>,
    #[serde(borrow, default)]
    pub(super) expressions: Option<Raw<'a>>,
}

#[derive(Deserialize)]
pub(super) struct CallConfiguration<'a> {
    #[serde(borrow, default)]
    pub(super) expressions: Option<Raw<'a>>,
    #[serde(borrow, default)]
    pub(super) module: Option<ModuleConfiguration<'a>>,
}

/// The attributes of a resource that tell its account.
#[derive(Deserialize)]
pub(super) struct Identity<'a> {
    #[serde(borrow, default)]
    pub(super) arn: Option<Raw<'a>>,
    #[serde(borrow, default)]
    pub(super) account_id: Option<Raw<'a>>,
}

/// A text and what can be asked of its pieces.
#[derive(Clone, Copy)]
pub(super) struct Pieces<'a>(pub(super) &'a str);

impl<'a> Pieces<'a> {
    /// Where `piece` stands.
    pub(super) fn range(self, piece: Raw<'a>) -> TextRange {
        let start = piece.get().as_ptr().addr().saturating_sub(self.0.as_ptr().addr());
        let offset = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
        TextRange::new(offset(start), offset(start.saturating_add(piece.get().len())))
    }

    /// What stands there.
    pub(super) fn value(self, piece: Raw<'a>) -> JsonValue {
        json::parse_part(self.0, self.range(piece))
    }
}

/// `piece` as a text, if it is one.
pub(super) fn text_of(piece: Raw<'_>) -> Option<String> {
    serde_json::from_str(piece.get()).ok()
}
