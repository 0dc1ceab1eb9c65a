//! Evaluation of small configurations: what is known, what is not and under which name.

#![cfg(test)]

mod configuration;
mod limits;
mod modules;
mod origins;
mod resources;
mod show;
mod unknowns;
