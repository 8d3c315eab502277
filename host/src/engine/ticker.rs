//! The clock behind deadlines: wasmtime compares a counter that somebody has to advance.

use std::time::Duration;
use wasmtime::Engine;

/// One step of the counter. A deadline is met this exactly; shorter steps cost wake-ups.
const STEP: Duration = Duration::from_millis(5);

/// Advances the engine's counter for as long as the engine lives.
pub(super) fn start(engine: &Engine) -> std::io::Result<()> {
    let engine = engine.weak();
    let tick = move || {
        while let Some(engine) = engine.upgrade() {
            engine.increment_epoch();
            drop(engine);
            std::thread::sleep(STEP);
        }
    };
    std::thread::Builder::new().name("coinbox-epochs".to_owned()).spawn(tick).map(drop)
}

/// Steps until a time has surely passed.
pub(super) fn steps(time: Duration) -> u64 {
    let steps = time.as_micros().div_ceil(STEP.as_micros());
    u64::try_from(steps).unwrap_or(u64::MAX / 2).saturating_add(1)
}
