//! Which halves of grants are there: every kind of resource, every way to name a principal,
//! and every way in which people lay out two accounts, each with both halves, with one of
//! them, with a part of one, and with one that is not known.
//!
//! A row of [`ROWS`] says what is to be found for one resource and one principal; a
//! [`Layout`] writes it into files. What is found has to be the same in all layouts, but
//! where a layout keeps something from the reader: then it says what, and why.

mod case;
mod layout;
mod row;
mod run;
mod target;

pub use case::{CASES, Case, Half};
pub use layout::{LAYOUTS, Layout};
pub use row::{Accounts, Form, ROWS, Row};
pub use run::check;
