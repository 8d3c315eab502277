//! How a server is set up: bounds, and whom it believes.

use coinbox_forms::network::Network;
use std::net::IpAddr;

/// Networks whose forwarding headers are believed.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct TrustedProxies(Vec<Network>);

impl TrustedProxies {
    /// Exactly these networks.
    pub fn new(networks: Vec<Network>) -> TrustedProxies {
        TrustedProxies(networks)
    }

    /// Whether this address may speak for others.
    pub fn contains(&self, address: IpAddr) -> bool {
        self.0.iter().any(|network| network.contains(address))
    }
}

/// Bounds of the REST interface.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RestLimits {
    /// Longest body of an operator's request.
    pub body_bytes: usize,
    /// Requests worked on at once.
    pub concurrent_requests: usize,
    /// Requests of operators beyond these.
    pub operator_requests: usize,
    /// Requests of one account under way at once, until their answers are read.
    pub account_requests: usize,
    /// Requests of one address under way at once whose account is not known yet.
    pub address_requests: usize,
    /// Open connections.
    pub connections: usize,
    /// Longest wait for a client's headers, for its body, and for it to read its answer.
    pub request_seconds: u64,
    /// Longest wait for requests under way when the server stops.
    pub stop_seconds: u64,
}

impl Default for RestLimits {
    fn default() -> RestLimits {
        RestLimits {
            body_bytes: 8 << 20,
            concurrent_requests: 256,
            operator_requests: 64,
            account_requests: 32,
            address_requests: 128,
            connections: 4096,
            request_seconds: 30,
            stop_seconds: 10,
        }
    }
}
