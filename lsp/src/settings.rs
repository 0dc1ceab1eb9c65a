//! What a client lets its user set.

use std::path::PathBuf;

use serde::Deserialize;
use serde_json::Value;

/// The section of a client's settings that is ours.
pub(crate) const SECTION: &str = "crosstrail";

/// The settings. What else a client sends is its own affair.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(crate) struct Settings {
    /// The configuration, in place of the `crosstrail.toml` in or above a root: absolute, or
    /// seen from the root.
    pub(crate) configuration: Option<PathBuf>,
}

impl Settings {
    /// The settings in `value`: they themselves, or an object that has them as its section.
    pub(crate) fn of(value: &Value) -> Self {
        let section = value.get(SECTION).unwrap_or(value);
        let mut settings = Self::deserialize(section).unwrap_or_default();
        settings.configuration = settings.configuration.filter(|path| !path.as_os_str().is_empty());
        settings
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn settings_are_found_wherever_clients_put_them() {
        let expected = Settings { configuration: Some(PathBuf::from("a.toml")) };
        assert_eq!(Settings::of(&json!({"configuration": "a.toml", "trace": {}})), expected);
        assert_eq!(Settings::of(&json!({"crosstrail": {"configuration": "a.toml"}})), expected);
        for odd in [json!(null), json!([1]), json!({"configuration": ""}), json!({"configuration": 3})] {
            assert_eq!(Settings::of(&odd), Settings::default());
        }
    }
}
