//! What people ask about charges: recharges by hand, payment of what is owed, lists, giving up (CRD-3, CRD-4, R11, R24).

use coinbox_access::{self as access, functions};
use coinbox_credit::charging::{Purpose, create};
use coinbox_credit::records::cards;
use coinbox_credit::records::reconciliation::{Outside, once_outside};
use coinbox_ground::counters::Numbers;
use coinbox_ground::feed;
use coinbox_ground::interfaces::credits::{Error, Started};
use coinbox_ground::money::Money;
use coinbox_ground::port::Lane;
use coinbox_ground::turn::Turn;
use coinbox_ground::vocabulary::{Caller, Checks, Fact, Fault, FieldRule, Micros};
use coinbox_ledger::charges::prefix;
use coinbox_ledger::charges::{Charge, ChargePage, ChargeState, load, place, save};
use coinbox_ledger::open_lots;
use coinbox_ledger::wallet;
use coinbox_profiles::policy::{self, Policy};

/// Starts a charge of exactly what is owed, rounded half-up to the smallest unit: no minimum, no maximum, in no cap (R4, R24).
pub fn settle_debt(
    turn: &mut Turn<'_>,
    caller: &Caller,
    auth_id: String,
    card: Option<String>,
) -> Result<Started, Error> {
    let command = access::command_on(turn, caller, functions::CREDITS_SETTLE, &auth_id)?;
    let args = (&auth_id, &card);
    once_outside(command, turn, Outside::Payments, &args, |turn, _, account, asked| {
        let amount = wallet::need(turn, account)?.owed_whole()?;
        if amount == Money::ZERO {
            return Err(Error::NothingOwed);
        }
        if let Some(open) = Numbers::load(turn, account)?.debt_charge() {
            return Err(Fault::problem("settlement-under-way", vec![Fact::new("charge", open)]).into());
        }
        let card = match cards::usable(turn, account, card.as_deref())? {
            Ok(card) => card,
            Err(unusable) => return Err(unusable.into()),
        };
        let charge = create(turn, account, Purpose::Settlement, amount, &card, asked)?;
        feed::event(account, "recharge-started", charge.kind().rule()).facts(charge.facts()).tell(turn);
        Ok(Started { job: charge.job(account), name: charge.number().to_string() })
    })
}

/// Starts a manual recharge (CRD-3, CRD-4).
pub fn recharge(
    turn: &mut Turn<'_>,
    caller: &Caller,
    auth_id: String,
    amount: Micros,
    card: Option<String>,
) -> Result<Started, Error> {
    let command = access::command_on(turn, caller, functions::CREDITS_RECHARGE, &auth_id)?;
    let args = (&auth_id, amount, &card);
    once_outside(command, turn, Outside::Payments, &args, |turn, _, account, asked| {
        let currency = wallet::currency(turn, account)?;
        let amount = Money::from_micros(amount);
        let (minimum, maximum) =
            (Policy::load(turn)?.minimum_recharge(currency), policy::maximum_recharge(turn, account)?);
        let mut checks = Checks::new();
        checks.require(amount >= minimum, "amount", FieldRule::TooSmall, minimum.in_currency(currency));
        checks.require(amount <= maximum, "amount", FieldRule::TooLarge, maximum.in_currency(currency));
        checks.require(amount.is_whole(currency), "amount", FieldRule::WrongForm, currency.whole());
        checks.done()?;
        open_lots::check_lots(turn, account)?;
        let card = match cards::usable(turn, account, card.as_deref())? {
            Ok(card) => card,
            Err(unusable) => return Err(unusable.into()),
        };
        let charge = create(turn, account, Purpose::Manual, amount, &card, asked)?;
        feed::event(account, "recharge-started", "CRD-4").facts(charge.facts()).tell(turn);
        Ok(Started { job: charge.job(account), name: charge.number().to_string() })
    })
}

/// Charges of an account, newest first.
pub fn list_charges(
    turn: &Turn<'_>,
    caller: &Caller,
    auth_id: String,
    after: Option<String>,
    limit: u32,
) -> Result<ChargePage, Error> {
    let (_, account) = access::query_on(turn, caller, functions::CREDITS_LIST_CHARGES, &auth_id)?;
    let mut checks = Checks::new();
    checks.page_limit(limit, 100);
    let after_number = match after.as_deref().map(str::parse::<u32>) {
        None => None,
        Some(Ok(number)) => Some(number),
        Some(Err(_)) => {
            checks.page_after(false);
            None
        }
    };
    checks.done()?;
    wallet::need(turn, account)?;
    let prefix = prefix(account);
    let first =
        after_number.map_or_else(|| prefix.clone(), |number| coinbox_ground::turn::successor(&place(account, number)));
    let (charges, more) = turn.span::<Charge>(
        &first,
        &coinbox_ground::turn::end_of_prefix(&prefix),
        usize::try_from(limit).unwrap_or(100),
    )?;
    let next = if more { charges.last().map(|(_, charge)| charge.number().to_string()) } else { None };
    Ok(ChargePage { charges: charges.into_iter().map(|(_, charge)| charge.shown(account)).collect(), next })
}

/// Asks the gateway to make an open charge final (R11): the only way to stop asking.
pub fn give_up(turn: &mut Turn<'_>, caller: &Caller, auth_id: String, number: u32) -> Result<Started, Error> {
    let command = access::command_on(turn, caller, functions::CREDITS_GIVE_UP, &auth_id)?;
    command.once(turn, &(&auth_id, number), |turn, _, account| {
        let mut charge = load(turn, account, number)?.ok_or_else(|| Fault::not_found("charge"))?;
        if *charge.state() != ChargeState::Open {
            return Err(Error::NotOpen);
        }
        charge.give_up();
        save(turn, account, &charge);
        let job = charge.job(account);
        turn.timer(&job, Lane::Urgent, turn.now());
        Ok(Started { job, name: number.to_string() })
    })
}
