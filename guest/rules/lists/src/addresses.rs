//! Network addresses and networks: one canonical number an address, IPv4 as IPv6 has it (`::ffff:192.0.2.1`).

use coinbox_forms::network;
use std::net::{IpAddr, Ipv6Addr};

/// Bits before an IPv4 address in IPv6.
const MAPPED_BITS: u32 = 96;

/// A span of addresses, both ends included.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Range {
    pub(crate) first: u128,
    pub(crate) last: u128,
}

/// The number of an address in canonical text: dotted decimal, or IPv6 without zone. Octal, short and hexadecimal forms of IPv4 are none.
pub(crate) fn parse(text: &str) -> Option<u128> {
    Some(match network::address(text)? {
        IpAddr::V4(address) => address.to_ipv6_mapped().to_bits(),
        IpAddr::V6(address) => address.to_bits(),
    })
}

/// The text of an address: dotted for IPv4.
pub(crate) fn text(address: u128) -> String {
    let address = Ipv6Addr::from_bits(address);
    address.to_ipv4_mapped().map_or_else(|| address.to_string(), |address| address.to_string())
}

/// Addresses as keys order them.
pub(crate) fn key(address: u128) -> String {
    format!("{address:032x}")
}

/// What [`key`] has written.
pub(crate) fn of_key(key: &str) -> Option<u128> {
    u128::from_str_radix(key, 16).ok()
}

/// A network: its first address, and how many bits of the mapped form it fixes. A single address is a network of its own; host bits are none.
pub(crate) fn parse_network(text: &str) -> Option<(u128, u32)> {
    let (address, bits) = match text.split_once('/') {
        None => (text, None),
        Some((address, bits)) => (address, Some(bits)),
    };
    let first = parse(address)?;
    let (most, before) = if address.contains(':') { (128, 0) } else { (32, MAPPED_BITS) };
    let fixed = match bits {
        None => 128,
        Some(bits) => {
            let plain = !bits.is_empty() && bits.bytes().all(|byte| byte.is_ascii_digit());
            let plain = plain && (bits.len() == 1 || !bits.starts_with('0'));
            bits.parse::<u32>().ok().filter(|bits| plain && *bits <= most)? + before
        }
    };
    (first & !mask(fixed) == 0).then_some((first, fixed))
}

/// The text of a network.
pub(crate) fn network_text((first, fixed): (u128, u32)) -> String {
    let is_v4 = Ipv6Addr::from_bits(first).to_ipv4_mapped().is_some() && fixed >= MAPPED_BITS;
    let bits = if is_v4 { fixed - MAPPED_BITS } else { fixed };
    if fixed == 128 { text(first) } else { format!("{}/{bits}", text(first)) }
}

/// The network that an address lies in, when so many bits are fixed.
pub(crate) fn network_of(address: u128, fixed: u32) -> u128 {
    address & mask(fixed)
}

/// A network, or `first-last`.
pub(crate) fn parse_range(text: &str) -> Option<Range> {
    if let Some((first, last)) = text.split_once('-') {
        let range = Range { first: parse(first)?, last: parse(last)? };
        return (range.first <= range.last).then_some(range);
    }
    let (first, fixed) = parse_network(text)?;
    Some(Range { first, last: first | !mask(fixed) })
}

/// The text of a range: as a network where it is one.
pub(crate) fn range_text(range: Range) -> String {
    let size = range.last - range.first;
    let fixed = size.leading_zeros();
    if size & size.wrapping_add(1) == 0 && range.first & size == 0 {
        network_text((range.first, fixed))
    } else {
        format!("{}-{}", text(range.first), text(range.last))
    }
}

fn mask(fixed: u32) -> u128 {
    if fixed == 0 { 0 } else { u128::MAX << (128 - fixed) }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Attack 76: one canonical form, or refused.
    #[test]
    fn an_address_has_one_number() {
        assert_eq!(parse("192.0.2.1"), parse("::ffff:192.0.2.1"));
        assert_eq!(parse("192.0.2.1"), parse("::FFFF:C000:0201"));
        assert_eq!(parse("2001:DB8::1"), parse("2001:db8:0:0::1"));
        for bad in ["192.0.2.01", "0300.0.2.1", "192.0.513", "0xc0.0.2.1", "fe80::1%eth0", "192.0.2.1 ", "", "1", ":"] {
            assert_eq!(parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn networks_are_whole_and_without_host_bits() {
        for (given, first, last) in [
            ("192.0.2.0/24", "192.0.2.0", "192.0.2.255"),
            ("192.0.2.7", "192.0.2.7", "192.0.2.7"),
            ("192.0.2.7/32", "192.0.2.7", "192.0.2.7"),
            ("0.0.0.0/0", "0.0.0.0", "255.255.255.255"),
            ("2001:db8::/32", "2001:db8::", "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff"),
            ("192.0.2.3-192.0.2.9", "192.0.2.3", "192.0.2.9"),
        ] {
            let range = parse_range(given).expect(given);
            assert_eq!((text(range.first), text(range.last)), (first.to_owned(), last.to_owned()), "{given}");
        }
        let bad = [
            "192.0.2.1/24",
            "192.0.2.0/33",
            "192.0.2.0/+8",
            "192.0.2.0/",
            "192.0.2.0/024",
            "2001:db8::/129",
            "192.0.2.9-192.0.2.3",
            "a-b",
        ];
        for bad in bad {
            assert_eq!(parse_range(bad), None, "{bad}");
        }
    }

    #[test]
    fn what_is_written_is_read_as_the_same() {
        for given in
            ["192.0.2.0/24", "192.0.2.7", "0.0.0.0/0", "2001:db8::/32", "192.0.2.3-192.0.2.9", "::/0", "2001:db8::5"]
        {
            assert_eq!(range_text(parse_range(given).expect(given)), given);
        }
        let address = parse("192.0.2.200").expect("an address");
        assert_eq!(network_text((network_of(address, 120), 120)), "192.0.2.0/24");
        assert_eq!(of_key(&key(address)), Some(address));
    }
}
