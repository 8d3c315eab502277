//! `coinbox verify`: see [`coinbox_operations::verify`]. It says what it does not compare.

use super::show::{Rows, Text};
use super::work::Work;
use coinbox_host::text;
use coinbox_operations::verify::{not_compared, verify};
use coinbox_operations::words::{counted, field};
use serde_json::{Value, json};

/// Runs `verify`. Differences are this command's failure.
pub(crate) fn run(work: &Work) -> anyhow::Result<()> {
    let report = verify(&*work.link)?;
    let shown = json!({"sound": report.is_sound(), "accounts": report.accounts, "transactions": report.transactions,
        "events": report.events, "months": report.months, "counted": report.counted, "indexed": report.indexed, "rows": report.rows,
        "rows-unchecked": report.rows_unchecked, "damage": report.damage, "missing": report.missing, "not-compared": not_compared(&report), "differences": report.differences, "unbalanced": report.unbalanced,
        "trial-balance": report.trial_balance.iter().map(|(name, sum)| (name.clone(), Value::from(sum.to_string())))
            .collect::<serde_json::Map<_, _>>()});
    work.output.answer(&shown, |_| {
        let mut rows = Rows::new(&["ledger account", ">sum"]);
        for (name, sum) in &report.trial_balance {
            rows.add(vec![name.clone(), i64::try_from(*sum).map_or_else(|_| sum.to_string(), text::amount)]);
        }
        Text::Table(rows)
    })?;
    if !report.differences.is_empty() {
        work.output.answer(&Value::Array(report.differences.clone()), |differences| {
            let mut rows = Rows::new(&["account", "what", "stored", "rebuilt from the ledger"]);
            for one in differences.as_array().into_iter().flatten() {
                rows.add(vec![field(one, "auth-id"), field(one, "what"), field(one, "stored"), field(one, "rebuilt")]);
            }
            Text::Table(rows)
        })?;
    }
    let seen = [(report.accounts, "account"), (report.transactions, "transaction"), (report.events, "charge")];
    let [accounts, transactions, charges] = seen.map(|(count, word)| counted(count, word));
    let seen = format!("{accounts}, {transactions} with {charges}");
    anyhow::ensure!(
        report.is_sound(),
        "verify: {seen}: {}{}{}{}",
        counted(report.differences.len() as u64, "difference"),
        report.missing.iter().map(|what| format!("; {what}")).collect::<String>(),
        report.damage.iter().map(|what| format!("; {what} is not what was written")).collect::<String>(),
        report.unbalanced.iter().map(|line| format!("; {line}")).collect::<String>()
    );
    if !work.output.is_json() {
        let totals = match report.months {
            Some(months) => format!("so do the totals of {} of accounts", counted(months, "month")),
            None => "totals moved on all the time and were not compared".to_owned(),
        };
        work.output
            .line(&format!("verified: {seen}; every balance follows from the ledger, which sums to zero; {totals}"))?;
        work.output.line("not compared:")?;
        for what in not_compared(&report) {
            work.output.line(&format!("  · {what}"))?;
        }
    }
    Ok(())
}
