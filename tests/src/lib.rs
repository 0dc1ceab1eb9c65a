//! What the tests share: fixtures in Markdown, the places of files, and goldens that
//! rewrite themselves when `UPDATE_EXPECT=1` is set.

pub mod access_analyzer;
pub mod cloudtrail_checks;
pub mod cloudtrail_mistakes;
pub mod fixture;
pub mod halves;
pub mod layers;
pub mod managed_policies;
pub mod oracle;
pub mod rule_index;
pub mod source_tree;
pub mod tflint_rules;
