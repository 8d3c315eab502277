//! Reserving, extending, releasing and listing.

use crate::events;
use crate::pages::check_source;
use crate::reservations::asked::{Asked, book};
use crate::reservations::checks::{ITEMS_MAX, check_count, check_item, check_least, check_name};
use crate::reservations::desk::{Desk, give_back};
use crate::reservations::ending;
use crate::reservations::forms::{
    Ending, Error, ExtendAnswer, Extension, Hold, Kind, Named, Page, ReleaseAnswer, ReserveAnswer, Shown,
};
use crate::reservations::records::{self, Closed, End, Open, forget_at, open_prefix};
use coinbox_access::{self as access, functions};
use coinbox_credit::records::running_calls;
use coinbox_ground::ids::AuthId;
use coinbox_ground::money::Money;
use coinbox_ground::product::ID_MAX;
use coinbox_ground::text::is_name;
use coinbox_ground::turn::{Turn, end_of_prefix, successor};
use coinbox_ground::vocabulary::{Caller, Checks, Fault, Instant, Refusal};
use coinbox_ledger::wallet;
use coinbox_pricing::rating::Book;
use coinbox_profiles::policy::Policy;
use sha2::Digest;
use sha2::Sha256;

/// Most reservations of one page.
const PAGE_MAX: u32 = 500;

/// Holds amounts: may these accounts spend this much? (USE-3)
pub fn reserve(turn: &mut Turn<'_>, caller: &Caller, holds: Vec<Hold>) -> Result<Vec<ReserveAnswer>, Error> {
    let command = access::command(turn, caller, functions::RESERVATIONS_RESERVE)?;
    command.once(turn, &holds, |turn, who, ()| {
        let catalogue = coinbox_pricing::catalogue(turn)?;
        let mut checks = Checks::new();
        check_count(&mut checks, holds.len(), "holds");
        for (index, hold) in holds.iter().take(ITEMS_MAX).enumerate() {
            let field = format!("holds[{index}]");
            check_item(&mut checks, &catalogue, &field, (&hold.name, &hold.price, hold.lasts_ms));
            check_least(&mut checks, &field, hold.at_least, &hold.price);
            check_source(&mut checks, &format!("{field}.source"), hold.source.as_deref());
        }
        checks.done()?;
        let mut desk = Desk::open(turn, who, holds.iter().map(|hold| (hold.auth_id.as_str(), hold.name.as_str())))?;
        let mut book = book(turn, &desk, holds.iter().map(|hold| (hold.auth_id.as_str(), &hold.price)))?;
        let ttl = Policy::load(turn)?.reservation_ttl_ms;
        let mut answers = Vec::with_capacity(holds.len());
        for (index, hold) in holds.iter().enumerate() {
            let field = format!("holds[{index}]");
            answers.push(reserve_one(turn, &mut desk, &mut book, hold, &field, ttl)?);
        }
        desk.close(turn)?;
        Ok(answers)
    })
}

fn reserve_one(
    turn: &mut Turn<'_>,
    desk: &mut Desk,
    book: &mut Book,
    hold: &Hold,
    field: &str,
    ttl: Instant,
) -> Result<ReserveAnswer, Fault> {
    let (Some(main), Some(source)) = (desk.main(&hold.auth_id), AuthId::parse(&hold.auth_id)) else {
        return Ok(ReserveAnswer::Refused(Refusal::NotFound("account or sub-account".to_owned())));
    };
    let digest = digest(hold);
    if let Some(open) = turn.get::<Open>(&records::open_key(main, &hold.name))? {
        if open.digest == digest {
            return as_it_stands(turn, desk, book, main, hold, &open);
        }
        return Ok(ReserveAnswer::Conflicting);
    }
    if turn.get::<Closed>(&records::closed_key(main, &hold.name))?.is_some() {
        return Ok(ReserveAnswer::Over);
    }
    if let Some(refusal) = desk.hindrance(turn, main, source)? {
        return Ok(ReserveAnswer::Refused(refusal));
    }
    let price = (hold.auth_id.as_str(), &hold.price, turn.now());
    let asked = match Asked::of(turn, desk, book, main, price, None, field)? {
        Ok(asked) => asked,
        Err(refusal) => return Ok(ReserveAnswer::Refused(refusal)),
    };
    if let Some(refusal) = desk.out_of_reach(turn, main, asked.destination(None))? {
        return Ok(ReserveAnswer::Refused(refusal));
    }
    let wallet = desk.wallet(main);
    let least = hold.at_least.unwrap_or(asked.units);
    if let Some(refusal) = events::out_of_credit(wallet, asked.cost(least)?)? {
        return Ok(ReserveAnswer::Refused(refusal));
    }
    let granted = asked.most(wallet.available()?)?;
    let amount = asked.cost(granted)?;
    wallet.reserved = wallet.reserved.plus(amount)?;
    let mut open = Open::new(source, hold.kind, amount, digest, turn.now());
    open.quoted = asked.quoted();
    asked.note(&mut open, granted);
    open.asked_by = hold.source.clone();
    open.until = turn.now() + asked.lasts(hold.kind, hold.lasts_ms, granted);
    open.expires = open.until + ttl;
    open.indexed = open.expires;
    records::index(turn, open.indexed, main, &hold.name);
    records::look_by(turn, open.indexed)?;
    if hold.kind == Kind::Call {
        running_calls::name(turn, main, (&hold.name, source), open.begun, hold.source.as_deref())?;
    }
    turn.put(&records::open_key(main, &hold.name), &open);
    if hold.at_least.is_none() {
        return Ok(ReserveAnswer::Reserved(open.shown(&hold.name)));
    }
    let available = desk.wallet(main).available()?;
    Ok(ReserveAnswer::Granted(asked.grant(&open, &hold.name, granted, available)?))
}

/// The same request again: the reservation as it stands now.
fn as_it_stands(
    turn: &Turn<'_>,
    desk: &mut Desk,
    book: &mut Book,
    main: AuthId,
    hold: &Hold,
    open: &Open,
) -> Result<ReserveAnswer, Fault> {
    if hold.at_least.is_some() {
        let price = (hold.auth_id.as_str(), &hold.price, open.begun);
        if let Ok(asked) = Asked::of(turn, desk, book, main, price, open.quoted.as_ref(), "")? {
            let (granted, available) = (asked.before(open)?, desk.wallet(main).available()?);
            return Ok(ReserveAnswer::Granted(asked.grant(open, &hold.name, granted, available)?));
        }
    }
    Ok(ReserveAnswer::Reserved(open.shown(&hold.name)))
}

/// Holds more, for longer; what available cannot cover ends the call when its reserved time is used (R16).
pub fn extend(turn: &mut Turn<'_>, caller: &Caller, extensions: Vec<Extension>) -> Result<Vec<ExtendAnswer>, Error> {
    let command = access::command(turn, caller, functions::RESERVATIONS_EXTEND)?;
    command.once(turn, &extensions, |turn, who, ()| {
        let catalogue = coinbox_pricing::catalogue(turn)?;
        let mut checks = Checks::new();
        check_count(&mut checks, extensions.len(), "extensions");
        for (index, item) in extensions.iter().take(ITEMS_MAX).enumerate() {
            let field = format!("extensions[{index}]");
            check_item(&mut checks, &catalogue, &field, (&item.name, &item.price, item.lasts_ms));
            check_least(&mut checks, &field, item.at_least, &item.price);
        }
        checks.done()?;
        let items = extensions.iter().map(|item| (item.auth_id.as_str(), item.name.as_str()));
        let mut desk = Desk::open(turn, who, items)?;
        let mut book = book(turn, &desk, extensions.iter().map(|item| (item.auth_id.as_str(), &item.price)))?;
        let ttl = Policy::load(turn)?.reservation_ttl_ms;
        let mut answers = Vec::with_capacity(extensions.len());
        for (index, item) in extensions.iter().enumerate() {
            let field = format!("extensions[{index}]");
            answers.push(extend_one(turn, &mut desk, &mut book, item, &field, ttl)?);
        }
        desk.close(turn)?;
        Ok(answers)
    })
}

fn extend_one(
    turn: &mut Turn<'_>,
    desk: &mut Desk,
    book: &mut Book,
    item: &Extension,
    field: &str,
    ttl: Instant,
) -> Result<ExtendAnswer, Fault> {
    let Some(main) = desk.main(&item.auth_id) else { return Ok(ExtendAnswer::Unknown) };
    let key = records::open_key(main, &item.name);
    let Some(mut open) = desk.find(turn, main, &item.name)? else {
        let over = turn.get::<Closed>(&records::closed_key(main, &item.name))?.is_some();
        return Ok(if over { ExtendAnswer::Over } else { ExtendAnswer::Unknown });
    };
    if open.expires <= turn.now() {
        return Ok(ExtendAnswer::Over);
    }
    let asked = match desk.hindrance(turn, main, open.source)? {
        Some(refusal) => Err(refusal),
        // What has begun keeps its price, whatever is in force now (R87).
        None => {
            let price = (item.auth_id.as_str(), &item.price, open.begun);
            let asked = Asked::of(turn, desk, book, main, price, open.quoted.as_ref(), field)?;
            match asked.as_ref().ok().and_then(|asked| asked.destination(Some(&open))) {
                // Another number than that of before is called as one that begins.
                number @ Some(_) => desk.out_of_reach(turn, main, number)?.map_or(asked, Err),
                None => asked,
            }
        }
    };
    let available = desk.wallet(main).available()?;
    let granted = match asked {
        Err(refusal) => Err(refusal),
        Ok(asked) => most_of(&asked, item, &open, available)?.map(|granted| (asked, granted)),
    };
    match granted {
        Ok((asked, granted)) => {
            let more = asked.cost(granted)?.minus(open.amount)?.max(Money::ZERO);
            let wallet = desk.wallet(main);
            wallet.reserved = wallet.reserved.plus(more)?;
            let available = wallet.available()?;
            let in_all = granted.max(asked.before(&open)?);
            open.quoted = open.quoted.or(asked.quoted());
            open.amount = open.amount.plus(more)?;
            asked.note(&mut open, in_all);
            open.until = open.until.max(open.begun + asked.lasts(open.kind, item.lasts_ms, granted));
            open.expires = open.expires.max(open.until + ttl);
            records::set_ends(turn, main, &item.name, &mut open, None);
            turn.put(&key, &open);
            Ok(match item.at_least {
                None => ExtendAnswer::Reserved(open.shown(&item.name)),
                Some(_) => ExtendAnswer::Granted(asked.grant(&open, &item.name, in_all, available)?),
            })
        }
        Err(why) => {
            let ends = open.until.max(turn.now());
            if open.kind == Kind::Call && open.ends.is_none() {
                records::set_ends(turn, main, &item.name, &mut open, Some(ends));
                turn.put(&key, &open);
                ending::order(turn, main, &item.name, &why, available, ends)?;
            }
            Ok(ExtendAnswer::Ending(Ending { why, ends: open.ends.unwrap_or(ends) }))
        }
    }
}

/// How much of an extension is granted, in all. Less than was asked for is more than there is already.
fn most_of(asked: &Asked, item: &Extension, open: &Open, available: Money) -> Result<Result<u64, Refusal>, Fault> {
    let least = match item.at_least {
        None => asked.units,
        Some(least) => least.max(asked.before(open)?.saturating_add(1)).min(asked.units),
    };
    let more = asked.cost(least)?.minus(open.amount)?.max(Money::ZERO);
    let missing = more.minus(available)?;
    if more > Money::ZERO && missing > Money::ZERO {
        return Ok(Err(Refusal::OutOfCredit(missing.micros())));
    }
    Ok(Ok(asked.most(open.amount.plus(available.max(Money::ZERO))?)?))
}

/// Gives back what was reserved and not used.
pub fn release(turn: &mut Turn<'_>, caller: &Caller, reservations: Vec<Named>) -> Result<Vec<ReleaseAnswer>, Error> {
    let command = access::command(turn, caller, functions::RESERVATIONS_RELEASE)?;
    command.once(turn, &reservations, |turn, who, ()| {
        let mut checks = Checks::new();
        check_count(&mut checks, reservations.len(), "reservations");
        for (index, item) in reservations.iter().take(ITEMS_MAX).enumerate() {
            check_name(&mut checks, &format!("reservations[{index}]"), &item.name);
        }
        checks.done()?;
        let items = reservations.iter().map(|item| (item.auth_id.as_str(), item.name.as_str()));
        let mut desk = Desk::open(turn, who, items)?;
        let forget = forget_at(turn)?;
        let mut answers = Vec::with_capacity(reservations.len());
        for item in &reservations {
            answers.push(release_one(turn, &mut desk, item, forget)?);
        }
        records::look_by(turn, forget)?;
        desk.close(turn)?;
        Ok(answers)
    })
}

fn release_one(turn: &mut Turn<'_>, desk: &mut Desk, item: &Named, forget: Instant) -> Result<ReleaseAnswer, Fault> {
    let Some(main) = desk.main(&item.auth_id) else { return Ok(ReleaseAnswer::Unknown) };
    let Some(open) = desk.find(turn, main, &item.name)? else {
        let over = turn.get::<Closed>(&records::closed_key(main, &item.name))?.is_some();
        return Ok(if over { ReleaseAnswer::Over } else { ReleaseAnswer::Unknown });
    };
    let amount = open.amount;
    give_back(desk.wallet(main), amount)?;
    running_calls::forget(turn, main, &item.name)?;
    records::close(turn, main, &item.name, open, End::Released, forget);
    Ok(ReleaseAnswer::Released(amount.micros()))
}

/// Open reservations of a main account and its sub-accounts, by name.
pub fn list(
    turn: &Turn<'_>,
    caller: &Caller,
    auth_id: String,
    after: Option<String>,
    limit: u32,
) -> Result<Page, Error> {
    let (_, account) = access::query_on(turn, caller, functions::RESERVATIONS_LIST, &auth_id)?;
    let mut checks = Checks::new();
    checks.page_limit(limit, PAGE_MAX);
    let good = after.as_deref().is_none_or(|after| is_name(after, ID_MAX));
    checks.page_after(good);
    checks.done()?;
    let prefix = open_prefix(account);
    let first = after.map_or_else(|| prefix.clone(), |after| successor(&format!("{prefix}{after}")));
    let (page, more) = turn.span::<Open>(&first, &end_of_prefix(&prefix), limit as usize)?;
    let reservations: Vec<Shown> = page.iter().map(|(key, open)| open.shown(&key[prefix.len()..])).collect();
    let next = if more { reservations.last().map(|last| last.name.clone()) } else { None };
    Ok(Page { reservations, reserved: wallet::need(turn, account)?.reserved.micros(), next })
}

/// What tells a repeated request from another one with the same name.
fn digest(hold: &Hold) -> String {
    let text = serde_json::to_vec(hold).expect("text and numbers only");
    coinbox_ground::text::hex(&Sha256::digest(text))[..16].to_owned()
}
