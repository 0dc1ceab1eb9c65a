//! Paths in buckets, for people.

use crate::cloudtrail::Need;

use super::asked::{Lack, behind};

/// The path that a request is about, as a policy would name it.
pub(super) fn shown(lack: &Lack<'_>) -> String {
    let path = behind(&lack.delivery.target, &lack.resource.arn).unwrap_or_else(|| lack.delivery.target.display());
    match lack.delivery.need {
        Need::Write => path.replace("/CloudTrail/*", "/*"),
        Need::WriteOrganization => path.replace("/*/CloudTrail/*", "/*"),
        _ => path,
    }
}
