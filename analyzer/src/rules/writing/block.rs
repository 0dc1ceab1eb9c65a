//! Blocks: what they are called within their module, and how they are referred to.

use crate::access::grants::Grant;
use crate::eval::account::KnownAccounts;
use crate::eval::text::{Piece, Text};
use crate::rules::RuleContext;

/// A place where blocks can be written: a module of a stack.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::rules) struct Place<'a> {
    stack: &'a str,
    module: &'a str,
}

impl Place<'_> {
    pub(in crate::rules) const fn is_root(&self) -> bool {
        self.module.is_empty()
    }
}

/// A block, or one instance of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::rules) struct Block<'a> {
    pub(in crate::rules) place: Place<'a>,
    pub(in crate::rules) ty: &'a str,
    pub(in crate::rules) name: &'a str,
    /// The key of the instance with its brackets; empty where there is only one.
    pub(in crate::rules) key: &'a str,
}

impl<'a> Block<'a> {
    /// The block of the resource at `address`; `None` in one of several instances of a module.
    pub(in crate::rules) fn of(stack: &'a str, address: &'a str) -> Option<Self> {
        let (whole, key) = match address.find(['[']).and_then(|at| address.split_at_checked(at)) {
            // A key may hold anything, but a module has no more behind its own.
            Some((whole, key)) if key.ends_with(']') && !key.contains("].") => (whole, key),
            Some(_) => return None,
            None => (address, ""),
        };
        let (front, name) = whole.rsplit_once('.')?;
        let (module, ty) = front.rsplit_once('.').unwrap_or(("", front));
        Some(Self { place: Place { stack, module }, ty, name, key })
    }

    pub(in crate::rules) fn is_of_one_block(&self, other: &Self) -> bool {
        (self.place, self.ty, self.name) == (other.place, other.ty, other.name)
    }

    /// `aws_iam_role.deploy["a"].arn`
    pub(in crate::rules) fn reference(&self, attribute: &str) -> String {
        format!("{}.{}{}.{attribute}", self.ty, self.name, self.key)
    }

    /// The reference to an ARN, if it is of the same module.
    pub(in crate::rules) fn arn_in(&self, place: &Place<'_>, attribute: &str) -> Option<String> {
        let is_aws = self.ty.starts_with("aws_") || self.ty.starts_with("awscc_");
        (self.place == *place && is_aws).then(|| self.reference(attribute))
    }

    /// What can be a part of the name of another block: `deploy_a`.
    pub(in crate::rules) fn label(&self) -> String {
        let words = self.key.split(|letter: char| !letter.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
        std::iter::once(self.name).chain(words).collect::<Vec<_>>().join("_")
    }
}

/// How ARNs are written out where nothing refers to them.
pub(in crate::rules) struct Arns<'a> {
    accounts: KnownAccounts<'a>,
    /// The partition of both sides: no grant leads from one to another.
    pub(in crate::rules) partition: String,
}

impl<'a> Arns<'a> {
    /// As far as `grant` and the configuration of the analysis tell.
    pub(in crate::rules) fn of(grant: &Grant<'_>, ctx: &RuleContext<'a>) -> Self {
        let accounts = ctx.access.accounts();
        let arns = [&grant.leaf.text, &grant.principal.arn];
        let written = arns.iter().find_map(|arn| {
            let prefix = arn.known_prefix();
            let mut fields = prefix.split(':').skip(1);
            fields.next().zip(fields.next()).map(|(partition, _)| partition.to_owned())
        });
        let own = grant.principal.account.id;
        let declared = || accounts.declared().iter().find(|it| it.id.is_some() && it.id == own)?.partition.clone();
        Self { accounts, partition: written.or_else(declared).unwrap_or_else(|| "aws".to_owned()) }
    }

    /// The ARN, if only its partition and such accounts are unknown of which the configuration
    /// of the analysis tells the numbers.
    pub(in crate::rules) fn written(&self, arn: &Text) -> Option<String> {
        let number = || Some(self.accounts.of_arn(arn)?.id?.to_string());
        let mut written = String::new();
        for piece in arn.pieces() {
            match piece {
                Piece::Known(known) => written.push_str(&known.text),
                Piece::Hole(_) if written == "arn:" => written.push_str(&self.partition),
                Piece::Hole(_) if written.ends_with(':') && written.matches(':').count() == COLONS => {
                    written.push_str(&number()?);
                }
                Piece::Hole(_) => return None,
            }
        }
        Some(written)
    }
}

/// How many colons stand in front of the account in an ARN.
const COLONS: usize = 4;

const RESOURCE: &str = "\nresource ";

/// The argument that chooses the provider of the block that holds `offset`.
pub(in crate::rules) fn provider_line(text: &str, offset: u32) -> Vec<(&'static str, String)> {
    let find = || {
        let at = usize::try_from(offset).ok()?;
        // The offset may be that of the header itself.
        let start = text.get(..at + RESOURCE.len()).unwrap_or(text).rfind(RESOURCE).unwrap_or(0);
        let block = text.get(start..)?;
        let block = block.trim_start().split_once("\n}").map_or(block, |(block, _)| block);
        let is_provider =
            |line: &&str| line.trim_start().strip_prefix("provider").is_some_and(|it| it.trim_start().starts_with('='));
        let (_, provider) = block.lines().find(is_provider)?.split_once('=')?;
        Some(("provider", provider.trim().to_owned()))
    };
    find().into_iter().collect()
}
