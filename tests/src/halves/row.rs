//! What is to be found.

use super::target::{
    ARCHIVE, BUCKET, BUS, CHANNEL, DASHBOARD, DESTINATION, DOMAIN, EVENT_DATA_STORE, FUNCTION, KEY, PACKAGES, QUEUE,
    REPOSITORY, ROLE, SECRET, SENDER, STREAM, TABLE, TOPIC, Target, VAULT,
};

/// How the policy on the resource names the caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// By the ARN of the role.
    Role,
    /// By the ARN of the user.
    User,
    /// By the ARN of a session of the role.
    Session,
    /// By the number of its account.
    Account,
    /// By the ARN of the root of its account.
    Root,
    /// As everyone.
    Everyone,
    /// Not at all: it is a service that is let in, and no role or user is there.
    Service,
}

/// Whether caller and resource are of one account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Accounts {
    /// They are.
    One,
    /// They are not.
    Two,
}

/// A resource, a principal, and what is to be found of them.
#[derive(Debug)]
pub struct Row {
    /// What is reached for.
    pub target: &'static Target,
    /// How the caller is named.
    pub form: Form,
    /// Whose both are.
    pub accounts: Accounts,
    /// For each of [`super::CASES`], in their order: `.` nothing is found, `I` the identity
    /// half is missing, `R` the half of the resource is, `i` and `r` the second action of it
    /// is, `x` the case cannot be written.
    pub says: &'static str,
}

const fn row(target: &'static Target, form: Form, accounts: Accounts, says: &'static str) -> Row {
    Row { target, form, accounts, says }
}

use Accounts::{One, Two};
use Form::{Account, Everyone, Role, Root, Service, Session, User};

/// All of them. A resource that names an account or everyone leaves it to that account whom
/// to send, so that nobody in particular lacks a half; a service has no half of its own; and
/// within one account either half is enough or nobody in particular is meant.
pub const ROWS: &[Row] = &[
    //                            both, identity missing, partly, unknown, resource missing, without, partly, unknown, neither
    row(&CHANNEL, Role, Two, ". I x . R R x . ."),
    row(&CHANNEL, User, Two, ". I x . R R x . ."),
    row(&CHANNEL, Session, Two, ". I x . R R x . ."),
    row(&CHANNEL, Account, Two, ". . x . R R x . ."),
    row(&CHANNEL, Root, Two, ". . x . R R x . ."),
    row(&CHANNEL, Everyone, Two, ". . x . R R x . ."),
    row(&CHANNEL, Service, Two, ". . x . . . x . ."),
    row(&CHANNEL, Role, One, ". . x . . . x . ."),
    row(&CHANNEL, Account, One, ". . x . . . x . ."),
    row(&EVENT_DATA_STORE, Role, Two, ". I i . R R r . ."),
    row(&EVENT_DATA_STORE, User, Two, ". I i . R R r . ."),
    row(&EVENT_DATA_STORE, Session, Two, ". I i . R R r . ."),
    row(&EVENT_DATA_STORE, Account, Two, ". . . . R R r . ."),
    row(&EVENT_DATA_STORE, Root, Two, ". . . . R R r . ."),
    row(&EVENT_DATA_STORE, Everyone, Two, ". . . . R R r . ."),
    row(&EVENT_DATA_STORE, Service, Two, ". . . . . . . . ."),
    row(&EVENT_DATA_STORE, Role, One, ". . . . . . . . ."),
    row(&EVENT_DATA_STORE, Account, One, ". . . . . . . . ."),
    row(&DASHBOARD, Service, Two, ". . x . . . x . ."),
    row(&DASHBOARD, Service, One, ". . x . . . x . ."),
    row(&BUCKET, Role, Two, ". I i . R R r . ."),
    row(&BUCKET, User, Two, ". I i . R R r . ."),
    row(&BUCKET, Session, Two, ". I i . R R r . ."),
    row(&BUCKET, Account, Two, ". . . . R R r . ."),
    row(&BUCKET, Root, Two, ". . . . R R r . ."),
    row(&BUCKET, Everyone, Two, ". . . . R R r . ."),
    row(&BUCKET, Service, Two, ". . . . . . . . ."),
    row(&BUCKET, Role, One, ". . . . . . . . ."),
    row(&BUCKET, Account, One, ". . . . . . . . ."),
    row(&KEY, Role, Two, ". I i . R R r . ."),
    row(&KEY, User, Two, ". I i . R R r . ."),
    row(&KEY, Session, Two, ". I i . R R r . ."),
    row(&KEY, Account, Two, ". . . . R R r . ."),
    row(&KEY, Root, Two, ". . . . R R r . ."),
    row(&KEY, Everyone, Two, ". . . . R R r . ."),
    row(&KEY, Service, Two, ". . . . . . . . ."),
    row(&KEY, Role, One, ". . . . . . . . ."),
    row(&KEY, Account, One, ". . . . . . . . ."),
    row(&TOPIC, Role, Two, ". I i . R R r . ."),
    row(&TOPIC, User, Two, ". I i . R R r . ."),
    row(&TOPIC, Session, Two, ". I i . R R r . ."),
    row(&TOPIC, Account, Two, ". . . . R R r . ."),
    row(&TOPIC, Root, Two, ". . . . R R r . ."),
    row(&TOPIC, Everyone, Two, ". . . . R R r . ."),
    row(&TOPIC, Service, Two, ". . . . . . . . ."),
    row(&TOPIC, Role, One, ". . . . . . . . ."),
    row(&QUEUE, Role, Two, ". I i . R R r . ."),
    row(&QUEUE, User, Two, ". I i . R R r . ."),
    row(&QUEUE, Session, Two, ". I i . R R r . ."),
    row(&QUEUE, Account, Two, ". . . . R R r . ."),
    row(&QUEUE, Root, Two, ". . . . R R r . ."),
    row(&QUEUE, Everyone, Two, ". . . . R R r . ."),
    row(&QUEUE, Service, Two, ". . . . . . . . ."),
    row(&QUEUE, Role, One, ". . . . . . . . ."),
    row(&ROLE, Role, Two, ". I x . R x x . ."),
    row(&ROLE, User, Two, ". I x . R x x . ."),
    row(&ROLE, Session, Two, ". I x . R x x . ."),
    row(&ROLE, Account, Two, ". . x . R x x . ."),
    row(&ROLE, Root, Two, ". . x . R x x . ."),
    row(&ROLE, Everyone, Two, ". . x . R x x . ."),
    row(&ROLE, Service, Two, ". . x . . x x . ."),
    row(&ROLE, Service, One, ". . x . . x x . ."),
    row(&ROLE, Role, One, ". . x . . x x . ."),
    row(&ROLE, Account, One, ". . x . . x x . ."),
    row(&FUNCTION, Role, Two, ". I x . R R x . ."),
    row(&FUNCTION, User, Two, ". I x . R R x . ."),
    row(&FUNCTION, Session, Two, ". I x . R R x . ."),
    row(&FUNCTION, Account, Two, ". . x . R R x . ."),
    row(&FUNCTION, Root, Two, ". . x . R R x . ."),
    row(&FUNCTION, Everyone, Two, ". . x . R R x . ."),
    row(&FUNCTION, Service, Two, ". . x . . . x . ."),
    row(&FUNCTION, Role, One, ". . x . . . x . ."),
    row(&FUNCTION, Account, One, ". . x . . . x . ."),
    row(&SECRET, Role, Two, ". I i . R R r . ."),
    row(&SECRET, Account, Two, ". . . . R R r . ."),
    row(&REPOSITORY, Role, Two, ". I i . R R r . ."),
    row(&REPOSITORY, Account, Two, ". . . . R R r . ."),
    row(&TABLE, Role, Two, ". I i . R R r . ."),
    row(&STREAM, Role, Two, ". I i . R R r . ."),
    row(&BUS, Role, Two, ". I x . R R x . ."),
    row(&DESTINATION, Role, Two, ". I x . R R x . ."),
    row(&VAULT, Role, Two, ". I x . R R x . ."),
    row(&PACKAGES, Role, Two, ". I i . R R r . ."),
    row(&PACKAGES, Account, Two, ". . . . R R r . ."),
    row(&DOMAIN, Role, Two, ". I i . R R r . ."),
    row(&DOMAIN, Account, Two, ". . . . R R r . ."),
    row(&ARCHIVE, Role, Two, ". I i . R R r . ."),
    row(&SENDER, Role, Two, ". I i . R R r . ."),
];
