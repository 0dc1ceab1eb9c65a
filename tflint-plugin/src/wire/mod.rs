//! The messages, field by field as the host has them.
//!
//! INVARIANT: numbers and types of fields are those of the host. A test compares them with
//! messages that were recorded.

mod plumbing;
mod rule_set;
mod runner;
mod shared;

pub use plumbing::{ConnInfo, Empty, HealthRequest, HealthResponse, Knock, SERVING, StdioData};
pub use rule_set::{
    ApplyConfigRequest, ApplyGlobalConfigRequest, CheckRequest, GetConfigSchemaResponse, GetRuleNamesResponse,
    GlobalConfig, RuleConfig, TextResponse,
};
pub use runner::{
    ApplyChangesRequest, ContentResponse, EmitIssueRequest, EmitIssueResponse, EvaluateExprRequest,
    EvaluateExprResponse, EvaluateOption, GetFileRequest, GetFileResponse, GetFilesResponse, GetModuleContentRequest,
    GetModulePathResponse, GetRuleConfigContentRequest, ModuleContentOption, ModuleContext, Rule, Severity,
};
pub use shared::{
    Attribute, AttributePath, AttributeSchema, Block, BlockSchema, BodyContent, BodySchema, Expression, Position,
    Range, Step, StepSelector, ValueMark,
};
