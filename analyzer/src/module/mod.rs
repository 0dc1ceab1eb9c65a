//! What the files of a directory declare, and how directories call each other.
//!
//! This layer knows Terraform's blocks but evaluates nothing: every value is still
//! an expression. Unknown block types are kept out of the way, never an error.

mod declaration;
mod declare;
mod environment;
mod expression;
mod files;
mod json_places;
mod kept;
mod library;
mod load;
mod manifest;
mod outline;
mod overrides;
mod provider;
mod reference;
mod resources;
mod roots;
mod stack;
mod state;
mod top_level;
mod tree;
mod workspace;

pub use declaration::{
    Local, Mode, Module, ModuleCall, Output, ProviderConfig, ProviderReference, Resource, ResourceAddress, Variable,
};
pub use files::ModuleFiles;
pub use kept::{Changes, Kept};
pub use outline::Outline;
pub use provider::{ProviderKey, ProviderSource, resolve_provider};
pub use resources::Resources;
pub use stack::{Child, ModuleNode, Stack, VariableValue, Workspace};
pub use state::StatePlace;
pub use top_level::blocks as top_level_blocks;
pub use workspace::{load_configured_workspace, load_workspace, reload_workspace};

#[cfg(test)]
mod tests;
