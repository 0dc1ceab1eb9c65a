//! What the host wants: which rules, and what stands in the block of the plugin.

use crosstrail_analyzer::rules::{Level, RULES, Rule, Selection};

use crate::rules;
use crate::wire::{AttributeSchema, BodyContent, BodySchema, Expression, GlobalConfig};

/// The path of `crosstrail.toml`.
const CONFIG: &str = "config";

/// The directory whose stacks are in view.
const WORKSPACE_ROOT: &str = "workspace_root";

/// What holds for the checks that follow.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Settings {
    /// Which rules are wanted.
    pub(crate) rules: GlobalConfig,
    /// The path of `crosstrail.toml`, for the host to evaluate.
    pub(crate) config: Option<Expression>,
    /// The directory whose stacks are in view, likewise.
    pub(crate) workspace_root: Option<Expression>,
    /// How often the host has said so. What was read before may have changed since.
    pub(crate) round: u64,
}

/// What may stand in the block of the plugin.
#[must_use]
pub(crate) fn schema() -> BodySchema {
    let attribute = |name: &str| AttributeSchema { name: name.to_owned(), required: false };
    BodySchema { attributes: vec![attribute(CONFIG), attribute(WORKSPACE_ROOT)], ..BodySchema::default() }
}

impl Settings {
    /// These rules are wanted; of the rest nothing is said yet.
    pub(crate) fn apply_rules(&mut self, rules: GlobalConfig) {
        *self = Self { rules, round: self.round.wrapping_add(1), ..Self::default() };
    }

    /// This stands in the block of the plugin.
    pub(crate) fn apply_block(&mut self, mut content: BodyContent) {
        let mut take = |name| content.attributes.remove(name).and_then(|attribute| attribute.expression);
        self.config = take(CONFIG);
        self.workspace_root = take(WORKSPACE_ROOT);
        self.round = self.round.wrapping_add(1);
    }

    /// `selection`, changed by which rules the host wants.
    #[must_use]
    pub(crate) fn select(&self, mut selection: Selection) -> Selection {
        for rule in RULES {
            // The names are those of the table: there is no other.
            let _known = match self.wants(rule) {
                None => Ok(()),
                Some(false) => selection.ignore(rule.code),
                Some(true) => {
                    let severity = selection.severity(rule).unwrap_or(rule.severity);
                    selection.level(rule.code, Level::As(severity))
                }
            };
        }
        selection
    }

    /// Whether the host wants `rule`; `None` if it leaves that to the rule itself.
    fn wants(&self, rule: &Rule) -> Option<bool> {
        let name = rules::name(rule);
        let GlobalConfig { rules, disabled_by_default, only, fix: _ } = &self.rules;
        if !only.is_empty() {
            return Some(only.contains(&name));
        }
        let said = rules.get(&name).map(|config| config.enabled);
        said.or_else(|| disabled_by_default.then_some(false))
    }
}

#[cfg(test)]
mod tests {
    use crosstrail_analyzer::rules::Group;

    use super::*;
    use crate::wire::RuleConfig;

    fn running(rules: GlobalConfig) -> Vec<&'static str> {
        let settings = Settings { rules, ..Settings::default() };
        let selection = settings.select(Selection::default());
        RULES.iter().filter(|rule| selection.severity(rule).is_some()).map(|rule| rule.code).collect()
    }

    fn named(enabled: bool, code: &str) -> GlobalConfig {
        let name = rules::name_of_code(code);
        GlobalConfig { rules: [(name.clone(), RuleConfig { name, enabled })].into(), ..GlobalConfig::default() }
    }

    #[test]
    fn what_runs_by_default_runs_and_the_rest_where_it_is_named() {
        let by_default = running(GlobalConfig::default());
        let posture: Vec<_> = RULES.iter().filter(|rule| rule.group == Group::Posture).map(|rule| rule.code).collect();
        assert_eq!(by_default.len() + posture.len(), RULES.len());
        let off = running(named(false, "unknown-action"));
        assert_eq!((off.len(), off.contains(&"unknown-action")), (by_default.len() - 1, false));
        let more = running(named(true, posture[0]));
        assert_eq!((more.len(), more.contains(&posture[0])), (by_default.len() + 1, true));
    }

    #[test]
    fn only_what_is_named_if_the_host_says_so() {
        let only = vec![rules::name_of_code("unknown-action"), "aws_instance_invalid_type".to_owned()];
        assert_eq!(running(GlobalConfig { only, ..named(true, "unused-ignore") }), ["unknown-action"]);
        let by_name = GlobalConfig { disabled_by_default: true, ..named(true, "unknown-action") };
        assert_eq!(running(by_name), ["unknown-action"]);
        assert_eq!(running(GlobalConfig { disabled_by_default: true, ..GlobalConfig::default() }), [""; 0]);
    }

    #[test]
    fn what_was_said_before_is_forgotten() {
        let mut settings = Settings::default();
        let config = Some(Expression { bytes: b"\"x\"".to_vec(), ..Expression::default() });
        let attribute = crate::wire::Attribute { expression: config.clone(), ..Default::default() };
        settings.apply_block(BodyContent { attributes: [("config".to_owned(), attribute)].into(), blocks: vec![] });
        assert_eq!(settings.config, config);
        settings.apply_rules(GlobalConfig::default());
        assert_eq!((settings.config, settings.round), (None, 2));
    }
}
