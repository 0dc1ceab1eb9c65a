//! Decisions about policies as people write them.

mod conditions;
mod grants;
mod matching;
mod organization;
mod rules;
mod support;
mod unknowns;
mod view;
