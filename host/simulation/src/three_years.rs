//! Three years in the life of some customers, day by day, with the clock simulated: cards that fail, are capped and replaced, banks that take
//! days, answers that are lost, gifts and coupons that expire, a trial that is upgraded, rented numbers, paid seats, tax, a chargeback, invoices
//! that are not paid with the suspension for it, an account that is closed with its refund.
//!
//! At every month's end every balance must follow from the ledger, and the ledger must hold what the gateway has taken, payment
//! by payment. The whole is the same for the same seed.

pub use super::cast::DAYS;
use super::cast::{CUSTOMERS, Customer, HAPPENINGS, Happening};
use super::dice::Dice;
use super::model::{STOCK, number_prices, offer};
use super::operation::{DAY, MINUTE, USD};
use super::world::{Keeping, World};
use anyhow::{Context, Result, ensure};
use coinbox_host::engine::RulesRuntime;
use coinbox_host::text;
use coinbox_operations::export;
use coinbox_operations::verify;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::Arc;

/// 2026-01-01T00:00:00Z.
pub const START: i64 = 1_767_225_600_000;
/// Days after the last one in which everything comes to rest.
const REST_DAYS: i64 = 10;
/// Charges of one page.
const CHARGES_PAGE: usize = 100;
/// Events of the feed that are read at once.
const FEED_PAGE: usize = 1000;
/// What the three years are there for.
const MUST_HAPPEN: [&str; 19] = [
    "recharge-failed",
    "recharge-capped",
    "recharge-open",
    "out-of-credit",
    "account-upgraded",
    "account-suspended",
    "account-reinstated",
    "account-closed",
    "chargeback",
    "coupon-redeemed",
    "credit-expired",
    "invoice-issued",
    "invoice-due",
    "number-rented",
    "number-released",
    "refund-paid",
    "rent-posted",
    "rent-owed",
    "seats-charged",
];

/// A code that some redeem.
const COUPON: &str = "THREE-YEARS";

/// How things stand at the end of a month.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct MonthEnd {
    /// `2026-01`.
    pub month: String,
    /// Transactions of the ledger so far.
    pub transactions: u64,
    /// Usage events so far.
    pub events: u64,
    /// Taken by the gateway so far and neither given nor taken back, in micros.
    pub taken: i64,
    /// Of it not booked yet: the answer is outstanding.
    pub outstanding: i64,
    /// Sum of all balances, in micros.
    pub balances: i64,
}

/// The three years under way.
pub struct ThreeYears {
    /// Its world.
    pub world: World,
    dice: Dice,
    day: u32,
    customers: Vec<Opened>,
    /// Taken back by card holders so far, in micros.
    charged_back: i64,
    /// Month ends so far.
    pub months: Vec<MonthEnd>,
    /// How often each kind of event is in the feed; told at the end.
    pub happened: BTreeMap<String, u64>,
}

struct Opened {
    id: String,
    /// The account itself and its sub-accounts.
    sources: Vec<String>,
}

impl ThreeYears {
    /// Opens the store and the accounts.
    pub fn begin(runtime: Arc<dyn RulesRuntime>, keeping: Keeping, seed: u64) -> Result<ThreeYears> {
        let mut world = World::new(runtime, keeping, seed, START)?;
        world.ok("pricing.create-version", None, json!({}))?;
        world.ok("pricing.add-rows", None, json!({"version": 1, "rows": super::model::price_rows(100)}))?;
        world.ok("pricing.set-number-prices", None, json!({"version": 1, "prices": number_prices()}))?;
        world.ok("pricing.publish-version", None, json!({"version": 1, "starts-at": "0"}))?;
        let tax =
            |country: &str, name: &str, percent: &str| json!({"country": country, "name": name, "percent": percent});
        let taxes = json!([tax("US", "Sales tax", "8.25"), tax("DE", "VAT", "19")]).to_string();
        let settings = [&super::world::seller()[..], &[("tax-rates", taxes)]].concat();
        world.ok("operator.change-settings", None, super::values::changes(&settings))?;
        let coupon = json!({"code": COUPON, "amount": (15 * USD).to_string(), "redeem-by": (START + 500 * DAY).to_string(),
            "validity": {"lasting": (60 * DAY).to_string()}, "uses": 10, "uses-per-account": 1, "note": ""});
        world.ok("coupons.create", None, json!({"coupon": coupon}))?;
        for number in STOCK {
            world.stock.add(coinbox_host::json::from_value(&offer(number)).context("an offer")?);
        }
        let mut customers = Vec::new();
        for customer in &CUSTOMERS {
            customers.push(open(&mut world, customer)?);
        }
        world.drain()?;
        Ok(ThreeYears {
            world,
            dice: Dice::new(seed),
            day: 0,
            customers,
            charged_back: 0,
            months: Vec::new(),
            happened: BTreeMap::new(),
        })
    }

    /// Lives one day. Answers whether there is another one.
    pub fn live_a_day(&mut self) -> Result<bool> {
        let midnight = START + i64::from(self.day) * DAY;
        for (place, customer) in CUSTOMERS.iter().enumerate() {
            let today = self.day;
            for (_, _, happening) in HAPPENINGS.iter().filter(|(day, name, _)| *day == today && *name == customer.name)
            {
                self.happen(place, happening)?;
            }
            self.every_day(place, customer)?;
        }
        self.world.drain()?;
        for hour in [9, 13, 18] {
            self.world.advance_to(midnight + hour * 60 * MINUTE)?;
            self.use_it(hour)?;
            self.world.drain()?;
        }
        self.world.advance_to(midnight + DAY)?;
        self.day += 1;
        if text::day(midnight)[..7] != text::day(midnight + DAY)[..7] {
            let month = text::day(midnight)[..7].to_owned();
            self.end_month(month)?;
        }
        Ok(self.day < DAYS)
    }

    /// Lets everything come to rest: then nothing may be outstanding.
    pub fn end(&mut self) -> Result<()> {
        self.world.advance_to(self.world.now() + REST_DAYS * DAY)?;
        self.end_month("rest".to_owned())?;
        let outstanding = self.months.last().map_or(0, |month| month.outstanding);
        ensure!(outstanding == 0, "the gateway has taken {outstanding} micros that were never booked");
        self.count()?;
        for kind in MUST_HAPPEN {
            ensure!(self.happened.contains_key(kind), "three years without {kind}");
        }
        let suspensions = self.happened.get("account-suspended").copied().unwrap_or(0);
        ensure!(suspensions >= 2, "one suspension is for a chargeback, one for an unpaid invoice: {suspensions}");
        Ok(())
    }

    /// Counts what the feed has told of each customer.
    fn count(&mut self) -> Result<()> {
        for customer in &self.customers {
            let mut after = "0".to_owned();
            loop {
                let arguments = json!({"account": customer.id, "after": after, "limit": FEED_PAGE});
                let page = self.world.ok("events.read", None, arguments)?;
                let events = page.as_array().context("events are a list")?;
                for event in events {
                    *self.happened.entry(super::values::text(&event["kind"])?).or_default() += 1;
                    after = super::values::text(&event["position"])?;
                }
                if events.len() < FEED_PAGE {
                    break;
                }
            }
        }
        Ok(())
    }

    /// What happens to some customers again and again.
    fn every_day(&mut self, place: usize, customer: &Customer) -> Result<()> {
        match (customer.name, self.day % 30) {
            ("pays by hand", 5) => self.happen(place, &Happening::Pays(60)),
            ("gifts", 10) => self.happen(place, &Happening::Gift(5, 20)),
            _ => Ok(()),
        }
    }

    fn happen(&mut self, place: usize, happening: &Happening) -> Result<()> {
        let id = self.customers[place].id.clone();
        let key = format!("day-{}", self.day);
        let adjust =
            |adjustment: Value, reason: &str| json!({"auth-id": id, "adjustment": adjustment, "reason": reason});
        let standing = |standing: Value| json!({"auth-id": id, "standing": standing, "details": ""});
        let (function, arguments) = match happening {
            Happening::Card(token) => {
                ("credits.add-card", json!({"auth-id": id, "token": token, "make-default": true}))
            }
            Happening::Pays(dollars) => {
                ("credits.recharge", json!({"auth-id": id, "amount": (dollars * USD).to_string(), "card": null}))
            }
            Happening::Gift(dollars, days) => {
                let expires = (self.world.now() + days * DAY).to_string();
                let gift = json!({"goodwill": {"amount": (dollars * USD).to_string(), "expires": expires}});
                ("credits.adjust", adjust(gift, "a gift"))
            }
            Happening::Correction(dollars) => {
                let given = json!({"correction": {"amount": (dollars * USD).to_string(), "charge": 1}});
                ("credits.adjust", adjust(given, "charged too much"))
            }
            Happening::Chargeback(charge) => {
                let arguments = json!({"auth-id": id, "charge": charge, "amount": null, "reference": "case 1"});
                ("credits.record-chargeback", arguments)
            }
            Happening::Buys(number, kind, for_part) => {
                let holder = &self.customers[place].sources[usize::from(*for_part)];
                let purchase = json!({"offer": offer((number, kind)), "alias": null, "app-id": null});
                ("numbers.buy", json!({"auth-id": holder, "purchase": purchase}))
            }
            Happening::GivesBack(number) => ("numbers.release", json!({"auth-id": id, "number": number})),
            Happening::Settles => ("credits.settle", json!({"auth-id": id, "card": null})),
            Happening::Closes => ("accounts.close", json!({"auth-id": id, "reason": "moves away"})),
            Happening::Reinstated => ("accounts.set-standing", standing(json!("active"))),
            Happening::Coupon => ("coupons.redeem", json!({"auth-id": id, "code": COUPON})),
            Happening::Seats(paid) => ("invoices.set-seats", json!({"auth-id": id, "paid": paid})),
            Happening::Taxed(country) => (
                "invoices.set-billing",
                json!({"auth-id": id, "change": {"country": country, "legal-name": "Legal Name"}}),
            ),
            Happening::Off => ("credits.set-auto-recharge", json!({"auth-id": id, "settings": {"enabled": false}})),
        };
        self.world.ok(function, Some(&key), arguments)?;
        if let Happening::Chargeback(charge) = happening {
            self.charged_back += self.amount_of(&id, *charge)?;
        }
        self.world.drain()
    }

    fn amount_of(&mut self, account: &str, charge: u32) -> Result<i64> {
        let after = charge.checked_add(1).map(|next| next.to_string());
        let arguments = json!({"auth-id": account, "after": after, "limit": 1});
        let page = self.world.ok("credits.list-charges", None, arguments)?;
        let found = &page["charges"][0];
        ensure!(found["number"] == charge, "charge {charge} is not {found}");
        Ok(super::values::text(&found["amount"])?.parse()?)
    }

    /// Reports what was used in the hours before.
    fn use_it(&mut self, hour: i64) -> Result<()> {
        let now = self.world.now();
        let mut events = Vec::new();
        for (place, customer) in CUSTOMERS.iter().enumerate().filter(|(_, customer)| self.day < customer.until) {
            for (product, (count, size)) in [("voice", customer.voice), ("sms", customer.sms)] {
                // A third of the day's events each time, more on some days.
                for number in 0..count.div_ceil(3) + self.dice.below(2) * u64::from(count > 0) {
                    let quantity = if product == "voice" {
                        20 + self.dice.below(u64::from(size) * 100)
                    } else {
                        1 + self.dice.below(u64::from(size) * 2)
                    };
                    let source = self.dice.of(&self.customers[place].sources);
                    events.push(json!({
                        "id": format!("{}-{hour}-{product}-{number}", self.day), "auth-id": source, "product": product,
                        "heading": "outbound", "number": self.dice.of(&["12125550100", "19005550100", "14155550123"]),
                        "quantity": quantity, "at": (now - self.dice.amount(3 * 60 * MINUTE)).to_string(),
                    }));
                }
            }
        }
        for part in events.chunks(1000) {
            let answer = self.world.ok("usage.record-events", None, json!({"events": part}))?;
            let rated = |answer: &Value| answer.get("rated").is_some();
            let all = answer["answers"].as_array().is_some_and(|answers| answers.iter().all(rated));
            ensure!(all, "not every event was rated: {answer}");
        }
        Ok(())
    }

    fn end_month(&mut self, month: String) -> Result<()> {
        let report = verify::verify(&self.world.link()?)?;
        ensure!(report.is_sound(), "{month}: verify finds {:?} {:?}", report.differences, report.unbalanced);
        let outstanding = self.payments().with_context(|| month.clone())?;
        let moved: i64 = self
            .world
            .gateway
            .movements()?
            .iter()
            .map(|moved| if moved.refund { -moved.amount } else { moved.amount })
            .sum();
        let taken = moved - self.charged_back;
        let mut balances = 0;
        for customer in &self.customers {
            let shown = self.world.ok("credits.get-balance", None, json!({"auth-id": customer.id}))?;
            balances += super::values::text(&shown["balance"])?.parse::<i64>()?;
        }
        let (transactions, events) = (report.transactions, report.events);
        self.months.push(MonthEnd { month, transactions, events, taken, outstanding, balances });
        Ok(())
    }

    /// Holds the ledger's payments against the gateway's. Answers what the gateway has taken and the ledger does not know: charges that
    /// wait for their answer, and nothing else.
    fn payments(&mut self) -> Result<i64> {
        let mut booked = BTreeMap::new();
        export::for_each(&self.world.link()?, |transaction| {
            let clearing: Vec<i64> = transaction
                .postings
                .iter()
                .filter(|posting| posting.ledger_account == "assets:payment-clearing")
                .map(|posting| posting.amount)
                .collect();
            // What a card holder has taken back is between the banks.
            if !clearing.is_empty() && transaction.kind != "chargeback" {
                let before = booked.insert(transaction.cause.clone(), clearing.iter().sum::<i64>());
                ensure!(before.is_none(), "{} was booked twice", transaction.cause);
            }
            Ok(())
        })?;
        let open = self.open_charges()?;
        let mut outstanding = 0;
        for moved in self.world.gateway.movements()? {
            let taken = if moved.refund { -moved.amount } else { moved.amount };
            match booked.remove(&moved.key) {
                Some(amount) => ensure!(amount == taken, "{}: booked {amount}, taken {taken}", moved.key),
                None => {
                    ensure!(open.contains(&moved.key), "{} was taken, not booked, and is not open", moved.key);
                    outstanding += taken;
                }
            }
        }
        ensure!(booked.is_empty(), "booked and never taken, or taken once and booked twice: {booked:?}");
        Ok(outstanding)
    }

    fn open_charges(&mut self) -> Result<Vec<String>> {
        let mut open = Vec::new();
        for customer in &self.customers {
            let arguments = json!({"auth-id": customer.id, "after": null, "limit": CHARGES_PAGE});
            let page = self.world.ok("credits.list-charges", None, arguments)?;
            for charge in page["charges"].as_array().into_iter().flatten().filter(|charge| charge["state"] == "open") {
                open.push(super::values::text(&charge["key"])?);
            }
        }
        Ok(open)
    }
}

fn open(world: &mut World, customer: &Customer) -> Result<Opened> {
    let account = json!({
        "account-type": if customer.trial { "developer" } else { "standard" }, "name": customer.name,
        "email": "owner@example.com", "address": "1 Main Street", "city": "Springfield", "state": "", "timezone": "UTC",
    });
    let created = world.ok("accounts.create", Some(customer.name), json!({"account": account}))?;
    let id = super::values::text(&created["auth-id"])?;
    let change = json!({"legal-name": customer.name, "country": "NZ"});
    world.ok("invoices.set-billing", None, json!({"auth-id": id, "change": change}))?;
    let mut sources = vec![id.clone()];
    for number in 0..customer.subaccounts {
        let arguments = json!({"parent": id, "name": format!("part {number}"), "enabled": true});
        let created = world.ok("subaccounts.create", None, arguments)?;
        sources.push(super::values::text(&created["auth-id"])?);
    }
    if let Some(token) = customer.card {
        world.ok("credits.add-card", None, json!({"auth-id": id, "token": token, "make-default": true}))?;
        world.drain()?;
    }
    if let Some(limit) = customer.postpaid {
        let billing = json!({"postpaid": (limit * USD).to_string()});
        world.ok("operator.set-billing", None, json!({"auth-id": id, "billing": billing}))?;
    }
    if let Some((below, amount, cap)) = customer.automatic {
        let text = |dollars: i64| (dollars * USD).to_string();
        let settings = json!({"enabled": true, "balance-amount": text(below), "recharge-amount": text(amount),
            "caps": {"day": null, "week": null, "month": cap.map(text)}});
        world.ok("credits.set-auto-recharge", None, json!({"auth-id": id, "settings": settings}))?;
    }
    Ok(Opened { id, sources })
}
