//! Hashes.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use md5::Md5;
use sha1::Sha1;
use sha2::digest::Digest;
use sha2::{Sha256, Sha512};
use uuid::Uuid;

use crate::eval::value::Value;

use super::call::{Call, Outcome};
use super::table::Function;

pub(super) static FUNCTIONS: &[Function] = &[
    Function::known("base64sha256", |call| Ok(base64_of::<Sha256>(call.string(0).as_bytes()))),
    Function::known("base64sha512", |call| Ok(base64_of::<Sha512>(call.string(0).as_bytes()))),
    Function::known("md5", |call| Ok(hex_of::<Md5>(call.string(0).as_bytes()))),
    Function::known("sha1", |call| Ok(hex_of::<Sha1>(call.string(0).as_bytes()))),
    Function::known("sha256", |call| Ok(hex_of::<Sha256>(call.string(0).as_bytes()))),
    Function::known("sha512", |call| Ok(hex_of::<Sha512>(call.string(0).as_bytes()))),
    Function::known("uuidv5", uuidv5),
];

/// The hash in hexadecimal.
pub(super) fn hex_of<D: Digest>(bytes: &[u8]) -> Value {
    Value::string(D::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect::<String>())
}

/// The hash in base64.
pub(super) fn base64_of<D: Digest>(bytes: &[u8]) -> Value {
    Value::string(STANDARD.encode(D::digest(bytes)))
}

fn uuidv5(call: &Call<'_>) -> Outcome {
    let namespace = call.string(0);
    let space = match namespace.as_str() {
        "dns" => Uuid::NAMESPACE_DNS,
        "url" => Uuid::NAMESPACE_URL,
        "oid" => Uuid::NAMESPACE_OID,
        "x500" => Uuid::NAMESPACE_X500,
        other => {
            Uuid::parse_str(other).map_err(|_| call.fail_at(0, "neither a UUID nor `dns`, `url`, `oid`, `x500`"))?
        }
    };
    Ok(Value::string(Uuid::new_v5(&space, call.string(1).as_bytes()).to_string()))
}
