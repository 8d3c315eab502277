//! Reservations of the model: what is held, for how long, and what settling it comes to (USE-3, R1, R12, R16).

use super::account::Account;
use super::policy::Policy;
use super::prices::Prices;
use super::records::holds::{End, Hold, Wanted, out_of_credit};
use super::told::{Event, Occasion};
use super::usage::{Reported, Usage};
use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};

/// How long a reservation waits for its settlement behind its reserved time: the default of the requirements.
const WAITS: i64 = 3_600_000;

impl Account {
    /// What a reservation must be answered. `None` stands for the refusal of a number without price, whose words are not foretold.
    pub fn reserve(&mut self, wanted: &Wanted, percent: Option<i64>, now: i64, policy: &Policy) -> Option<Value> {
        if let Some(open) = self.holds.open.get(&wanted.name) {
            return Some(if open.wanted == *wanted { self.shown(&wanted.name) } else { json!("conflicting") });
        }
        if self.holds.ended(&wanted.name, now).is_some() {
            return Some(json!("over"));
        }
        if let Some(refusal) = self.hindrance(&wanted.source) {
            return Some(json!({"refused": refusal}));
        }
        let amount = wanted.price(percent)?;
        if let Some(refusal) = out_of_credit(self.available(), amount) {
            return Some(json!({"refused": refusal}));
        }
        let until = now + wanted.lasts;
        let hold = Hold {
            wanted: wanted.clone(),
            quote: wanted.quote(percent),
            amount,
            begun: now,
            until,
            expires: until + WAITS,
        };
        self.holds.open.insert(wanted.name.clone(), hold);
        let shown = self.shown(&wanted.name);
        self.judge(now, policy, Occasion::Other);
        Some(shown)
    }

    fn shown(&self, name: &str) -> Value {
        let hold = &self.holds.open[name];
        json!({"reserved": {"auth-id": hold.wanted.source, "name": name, "kind": if hold.wanted.call { "call" } else { "message" },
            "amount": hold.amount.to_string(), "begun": hold.begun.to_string(), "until": hold.until.to_string(),
            "expires": hold.expires.to_string()}})
    }

    /// What an extension must be answered; of an ending only why.
    pub fn extend(
        &mut self,
        wanted: &Wanted,
        (prices, payer): (&Prices, usize),
        now: i64,
        policy: &Policy,
    ) -> Option<Value> {
        let available = self.available();
        let hindrance = self.hindrance(&wanted.source);
        let ended = self.holds.ended(&wanted.name, now).is_some();
        let Some(hold) = self.holds.open.get_mut(&wanted.name) else {
            return Some(json!(if ended { "over" } else { "unknown" }));
        };
        let call = hold.wanted.call;
        let refusal = if hindrance.is_some() {
            hindrance
        } else {
            // Of what was quoted for this number before, otherwise of what was in force when it began.
            let number = wanted.rated.as_ref().map(|(number, _)| number);
            let before = hold.quote.as_ref().filter(|(quoted, _)| Some(quoted) == number).map(|(_, percent)| *percent);
            let percent = before.or_else(|| prices.percent(payer, hold.begun));
            let Some(total) = wanted.price(percent) else {
                self.holds.refused |= call;
                return None;
            };
            let more = (total - hold.amount).max(0);
            if more > available.max(0) {
                Some(json!({"out-of-credit": (more - available).to_string()}))
            } else {
                hold.amount += more;
                hold.quote = hold.quote.take().or(wanted.quote(percent));
                hold.until = hold.until.max(hold.begun + wanted.lasts);
                hold.expires = hold.expires.max(hold.until + WAITS);
                None
            }
        };
        if let Some(refusal) = refusal {
            self.holds.refused |= call;
            return Some(json!({"ending": refusal}));
        }
        let shown = self.shown(&wanted.name);
        self.judge(now, policy, Occasion::Other);
        Some(shown)
    }

    /// What giving a reservation back must be answered.
    pub fn release(&mut self, name: &str, now: i64, policy: &Policy) -> Value {
        if self.holds.open.contains_key(name) {
            let amount = self.holds.end(name, End::Released, now, policy);
            self.judge(now, policy, Occasion::Other);
            return json!({"released": amount.to_string()});
        }
        json!(if self.holds.ended(name, now).is_some() { "over" } else { "unknown" })
    }

    /// What a settlement must be answered. What is rated is spent.
    pub fn settle(&mut self, name: &str, event: &Reported, usage: &mut Usage, now: i64, policy: &Policy) -> Value {
        let was = match (self.holds.open.contains_key(name), self.holds.ended(name, now)) {
            (true, _) => "open",
            (_, None) => "unknown",
            (_, Some(End::Expired)) => "expired",
            (_, Some(End::Released)) => "released",
            // A repeat changes nothing, and is not remembered for longer either.
            (_, Some(End::Settled(first))) if first == event => return usage.report(event, now, policy).0,
            (_, Some(End::Settled(_))) => {
                usage.reject(event, "conflict", now);
                return json!("conflicting");
            }
        };
        let quoted = self.holds.quoted(name, now, event);
        let (answer, paid) = usage.report_quoted(event, quoted, now, policy);
        if paid.is_none() && answer != "duplicate" {
            return answer;
        }
        let released = self.holds.end(name, End::Settled(event.clone()), now, policy);
        let settled = paid.map(|(_, amount)| {
            self.spend(amount, now);
            json!({"settled": {"amount": amount.to_string(), "released": released.to_string(), "was": was}})
        });
        self.judge(now, policy, Occasion::Other);
        settled.unwrap_or(answer)
    }

    /// The feed tells that reservations have expired.
    pub(super) fn follow_expiry(&mut self, event: Event<'_>, policy: &Policy) -> Result<()> {
        let at = event.at();
        let over: Vec<String> =
            self.holds.open.iter().filter(|(_, hold)| hold.expires <= at).map(|(name, _)| name.clone()).collect();
        let mut amount = 0;
        for name in &over {
            amount += self.holds.end(name, End::Expired, at, policy);
        }
        let told = (event.number("count"), event.amount("amount"), event.amount("available"));
        let expected = (u32::try_from(over.len()).ok(), Some(amount), Some(self.available()));
        ensure!(told == expected, "the model lets {over:?} expire: {expected:?}");
        self.judge(at, policy, Occasion::Other);
        Ok(())
    }

    /// The feed tells that calls were ended (CRD-10, R48): there must be a reason.
    pub(super) fn follow_ended_calls(&self, event: Event<'_>) -> Result<()> {
        let justified = match event.word("cause") {
            Some("extension-refused") => self.holds.refused,
            _ => self.left() <= 0 || self.is_barred(),
        };
        ensure!(justified, "calls were ended at a balance of {}", self.balance());
        Ok(())
    }

    /// The feed tells that an extension was refused.
    pub(super) fn follow_refused_extension(&self, event: Event<'_>) -> Result<()> {
        let name = event.word("call").context("a call has a name")?;
        let open = self.holds.open.get(name).with_context(|| format!("{name} is not reserved"))?;
        ensure!(open.wanted.call && self.holds.refused, "{name} was not refused anything");
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_held_is_held_once() {
        let policy = Policy::default();
        let mut account = Account::open("MA".to_owned(), true, 0, &policy);
        let wanted = |name: &str, amount| Wanted {
            source: "MA".to_owned(),
            name: name.to_owned(),
            call: true,
            rated: None,
            amount,
            lasts: 1000,
        };
        let first = account.reserve(&wanted("a", 9_000_000), None, 0, &policy);
        assert_eq!(first.expect("an answer")["reserved"]["expires"], "3601000");
        assert_eq!(account.available(), 1_000_000);
        // Again changes nothing, another content is a conflict, and what is left does not cover more than itself.
        account.reserve(&wanted("a", 9_000_000), None, 5, &policy);
        assert_eq!(account.available(), 1_000_000);
        assert_eq!(account.reserve(&wanted("a", 1), None, 5, &policy), Some(json!("conflicting")));
        let refused = json!({"refused": {"out-of-credit": "1"}});
        assert_eq!(account.reserve(&wanted("b", 1_000_001), None, 5, &policy), Some(refused));
        assert_eq!(account.release("a", 5, &policy), json!({"released": "9000000"}));
        assert_eq!((account.available(), account.release("a", 5, &policy)), (10_000_000, json!("over")));
        // The name is free again when no event of the time before is accepted any more.
        let free = 5 + policy.window + policy.ahead;
        assert_eq!(account.release("a", free, &policy), json!("unknown"));
    }
}
