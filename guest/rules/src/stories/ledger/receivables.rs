//! What is owed over more days than are read at a time.

use crate::ground::ids::AuthId;
use crate::ground::money::Money;
use crate::ground::turn::Turn;
use crate::ground::vocabulary::{DAY_MS, Fault};
use crate::ledger::wallet::receivables::RECEIVABLE_DAYS;
use crate::ledger::wallet::{Split, debit, need, owed_between, save, to_pay_until};
use crate::stories::scenario::Story;

#[test]
fn r_2_what_is_owed_since_more_days_than_are_read_at_a_time_is_owed_whole() {
    let story = Story::new();
    let account = AuthId::parse(&story.account).expect("an auth ID");
    let days = i64::try_from(RECEIVABLE_DAYS).expect("a small number") + 1;
    for day in 0..days {
        let done = story.fake.command(story.now + day * DAY_MS, |turn| -> Result<(), Fault> {
            let mut wallet = need(turn, account)?;
            debit(turn, account, &mut wallet, Money::from_micros(10), &mut Split::default())?;
            save(turn, account, &wallet);
            Ok(())
        });
        done.expect("a good debit");
    }
    let end = story.now + days * DAY_MS;
    let owed =
        |turn: &Turn<'_>| Ok::<_, Fault>((owed_between(turn, account, 0, end)?, to_pay_until(turn, account, end)?));
    let all = Money::from_micros(10 * days);
    assert_eq!(story.fake.query(end, owed).expect("readable days"), (all, all));
}
