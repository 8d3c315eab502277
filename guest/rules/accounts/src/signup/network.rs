//! Where sign-ups are not taken from (ACC-2).

use coinbox_ground::turn::Turn;
use coinbox_ground::vocabulary::{Caller, Fault};
use coinbox_lists as lists;
use serde::{Deserialize, Serialize};
use std::net::IpAddr;

/// Why a network is refused.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum NetworkKind {
    /// Of a VPN.
    Vpn,
    /// Of a hosting company.
    Hosting,
    /// Of a proxy.
    Proxy,
    /// Where the customer comes from is not known.
    Unknown,
}

impl NetworkKind {
    /// The word of the contract.
    pub fn word(self) -> &'static str {
        match self {
            NetworkKind::Vpn => "vpn",
            NetworkKind::Hosting => "hosting",
            NetworkKind::Proxy => "proxy",
            NetworkKind::Unknown => "unknown",
        }
    }
}

/// Why this caller's network is refused; none: it is not.
pub fn refused(turn: &Turn<'_>, caller: &Caller) -> Result<Option<NetworkKind>, Fault> {
    match caller.address.as_deref().filter(|address| address.parse::<IpAddr>().is_ok()) {
        None => Ok(Some(NetworkKind::Unknown)),
        Some(address) => listed(turn, address),
    }
}

/// Of which kind the network of an address is, if it is on the list.
pub fn listed(turn: &Turn<'_>, address: &str) -> Result<Option<NetworkKind>, Fault> {
    Ok(lists::network(turn, address)?.map(|kind| match kind.as_str() {
        "vpn" => NetworkKind::Vpn,
        "hosting" => NetworkKind::Hosting,
        _ => NetworkKind::Proxy,
    }))
}

/// What an address counts as where sign-ups of one network are counted: the /24 of IPv4, the /48 of IPv6.
pub(crate) fn neighbourhood(address: &str) -> Option<String> {
    Some(match address.parse::<IpAddr>().ok()? {
        IpAddr::V4(address) => of_four(address.octets()),
        IpAddr::V6(address) => match address.to_ipv4_mapped() {
            Some(address) => of_four(address.octets()),
            None => {
                let [a, b, c, ..] = address.segments();
                format!("{a:x}:{b:x}:{c:x}::/48")
            }
        },
    })
}

fn of_four([a, b, c, _]: [u8; 4]) -> String {
    format!("{a}.{b}.{c}.0/24")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neighbours_count_together() {
        assert_eq!(neighbourhood("192.0.2.9").as_deref(), Some("192.0.2.0/24"));
        assert_eq!(neighbourhood("::ffff:192.0.2.9").as_deref(), Some("192.0.2.0/24"));
        assert_eq!(neighbourhood("2001:db8:1:2::9").as_deref(), Some("2001:db8:1::/48"));
        assert_eq!(neighbourhood("rubbish"), None);
    }
}
