//! The pages of the features.

#![allow(clippy::unwrap_used, reason = "a test that slips fails, as it should")]

use super::testing::{Fixture, check};

#[test]
fn hovers() {
    check("hover.md", |fixture: &Fixture| {
        let found = super::hover(&fixture.analysis, fixture.position, &fixture.findings());
        let Some(found) = found else { return "nothing".to_owned() };
        format!("[{}]\n{}", fixture.analysis.sources().text(found.span), found.markdown)
    });
}
