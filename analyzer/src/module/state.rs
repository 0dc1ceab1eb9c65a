//! Where a root module keeps its state, and so which root a state that is read belongs to.

use smol_str::SmolStr;

use crate::source::path;
use crate::syntax::ast::{Block, Body, ExprKind};
use crate::syntax::literal_text;

use super::declaration::Module;

/// The place of a state, without its workspace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StatePlace {
    /// An object in S3.
    S3 {
        /// The bucket; `None` if the source does not say it.
        bucket: Option<SmolStr>,
        /// The key.
        key: SmolStr,
    },
    /// A file, in the form of [`crate::source::path`].
    Local(SmolStr),
    /// A workspace of HCP Terraform.
    Cloud {
        /// The organization.
        organization: SmolStr,
        /// The workspace.
        workspace: SmolStr,
    },
}

/// What Terraform calls the file of a state that nothing else is said of.
const DEFAULT_FILE: &str = "terraform.tfstate";

impl StatePlace {
    /// The place of the state of `root`; `None` if its source does not say it.
    #[must_use]
    pub fn of_root(root: &Module) -> Option<Self> {
        let Some(block) = &root.backend else { return Some(Self::file(&root.dir, DEFAULT_FILE)) };
        let body = &block.body;
        match backend_kind(block) {
            "s3" => Some(Self::S3 { bucket: literal(body, "bucket"), key: literal(body, "key")? }),
            "local" => Some(Self::file(&root.dir, &literal(body, "path").unwrap_or(DEFAULT_FILE.into()))),
            "cloud" | "remote" => {
                let workspaces = body.blocks("workspaces").into_iter().next()?;
                let workspace = literal(&workspaces.body, "name")?;
                Some(Self::Cloud { organization: literal(body, "organization")?, workspace })
            }
            _ => None,
        }
    }

    /// A file, `path` as it is written in the root in `dir`.
    #[must_use]
    pub fn file(dir: &str, path: &str) -> Self {
        Self::Local(path::join(dir, path).into())
    }

    /// What one place has in common with itself however it is written: key, path or workspace.
    #[must_use]
    pub fn name(&self) -> &SmolStr {
        match self {
            Self::S3 { key: name, .. } | Self::Local(name) | Self::Cloud { workspace: name, .. } => name,
        }
    }

    /// Whether both are one place. A bucket that the source does not say is taken to be the same if the
    /// key is no name that everyone has.
    #[must_use]
    pub fn is(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::S3 { bucket: Some(one), key }, Self::S3 { bucket: Some(other), key: other_key }) => {
                one == other && key == other_key
            }
            (Self::S3 { key, .. }, Self::S3 { key: other, .. }) => key == other && key.contains('/'),
            (one, other) => one == other,
        }
    }
}

fn backend_kind(block: &Block) -> &str {
    match block.label(0) {
        Some(label) if block.kind.text == "backend" => &label.text,
        _ => &block.kind.text,
    }
}

/// The value of an argument, which Terraform wants as a literal here.
fn literal(body: &Body, name: &str) -> Option<SmolStr> {
    match &body.attribute(name)?.value.kind {
        ExprKind::Template(template) => literal_text(template),
        _ => None,
    }
}
