//! What is done to a running or a stopped host: links to it, import, export, verification, forecast, printed documents, what is counted.

pub mod answers;
pub mod bounds;
pub mod direct;
pub mod door;
pub mod export;
pub mod forecast;
pub mod import;
pub mod keys;
pub mod link;
pub mod lists;
pub mod local;
pub mod metrics;
pub mod printing;
pub mod qr;
pub mod remote;
pub mod running;
pub mod tables;
pub mod usage_words;
pub mod verify;
pub mod words;
