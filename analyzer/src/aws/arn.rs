//! ARNs in their six fields, each with its place, also where parts are unknown.
//!
//! `arn:partition:service:region:account:resource`; the resource may hold more colons.

use std::borrow::Cow;
use std::fmt;
use std::ops::Range;

use smol_str::SmolStr;

use super::facts::{self, PartitionFacts};
use super::pattern::{Pattern, Piece, Syntax};

/// An ARN, or a pattern of ARNs, in its fields.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Arn<'a, H> {
    /// The partition: `aws`.
    pub partition: Field<'a, H>,
    /// The service: `iam`.
    pub service: Field<'a, H>,
    /// The region, empty for what has none.
    pub region: Field<'a, H>,
    /// The account, empty for what names none.
    pub account: Field<'a, H>,
    /// The rest: `role/path/name`.
    pub resource: Field<'a, H>,
}

/// A field of an ARN.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Field<'a, H> {
    pieces: Vec<Piece<'a, H>>,
    range: Range<usize>,
}

/// Why a text is not read as an ARN.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum NoArn {
    /// It does not start with `arn:`, whatever the unknown parts are.
    Other,
    /// It has only this many of the six fields.
    Short(usize),
    /// It may be one: an unknown part may hold fields.
    Unknown,
}

impl<'a, H: Clone + Eq> Arn<'a, H> {
    /// Reads the text that `pieces` make together. A hole in front of the fifth colon is
    /// taken to lie in its field.
    ///
    /// # Errors
    /// See [`NoArn`].
    pub fn read(pieces: impl IntoIterator<Item = Piece<'a, H>>) -> Result<Self, NoArn> {
        let fields = split(pieces);
        let prefix = fields.first().ok_or(NoArn::Other)?;
        match prefix.known().as_deref() {
            Some("arn") => {}
            Some(_) => return Err(NoArn::Other),
            None if prefix.may_start("arn:") => return Err(NoArn::Unknown),
            None => return Err(NoArn::Other),
        }
        let is_open = fields.iter().any(Field::has_holes);
        match <[Field<'a, H>; FIELDS]>::try_from(fields) {
            Ok([_, partition, service, region, account, resource]) => {
                Ok(Self { partition, service, region, account, resource })
            }
            Err(_) if is_open => Err(NoArn::Unknown),
            Err(fields) => Err(NoArn::Short(fields.len())),
        }
    }
}

impl<'a> Arn<'a, std::convert::Infallible> {
    /// Reads a text without unknown parts.
    ///
    /// # Errors
    /// See [`NoArn`].
    pub fn of_text(text: &'a str) -> Result<Self, NoArn> {
        Self::read([Piece::Text(text)])
    }
}

const FIELDS: usize = 6;

/// Parts the text at its first five colons.
fn split<'a, H>(pieces: impl IntoIterator<Item = Piece<'a, H>>) -> Vec<Field<'a, H>> {
    let mut done = Vec::with_capacity(FIELDS);
    let mut field = Field { pieces: Vec::new(), range: 0..0 };
    for piece in pieces {
        let mut rest = match piece {
            Piece::Text(text) => text,
            Piece::Hole(_) => {
                field.pieces.push(piece);
                continue;
            }
        };
        while done.len() + 1 < FIELDS
            && let Some((before, behind)) = rest.split_once(':')
        {
            field.push(before);
            let start = field.range.end + 1;
            done.push(std::mem::replace(&mut field, Field { pieces: Vec::new(), range: start..start }));
            rest = behind;
        }
        field.push(rest);
    }
    done.push(field);
    done
}

impl<'a, H> Field<'a, H> {
    fn push(&mut self, text: &'a str) {
        if !text.is_empty() {
            self.range.end += text.len();
            self.pieces.push(Piece::Text(text));
        }
    }

    /// Where it stands: bytes of the whole text, in which holes have no length.
    #[must_use]
    pub fn range(&self) -> Range<usize> {
        self.range.clone()
    }

    /// Its pieces, in order.
    #[must_use]
    pub fn pieces(&self) -> &[Piece<'a, H>] {
        &self.pieces
    }

    /// Whether it is empty for certain.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.pieces.is_empty()
    }

    /// Whether a part of it is unknown.
    #[must_use]
    pub fn has_holes(&self) -> bool {
        self.pieces.iter().any(|piece| matches!(piece, Piece::Hole(_)))
    }

    /// Its text, if it has no holes.
    #[must_use]
    pub fn known(&self) -> Option<Cow<'a, str>> {
        match self.pieces.as_slice() {
            [] => Some(Cow::Borrowed("")),
            [Piece::Text(text)] => Some(Cow::Borrowed(text)),
            pieces => pieces
                .iter()
                .map(|piece| match piece {
                    Piece::Text(text) => Some(*text),
                    Piece::Hole(_) => None,
                })
                .collect::<Option<String>>()
                .map(Cow::Owned),
        }
    }

    /// The hole, if it is one and nothing else.
    #[must_use]
    pub fn hole(&self) -> Option<&H> {
        match self.pieces.as_slice() {
            [Piece::Hole(hole)] => Some(hole),
            _ => None,
        }
    }
}

impl<H: Clone + Eq> Field<'_, H> {
    /// It as a pattern.
    #[must_use]
    pub fn pattern(&self, syntax: Syntax) -> Pattern<H> {
        Pattern::new(self.pieces.iter().cloned(), syntax)
    }

    /// Whether it can start with `text`: a hole may hold anything, colons too.
    fn may_start(&self, text: &str) -> bool {
        match self.pieces.first() {
            Some(Piece::Text(known)) => text.starts_with(known),
            Some(Piece::Hole(_)) | None => true,
        }
    }
}

/// The number of an account: twelve digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AccountId(u64);

impl AccountId {
    /// Reads twelve digits and nothing else.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let digits = text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit());
        if digits { text.parse().ok().map(Self) } else { None }
    }
}

impl fmt::Display for AccountId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:012}", self.0)
    }
}

impl fmt::Debug for AccountId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// A partition that exists.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Partition(&'static str);

impl Partition {
    /// The commercial partition.
    pub const AWS: Self = Self("aws");

    /// The partition of a name as ARNs have it; case matters.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        facts::partition(name).map(|partition| Self(partition.name))
    }

    /// Its name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        self.0
    }

    /// What is known of it.
    #[must_use]
    pub fn facts(self) -> Option<PartitionFacts> {
        facts::partition(self.0)
    }
}

/// A region by name, also one that is not yet in the tables.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Region {
    name: SmolStr,
    partition: Partition,
}

impl Region {
    /// A region that exists, or whose name has the form of a partition's regions.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        let home = facts::partitions().find(|partition| partition.may_have_region(name))?;
        Some(Self { name: name.into(), partition: Partition(home.name) })
    }

    /// Its name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its partition.
    #[must_use]
    pub const fn partition(&self) -> Partition {
        self.partition
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_and_their_places() {
        let text = "arn:aws:iam::111122223333:role/a:b";
        let arn = Arn::of_text(text).unwrap();
        let fields = [&arn.partition, &arn.service, &arn.region, &arn.account, &arn.resource];
        for (field, expected) in fields.into_iter().zip(["aws", "iam", "", "111122223333", "role/a:b"]) {
            assert_eq!(field.known().unwrap(), expected);
            assert_eq!(text.get(field.range()).unwrap(), expected);
        }
        assert!(arn.region.is_empty() && !arn.account.is_empty());
    }

    #[test]
    fn holes_lie_in_their_fields_and_have_no_length() {
        let known = "arn:aws:iam::x:role/y";
        let pieces =
            [Piece::Text("arn:aws:iam::x"), Piece::Hole(7_u8), Piece::Text(":role/"), Piece::Hole(8), Piece::Text("y")];
        let arn = Arn::read(pieces).unwrap();
        assert_eq!(arn.account.pieces(), [Piece::Text("x"), Piece::Hole(7)]);
        assert_eq!(arn.account.known(), None);
        assert_eq!(known.get(arn.account.range()), Some("x"));
        assert_eq!(known.get(arn.resource.range()), Some("role/y"));
        let whole = Arn::read([Piece::Text("arn:"), Piece::Hole(1_u8), Piece::Text(":s3:::b")]).unwrap();
        assert_eq!(whole.partition.hole(), Some(&1));
        assert_eq!(whole.resource.known().unwrap(), "b");
    }

    #[test]
    fn what_is_no_arn() {
        let read = |pieces: &[Piece<'static, u8>]| Arn::read(pieces.iter().copied()).map(|_| ());
        assert_eq!(Arn::of_text("*"), Err(NoArn::Other));
        assert_eq!(Arn::of_text(""), Err(NoArn::Other));
        assert_eq!(Arn::of_text("ARN:aws:s3:::b"), Err(NoArn::Other));
        assert_eq!(Arn::of_text("arn:aws:s3"), Err(NoArn::Short(3)));
        assert!(Arn::of_text("arn:aws:s3:::").is_ok());
        assert_eq!(read(&[Piece::Hole(1), Piece::Text("/*")]), Err(NoArn::Unknown));
        assert_eq!(read(&[Piece::Text("arn"), Piece::Hole(1)]), Err(NoArn::Unknown));
        assert_eq!(read(&[Piece::Text("arn:aws:iam::"), Piece::Hole(1)]), Err(NoArn::Unknown));
        assert_eq!(read(&[Piece::Text("bucket-"), Piece::Hole(1)]), Err(NoArn::Other));
        assert_eq!(read(&[]), Err(NoArn::Other));
    }

    #[test]
    fn accounts_partitions_and_regions() {
        assert_eq!(AccountId::parse("000000000012").unwrap().to_string(), "000000000012");
        for wrong in ["12", "1111222233334", "+11122223333", "11112222333x", "１１１１２２２２３３３３", ""]
        {
            assert_eq!(AccountId::parse(wrong), None, "{wrong}");
        }
        assert_eq!(Partition::parse("aws"), Some(Partition::AWS));
        assert_eq!(Partition::parse("aws-cn").unwrap().facts().unwrap().dns_suffix, "amazonaws.com.cn");
        assert_eq!(Region::parse("us-gov-west-1").unwrap().partition().name(), "aws-us-gov");
        assert_eq!(Region::parse("eu-west-9").unwrap().partition(), Partition::AWS);
        assert_eq!(Region::parse("nowhere"), None);
    }
}
