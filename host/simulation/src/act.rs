//! What customers and operators do to an account in a simulation.

use super::model::{Card, CardState, ChargeState, Coupon, LotKind, Settings, Standing, Try};
use super::operation::Operation;
use super::run::Simulation;
use anyhow::{Result, ensure};
use serde_json::json;

impl Simulation {
    /// A suspended account makes nothing new (ACC-8), a trial only so much (ACC-6).
    fn make_subaccount(&mut self, place: usize) -> Result<()> {
        let account = &self.model.accounts[place];
        let room = !account.trial || account.subaccounts < self.model.policy.trial_subaccounts;
        let expected = room && !account.is_barred();
        let arguments = json!({"parent": account.id, "name": "sub", "enabled": true});
        if let Some(created) = self.command("subaccounts.create", arguments, expected)? {
            self.model.accounts[place].subaccounts += 1;
            self.model.usage.sources.push((super::values::text(&created["auth-id"])?, place));
        }
        Ok(())
    }

    pub(super) fn apply_to_account(&mut self, operation: &Operation) -> Result<()> {
        let Some(nth) = operation.account() else { return Ok(()) };
        let Some(place) = self.account(nth) else { return Ok(()) };
        let (now, policy) = (self.world.now(), self.model.policy.clone());
        let id = self.model.accounts[place].id.clone();
        let account = &self.model.accounts[place];
        match operation {
            Operation::Subaccount { .. } => self.make_subaccount(place)?,
            Operation::Goodwill { amount, lasts, .. } => {
                let expires = lasts.map(|lasts| now + lasts);
                let given =
                    json!({"goodwill": {"amount": amount.to_string(), "expires": expires.map(|at| at.to_string())}});
                let arguments = json!({"auth-id": id, "adjustment": given, "reason": "simulation"});
                let moment = expires.unwrap_or(i64::MAX);
                if self.command("credits.adjust", arguments, true)?.is_some() {
                    self.model.accounts[place].give(LotKind::Promotional, *amount, moment, "goodwill", now, &policy);
                }
            }
            Operation::Debit { amount, .. } => {
                let taken = json!({"debit": {"amount": amount.to_string()}});
                let arguments = json!({"auth-id": id, "adjustment": taken, "reason": "simulation"});
                let expected = !account.is_over(now);
                if self.command("credits.adjust", arguments, expected)?.is_some() {
                    self.model.accounts[place].debit(*amount, now, &policy);
                }
            }
            Operation::Correction { nth, amount, .. } => {
                let paid = account.recharge.in_state(ChargeState::Paid);
                let Some(charge) = super::values::nth(&paid, *nth) else { return Ok(()) };
                let expected = account.can_correct(charge, *amount) && !account.is_over(now);
                let given = json!({"correction": {"amount": amount.to_string(), "charge": charge}});
                let arguments = json!({"auth-id": id, "adjustment": given, "reason": "simulation"});
                if self.command("credits.adjust", arguments, expected)?.is_some() {
                    self.model.accounts[place].correct(charge, *amount, now, &policy);
                }
            }
            Operation::AddCard { token, default, .. } => {
                let expected = account.cards.len() < 10;
                // A token of its own: the gateway forgets removed ones for good.
                let token = format!("{token}-{place}x{}s{}", account.last_card + 1, self.step);
                let arguments = json!({"auth-id": id, "token": token, "make-default": default});
                if self.command("credits.add-card", arguments, expected)?.is_some() {
                    let account = &mut self.model.accounts[place];
                    account.last_card += 1;
                    let number = account.last_card;
                    account.cards.push(Card {
                        number,
                        token,
                        state: CardState::Checking,
                        wanted: *default,
                        added: now,
                        forgotten: false,
                    });
                }
            }
            Operation::DefaultCard { card, .. } => {
                let known = account.cards.iter().find(|known| known.number == *card);
                let expected = known.is_some_and(|known| known.state != CardState::Unknown);
                let changes = account.default != Some(*card);
                let arguments = json!({"auth-id": id, "card": format!("card-{card}")});
                if self.command("credits.set-default-card", arguments, expected)?.is_some() && changes {
                    self.model.accounts[place].make_default(*card, now, &policy);
                }
            }
            Operation::RemoveCard { card, .. } => {
                let expected = account.cards.iter().any(|known| known.number == *card);
                let arguments = json!({"auth-id": id, "card": format!("card-{card}")});
                if self.command("credits.remove-card", arguments, expected)?.is_some() {
                    self.model.accounts[place].remove_card(*card);
                }
            }
            Operation::Recharge { amount, card, .. } => {
                let expected = account.may_be_charged(*amount, &policy) && account.unusable(*card).is_none();
                let name = card.map(|card| format!("card-{card}"));
                let arguments = json!({"auth-id": id, "amount": amount.to_string(), "card": name});
                if let Some(started) = self.command("credits.recharge", arguments, expected)? {
                    let account = &mut self.model.accounts[place];
                    let card = card.or(account.default).unwrap_or(0);
                    let number = account.charge_by_hand(*amount, card, now);
                    ensure!(
                        started["name"] == json!(number.to_string()),
                        "the model counts charge {number}, not {started}"
                    );
                }
            }
            Operation::GiveUp { nth, .. } => {
                let open = account.recharge.in_state(ChargeState::Open);
                let Some(charge) = super::values::nth(&open, *nth) else { return Ok(()) };
                self.command("credits.give-up", json!({"auth-id": id, "charge": charge}), true)?;
                if let Some(charge) = self.model.accounts[place].recharge.charges.get_mut(&charge) {
                    charge.given_up = true;
                }
            }
            Operation::PayOwed { card, .. } => {
                let expected = account.may_settle(*card);
                let name = card.map(|card| format!("card-{card}"));
                let arguments = json!({"auth-id": id, "card": name});
                if let Some(started) = self.command("credits.settle", arguments, expected)? {
                    let account = &mut self.model.accounts[place];
                    let card = card.or(account.default).unwrap_or(0);
                    let number = account.settle_debt(card, now);
                    ensure!(
                        started["name"] == json!(number.to_string()),
                        "the model counts charge {number}, not {started}"
                    );
                }
            }
            Operation::CreditNote { nth, amount, .. } => {
                let Some((number, left)) = super::values::nth(&account.creditable(), *nth) else { return Ok(()) };
                let given = amount.unwrap_or(left);
                let expected = given > 0 && given <= left && !account.is_over(now);
                let amount = amount.map(|amount| amount.to_string());
                let arguments = json!({"auth-id": id, "invoice": number, "amount": amount, "reason": "simulation"});
                if self.command("invoices.issue-credit-note", arguments, expected)?.is_some() {
                    self.model.accounts[place].credit_note(&number, given, now, &policy);
                }
            }
            Operation::WriteOff { .. } => {
                let expected = account.balance() < 0;
                let arguments = json!({"auth-id": id, "reason": "simulation"});
                if self.command("credits.write-off", arguments, expected)?.is_some() {
                    self.model.accounts[place].write_off(now, &policy);
                }
            }
            Operation::AutoRecharge { enabled, below, amount, caps, .. } => {
                let settings = Settings { enabled: *enabled, below: *below, amount: *amount, caps: *caps };
                let expected = account.may_save(&settings, &policy);
                let cap = |cap: Option<i64>| cap.map(|cap| cap.to_string());
                let periods = ["day", "week", "month"].into_iter().zip(caps);
                let removed: Vec<&str> = periods.filter(|(_, cap)| cap.is_none()).map(|(period, _)| period).collect();
                let shown = json!({
                    "enabled": enabled, "balance-amount": below.to_string(), "recharge-amount": amount.to_string(),
                    "caps": {"day": cap(caps[0]), "week": cap(caps[1]), "month": cap(caps[2]), "removed": removed},
                });
                let arguments = json!({"auth-id": id, "settings": shown});
                if self.command("credits.set-auto-recharge", arguments, expected)?.is_some() {
                    self.model.accounts[place].save(settings, now, &policy);
                }
            }
            Operation::Alerts { thresholds, .. } => {
                let texts: Vec<String> = thresholds.iter().map(i64::to_string).collect();
                let arguments = json!({"auth-id": id, "thresholds": texts, "recipients": ["billing@example.com"]});
                if self.command("credits.set-alerts", arguments, true)?.is_some() {
                    self.model.accounts[place].set_alerts(thresholds, now, &policy);
                }
            }
            Operation::Chargeback { nth, amount, .. } => {
                let charges: Vec<u32> = account.recharge.charges.keys().copied().collect();
                let Some(charge) = super::values::nth(&charges, *nth) else { return Ok(()) };
                let left = account.left_of(charge);
                let taken = amount.unwrap_or(left);
                let expected = taken > 0 && taken <= left;
                let amount = amount.map(|amount| amount.to_string());
                let reference = format!("case {}", self.step);
                let arguments = json!({"auth-id": id, "charge": charge, "amount": amount, "reference": reference});
                if self.command("credits.record-chargeback", arguments, expected)?.is_some() {
                    self.model.accounts[place].charge_back(charge, taken, now, &policy);
                }
            }
            Operation::Billing { limit, .. } => {
                let expected = account.may_bill(*limit);
                let billing = limit.map_or_else(|| json!("prepaid"), |limit| json!({"postpaid": limit.to_string()}));
                let arguments = json!({"auth-id": id, "billing": billing});
                if self.command("operator.set-billing", arguments, expected)?.is_some() {
                    self.model.accounts[place].bill(*limit, now, &policy);
                }
            }
            Operation::Suspend { reason, .. } => {
                let standing = reason.map_or(Standing::Active, Standing::Suspended);
                let arguments = json!({"auth-id": id, "standing": standing.json(), "details": ""});
                let expected = !account.is_leaving();
                if self.command("accounts.set-standing", arguments, expected)?.is_some() {
                    self.model.accounts[place].stand(standing, now, &policy);
                }
            }
            Operation::Cycle { quarterly, .. } => {
                let months = if *quarterly { 3 } else { 1 };
                let arguments = json!({"auth-id": id, "months": months});
                if self.command("invoices.set-cycle", arguments, true)?.is_some() {
                    self.model.accounts[place].set_cycle(*quarterly);
                }
            }
            Operation::Address { country, tax_id, .. } => {
                let number = match (tax_id, *country) {
                    (false, _) => "",
                    (true, "DE") => "DE136695976",
                    (true, _) => "12-3456789",
                };
                let change = json!({"country": country, "tax-id": number});
                let arguments = json!({"auth-id": id, "change": change});
                if self.command("invoices.set-billing", arguments, true)?.is_some() {
                    self.model.accounts[place].move_to(country, *tax_id);
                }
            }
            Operation::Seats { paid, .. } => {
                // The owner has a seat.
                let expected = *paid >= 1;
                if self.command("invoices.set-seats", json!({"auth-id": id, "paid": paid}), expected)?.is_some() {
                    self.model.accounts[place].set_seats(*paid);
                }
            }
            Operation::Limit { maximum, .. } => {
                let expected = maximum.is_none_or(|maximum| maximum >= policy.minimum);
                let change = json!({"name": "maximum-recharge", "value": maximum.map(coinbox_host::text::amount)});
                let arguments = json!({"auth-id": id, "version": null, "settings": [change]});
                if self.command("operator.change-account-settings", arguments, expected)?.is_some() {
                    let account = &mut self.model.accounts[place];
                    account.maximum = *maximum;
                    account.judge_anew(now, &policy);
                }
            }
            _ => {}
        }
        Ok(())
    }

    pub(super) fn make_coupon(&mut self, coupon: Coupon) -> Result<()> {
        let validity = coupon.lasts.map_or_else(|| json!("unlimited"), |lasts| json!({"lasting": lasts.to_string()}));
        let shown = json!({"code": coupon.code, "amount": coupon.amount.to_string(), "redeem-by": coupon.redeem_by.to_string(),
            "validity": validity, "uses": coupon.uses, "uses-per-account": coupon.uses_of_one, "note": ""});
        self.command("coupons.create", json!({"coupon": shown}), true)?;
        self.model.coupons.all.push(coupon);
        Ok(())
    }

    pub(super) fn redeem(&mut self, account: usize, nth: usize, wrong: bool) -> Result<()> {
        let Some(place) = self.account(account) else { return Ok(()) };
        let (now, policy) = (self.world.now(), self.model.policy.clone());
        if self.model.accounts[place].is_leaving() {
            let arguments = json!({"auth-id": self.model.accounts[place].id, "code": "NO-SUCH-CODE"});
            return self.command("coupons.redeem", arguments, false).map(drop);
        }
        let count = self.model.coupons.all.len();
        let coupon = (count > 0 && !wrong).then(|| nth % count);
        let code =
            coupon.map_or_else(|| "NO-SUCH-CODE".to_owned(), |number| self.model.coupons.all[number].code.clone());
        let expected = self.model.coupons.redeem(place, coupon, now);
        let arguments = json!({"auth-id": self.model.accounts[place].id, "code": code});
        let answer = self.command("coupons.redeem", arguments, expected != Try::TooOften)?;
        match expected {
            Try::Redeemed(amount, expires) => {
                let given = answer.as_ref().map(|answer| &answer["redeemed"]["amount"]);
                ensure!(given == Some(&json!(amount.to_string())), "the model redeems {amount}, the rules {answer:?}");
                self.model.accounts[place].redeem(amount, expires, now, &policy);
            }
            Try::Declined(word) => {
                ensure!(answer == Some(json!({"declined": word})), "the model declines ({word}), the rules {answer:?}");
            }
            Try::TooOften => {}
        }
        Ok(())
    }
}
