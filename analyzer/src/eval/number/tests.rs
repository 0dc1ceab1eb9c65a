//! Numbers as Terraform reads, computes and prints them.

use super::*;

fn number(text: &str) -> Number {
    Number::parse(text).unwrap_or_else(|| panic!("{text} is a number"))
}

fn shown(result: Result<Number, NumberError>) -> String {
    result.map_or_else(|error| error.to_string(), |number| number.to_string())
}

#[test]
fn prints_as_terraform() {
    for (read, printed) in [
        ("1e21", "1000000000000000000000"),
        ("-0", "-0"),
        ("0.1", "0.1"),
        ("1.50", "1.5"),
        ("123456789012345678901234567890", "123456789012345678901234567890"),
        ("1e-10", "0.0000000001"),
        ("5.", "5"),
        (".5", "0.5"),
        ("+1", "1"),
        ("-9223372036854775808", "-9223372036854775808"),
        ("9223372036854775808", "9223372036854775808"),
    ] {
        assert_eq!(number(read).to_string(), printed);
    }
    assert_eq!(number("1e400").to_string(), format!("1{}", "0".repeat(400)));
}

#[test]
fn refuses_what_is_no_number() {
    for text in ["", " 1", "0x10", "1_0", "1e", "e1", ".", "--1", "1e+-1", "1e999999999", "1e99999999999999999999"] {
        assert!(Number::parse(text).is_none(), "{text}");
    }
}

#[test]
fn calculates_in_512_bits() {
    let third = format!("0.{}5", "3".repeat(154));
    assert_eq!(shown(number("1").divide(&number("3"))), third);
    assert_eq!(shown(number("10").divide(&number("3"))), format!("3.{}2", "3".repeat(153)));
    assert_eq!(shown(number("2").divide(&number("3")).and_then(|it| it.multiply(&number("3")))), "2");
    assert_eq!(shown(number("0.1").add(&number("0.2"))), "0.3");
    assert_eq!(shown(number("100000000000000000000").add(&number("1"))), "100000000000000000001");
    assert_eq!(shown(number("-7").remainder(&number("3"))), "-1");
    assert_eq!(shown(number("7.5").remainder(&number("2"))), "1.5");
    assert_eq!(shown(number("0").multiply(&number("-1"))), "-0");
    assert_eq!(shown(number("9223372036854775807").add(&number("1"))), "9223372036854775808");
}

#[test]
fn knows_infinity() {
    assert_eq!(shown(number("1").divide(&Number::ZERO)), "+Inf");
    assert_eq!(Number::ZERO.divide(&Number::ZERO), Err(NumberError::Undefined));
    assert_eq!(number("1e4000").multiply(&number("1e4000")), Err(NumberError::OutOfRange));
}

#[test]
fn equal_numbers_are_equal_whatever_their_form() {
    assert_eq!(number("-0"), Number::ZERO);
    assert_eq!(number("1.0"), Number::from(1_i64));
    assert!(number("1.5") < number("2"));
    assert!(number("-Inf") < number("-1e300"));
    assert_eq!(number("1.5").floor(), Number::from(1_i64));
    assert_eq!(number("-1.5").floor(), Number::from(-2_i64));
    assert_eq!(number("1.2").ceil(), Number::from(2_i64));
    assert_eq!(Number::from_f64(0.5), Some(number("0.5")));
    assert!((number("0.1").to_f64() - 0.1).abs() < f64::EPSILON);
}
