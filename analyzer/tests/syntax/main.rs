//! The parser against recorded answers, a second parser, broken text and chance.

mod conformance;
