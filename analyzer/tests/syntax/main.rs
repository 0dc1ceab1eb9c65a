//! The parser against recorded answers, a second parser, broken text and chance.

mod chance;
mod conformance;
mod limits;
mod recovery;
mod walk;
