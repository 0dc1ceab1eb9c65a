//! Which resource or principal something outside of policies names.

use crate::eval::account::{Account, same};
use crate::eval::text::Text;
use crate::truth::Truth;

use super::IamModel;
use super::key::Key;
use super::principal::Origin;

/// Who names something: what is near to it is meant before what is far.
#[derive(Debug, Clone, Copy)]
pub struct Asker<'a> {
    /// The stack, as symbols name it.
    pub stack: &'a str,
    /// The account.
    pub account: &'a Account,
}

impl IamModel {
    /// The index of the resource that `text`, an ARN, a name or an id, names for certain; `None` if
    /// there is none in view, or if it may be one of several.
    #[must_use]
    pub fn resource_named(&self, service: &str, resource_type: &str, text: &Text, by: Asker<'_>) -> Option<usize> {
        let is_kind = |index: &usize| {
            let resource = self.resources.get(*index);
            resource.is_some_and(|it| it.service == service && it.resource_type.is_none_or(|it| it == resource_type))
        };
        let of_arn = self.resource_numbers(text).filter(is_kind).collect();
        self.nearest_resource(of_arn, by).or_else(|| {
            // The names of buckets are those of the whole partition.
            let is_global = (service, resource_type) == ("s3", "bucket");
            let is_near = |index: &usize| {
                is_kind(index)
                    && (is_global
                        || self
                            .resources
                            .get(*index)
                            .is_some_and(|it| same(&it.account, by.account).truth == Truth::Yes))
            };
            let is_called =
                |(_, name): &(&str, Key), index: usize| self.resources.get(index).is_some_and(|it| it.is_called(name));
            let called = self.resources_by_name.get((service, Key::new(text)), is_called);
            let of_name = called.filter(is_near).collect();
            self.nearest_resource(of_name, by)
        })
    }

    /// The index of the principal of which `arn` is the ARN for certain, if it is one.
    #[must_use]
    pub fn principal_named(&self, arn: &Text, by: Asker<'_>) -> Option<usize> {
        let candidates = self.principal_numbers(arn).filter_map(|index| {
            let principal = self.principals.get(index)?;
            Some((index, principal.origin, principal.stack == by.stack))
        });
        only_one(candidates.collect())
    }

    fn nearest_resource(&self, found: Vec<usize>, by: Asker<'_>) -> Option<usize> {
        let candidates = found.into_iter().filter_map(|index| {
            let resource = self.resources.get(index)?;
            Some((index, resource.origin, resource.stack == by.stack))
        });
        only_one(candidates.collect())
    }
}

/// The one of them that is meant: what is declared before what is read, what is near before what is far.
fn only_one(candidates: Vec<(usize, Origin, bool)>) -> Option<usize> {
    let best = candidates.iter().map(|(_, origin, is_near)| (!is_near, *origin)).min()?;
    let mut of_best = candidates.iter().filter(|(_, origin, is_near)| (!is_near, *origin) == best);
    let (index, ..) = of_best.next()?;
    of_best.next().is_none().then_some(*index)
}
