//! Bounds of one call and of one engine.

use crate::outside::OUTSIDE_TIME;
use std::time::Duration;

/// What a component may use up. The defaults suit the rules; a test makes them small.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Limits {
    /// Time in the guest in one call, without the time that imports take. A batch of 1000 events needs about 10 ms; two seconds
    /// leave room for a machine that is busy with other things, and bound how long a defect can hold up the lane.
    pub guest_time: Duration,
    /// Whether the guest's code is compiled so that it can be stopped in time. Without, `guest_time` is not kept: only for
    /// measuring what that costs.
    pub deadline: bool,
    /// Time that a payment, mail or telephony import may take. After it the import answers that the outcome is not known, and the
    /// call goes on: ending the call here could lose the trace of money that has moved.
    pub outside_time: Duration,
    /// Linear memory of one instance.
    pub memory_bytes: usize,
    /// Elements of one table.
    pub table_elements: usize,
    /// Core instances, tables and memories of one component instance: a component built from Rust has 4, 2 and 1.
    pub parts: usize,
    /// Stack of the guest. Threads that call the engine need twice that.
    pub stack_bytes: usize,
    /// Bytes copied out of the guest at once: one result, or the arguments of one import. The largest set of changes
    /// (16 MiB and 50 000 elements) fits.
    pub handed_bytes: usize,
    /// Instances alive at once. More calls wait.
    pub instances: usize,
    /// How long a call waits for an instance.
    pub instance_wait: Duration,
    /// Idle instances that are kept for the next query or effect.
    pub idle_instances: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Limits {
            guest_time: Duration::from_secs(2),
            deadline: true,
            outside_time: OUTSIDE_TIME,
            memory_bytes: 64 * 1024 * 1024,
            table_elements: 20_000,
            parts: 16,
            stack_bytes: 512 * 1024,
            handed_bytes: 32 * 1024 * 1024,
            instances: 64,
            instance_wait: Duration::from_secs(10),
            idle_instances: 8,
        }
    }
}

/// Whether instances are used again. Both give the same answers and the same changes, byte for byte; a new one costs about
/// thirty times an empty call.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum InstancePolicy {
    /// A new instance for each call.
    Fresh,
    /// Used again until it has served this many calls, has trapped, or holds more than half of the memory that it may have.
    Warm {
        /// Calls of one instance.
        calls: u64,
    },
}

impl Default for InstancePolicy {
    fn default() -> Self {
        // Seldom enough to cost nothing, often enough that a slow leak in the guest never matters.
        InstancePolicy::Warm { calls: 100_000 }
    }
}
