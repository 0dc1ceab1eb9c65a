//! The parser against recorded answers, a second parser, broken text and chance.

#![cfg(test)]
#![allow(clippy::string_slice, clippy::iter_over_hash_type, reason = "a test that slips fails, as it should")]

#[cfg(test)]
#[path = "../../src/chance.rs"]
mod cases;
#[cfg(test)]
mod chance;
#[cfg(test)]
mod conformance;
#[cfg(test)]
mod differential;
#[cfg(test)]
mod limits;
#[cfg(test)]
mod messages;
#[cfg(test)]
mod notation;
#[cfg(test)]
mod offsets;
#[cfg(test)]
mod recovery;
#[cfg(test)]
mod walk;
