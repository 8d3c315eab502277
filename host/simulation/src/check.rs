//! What must hold of a whole simulated world, whatever happened in it.

use super::documents;
use super::model::{Account, ChargeState, MAILS, Model, Refund, RefundState, Reported, Taken};
use super::world::World;
use anyhow::{Context, Result, ensure};
use coinbox_operations::verify;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// What the gateway has taken, by key. A key that was charged twice is an error.
pub(crate) fn taken(world: &World) -> Result<Taken> {
    let mut taken = BTreeMap::new();
    for moved in world.gateway.movements()?.into_iter().filter(|moved| !moved.refund) {
        let paid = moved.paid.context("what was moved was paid")?;
        let before = taken.insert(moved.key.clone(), (moved.amount, paid.at));
        ensure!(before.is_none(), "{} was charged twice", moved.key);
    }
    Ok(taken)
}

/// Every transaction sums to zero, every balance follows from the ledger, and the ledger holds what the gateway has moved and nothing else,
/// but for charges that still have no final answer.
pub(crate) fn ledger(world: &mut World, model: &Model) -> Result<()> {
    // Checks are no part of the history.
    world.call_off_crash();
    let report = verify::verify(&world.link()?)?;
    ensure!(report.is_sound(), "verify finds {:?} {:?}", report.differences, report.unbalanced);
    let open: i64 = open_at_gateway(world, model)?.values().sum();
    let taken: i64 = taken(world)?.values().map(|(amount, _)| amount).sum();
    let given: i64 = given_back(world, model)?;
    let booked = report.trial_balance.get("assets:payment-clearing").copied().unwrap_or(0);
    ensure!(
        booked == i128::from(taken - open - given - charged_back(model)?),
        "the gateway has taken {taken}, of which {open} wait for their answer, {given} were given back; the ledger has booked {booked}"
    );
    let owed: i64 = refunds(model).filter(|(_, _, refund)| is_due(refund)).map(|(.., refund)| refund.amount).sum();
    let promised = -report.trial_balance.get("liabilities:refunds").copied().unwrap_or(0);
    ensure!(promised == i128::from(owed), "refunds of {owed} are due, {promised} by the ledger");
    Ok(())
}

/// What card holders have taken back: no payment is given back twice, by the bank and by the gateway.
fn charged_back(model: &Model) -> Result<i64> {
    let mut sum = 0;
    for account in &model.accounts {
        for number in account.recharge.in_state(ChargeState::Paid) {
            ensure!(account.left_of(number) >= 0, "charge {number} of {} was given back twice", account.id);
            sum += account.recharge.charges[&number].charged_back;
        }
    }
    Ok(sum)
}

/// All refunds: account, number, refund.
fn refunds(model: &Model) -> impl Iterator<Item = (&Account, usize, &Refund)> {
    let of = |account: &'_ Account| account.refunds.len();
    model
        .accounts
        .iter()
        .flat_map(move |account| (0..of(account)).map(move |place| (account, place + 1, &account.refunds[place])))
}

fn is_due(refund: &Refund) -> bool {
    matches!(refund.state, RefundState::Open | RefundState::Failed)
}

/// What was given back, by the gateway or otherwise. The gateway has paid each refund that the model knows as paid by it, once, and none that was declined
/// or that the operator has settled.
fn given_back(world: &World, model: &Model) -> Result<i64> {
    let mut moved = BTreeMap::<String, Vec<i64>>::new();
    for refund in world.gateway.movements()?.into_iter().filter(|moved| moved.refund) {
        // Without the number of the try.
        let of = refund.key.rsplit_once('-').map_or(refund.key.as_str(), |(of, _)| of).to_owned();
        moved.entry(of).or_default().push(refund.amount);
    }
    let mut given = 0;
    for (account, number, refund) in refunds(model) {
        let ending = format!("-{}-refund-{number}", account.id);
        let found: Vec<String> = moved.keys().filter(|key| key.ends_with(&ending)).cloned().collect();
        let amounts: Vec<i64> = found.into_iter().filter_map(|key| moved.remove(&key)).flatten().collect();
        let paid = amounts == [refund.amount];
        let as_foretold = match refund.state {
            RefundState::Paid => paid,
            RefundState::Open => paid || amounts.is_empty(),
            RefundState::Failed | RefundState::SettledOtherwise | RefundState::Never => amounts.is_empty(),
        };
        ensure!(as_foretold, "refund {number} of {}: {refund:?}, the gateway has given back {amounts:?}", account.id);
        if !is_due(refund) && refund.state != RefundState::Never {
            given += refund.amount;
        }
    }
    ensure!(moved.is_empty(), "the gateway has given back what nobody was to get: {moved:?}");
    Ok(given)
}

/// Charges that the gateway has taken and the model does not know as paid yet.
fn open_at_gateway(world: &World, model: &Model) -> Result<BTreeMap<String, i64>> {
    let mut open = taken(world)?;
    for account in &model.accounts {
        for number in account.recharge.in_state(ChargeState::Paid) {
            let ending = format!("-{}-charge-{number}", account.id);
            open.retain(|key, _| !key.ends_with(&ending));
        }
    }
    Ok(open.into_iter().map(|(key, (amount, _))| (key, amount)).collect())
}

/// The ledger, lots, counted and rejected events, and mails of a world at rest.
pub(crate) fn everything(world: &mut World, model: &Model) -> Result<()> {
    ledger(world, model)?;
    let open = open_at_gateway(world, model)?;
    ensure!(open.is_empty(), "the gateway has taken {open:?}, which was never booked");
    asked_for(world, model)?;
    for account in &model.accounts {
        let lots = world.ok("credits.list-lots", None, json!({"auth-id": account.id}))?;
        let shown: Vec<(u32, &str, i64)> = lots.as_array().into_iter().flatten().filter_map(lot).collect();
        ensure!(
            shown == account.open_lots(),
            "lots of {}: {shown:?}, the model has {:?}",
            account.id,
            account.open_lots()
        );
        services(world, account)?;
        leavers(world, account)?;
        if account.is_wanted() {
            let status = world.ok("credits.get-auto-recharge", None, json!({"auth-id": account.id}))?;
            ensure!(
                !account.recharge.is_at_rest() || account.waits_by_hand(),
                "{} rests below B: {status}",
                account.id
            );
        }
    }
    counted(world, model)?;
    rejected(world, model)?;
    documents::all(world, model)?;
    mails(world, model)
}

/// How an account stands, and that of a closed one nothing is left to do but for refunds that wait for a person.
fn leavers(world: &mut World, account: &Account) -> Result<()> {
    let shown = world.ok("accounts.get", None, json!({"auth-id": account.id}))?;
    let expected = account.standing.json();
    ensure!(shown["standing"] == expected, "{} stands as {}, the model has {expected}", account.id, shown["standing"]);
    let page = world.ok("refunds.list", None, json!({"auth-id": account.id, "after": null, "limit": 100}))?;
    let mut states: Vec<&Value> = page["refunds"].as_array().into_iter().flatten().map(|one| &one["state"]).collect();
    states.reverse();
    let refunds: Vec<&Refund> = account.refunds.iter().filter(|refund| refund.state != RefundState::Never).collect();
    let all_alike = states.len() == refunds.len()
        && states.iter().zip(refunds).all(|(state, refund)| match refund.state {
            RefundState::Open | RefundState::Never => false,
            RefundState::Failed => state.get("failed").is_some(),
            RefundState::Paid => *state == "paid",
            RefundState::SettledOtherwise => *state == "settled-otherwise",
        });
    ensure!(all_alike, "{}: refunds {states:?}, the model has {:?}", account.id, account.refunds);
    Ok(())
}

/// Who has which number.
pub(super) fn numbers(world: &mut World, model: &Model) -> Result<()> {
    model.accounts.iter().try_for_each(|account| holders(world, account).map(drop))
}

/// The numbers of an account with who has each: itself or a sub-account.
fn holders(world: &mut World, account: &Account) -> Result<Vec<(String, String)>> {
    let filter = json!({"kind": null, "starts-with": null, "holder": null, "alias": null, "voice": false, "sms": false, "mms": false});
    let arguments = json!({"auth-id": account.id, "filter": filter, "offset": 0, "limit": 100});
    let page = world.ok("numbers.list", None, arguments)?;
    let mut held = Vec::new();
    for one in page["numbers"].as_array().into_iter().flatten() {
        held.push((super::values::text(&one["number"])?, super::values::text(&one["holder"])?));
    }
    ensure!(held == account.holders(), "{} has numbers {held:?}, the model {:?}", account.id, account.holders());
    Ok(held)
}

/// What is reserved, which calls go on, which numbers are rented, here and on the network.
fn services(world: &mut World, account: &Account) -> Result<()> {
    let arguments = json!({"auth-id": account.id, "after": null, "limit": 500});
    let page = world.ok("reservations.list", None, arguments)?;
    let mut held = Vec::new();
    for one in page["reservations"].as_array().into_iter().flatten() {
        held.push((super::values::text(&one["name"])?, super::values::text(&one["amount"])?.parse()?));
    }
    ensure!(held == account.holds.open(), "{} holds {held:?}, the model {:?}", account.id, account.holds.open());
    let calls = world.ok("usage.list-calls", None, json!({"auth-id": account.id}))?;
    let must_end = account.left() <= 0 || account.is_barred();
    ensure!(!must_end || calls == json!([]), "{}: calls go on with {} left", account.id, account.left());
    let held = holders(world, account)?;
    let rented: Vec<String> = held.into_iter().map(|(number, _)| number).collect();
    let expected = account.rents.numbers();
    ensure!(rented == expected, "{} rents {rented:?}, the model {expected:?}", account.id);
    let (mut sorted, network) = (expected, world.stock.held_by(&account.id));
    sorted.sort_unstable();
    ensure!(network == sorted, "{} has {network:?} on the network and rents {sorted:?}", account.id);
    Ok(())
}

fn lot(lot: &Value) -> Option<(u32, &str, i64)> {
    let number = lot["number"].as_u64().and_then(|number| u32::try_from(number).ok());
    Some((number?, lot["kind"].as_str()?, lot["rest"].as_str()?.parse().ok()?))
}

/// The gateway was asked for nothing that the model does not know.
pub(super) fn asked_for(world: &World, model: &Model) -> Result<()> {
    let lost = |place: &usize| model.lost.requests.iter().any(|range| range.contains(place));
    let requests = world.gateway.requests()?;
    let requests = requests.iter().enumerate().filter(|(place, _)| !lost(place)).map(|(_, request)| request);
    for request in requests.filter(|request| request.call == "charge") {
        let of = |account: &&Account| request.subject.contains(&account.id);
        let account = model.accounts.iter().find(of).with_context(|| format!("{request:?} is nobody's"))?;
        let number = request.subject.rsplit('-').next().and_then(|number| number.parse().ok()).unwrap_or(0);
        let charge = account.recharge.charges.get(&number);
        ensure!(charge.is_some_and(|charge| Some(charge.amount) == request.amount), "{request:?} has no charge");
    }
    Ok(())
}

/// Each rated event, once.
fn counted(world: &mut World, model: &Model) -> Result<()> {
    let mut found = BTreeSet::new();
    let mut after = Value::Null;
    loop {
        let page = world.ok("operator.read-ledger", None, json!({"after": after, "limit": 500}))?;
        for transaction in page["transactions"].as_array().into_iter().flatten() {
            if transaction["kind"] != "usage" {
                continue;
            }
            let events = world.ok("operator.read-transaction", None, json!({"id": transaction["id"]}))?;
            // What rides on an event is a line beside it, under the same ID.
            let lines = events.as_array().into_iter().flatten().filter(|line| line["product"] != "surcharge");
            for event in lines {
                let word = |name: &str| event[name].as_str().unwrap_or_default().to_owned();
                let name = format!("{} {} {}", word("auth-id"), word("id"), word("at"));
                ensure!(found.insert(name.clone()), "{name} was counted twice");
            }
        }
        after = page["next"].clone();
        if after.is_null() {
            break;
        }
    }
    let model = model.usage.identities();
    let differing: Vec<&String> = found.symmetric_difference(&model).take(5).collect();
    ensure!(differing.is_empty(), "rated in the ledger or in the model only: {differing:?}");
    Ok(())
}

/// An event in the form of the contract.
pub(crate) fn reported(event: &Value) -> Result<Reported> {
    let word = |name: &str| super::values::text(&event[name]);
    Ok(Reported {
        source: word("auth-id")?,
        id: word("id")?,
        at: word("at")?.parse()?,
        product: word("product")?,
        number: word("number")?,
        quantity: u32::try_from(event["quantity"].as_u64().context("a quantity")?)?,
    })
}

/// USE-6: no rejected event is lost as long as it could be mended.
fn rejected(world: &mut World, model: &Model) -> Result<()> {
    let mut listed = BTreeMap::new();
    let mut after = Value::Null;
    loop {
        let page = world.ok("usage.list-rejected", None, json!({"after": after, "limit": 500}))?;
        for one in page["rejected"].as_array().into_iter().flatten() {
            listed.insert(reported(&one["event"])?, super::values::text(&one["reason"])?);
        }
        after = page["next"].clone();
        if after.is_null() {
            break;
        }
    }
    for (event, reason) in &listed {
        let known = model.usage.rejected.get(event).map(|(reason, _)| *reason);
        ensure!(known == Some(reason.as_str()), "{event:?} is listed as {reason}, the model has {known:?}");
    }
    let kept_since = world.now() - model.policy.window;
    for (event, (reason, received)) in &model.usage.rejected {
        let lost = *received > kept_since && !listed.contains_key(event);
        ensure!(!lost, "{event:?} was rejected ({reason}) and is not on the list");
    }
    Ok(())
}

fn mails(world: &World, model: &Model) -> Result<()> {
    let mut sent = BTreeMap::<(String, String), BTreeSet<String>>::new();
    let lost = |place: usize| model.lost.mails.iter().any(|range| range.contains(&place));
    for (_, message) in world.mailer.messages().into_iter().enumerate().filter(|(place, _)| !lost(*place)) {
        let of = |account: &&Account| message.key.contains(&account.id);
        let account = model.accounts.iter().find(of).with_context(|| format!("mail {} is nobody's", message.key))?;
        sent.entry((account.id.clone(), message.template.clone())).or_default().insert(message.key.clone());
    }
    // A mail can have gone out although all further tries fail and it is given up: the host died before it heard of it.
    let died = !world.crashes.is_empty();
    for account in &model.accounts {
        for template in MAILS {
            let of = |counts: &BTreeMap<String, u64>| counts.get(template).copied().unwrap_or(0);
            let expected = of(&account.mails);
            let found = sent.get(&(account.id.clone(), template.to_owned())).map_or(0, |keys| keys.len() as u64);
            let unheard = if died { of(&account.mails_given_up) } else { 0 };
            ensure!(
                (expected..=expected + unheard).contains(&found),
                "{}: {found} mails {template}, the model expects {expected}",
                account.id
            );
        }
    }
    Ok(())
}
