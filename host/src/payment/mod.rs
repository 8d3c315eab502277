//! Payment gateways. The reference host brings one: a [`sandbox`] that behaves like a real gateway and moves no money.

pub mod sandbox;
