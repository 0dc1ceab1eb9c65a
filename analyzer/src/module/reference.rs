//! How a module names a provider configuration.

use smol_str::SmolStr;

use crate::source::{FileId, Span};
use crate::syntax::ast::{Expr, ExprKind};
use crate::syntax::literal_text;

use super::declaration::ProviderReference;

impl ProviderReference {
    /// The default configuration of the provider `name`.
    #[must_use]
    pub fn default_of(name: impl Into<SmolStr>) -> Self {
        Self { name: name.into(), alias: None, key: None, span: None }
    }

    /// Reads `aws`, `aws.log`, `"aws.log"` (as Terraform 0.11 and JSON write it) and
    /// OpenTofu's `aws.by_account[key]`.
    #[must_use]
    pub fn from_expr(file: FileId, expr: &Expr) -> Option<Self> {
        let span = Some(expr.range.at(file));
        match &expr.kind {
            ExprKind::Variable(name) => Some(Self { name: name.clone(), alias: None, key: None, span }),
            ExprKind::GetAttr(of, alias) => match &of.kind {
                ExprKind::Variable(name) => {
                    Some(Self { name: name.clone(), alias: Some(alias.text.clone()), key: None, span })
                }
                _ => None,
            },
            ExprKind::Index(of, key) => {
                let reference = Self::from_expr(file, of).filter(|reference| reference.key.is_none())?;
                Some(Self { key: Some((**key).clone()), span, ..reference })
            }
            ExprKind::Template(template) => Self::from_text(&literal_text(template)?, span),
            ExprKind::Paren(inner) => Self::from_expr(file, inner),
            _ => None,
        }
    }

    fn from_text(text: &str, span: Option<Span>) -> Option<Self> {
        let (name, alias) = match text.split_once('.') {
            Some((name, alias)) => (name, Some(alias)),
            None => (text, None),
        };
        let well_formed = !name.is_empty() && alias.is_none_or(|alias| !alias.is_empty() && !alias.contains('.'));
        well_formed.then(|| Self { name: name.into(), alias: alias.map(Into::into), key: None, span })
    }

    /// Whether both name the same configuration block; the key of an instance and the
    /// place of the reference do not count.
    #[must_use]
    pub fn names_same(&self, other: &Self) -> bool {
        self.name == other.name && self.alias == other.alias
    }
}

impl std::fmt::Display for ProviderReference {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.name)?;
        self.alias.as_ref().map_or(Ok(()), |alias| write!(f, ".{alias}"))
    }
}
