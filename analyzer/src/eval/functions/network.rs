//! IP networks: the arithmetic of `go-cidr`.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use num_bigint::BigInt;

use crate::eval::error::EvalError;
use crate::eval::value::Value;

use super::call::{Call, Outcome, strings};
use super::table::Function;

pub(super) static FUNCTIONS: &[Function] = &[
    Function::known("cidrcontains", cidrcontains),
    Function::known("cidrhost", cidrhost),
    Function::known("cidrnetmask", cidrnetmask),
    Function::known("cidrsubnet", cidrsubnet),
    Function::known("cidrsubnets", cidrsubnets),
];

/// A network: the bits behind the prefix are zero.
#[derive(Clone, Copy)]
struct Network {
    bits: u128,
    /// 32 or 128.
    width: u32,
    prefix: u32,
}

impl Network {
    fn parse(text: &str) -> Option<Self> {
        let (address, prefix) = text.split_once('/')?;
        let (bits, width) = parse_address(address)?;
        let is_number = !prefix.is_empty() && prefix.len() <= 3 && prefix.bytes().all(|byte| byte.is_ascii_digit());
        let prefix = prefix.parse().ok().filter(|prefix| is_number && *prefix <= width)?;
        Some(Self { bits: bits & mask(width, prefix), width, prefix })
    }

    fn host_bits(self) -> u32 {
        self.width - self.prefix
    }
}

/// Bits from the top that are set in a mask of that width.
fn mask(width: u32, prefix: u32) -> u128 {
    let all = if width == 128 { u128::MAX } else { (1 << width) - 1 };
    all ^ lower_bits(width - prefix)
}

fn lower_bits(count: u32) -> u128 {
    if count >= 128 { u128::MAX } else { (1 << count) - 1 }
}

/// An address; in numbers of IPv4 leading zeros mean nothing.
fn parse_address(text: &str) -> Option<(u128, u32)> {
    if text.contains(':') {
        return text.parse::<Ipv6Addr>().ok().map(|address| (address.to_bits(), 128));
    }
    let bytes: Vec<u8> =
        text.split('.').map(|part| part.parse().ok().filter(|_| !part.starts_with('+'))).collect::<Option<_>>()?;
    let bytes: [u8; 4] = bytes.try_into().ok()?;
    Some((u128::from(u32::from_be_bytes(bytes)), 32))
}

fn address(bits: u128, width: u32) -> IpAddr {
    match u32::try_from(bits) {
        Ok(bits) if width == 32 => Ipv4Addr::from_bits(bits).into(),
        _ => Ipv6Addr::from_bits(bits).into(),
    }
}

fn network(call: &Call<'_>, index: usize) -> Result<Network, EvalError> {
    let text = call.string(index);
    Network::parse(&text).ok_or_else(|| call.fail_at(index, format!("`{text}` is not a network such as `10.0.0.0/8`")))
}

fn whole(call: &Call<'_>, index: usize) -> Result<BigInt, EvalError> {
    call.number(index).as_integer().ok_or_else(|| call.fail_at(index, "a whole number is required"))
}

fn cidrhost(call: &Call<'_>) -> Outcome {
    let network = network(call, 0)?;
    let number = whole(call, 1)?;
    let size = BigInt::from(lower_bits(network.host_bits())) + 1;
    // Negative numbers count from the end.
    let position = if number < BigInt::ZERO { &size + &number } else { number.clone() };
    let host = u128::try_from(&position).ok().filter(|_| position < size);
    let host = host.ok_or_else(|| call.fail_at(1, format!("a prefix of {} has no host {number}", network.prefix)))?;
    Ok(Value::string(address(network.bits | host, network.width).to_string()))
}

fn cidrnetmask(call: &Call<'_>) -> Outcome {
    let network = network(call, 0)?;
    if network.width == 128 {
        return Err(call.fail_at(0, "networks of IPv6 have no netmask"));
    }
    Ok(Value::string(address(mask(32, network.prefix), 32).to_string()))
}

fn cidrsubnet(call: &Call<'_>) -> Outcome {
    let network = network(call, 0)?;
    let (new_bits, number) = (call.integer(1)?, whole(call, 2)?);
    let prefix = u32::try_from(new_bits).ok().and_then(|bits| network.prefix.checked_add(bits));
    let prefix = prefix.filter(|prefix| *prefix <= network.width);
    let Some(prefix) = prefix else {
        return Err(call.fail_at(1, format!("a prefix of {} cannot grow by {new_bits}", network.prefix)));
    };
    if number.magnitude().bits() > u64::from(prefix - network.prefix) {
        return Err(call.fail_at(2, format!("{new_bits} bits cannot number a subnet {number}")));
    }
    // go-cidr lets negative numbers pass: what comes out has no meaning, but it is what Terraform gives.
    let bits = BigInt::from(network.bits) | (number << (network.width - prefix));
    let bits = u128::try_from(bits.magnitude()).unwrap_or(network.bits);
    Ok(Value::string(format!("{}/{prefix}", address(bits, network.width))))
}

fn cidrsubnets(call: &Call<'_>) -> Outcome {
    let network = network(call, 0)?;
    if network.bits == 0 && call.arguments.len() > 1 {
        // Terraform looks for the subnet before the first one, which wraps around.
        return Err(call.fail_at(0, "a network that starts at address zero cannot be divided"));
    }
    let end = BigInt::from(network.bits) + lower_bits(network.host_bits());
    let mut next = BigInt::from(network.bits);
    let mut subnets = Vec::new();
    for index in 1..call.arguments.len() {
        let new_bits = call.integer(index)?;
        let prefix =
            u32::try_from(new_bits).ok().filter(|bits| (1..=32).contains(bits)).map(|bits| network.prefix + bits);
        let Some(prefix) = prefix.filter(|prefix| *prefix <= network.width) else {
            return Err(call.fail_at(index, format!("a prefix of {} cannot grow by {new_bits}", network.prefix)));
        };
        let size = BigInt::from(lower_bits(network.width - prefix)) + 1;
        let start = (&next + &size - 1_u32) / &size * &size;
        next = &start + &size;
        if &next - 1_u32 > end {
            return Err(call.fail_at(index, format!("no space is left for a prefix of {prefix}")));
        }
        let bits = u128::try_from(&start).unwrap_or(network.bits);
        subnets.push(format!("{}/{prefix}", address(bits, network.width)));
    }
    Ok(strings(subnets))
}

/// OpenTofu's: whether the first network holds the second, or the address.
fn cidrcontains(call: &Call<'_>) -> Outcome {
    let outer = network(call, 0)?;
    let text = call.string(1);
    let inner = Network::parse(&text)
        .or_else(|| parse_address(&text).map(|(bits, width)| Network { bits, width, prefix: width }))
        .ok_or_else(|| call.fail_at(1, format!("`{text}` is neither an address nor a network")))?;
    if inner.width != outer.width {
        return Err(call.fail("one is of IPv4, the other of IPv6"));
    }
    let holds = inner.prefix >= outer.prefix && inner.bits & mask(outer.width, outer.prefix) == outer.bits;
    Ok(Value::bool(holds))
}

#[cfg(test)]
mod tests {
    use super::super::tests::{run, shown};
    use super::*;
    use crate::eval::value::ValueKind;

    fn call(name: &str, network: &str, numbers: &[i64]) -> String {
        let numbers = numbers.iter().map(|number| Value::new(ValueKind::Number((*number).into())));
        shown(run(name, &std::iter::once(Value::string(network)).chain(numbers).collect::<Vec<_>>()))
    }

    #[test]
    fn hosts_and_subnets() {
        assert_eq!(call("cidrhost", "10.0.0.0/8", &[-1]), r#""10.255.255.255""#);
        assert_eq!(call("cidrhost", "10.0.0.5/24", &[3]), r#""10.0.0.3""#);
        assert_eq!(call("cidrhost", "fd00::/64", &[34]), r#""fd00::22""#);
        assert_eq!(call("cidrhost", "010.0.0.0/8", &[1]), r#""10.0.0.1""#);
        assert!(call("cidrhost", "10.0.0.0/24", &[256]).starts_with("error"));
        assert!(call("cidrhost", "10.0.0.0/24", &[-257]).starts_with("error"));
        assert_eq!(call("cidrsubnet", "fd00::/48", &[16, 162]), r#""fd00:0:0:a2::/64""#);
        assert_eq!(call("cidrsubnet", "10.1.2.3/16", &[8, 2]), r#""10.1.2.0/24""#);
        assert_eq!(call("cidrsubnet", "10.0.0.0/16", &[4, -1]), r#""0.0.16.0/20""#);
        assert!(call("cidrsubnet", "10.0.0.0/16", &[8, 256]).starts_with("error"));
        assert_eq!(call("cidrnetmask", "10.0.0.0/12", &[]), r#""255.240.0.0""#);
        assert_eq!(
            call("cidrsubnets", "10.1.0.0/16", &[4, 4, 8, 4]),
            r#"["10.1.0.0/20","10.1.16.0/20","10.1.32.0/24","10.1.48.0/20"]"#
        );
        assert!(call("cidrsubnets", "10.1.0.0/30", &[1, 1, 1]).starts_with("error"));
    }

    #[test]
    fn containment() {
        let contains = |outer: &str, inner: &str| shown(run("cidrcontains", &[outer, inner].map(Value::string)));
        assert_eq!(contains("10.0.0.0/8", "10.1.0.0/16"), "true");
        assert_eq!(contains("10.0.0.0/8", "11.1.0.1"), "false");
        assert_eq!(contains("10.0.0.0/16", "10.0.0.0/8"), "false");
        assert!(contains("10.0.0.0/8", "fd00::").starts_with("error"));
    }
}
