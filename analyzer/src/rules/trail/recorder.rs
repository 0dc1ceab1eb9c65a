//! What records events, trails and event data stores alike, and what AWS answers to one that is wrong.

use crate::aws::facts::cloudtrail::Recorder;
use crate::cloudtrail::{Kind, Settings};
use crate::rules::RuleContext;
use crate::rules::report::FindingBuilder;
use crate::source::Span;

/// A trail or an event data store.
#[derive(Clone, Copy)]
pub(super) struct Recording<'a> {
    /// Which of the two.
    pub(super) recorder: Recorder,
    /// All that is said of it.
    pub(super) settings: &'a Settings,
    /// The header of its block.
    pub(super) span: Span,
}

/// All trails and event data stores.
pub(super) fn recordings<'a>(ctx: &RuleContext<'a>) -> impl Iterator<Item = Recording<'a>> {
    let trails = ctx.cloudtrail.trails().iter().map(|trail| Recording {
        recorder: Recorder::Trail,
        settings: &trail.settings,
        span: trail.span,
    });
    let stores = ctx.cloudtrail.declared(Kind::EventDataStore).iter().map(|store| Recording {
        recorder: Recorder::EventDataStore,
        settings: &store.settings,
        span: store.span,
    });
    trails.chain(stores)
}

impl<'a> Recording<'a> {
    /// What people call it.
    pub(super) fn name(&self) -> &'static str {
        match self.recorder {
            Recorder::Trail => "a trail",
            Recorder::EventDataStore => "an event data store",
        }
    }

    /// Says what AWS answers.
    pub(super) fn refused<'r>(&self, finding: FindingBuilder<'r>, exception: &str) -> FindingBuilder<'r> {
        let name = match self.recorder {
            Recorder::Trail => "trail",
            Recorder::EventDataStore => "event data store",
        };
        finding.label(self.span, format!("AWS refuses this {name} with `{exception}`"))
    }
}
