//! The parser against recorded answers, a second parser, broken text and chance.

mod chance;
mod conformance;
mod differential;
mod limits;
mod messages;
mod notation;
mod offsets;
mod recovery;
mod walk;
