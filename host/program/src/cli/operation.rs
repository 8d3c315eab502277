//! `coinbox clock …`, `backup`, `restore`, `config`.

use super::arguments::Clock;
use super::show::{Output, Text};
use super::work::{Work, moment_of};
use crate::config::Config;
use coinbox_host::capability::Clock as _;
use coinbox_host::clock::RealClock;
use coinbox_host::random::SystemRandom;
use coinbox_host::storage::sqlite::{Origin, install_at};
use coinbox_host::text;
use coinbox_operations::answers::Advance;
use serde_json::json;
use std::path::Path;

/// Runs `clock …`.
pub(crate) fn clock(work: &Work, command: Clock) -> anyhow::Result<()> {
    let shown = match command {
        Clock::Show => work.link.clock()?,
        Clock::Advance { by, to } => {
            if let Some(by) = &by {
                text::duration_ms(by)?;
            }
            let to = to.as_deref().map(|to| moment_of("--to", to)).transpose()?;
            work.link.advance(&Advance { by, to })?
        }
        Clock::Confirm { to } => {
            let to = moment_of("TO", &to)?;
            work.link.confirm_clock(&to)?
        }
    };
    work.output.answer(&serde_json::to_value(&shown)?, |_| {
        let kind = if shown.simulated { "simulated" } else { "real" };
        let jobs = shown.jobs.map(|jobs| format!(", {jobs} jobs driven")).unwrap_or_default();
        let doubt = shown.doubt.as_ref().map(|doubt| format!("\n{doubt}")).unwrap_or_default();
        Text::Line(format!("{} ({kind}{jobs}){doubt}", shown.shown))
    })
}

/// Runs `backup`.
pub(crate) fn backup(work: &Work, to: &Path) -> anyhow::Result<()> {
    let to = std::path::absolute(to).map_err(|error| anyhow::anyhow!("{}: {error}", to.display()))?;
    let shown = to.to_str().ok_or_else(|| anyhow::anyhow!("{}: the path must be UTF-8", to.display()))?;
    anyhow::ensure!(!to.exists(), "{shown} exists already; name a new file");
    work.link.backup(shown)?;
    work.output.answer(&json!({"to": shown}), |_| Text::Line(format!("copied to {shown}")))?;
    work.output.note("Keep the file vault-keys.json of the data directory with it, in another place: without it secrets cannot be read.");
    Ok(())
}

/// Runs `restore`.
pub(crate) fn restore(config: &Config, output: &Output, from: &Path, copy: bool) -> anyhow::Result<()> {
    let origin = if copy { Origin::Copied } else { Origin::Restored };
    let last = install_at(from, &config.data, origin, &SystemRandom, RealClock::new().now())?;
    let data = config.data.display();
    // The last moment that the new store knows, beside what this machine believes to be now: a person sees whether both can be right.
    output.note(&format!(
        "last command of the backup: {}; this machine's clock: {}",
        text::moment(last),
        text::moment(RealClock::new().now())
    ));
    output.answer(&json!({"data": config.data, "copy": copy}), |_| {
        Text::Line(format!("{data} holds a store made of {}", from.display()))
    })?;
    if !config.vault_keys.exists() {
        output.note(&format!(
            "Now put the key file of the old store at {}, then start the server.",
            config.vault_keys.display()
        ));
    }
    if copy {
        output.note("Give the copy a payment sandbox of its own.");
    } else {
        output.note("Keep the payment gateway of the old store (setting `payment-sandbox`): it knows what was paid since the backup.");
        output.note(
            "Keep the journal of the old stock of numbers too (setting `inventory.orders`): it knows what was ordered since the backup.",
        );
        output.note(
            "The server first books what the gateway has moved since the backup; nothing new is charged before that.",
        );
    }
    Ok(())
}
