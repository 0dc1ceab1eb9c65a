//! Between values and YAML: the dialect of `go-cty-yaml`, which is that of
//! YAML 1.1 with some of 1.2.

mod decode;
mod encode;
mod scalar;

pub use decode::decode;
pub use encode::encode;

#[cfg(test)]
mod tests;
