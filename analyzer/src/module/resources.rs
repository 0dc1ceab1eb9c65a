//! The resources of a module by their addresses.

use std::sync::Arc;

use smol_str::SmolStr;

use super::declaration::{Mode, Resource, ResourceAddress};

/// Resources in the order of their addresses, which they hold themselves: a workspace has tens of thousands.
#[derive(Debug, Clone, Default)]
pub struct Resources(Box<[Arc<Resource>]>);

impl Resources {
    /// The resource of that address.
    #[must_use]
    pub fn get(&self, address: &ResourceAddress) -> Option<&Arc<Resource>> {
        self.0.get(self.0.binary_search_by(|it| it.address.cmp(address)).ok()?)
    }

    /// Whether there is one of that address.
    #[must_use]
    pub fn contains(&self, address: &ResourceAddress) -> bool {
        self.get(address).is_some()
    }

    /// Whether a resource of type `ty`, no data source, is among them.
    #[must_use]
    pub fn has_type(&self, ty: &str) -> bool {
        let first = ResourceAddress { mode: Mode::Managed, ty: ty.into(), name: SmolStr::default() };
        let at = self.0.partition_point(|it| it.address < first);
        self.0.get(at).is_some_and(|it| it.address.mode == Mode::Managed && it.address.ty == ty)
    }

    /// The addresses.
    pub fn addresses(&self) -> impl Iterator<Item = &ResourceAddress> {
        self.iter().map(|it| &it.address)
    }

    /// The resources.
    pub fn iter(&self) -> std::slice::Iter<'_, Arc<Resource>> {
        self.0.iter()
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl<'a> IntoIterator for &'a Resources {
    type Item = &'a Arc<Resource>;
    type IntoIter = std::slice::Iter<'a, Arc<Resource>>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

/// Of several with one address the last stays.
impl FromIterator<Arc<Resource>> for Resources {
    fn from_iter<I: IntoIterator<Item = Arc<Resource>>>(resources: I) -> Self {
        let mut resources: Vec<Arc<Resource>> = resources.into_iter().collect();
        resources.sort_by(|a, b| a.address.cmp(&b.address));
        resources.dedup_by(|later, kept| {
            let is_same = later.address == kept.address;
            if is_same {
                std::mem::swap(later, kept);
            }
            is_same
        });
        Self(resources.into_boxed_slice())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::{SourceMap, TextRange};
    use crate::syntax::parse_hcl;

    fn resource(mode: Mode, ty: &str, name: &str, at: u32) -> Arc<Resource> {
        let sources = SourceMap::default();
        let tree = parse_hcl(sources.add("main.tf", ""), "");
        let address = ResourceAddress { mode, ty: ty.into(), name: name.into() };
        let header = TextRange::empty(at).at(tree.file);
        Arc::new(Resource { address, body: tree.body, header, provider: None })
    }

    #[test]
    fn resources_are_found_by_their_addresses() {
        let resources: Resources = [
            resource(Mode::Data, "aws_iam_role", "a", 0),
            resource(Mode::Managed, "aws_s3_bucket", "b", 1),
            resource(Mode::Managed, "aws_s3_bucket", "a", 2),
            resource(Mode::Managed, "aws_s3_bucket", "b", 3),
        ]
        .into_iter()
        .collect();
        let shown: Vec<String> = resources.addresses().map(ToString::to_string).collect();
        assert_eq!(shown, ["aws_s3_bucket.a", "aws_s3_bucket.b", "data.aws_iam_role.a"]);
        let bucket = ResourceAddress { mode: Mode::Managed, ty: "aws_s3_bucket".into(), name: "b".into() };
        assert_eq!(resources.get(&bucket).unwrap().header.range.start, 3, "the last one");
        assert!(!resources.contains(&ResourceAddress { name: "c".into(), ..bucket }));
        assert!(resources.has_type("aws_s3_bucket"));
        assert!(!resources.has_type("aws_iam_role"), "it is a data source");
        assert!(!resources.has_type("aws_s3"));
    }
}
