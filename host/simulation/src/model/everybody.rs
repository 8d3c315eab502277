//! The model as a whole.

use super::account::Account;
use super::coupons::Coupons;
use super::policy::Policy;
use super::records::gone::Lost;
use super::records::holds::Wanted;
use super::usage::{Reported, Usage};
use std::collections::BTreeMap;

/// Everybody, what was reported, and the choices of the operator.
#[derive(Clone, Debug, Default)]
pub struct Model {
    /// In order of their making.
    pub accounts: Vec<Account>,
    /// Events.
    pub usage: Usage,
    /// Coupons.
    pub coupons: Coupons,
    /// Reservations that were asked for, in order.
    pub wanted: Vec<Wanted>,
    /// By name: the event that a reservation was last settled by.
    pub settled: BTreeMap<String, Reported>,
    /// Choices in force.
    pub policy: Policy,
    /// What belongs to histories that were lost.
    pub lost: Lost,
}
