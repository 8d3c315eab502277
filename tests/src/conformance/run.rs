//! One case in one setup.

use super::START;
use super::case::{
    CallStep, Case, Expectation, GatewayStep, Given, GivenAccount, GivenEntry, InventoryStep, PasswordStep, Step,
    TotpStep,
};
use super::effects::{self, Mark, Seen};
use super::matching::{matches, matches_part};
use super::totp;
use super::values::{Variables, whole};
use super::world::{Setup, World};
use crate::typed_door;
use anyhow::{Context, bail, ensure};
use coinbox_host::callable::takes_caller;
use coinbox_host::capability::{CouponClaims, Inventory};
use coinbox_host::coinbox::EffectDoor;
use coinbox_host::contract::email_types::{MailOutcome, OpenRecipient, Partly};
use coinbox_host::contract::inventory_types::{self, OrderRequest, ReleaseRequest};
use coinbox_host::contract::payment_types::{self, ChargeRequest, RefundRequest};
use coinbox_host::contract::types::{Fact, NotSent};
use coinbox_host::engine::{CallContext, Class};
use coinbox_host::inventory::Fault as StockFault;
use coinbox_host::json::{self as contract_json};
use coinbox_host::payment::sandbox::Fault;
use coinbox_simulation::{Digests, Left, stored};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Everything that a run has left: answers, stored entries, timers, feed, requests, mails, orders. Runs of one case must leave the same.
#[derive(Clone, PartialEq, Debug)]
pub struct Transcript(Left);

impl Transcript {
    /// The first line in which another run differs.
    pub fn difference(&self, other: &Transcript) -> Option<String> {
        let parts = [
            ("what it did", &self.0.run, &other.0.run),
            ("the store", &self.0.store, &other.0.store),
            ("the feed", &self.0.feed, &other.0.feed),
        ];
        parts.into_iter().find_map(|(part, one, other)| {
            let longest = one.len().max(other.len());
            let place = (0..longest).find(|place| one.get(*place) != other.get(*place))?;
            let line = |lines: &Vec<String>| lines.get(place).map_or("(nothing)", String::as_str).to_owned();
            Some(format!("line {} of {longest} of {part}:\n  {}\n  {}", place + 1, line(one), line(other)))
        })
    }

    /// Of each part.
    pub fn digests(&self) -> Digests {
        self.0.digests()
    }
}

/// Runs a case with this seed of the random bytes, and checks everything that it expects.
pub fn run(case: &Case, setup: Setup, seed: u64) -> anyhow::Result<Transcript> {
    let checks_errors = setup == Setup::REFERENCE;
    let setup = if case.claims_coupons() { setup.between_calls() } else { setup };
    let world = World::open(setup, case.given.clock.unwrap_or(START), seed, &case.given.mark)?;
    let mut run = Run {
        world,
        checks_errors,
        typed: setup.typed,
        effects: setup.effects(),
        variables: Variables::default(),
        requests: 0,
        phones: 0,
        events: Vec::new(),
        position: "0".to_owned(),
        start: Mark::default(),
        mark: Mark::default(),
        lines: Vec::new(),
    };
    run.prepare(&case.given).context("given")?;
    run.start = run.seen()?.mark();
    run.mark = run.start;
    for (place, step) in case.steps.iter().enumerate() {
        run.step(step).with_context(|| format!("step {} of {}", place + 1, case.steps.len()))?;
    }
    if let Some(then) = &case.then {
        let mut mark = run.start;
        run.check(then, &mut mark).context("then")?;
    }
    run.check_ledger().context("what holds after every case")?;
    run.close()
}

/// Where seller and customers are, unless a case says otherwise: no case has a tax there.
const COUNTRY: &str = "NZ";

/// The seller, unless a case says otherwise.
const SELLER: [(&str, &str); 3] = [
    ("seller.legal-name", "Example Telecom Ltd"),
    ("seller.address-lines", "1 Example Road\nWellington 6011"),
    ("seller.country", COUNTRY),
];

/// Of each member who is there before a case.
const PASSWORD: &str = "Tr7-plovex-quin";

/// A change of a setting. A value that is not text stands for its JSON text.
fn setting(name: &str, value: &Value) -> Value {
    let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    json!({"name": name, "value": text})
}

/// Whether something that a case may leave out with `null` is to be filled in.
fn is_filled_in(key: &str, given: Option<&Value>) -> anyhow::Result<bool> {
    match given {
        None => Ok(true),
        Some(Value::Null) => Ok(false),
        Some(other) => bail!("`{key}` is null or left out, not {other}"),
    }
}

struct Run {
    world: World,
    /// Whether every error is checked to have changed nothing. Once a case is enough: all runs must leave the same entries.
    checks_errors: bool,
    typed: bool,
    effects: EffectDoor,
    variables: Variables,
    requests: u32,
    /// Of members that were given a phone.
    phones: u32,
    events: Vec<Value>,
    position: String,
    start: Mark,
    mark: Mark,
    lines: Vec<String>,
}

impl Run {
    fn prepare(&mut self, given: &Given) -> anyhow::Result<()> {
        let seller = is_filled_in("seller", given.seller.as_ref())?;
        let mut settings: Vec<Value> = given.policy.iter().map(|(name, value)| setting(name, value)).collect();
        if seller {
            settings.extend(SELLER.map(|(name, value)| setting(name, &value.into())));
        }
        if !settings.is_empty() {
            self.must("operator.change-settings", json!({"version": null, "settings": settings}))?;
        }
        for offer in &given.stock {
            self.world.stock.add(contract_json::from_value(offer).map_err(|error| anyhow::anyhow!("stock: {error}"))?);
        }
        let products = Value::Array(given.products.clone());
        for product in
            self.variables.fill(&products, false).map_err(anyhow::Error::msg)?.as_array().into_iter().flatten()
        {
            self.must("pricing.add-product", json!({"product": product}))?;
        }
        if !given.prices.is_empty() || !given.number_prices.is_empty() || !given.surcharges.is_empty() {
            let version = self.must("pricing.create-version", json!({}))?["number"].clone();
            if !given.prices.is_empty() {
                self.must("pricing.add-rows", json!({"version": version, "rows": given.prices}))?;
            }
            if !given.number_prices.is_empty() {
                let prices = json!({"rows": given.number_prices, "seat": null});
                self.must("pricing.set-number-prices", json!({"version": version, "prices": prices}))?;
            }
            if !given.surcharges.is_empty() {
                self.must("pricing.set-surcharges", json!({"version": version, "surcharges": given.surcharges}))?;
            }
            if !given.tiers.is_empty() {
                self.must("pricing.set-tiers", json!({"version": version, "tiers": given.tiers}))?;
            }
            self.must("pricing.publish-version", json!({"version": version, "starts-at": "0"}))?;
        }
        for (name, entries) in &given.lists {
            self.prepare_list(name, entries).with_context(|| format!("list `{name}`"))?;
        }
        for (name, account) in &given.accounts {
            self.prepare_account(name, account).with_context(|| format!("account `{name}`"))?;
        }
        Ok(())
    }

    fn prepare_list(&mut self, name: &str, entries: &[GivenEntry]) -> anyhow::Result<()> {
        let about =
            json!({"source": "the case", "edition": "", "dated": self.world.coinbox.now().to_string(), "licence": ""});
        let version = self.must("lists.begin", json!({"name": name, "about": about}))?["version"].clone();
        let entry = |entry: &GivenEntry| match entry {
            GivenEntry::Plain(entry) => json!({"entry": entry, "note": ""}),
            GivenEntry::Noted([entry, note]) => json!({"entry": entry, "note": note}),
        };
        let entries: Vec<Value> = entries.iter().map(entry).collect();
        self.must("lists.add", json!({"name": name, "version": version, "entries": entries}))?;
        self.must("lists.publish", json!({"name": name, "version": version}))?;
        Ok(())
    }

    fn prepare_account(&mut self, name: &str, given: &GivenAccount) -> anyhow::Result<()> {
        let account = json!({
            "account-type": given.account_type, "name": name, "email": format!("{name}@example.com"),
            "address": "", "city": "", "state": "", "timezone": "UTC", "currency": given.currency,
        });
        let created = self.must("accounts.create", json!({ "account": account }))?;
        let auth_id = self.keep(name, &created);
        if is_filled_in("billing", given.billing.as_ref())? {
            let change = json!({"legal-name": name, "address": "1 Main Street", "country": COUNTRY});
            self.must("invoices.set-billing", json!({"auth-id": auth_id, "change": change}))?;
        }
        for sub in &given.subaccounts {
            let created = self.must("subaccounts.create", json!({"parent": auth_id, "name": sub, "enabled": true}))?;
            self.keep(sub, &created);
        }
        for token in &given.cards {
            self.must("credits.add-card", json!({"auth-id": auth_id, "token": token, "make-default": false}))?;
        }
        if let Some(amount) = &given.credit {
            let adjustment = json!({"goodwill": {"amount": amount, "expires": null}});
            let args = json!({"auth-id": auth_id, "adjustment": adjustment, "reason": "opening credit"});
            self.must("credits.adjust", args)?;
        }
        if let Some(settings) = &given.auto_recharge {
            self.must("credits.set-auto-recharge", json!({"auth-id": auth_id, "settings": settings}))?;
        }
        for (member, role) in &given.members {
            ensure!(role == "owner", "`{member}`: only owners are made before a case");
            self.prepare_owner(name, member).with_context(|| format!("member `{member}`"))?;
        }
        Ok(())
    }

    /// An owner who has accepted his invitation and enrolled a phone, by the real flow.
    fn prepare_owner(&mut self, account: &str, member: &str) -> anyhow::Result<()> {
        let name = format!("{account}.{member}");
        let auth_id = self.variables.get(account).cloned().unwrap_or_default();
        let invited = self.must("members.invite-owner", json!({"auth-id": auth_id, "name": member}))?;
        let mails = self.world.mailer.messages();
        let link = mails.last().and_then(|mail| mail.secret_facts.first()).context("a link")?.value.clone();
        let start = json!({ "link": link });
        let half = self.weighed(
            (Some(&json!("nobody")), None),
            ("members.start-accept", start),
            None,
            Some(PASSWORD),
            ("members.finish-accept", json!({"name": null})),
        )?;
        let half = json!({"session": {"token": half["ok"]["token"]}});
        let phone = format!("1415555{:04}", 100 + self.phones);
        self.phones += 1;
        let args = json!({"purpose": "first-phone", "number": phone, "channel": "sms"});
        self.must_as("profile.send-code", args, &half)?;
        let code = self.world.telephony.codes().last().context("a code")?.code.clone();
        let confirmed = self.must_as("profile.confirm-phone", json!({ "code": code }), &half)?;
        let confirmed = &confirmed["confirmed"];
        self.variables.set(&format!("{name}.session"), confirmed["entered"]["token"].clone());
        self.variables.set(&format!("{name}.device"), confirmed["entered"]["device-token"].clone());
        for (place, code) in confirmed["recovery-codes"].as_array().into_iter().flatten().enumerate() {
            self.variables.set(&format!("{name}.recovery-{}", place + 1), code.clone());
        }
        self.variables.set(&name, json!(format!("{account}/{}", invited["number"])));
        self.variables.set(&format!("{name}.email"), invited["email"].clone());
        self.variables.set(&format!("{name}.phone"), json!(phone));
        self.variables.set(&format!("{name}.password"), json!(PASSWORD));
        Ok(())
    }

    /// The session of a member: the one that there is, or that of a new login.
    fn session_of(&mut self, name: &str) -> anyhow::Result<Value> {
        let known = self.variables.get(&format!("{name}.session")).cloned().unwrap_or_default();
        let who = json!({"session": {"token": known}});
        if self.call("profile.get", Map::new(), (Some(&who), None), None)?.get("ok").is_some() {
            return Ok(who);
        }
        let text = |of: &str| {
            self.variables.get(&format!("{name}.{of}")).and_then(Value::as_str).unwrap_or_default().to_owned()
        };
        let (email, password) = (text("email"), text("password"));
        let start = json!({"email": email, "device-token": null});
        let step = self.weighed(
            (Some(&json!("nobody")), None),
            ("login.start", start),
            Some(&password),
            None,
            ("login.finish", json!({})),
        )?;
        let half = json!({"session": {"token": step["ok"]["second-factor"]["token"]}});
        self.must_as("login.send-code", json!({"channel": "sms"}), &half)?;
        let code = self.world.telephony.codes().last().context("a code")?.code.clone();
        let checked = self.must_as("login.check", json!({"method": "phone", "code": code}), &half)?;
        let token = checked["entered"]["token"].clone();
        ensure!(token.is_string(), "{name} cannot log in: {checked}");
        self.variables.set(&format!("{name}.session"), token.clone());
        Ok(json!({"session": {"token": token}}))
    }

    /// A password that is counted, weighed and settled. The first call that answers an error is the last.
    fn weighed(
        &mut self,
        caller: (Option<&Value>, Option<&str>),
        (start, args): (&str, Value),
        old: Option<&str>,
        new: Option<&str>,
        (settle, settle_args): (&str, Value),
    ) -> anyhow::Result<Value> {
        let (Value::Object(mut args), Value::Object(mut settle_args)) = (args, settle_args) else {
            bail!("arguments are objects")
        };
        if let Some(old) = old {
            args.insert("old".to_owned(), json!(old));
        }
        let started = self.call(start, args, caller, None)?;
        let Some(ticket) = started.get("ok") else { return Ok(started) };
        let weigh = json!({"ticket": ticket, "old": old, "new": new}).as_object().cloned().unwrap_or_default();
        let weighed = self.call("passwords.weigh", weigh, (None, None), None)?;
        let Some(ticket) = weighed.get("ok") else { return Ok(weighed) };
        settle_args.insert("ticket".to_owned(), ticket.clone());
        self.call(settle, settle_args, caller, None)
    }

    fn password_step(&mut self, step: &PasswordStep) -> anyhow::Result<()> {
        let fill = |fields: &Map<String, Value>| self.variables.fill_fields(fields, false).map_err(anyhow::Error::msg);
        let (args, settle_args) = (fill(&step.args)?, fill(&step.settle_args)?);
        let text = |text: &Option<String>| {
            text.as_ref().map(|text| self.variables.fill_text(text).map_err(anyhow::Error::msg)).transpose()
        };
        let (old, new) = (text(&step.old)?, text(&step.new)?);
        let settle = step.settle.clone().unwrap_or_else(|| step.start.replace(".start", ".finish"));
        let answer = self.weighed(
            (step.caller.as_ref(), step.from.as_deref()),
            (&step.start, Value::Object(args)),
            old.as_deref(),
            new.as_deref(),
            (&settle, Value::Object(settle_args)),
        )?;
        self.lines.push(format!("{} -> {}", step.start, canonical(&answer)));
        self.compare(step.answer.as_ref(), &answer)
    }

    /// Compares an answer with its pattern; without one it is no error.
    fn compare(&mut self, pattern: Option<&Value>, answer: &Value) -> anyhow::Result<()> {
        let Some(pattern) = pattern else {
            ensure!(answer.get("err").is_none(), "answered {answer}");
            return Ok(());
        };
        let pattern = self.variables.fill(pattern, true).map_err(anyhow::Error::msg)?;
        matches(&pattern, answer, &mut self.variables)
            .map_err(|problem| anyhow::anyhow!("{problem}\n  answer: {answer}"))
    }

    fn totp_step(&mut self, step: &TotpStep) -> anyhow::Result<()> {
        let secret = self.variables.fill_text(&step.secret).map_err(anyhow::Error::msg)?;
        let at = self.world.coinbox.now() + step.ahead * 30_000;
        self.variables.set(&step.name, json!(totp::code(&secret, at)?));
        Ok(())
    }

    fn keep(&mut self, name: &str, created: &Value) -> Value {
        self.variables.set(name, created["auth-id"].clone());
        self.variables.set(&format!("{name}.token"), created["auth-token"].clone());
        created["auth-id"].clone()
    }

    fn step(&mut self, step: &Step) -> anyhow::Result<()> {
        match step {
            Step::Call(step) => return self.call_step(step).with_context(|| step.call.clone()),
            Step::Password(step) => self.password_step(step).with_context(|| step.start.clone())?,
            Step::Totp(step) => self.totp_step(step)?,
            Step::Advance(by) => {
                self.world.coinbox.advance_to(self.world.coinbox.now() + by)?;
            }
            Step::Clock(to) => {
                ensure!(*to >= self.world.coinbox.now(), "the clock shows {} already", self.world.coinbox.now());
                self.world.coinbox.advance_to(*to)?;
            }
            Step::Gateway(step) => self.gateway_step(step)?,
            Step::Mail(next) => {
                for word in next {
                    let ask_again = self.world.coinbox.now() + 60_000;
                    self.world.mailer.answer_next(match word.as_str() {
                        "sent" => MailOutcome::Sent,
                        "refused" => MailOutcome::Refused("no such mailbox".into()),
                        "not-sent" => MailOutcome::NotSent(NotSent { ask_again, cause: "down".to_owned() }),
                        other => match other.split_once(' ') {
                            Some(("full", address)) => {
                                let open =
                                    OpenRecipient { address: address.to_owned(), cause: "mailbox full".to_owned() };
                                MailOutcome::SentPartly(Partly { refused: Vec::new(), open: vec![open], ask_again })
                            }
                            _ => bail!("mail: `{other}` is none of sent, refused, not-sent, full ADDRESS"),
                        },
                    });
                }
            }
            Step::Telephony(stubborn) => self.world.telephony.set_stubborn(stubborn.iter().cloned()),
            Step::Inventory(step) => self.inventory_step(step)?,
            Step::Claims(next) => {
                for outcome in next {
                    let outcome = self.variables.fill(outcome, false).map_err(anyhow::Error::msg)?;
                    let outcome = contract_json::from_value(&outcome);
                    self.world.claims.answer_next(outcome.map_err(|error| anyhow::anyhow!("claims: {error}"))?);
                }
            }
            Step::Expect(expected) => {
                let mut mark = self.mark;
                self.check(expected, &mut mark)?;
                self.mark = mark;
                return Ok(());
            }
        }
        self.drain()
    }

    fn call_step(&mut self, step: &CallStep) -> anyhow::Result<()> {
        let args = self.variables.fill_fields(&step.args, false).map_err(anyhow::Error::msg)?;
        let before = if self.checks_errors { Some(self.stored()?) } else { None };
        let answer = self.call(&step.call, args, (step.caller.as_ref(), step.from.as_deref()), step.key.as_deref())?;
        self.lines.push(format!("{} -> {}", step.call, canonical(&answer)));
        if let Some(before) = before.filter(|_| answer.get("err").is_some()) {
            ensure!(before == self.stored()?, "answered {answer} and changed the store all the same");
        }
        self.compare(step.answer.as_ref(), &answer)?;
        if step.drain { self.drain() } else { Ok(()) }
    }

    fn gateway_step(&mut self, step: &GatewayStep) -> anyhow::Result<()> {
        for word in &step.next {
            self.world.gateway.disturb_money(fault(word)?);
        }
        for word in &step.look_ups {
            self.world.gateway.disturb_look_up(fault(word)?);
        }
        if let Some(down) = step.down {
            self.world.gateway.set_down(down);
        }
        if let Some(charge) = &step.charge {
            let text = |text: &str| self.variables.fill_text(text).map_err(anyhow::Error::msg);
            self.world.capabilities.payment.charge(ChargeRequest {
                key: text(&charge.key)?,
                auth_id: text(&charge.account)?,
                amount: charge.amount.parse().context("amount of the charge")?,
                currency: "USD".to_owned(),
                method: charge.method.clone(),
                customer_present: true,
                statement: "Coinbox".to_owned(),
                metadata: self.metadata(&charge.metadata)?,
            });
        }
        if let Some(refund) = &step.refund {
            let text = |text: &str| self.variables.fill_text(text).map_err(anyhow::Error::msg);
            let outcome = self.world.capabilities.payment.refund(RefundRequest {
                key: text(&refund.key)?,
                auth_id: text(&refund.account)?,
                charge_key: text(&refund.charge_key)?,
                amount: refund.amount.parse().context("amount of the refund")?,
                currency: "USD".to_owned(),
                metadata: self.metadata(&refund.metadata)?,
            });
            ensure!(matches!(outcome, payment_types::PaymentOutcome::Paid(_)), "the gateway answers {outcome:?}");
        }
        Ok(())
    }

    fn metadata(&self, values: &BTreeMap<String, String>) -> anyhow::Result<Vec<Fact>> {
        let fact = |(name, value): (&String, &String)| -> anyhow::Result<Fact> {
            let value = self.variables.fill_text(value).map_err(anyhow::Error::msg)?;
            Ok(Fact { name: name.clone(), value })
        };
        values.iter().map(fact).collect()
    }

    fn inventory_step(&mut self, step: &InventoryStep) -> anyhow::Result<()> {
        let stock = &self.world.stock;
        for word in &step.next {
            stock.disturb(stock_fault(word)?);
        }
        for word in &step.look_ups {
            stock.disturb_look_up(stock_fault(word)?);
        }
        if let Some(down) = step.down {
            stock.set_down(down);
        }
        step.take.iter().for_each(|number| stock.take(number));
        for offer in &step.add {
            stock.add(contract_json::from_value(offer).map_err(|error| anyhow::anyhow!("stock: {error}"))?);
        }
        let text = |text: &str| self.variables.fill_text(text).map_err(anyhow::Error::msg);
        if let Some(order) = &step.order {
            let offered = stock.offered(&order.number).context("a number of the stock")?;
            let outcome = stock.order(&OrderRequest {
                key: text(&order.key)?,
                number: order.number.clone(),
                country: offered.country,
                kind: offered.kind,
                auth_id: text(&order.account)?,
                metadata: self.metadata(&order.metadata)?,
            });
            ensure!(outcome == inventory_types::StockOutcome::Done, "the stock answers {outcome:?}");
        }
        if let Some(release) = &step.release {
            stock.release(&ReleaseRequest {
                key: text(&release.key)?,
                number: release.number.clone(),
                auth_id: text(&release.account)?,
                metadata: self.metadata(&release.metadata)?,
            });
        }
        Ok(())
    }

    /// A call as the operator that must succeed.
    fn must(&mut self, function: &str, args: Value) -> anyhow::Result<Value> {
        self.must_as(function, args, &json!("operator"))
    }

    /// A call that must succeed.
    fn must_as(&mut self, function: &str, args: Value, caller: &Value) -> anyhow::Result<Value> {
        let Value::Object(args) = args else { bail!("arguments are an object") };
        let mut answer = self.call(function, args, (Some(caller), None), None)?;
        ensure!(answer.get("ok").is_some(), "{function} answered {answer}");
        self.drain()?;
        Ok(answer["ok"].take())
    }

    fn call(
        &mut self,
        function: &str,
        mut args: Map<String, Value>,
        (caller, from): (Option<&Value>, Option<&str>),
        key: Option<&str>,
    ) -> anyhow::Result<Value> {
        if takes_caller(function) {
            self.requests += 1;
            let who = self.who(caller)?;
            let request = format!("request-{}", self.requests);
            let caller = json!({"who": who, "address": from, "request": request, "idempotency-key": key});
            args.insert("caller".to_owned(), caller);
        } else {
            ensure!(caller.is_none() && from.is_none() && key.is_none(), "`{function}` takes no caller");
        }
        let args = Value::Object(args);
        let is_for_jobs = matches!(function, "jobs.perform" | "jobs.next-request");
        if self.typed && !is_for_jobs {
            return Ok(typed_door::call(&self.world.coinbox, function, &args)?);
        }
        if self.world.runtime.class(function) == Some(Class::Effect) {
            let now = self.world.coinbox.now();
            if function == "jobs.perform" {
                let World { runtime, capabilities, claims, .. } = &self.world;
                let claims: Arc<dyn CouponClaims> = claims.clone();
                return Ok(coinbox_host::effects::perform(
                    self.effects,
                    &**runtime,
                    capabilities,
                    &claims,
                    || now,
                    &args["task"],
                )?);
            }
            let context = CallContext { class: Class::Effect, view: None, capabilities: &self.world.capabilities, now };
            return Ok(self.world.runtime.call(None, context, function, &args).answer?);
        }
        Ok(self.world.coinbox.call(function, &args)?)
    }

    /// Who a step calls as.
    fn who(&mut self, caller: Option<&Value>) -> anyhow::Result<Value> {
        let operator = json!("operator");
        Ok(match caller.unwrap_or(&operator) {
            Value::String(word) if word == "operator" => {
                let facts = self.world.coinbox.facts();
                let permissions: Vec<&String> =
                    facts.functions.iter().filter_map(|row| row.permission.as_ref()).collect();
                json!({"operator": {"name": "conformance", "permissions": permissions}})
            }
            Value::String(word) if word == "nobody" || word == "host" => json!(word),
            Value::String(text) => {
                let name = whole(text).with_context(|| format!("`as`: `{text}` is nobody"))?;
                if self.variables.get(&format!("{name}.session")).is_some() {
                    return self.session_of(name);
                }
                let token =
                    self.variables.get(&format!("{name}.token")).with_context(|| format!("`{name}` has no token"))?;
                json!({"token": {"auth-id": self.variables.get(name), "token": token}})
            }
            principal => self.variables.fill(principal, false).map_err(anyhow::Error::msg)?,
        })
    }

    fn drain(&mut self) -> anyhow::Result<()> {
        self.world.coinbox.drain()?;
        Ok(())
    }

    /// Reads on in the feed and looks around.
    fn seen(&mut self) -> anyhow::Result<Seen> {
        loop {
            let args = json!({"after": self.position, "limit": 1000});
            let answer = self.call("events.read", args.as_object().cloned().unwrap_or_default(), (None, None), None)?;
            let page = answer["ok"].as_array().cloned().with_context(|| format!("events.read answered {answer}"))?;
            let Some(last) = page.last() else { break };
            self.position = last["position"].as_str().unwrap_or_default().to_owned();
            self.events.extend(page.into_iter().map(effects::event));
        }
        Seen::by(&self.world, self.events.clone())
    }

    fn check(&mut self, expected: &Expectation, mark: &mut Mark) -> anyhow::Result<()> {
        let seen = self.seen()?;
        effects::check(expected, &seen, mark, &mut self.variables).map_err(anyhow::Error::msg)?;
        for (name, pattern) in &expected.balances {
            let auth_id = self.variables.get(name).with_context(|| format!("no account `{name}`"))?.clone();
            let found = self.must("credits.get-balance", json!({ "auth-id": auth_id }))?;
            let pattern = if pattern.is_object() { pattern.clone() } else { json!({ "balance": pattern }) };
            let pattern = self.variables.fill(&pattern, true).map_err(anyhow::Error::msg)?;
            matches_part(&pattern, &found, &mut self.variables)
                .map_err(|problem| anyhow::anyhow!("balance of {name}: {problem}"))?;
        }
        Ok(())
    }

    /// Every transaction sums to zero, and wallets and lots follow from all of them (CRD-1).
    fn check_ledger(&mut self) -> anyhow::Result<()> {
        let mut folds: BTreeMap<String, BTreeMap<&str, i64>> = BTreeMap::new();
        let mut after = Value::Null;
        loop {
            let page = self.must("operator.read-ledger", json!({"after": after, "limit": 500}))?;
            for transaction in page["transactions"].as_array().into_iter().flatten() {
                let mut sum = 0;
                for posting in transaction["postings"].as_array().into_iter().flatten() {
                    let amount: i64 = posting["amount"].as_str().unwrap_or_default().parse()?;
                    sum += amount;
                    let field = match posting["ledger-account"].as_str().unwrap_or_default() {
                        "liabilities:credits:trial" => "trial",
                        "liabilities:credits:promotional" => "promotional",
                        "liabilities:credits:cash" => "cash",
                        "assets:receivables" => "receivable",
                        _ => continue,
                    };
                    let owner = posting["owner"].as_str().context("a customer's ledger account has an owner")?;
                    *folds.entry(owner.to_owned()).or_default().entry(field).or_default() += amount;
                }
                ensure!(sum == 0, "a transaction sums to {sum}: {transaction}");
            }
            after = page["next"].clone();
            if after.is_null() {
                break;
            }
        }
        let folded: Vec<Value> = folds
            .into_iter()
            .map(|(auth_id, sums)| {
                let sum = |field: &str| sums.get(field).copied().unwrap_or_default().to_string();
                json!({"auth-id": auth_id, "trial": sum("trial"), "promotional": sum("promotional"), "cash": sum("cash"),
                    "receivable": sum("receivable")})
            })
            .collect();
        for some in folded.chunks(500) {
            let differences = self.must("operator.compare", json!({ "accounts": some }))?;
            ensure!(differences == json!([]), "does not follow from the ledger: {differences}");
        }
        Ok(())
    }

    fn stored(&self) -> anyhow::Result<Left> {
        stored(&*self.world.store)
    }

    fn close(mut self) -> anyhow::Result<Transcript> {
        let seen = self.seen()?;
        for values in
            [&seen.requests, &seen.movements, &seen.mails, &seen.codes, &seen.hang_ups, &seen.inventory, &seen.claims]
        {
            self.lines.extend(values.iter().map(canonical));
        }
        let left = Left { run: self.lines, ..stored(&*self.world.store)? };
        self.world.coinbox.stop()?;
        Ok(Transcript(left))
    }
}

fn stock_fault(word: &str) -> anyhow::Result<StockFault> {
    Ok(match word {
        "lost-before" => StockFault::LostBefore,
        "lost-after" => StockFault::LostAfter,
        "not-sent" => StockFault::NotSent,
        "late" => StockFault::Late,
        other => bail!("inventory: `{other}` is none of lost-before, lost-after, not-sent, late"),
    })
}

fn fault(word: &str) -> anyhow::Result<Fault> {
    Ok(match word {
        "lost-before" => Fault::LostBefore,
        "lost-after" => Fault::LostAfter,
        "not-sent" => Fault::NotSent,
        other => bail!("gateway: `{other}` is none of lost-before, lost-after, not-sent"),
    })
}

/// Text that is the same for equal values: the order of an object's keys does not count.
fn canonical(value: &Value) -> String {
    match value {
        Value::Object(fields) => {
            let fields: BTreeMap<&String, String> =
                fields.iter().map(|(name, value)| (name, canonical(value))).collect();
            let fields: Vec<String> = fields.iter().map(|(name, value)| format!("{}:{value}", json!(name))).collect();
            format!("{{{}}}", fields.join(","))
        }
        Value::Array(items) => format!("[{}]", items.iter().map(canonical).collect::<Vec<_>>().join(",")),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn case() -> Case {
        let text = json!({
            "title": "t", "requirements": ["CRD-1"],
            "given": {"accounts": {"acme": {"type": "developer"}}},
            "steps": [{"call": "credits.get-balance", "args": {"auth-id": "${acme}"}}],
        });
        Case::parse(&text.to_string()).expect("a case")
    }

    #[test]
    fn transcripts_are_the_same_for_the_same_seed_only() {
        let one = run(&case(), Setup::REFERENCE, 1).expect("a run");
        assert_eq!(one.difference(&run(&case(), Setup::REFERENCE, 1).expect("a run")), None);
        let other = run(&case(), Setup::REFERENCE, 2).expect("a run");
        assert!(one.difference(&other).is_some(), "another seed draws other IDs");
    }

    #[test]
    fn a_wrong_expectation_is_told_with_its_place() {
        let text = json!({
            "title": "t", "requirements": ["CRD-1"], "given": {"accounts": {"acme": {"type": "developer"}}}, "steps": [],
            "then": {"balances": {"acme": "10000001"}},
        });
        let case = Case::parse(&text.to_string()).expect("a case");
        let problem = run(&case, Setup::REFERENCE, 1).expect_err("10 dollars");
        assert!(format!("{problem:#}").contains("balance of acme"), "{problem:#}");
    }
}
