//! The buckets in view that trails write to.

use std::collections::BTreeMap;

use crate::cloudtrail::Trail;
use crate::iam::{Origin, PolicedResource};
use crate::rules::RuleContext;

/// A bucket that is declared in view, with the first trail that writes to it.
pub(super) struct LogBucket<'a> {
    /// Its index among the resources of the `iam` layer.
    pub(super) index: usize,
    /// The bucket.
    pub(super) resource: &'a PolicedResource,
    /// The trail.
    pub(super) trail: &'a Trail,
}

/// The buckets that trails write to, each once.
pub(super) fn log_buckets<'a>(ctx: &RuleContext<'a>) -> Vec<LogBucket<'a>> {
    let mut found = BTreeMap::new();
    for trail in ctx.cloudtrail.trails() {
        if let Some(index) = trail.bucket.as_ref().and_then(|bucket| bucket.index) {
            found.entry(index).or_insert(trail);
        }
    }
    let bucket = |(index, trail): (usize, &'a Trail)| {
        let resource = ctx.iam.resources().get(index).filter(|it| it.origin == Origin::Declared)?;
        Some(LogBucket { index, resource, trail })
    };
    found.into_iter().filter_map(bucket).collect()
}
