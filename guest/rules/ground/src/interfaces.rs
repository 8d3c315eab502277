//! Answers that several areas give: the errors of an interface of the contract, what was started, what a comparison found.

pub mod accounts;
pub mod credits;
pub mod jobs;
pub mod operator;
pub mod usage;
