//! The declarations of one module.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use smol_str::SmolStr;

use crate::source::{FileId, Span};
use crate::syntax::SyntaxError;
use crate::syntax::ast::{Attribute, Block, Body, Expr, Ident};

use super::resources::Resources;

/// What the files of one directory declare, overrides applied.
#[derive(Debug, Clone, Default)]
pub struct Module {
    /// The directory.
    pub dir: SmolStr,
    /// Whether its files were downloaded (`.terraform/modules`) or lie outside the
    /// workspace: what is wrong inside is not the user's to mend.
    pub downloaded: bool,
    /// Its files, sorted by path.
    pub files: Vec<FileId>,
    /// `variable` blocks by name.
    pub variables: BTreeMap<SmolStr, Arc<Variable>>,
    /// The entries of all `locals` blocks by name.
    pub locals: BTreeMap<SmolStr, Arc<Local>>,
    /// `output` blocks by name.
    pub outputs: BTreeMap<SmolStr, Arc<Output>>,
    /// `resource`, `data` and `ephemeral` blocks, nested ones of `check` included.
    pub resources: Resources,
    /// `module` blocks by name.
    pub calls: BTreeMap<SmolStr, Arc<ModuleCall>>,
    /// `provider` blocks, in the order of the files.
    pub providers: Vec<Arc<ProviderConfig>>,
    /// `source` in `required_providers` by local name: `hashicorp/aws`.
    pub provider_sources: BTreeMap<SmolStr, SmolStr>,
    /// `configuration_aliases` of `required_providers`: what the caller has to pass.
    pub configuration_aliases: Vec<ProviderReference>,
    /// The `backend` or `cloud` block.
    pub backend: Option<Arc<Block>>,
    /// What is wrong with the files, by file.
    pub errors: Vec<(FileId, SyntaxError)>,
}

/// What kind of thing a [`Resource`] is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Mode {
    /// `resource`
    Managed,
    /// `data`
    Data,
    /// `ephemeral`
    Ephemeral,
}

/// A resource's name within its module.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ResourceAddress {
    /// The kind of block.
    pub mode: Mode,
    /// `aws_iam_role`
    pub ty: SmolStr,
    /// The name.
    pub name: SmolStr,
}

impl fmt::Display for ResourceAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let prefix = match self.mode {
            Mode::Managed => "",
            Mode::Data => "data.",
            Mode::Ephemeral => "ephemeral.",
        };
        write!(f, "{prefix}{}.{}", self.ty, self.name)
    }
}

/// `resource "type" "name" { ... }` and its kin.
#[derive(Debug)]
pub struct Resource {
    /// Its address.
    pub address: ResourceAddress,
    /// Everything in it, meta-arguments (`count`, `for_each`, `provider`, `lifecycle`) included.
    pub body: Body,
    /// The header of the block.
    pub header: Span,
    /// `provider = aws.log`; `None` for the default configuration of the type's provider.
    pub provider: Option<Box<ProviderReference>>,
}

/// `variable "name" { ... }`
#[derive(Debug)]
pub struct Variable {
    /// The name.
    pub name: Ident,
    /// `type = ...`
    pub ty: Option<Arc<Attribute>>,
    /// `default = ...`
    pub default: Option<Arc<Attribute>>,
    /// `sensitive = true`, literally.
    pub sensitive: bool,
    /// `nullable = false`, literally, makes this false.
    pub nullable: bool,
    /// The `validation` blocks.
    pub validations: Vec<Arc<Block>>,
    /// The header of the block.
    pub header: Span,
}

/// One entry of a `locals` block.
#[derive(Debug)]
pub struct Local {
    /// Name and value.
    pub attribute: Arc<Attribute>,
}

/// `output "name" { ... }`
#[derive(Debug)]
pub struct Output {
    /// The name.
    pub name: Ident,
    /// `value = ...`
    pub value: Option<Arc<Attribute>>,
    /// `sensitive = true`, literally.
    pub sensitive: bool,
    /// The header of the block.
    pub header: Span,
}

/// `module "name" { ... }`
#[derive(Debug)]
pub struct ModuleCall {
    /// The name.
    pub name: Ident,
    /// `source`, if it is a literal.
    pub source: Option<SmolStr>,
    /// Where `source` stands, or the header.
    pub source_span: Span,
    /// `version`, if it is a literal.
    pub version: Option<SmolStr>,
    /// Everything in it, meta-arguments included.
    pub body: Body,
    /// The entries of `providers`: the called module's reference and the caller's.
    pub providers: Option<Vec<(ProviderReference, ProviderReference)>>,
    /// The header of the block.
    pub header: Span,
}

/// `provider "name" { ... }`
#[derive(Debug)]
pub struct ProviderConfig {
    /// Name and alias.
    pub reference: ProviderReference,
    /// Everything in it.
    pub body: Body,
    /// The header of the block.
    pub header: Span,
}

/// A provider configuration as a module names it: `aws`, `aws.log`, OpenTofu's `aws.by_account[each.key]`.
#[derive(Debug, Clone)]
pub struct ProviderReference {
    /// The local name: `aws`.
    pub name: SmolStr,
    /// The alias.
    pub alias: Option<SmolStr>,
    /// The key of a configuration with `for_each`.
    pub key: Option<Expr>,
    /// Where it stands.
    pub span: Option<Span>,
}
