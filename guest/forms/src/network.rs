//! Addresses and networks of IPv4 and IPv6: each has one way to be written, and two texts mean the same network only if they are the same.

use crate::Problem;
use ipnet::{IpNet, Ipv4Net};
use std::fmt;
use std::net::IpAddr;

/// What is wanted where a network is.
const WANTED: &str = "an address such as 192.0.2.7, or a network such as 192.0.2.0/24 or 2001:db8::/32";
/// Bits of an IPv6 address before the IPv4 address that it stands for.
const MAPPED_BITS: u8 = 96;

/// An address: dotted IPv4 of four decimal numbers, or IPv6 without zone. An IPv6 address that stands for one of IPv4 is that one.
pub fn address(text: &str) -> Option<IpAddr> {
    text.parse::<IpAddr>().ok().map(|address| address.to_canonical())
}

/// A network, or a single address. Displayed in the one way in which it is written: `192.0.2.0/24`, `2001:db8::/32`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Network(IpNet);

impl Network {
    /// Reads a network. One whose address has bits set behind the prefix is refused: nobody can tell which of both was meant.
    pub fn parse(text: &str) -> Result<Network, Problem> {
        let read = match text.split_once('/') {
            None => text.parse::<IpAddr>().ok().map(IpNet::from),
            // A prefix has one way to be written, too.
            Some((_, bits))
                if bits.is_empty() || bits.starts_with('+') || (bits.len() > 1 && bits.starts_with('0')) =>
            {
                None
            }
            Some(_) => text.parse::<IpNet>().ok(),
        };
        let network = read.ok_or_else(|| Problem::shape(WANTED))?;
        if network.addr() != network.network() {
            return Err(Problem::shape(format!("{} if the network is meant, or the address alone", network.trunc())));
        }
        Ok(Network(canonical(network)))
    }

    /// Whether it holds this address.
    pub fn contains(self, address: IpAddr) -> bool {
        self.0.contains(&address.to_canonical())
    }
}

/// Networks of IPv6 that stand for such of IPv4 are these.
fn canonical(network: IpNet) -> IpNet {
    let IpAddr::V6(address) = network.addr() else { return network };
    match (address.to_ipv4_mapped(), network.prefix_len().checked_sub(MAPPED_BITS)) {
        (Some(address), Some(bits)) => Ipv4Net::new(address, bits).map_or(network, IpNet::V4),
        _ => network,
    }
}

impl fmt::Display for Network {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(formatter)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> Option<String> {
        address(text).map(|address| address.to_string())
    }

    /// Attack 76.
    #[test]
    fn an_address_has_one_form_or_none() {
        for (text, one) in [
            ("192.0.2.1", "192.0.2.1"),
            ("::ffff:192.0.2.1", "192.0.2.1"),
            ("::FFFF:C000:0201", "192.0.2.1"),
            ("0:0:0:0:0:ffff:192.0.2.1", "192.0.2.1"),
            ("2001:DB8::1", "2001:db8::1"),
            ("2001:0db8:0000:0000:0000:0000:0000:0001", "2001:db8::1"),
            ("2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1"),
            ("::1", "::1"),
        ] {
            assert_eq!(shown(text).as_deref(), Some(one), "{text}");
        }
        for text in [
            "",
            " ",
            "192.0.2.01",
            "0300.0.2.1",
            "0xc0.0.2.1",
            "0xc0000201",
            "3221225985",
            "192.0.2",
            "192.0.513",
            "192.0.2.256",
            "192.0.2.1 ",
            " 192.0.2.1",
            "192.0.2.1:80",
            "[2001:db8::1]",
            "[2001:db8::1]:80",
            "fe80::1%eth0",
            "2001:db8::1%1",
            "1::2::3",
            "::ffff:192.0.2.01",
            "192.0.2.1/32",
            "localhost",
            "unknown",
            "\u{ff11}92.0.2.1",
            "192.0.2.1\0",
        ] {
            assert_eq!(shown(text), None, "{text:?}");
        }
    }

    #[test]
    fn a_network_has_one_form_or_none() {
        for (text, one) in [
            ("192.0.2.0/24", "192.0.2.0/24"),
            ("192.0.2.7", "192.0.2.7/32"),
            ("192.0.2.7/32", "192.0.2.7/32"),
            ("0.0.0.0/0", "0.0.0.0/0"),
            ("2001:DB8::/32", "2001:db8::/32"),
            ("2001:db8::1", "2001:db8::1/128"),
            ("::ffff:192.0.2.0/120", "192.0.2.0/24"),
            ("::ffff:192.0.2.7", "192.0.2.7/32"),
        ] {
            assert_eq!(Network::parse(text).map(|network| network.to_string()), Ok(one.to_owned()), "{text}");
        }
        for text in [
            "",
            "/",
            "/8",
            "10.0.0.0/",
            "10.0.0.0/33",
            "10.0.0.0/08",
            "10.0.0.0/+8",
            "10.0.0.0/8/8",
            "10/8",
            "10.0.0.0/-1",
            "::/129",
            "proxy",
            "10.0.0.0/255.0.0.0",
            " 10.0.0.0/8",
        ] {
            assert_eq!(Network::parse(text), Err(Problem::shape(WANTED)), "{text:?}");
        }
        let both = Network::parse("10.0.0.1/8").expect_err("bits behind the prefix");
        assert_eq!(both.limit, "10.0.0.0/8 if the network is meant, or the address alone");
    }

    #[test]
    fn a_network_holds_what_is_written_otherwise() {
        let network = Network::parse("192.0.2.0/24").expect("a network");
        let held = |text: &str| network.contains(text.parse().expect("an address"));
        assert!(held("192.0.2.0") && held("192.0.2.255") && held("::ffff:192.0.2.9"));
        assert!(!held("192.0.3.0") && !held("192.0.1.255") && !held("2001:db8::1"));
        let six = Network::parse("2001:db8::/32").expect("a network");
        assert!(six.contains("2001:db8:ffff::1".parse().expect("an address")));
        assert!(!six.contains("2001:db9::1".parse().expect("an address")));
    }
}
