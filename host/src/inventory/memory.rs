//! A stock in memory: for hosts that only try things out, and for tests, which may disturb it.

use super::offers;
use crate::capability::{Clock, Instant, Inventory};
use crate::contract::inventory_types::{
    OfferFilter, OfferPage, OfferedNumber, OrderRequest, ReleaseRequest, StockMovement, StockOutcome, StockPage,
};
use crate::contract::types::{NotSent, Pending};
use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Most movements of one page.
const PAGE_MOVEMENTS_MAX: usize = 100;
/// When something that was not done is asked for again, at the earliest.
const ASK_AGAIN_MS: Instant = 60_000;

/// What happens to an order, a release or a question.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Fault {
    /// It never arrives: `unknown`.
    LostBefore,
    /// It is carried out and the answer is lost: `unknown`.
    LostAfter,
    /// It did not leave the host: `not-sent`, to be tried a minute later.
    NotSent,
    /// It is carried out, and the answer is `pending` for a minute; questions learn the outcome.
    Late,
}

/// One request to the stock.
#[derive(Clone, PartialEq, Debug)]
pub struct Request {
    /// `offer`, `order`, `release` or `find`.
    pub call: &'static str,
    /// When.
    pub at: Instant,
    /// The key, of an order, a release or a question.
    pub key: Option<String>,
    /// The number.
    pub number: Option<String>,
    /// The account.
    pub account: Option<String>,
    /// `done`, `not-available`, `pending`, `unknown`, `not-sent`; of `find` also `not-known`; of `offer` how many fit.
    pub answer: String,
}

/// A stock in memory.
pub struct MemoryInventory {
    clock: Arc<dyn Clock>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// By number; the second is the account that holds it.
    numbers: BTreeMap<String, (OfferedNumber, Option<String>)>,
    /// Final answers by key.
    known: BTreeMap<String, StockOutcome>,
    /// What was carried out, in order.
    carried_out: Vec<StockMovement>,
    faults: VecDeque<Fault>,
    look_up_faults: VecDeque<Fault>,
    down: bool,
    requests: Vec<Request>,
}

impl MemoryInventory {
    /// An empty stock.
    pub fn new(clock: Arc<dyn Clock>) -> MemoryInventory {
        MemoryInventory { clock, state: Mutex::default() }
    }

    /// Adds a number, or describes it anew.
    pub fn add(&self, offer: OfferedNumber) {
        let mut state = self.state();
        let holder = state.numbers.get(&offer.number).and_then(|(_, holder)| holder.clone());
        state.numbers.insert(offer.number.clone(), (offer, holder));
    }

    /// Gives a number to somebody else.
    pub fn take(&self, number: &str) {
        if let Some((_, holder)) = self.state().numbers.get_mut(number) {
            holder.get_or_insert_with(|| "somebody".to_owned());
        }
    }

    /// A number as it is described, whoever holds it.
    pub fn offered(&self, number: &str) -> Option<OfferedNumber> {
        self.state().numbers.get(number).map(|(offer, _)| offer.clone())
    }

    /// What happens to the next order or release.
    pub fn disturb(&self, fault: Fault) {
        self.state().faults.push_back(fault);
    }

    /// What happens to the next question.
    pub fn disturb_look_up(&self, fault: Fault) {
        self.state().look_up_faults.push_back(fault);
    }

    /// Whether the stock can be reached at all.
    pub fn set_down(&self, down: bool) {
        self.state().down = down;
    }

    /// All requests so far.
    pub fn requests(&self) -> Vec<Request> {
        self.state().requests.clone()
    }

    /// The numbers that an account holds, in order.
    pub fn held_by(&self, account: &str) -> Vec<String> {
        let state = self.state();
        let held = state.numbers.iter().filter(|(_, (_, holder))| holder.as_deref() == Some(account));
        held.map(|(number, _)| number.clone()).collect()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn not_sent(&self, cause: &str) -> StockOutcome {
        StockOutcome::NotSent(NotSent { ask_again: self.clock.now() + ASK_AGAIN_MS, cause: cause.to_owned() })
    }

    /// Carries out what a key stands for, once, unless something disturbs it.
    fn act(&self, movement: StockMovement, act: impl FnOnce(&mut State) -> StockOutcome) -> StockOutcome {
        let key = &movement.key.clone();
        let mut state = self.state();
        if state.down {
            return self.not_sent("the stock cannot be reached");
        }
        match state.faults.pop_front() {
            Some(Fault::LostBefore) => StockOutcome::Unknown("time-out".into()),
            Some(Fault::NotSent) => self.not_sent("not now"),
            disturbed => {
                let outcome = match state.known.get(key) {
                    Some(known) => known.clone(),
                    None => {
                        let outcome = act(&mut state);
                        if outcome == StockOutcome::Done {
                            state.carried_out.push(movement);
                        }
                        outcome
                    }
                };
                state.known.insert(key.to_owned(), outcome.clone());
                match disturbed {
                    Some(Fault::LostAfter) => StockOutcome::Unknown("time-out".into()),
                    Some(Fault::Late) => StockOutcome::Pending(Pending { ask_again: self.clock.now() + ASK_AGAIN_MS }),
                    _ => outcome,
                }
            }
        }
    }

    fn note(&self, call: &'static str, key: &str, number: Option<&str>, account: Option<&str>, answer: &str) {
        let request = Request {
            call,
            at: self.clock.now(),
            key: Some(key.to_owned()),
            number: number.map(str::to_owned),
            account: account.map(str::to_owned),
            answer: answer.to_owned(),
        };
        self.state().requests.push(request);
    }
}

/// A page of what was carried out since a moment. A cursor is how many were looked at before.
pub(super) fn listing(
    all: &[StockMovement],
    since: Instant,
    cursor: Option<&str>,
    complete_since: Instant,
) -> StockPage {
    let first = cursor.and_then(|cursor| cursor.parse::<usize>().ok()).unwrap_or(0);
    let mut places = (first..).zip(all.iter().skip(first)).filter(|(_, movement)| movement.at >= since);
    let movements: Vec<_> = places.by_ref().take(PAGE_MOVEMENTS_MAX).map(|(_, movement)| movement.clone()).collect();
    let next = places.next().map(|(place, _)| place.to_string());
    StockPage { movements, next, complete_since }
}

fn word(outcome: &StockOutcome) -> &'static str {
    match outcome {
        StockOutcome::Done => "done",
        StockOutcome::NotAvailable => "not-available",
        StockOutcome::Pending(_) => "pending",
        StockOutcome::Unknown(_) => "unknown",
        StockOutcome::NotSent(_) => "not-sent",
    }
}

impl Inventory for MemoryInventory {
    fn offer(&self, filter: &OfferFilter) -> Option<OfferPage> {
        let at = self.clock.now();
        let mut state = self.state();
        let free = state.numbers.values().filter(|(_, holder)| holder.is_none()).map(|(offer, _)| offer);
        let page = (!state.down).then(|| offers::page(free, filter));
        let answer = page.as_ref().map_or_else(|| "not-sent".to_owned(), |page| page.total.to_string());
        let request = Request { call: "offer", at, key: None, number: filter.number.clone(), account: None, answer };
        state.requests.push(request);
        page
    }

    fn order(&self, request: &OrderRequest) -> StockOutcome {
        let movement = StockMovement {
            key: request.key.clone(),
            release: false,
            number: request.number.clone(),
            auth_id: request.auth_id.clone(),
            at: self.clock.now(),
            done: true,
            metadata: request.metadata.clone(),
        };
        let outcome = self.act(movement, |state| match state.numbers.get_mut(&request.number) {
            Some((offer, holder))
                if holder.is_none() && offer.country == request.country && offer.kind == request.kind =>
            {
                *holder = Some(request.auth_id.clone());
                StockOutcome::Done
            }
            _ => StockOutcome::NotAvailable,
        });
        self.note("order", &request.key, Some(&request.number), Some(&request.auth_id), word(&outcome));
        outcome
    }

    fn release(&self, request: &ReleaseRequest) -> StockOutcome {
        let movement = StockMovement {
            key: request.key.clone(),
            release: true,
            number: request.number.clone(),
            auth_id: request.auth_id.clone(),
            at: self.clock.now(),
            done: true,
            metadata: request.metadata.clone(),
        };
        let outcome = self.act(movement, |state| {
            if let Some((_, holder)) = state.numbers.get_mut(&request.number)
                && holder.as_ref() == Some(&request.auth_id)
            {
                *holder = None;
            }
            StockOutcome::Done
        });
        self.note("release", &request.key, Some(&request.number), Some(&request.auth_id), word(&outcome));
        outcome
    }

    fn find(&self, key: &str) -> Option<StockOutcome> {
        let found = {
            let mut state = self.state();
            match (state.down, state.look_up_faults.pop_front()) {
                (true, _) => Some(self.not_sent("the stock cannot be reached")),
                (false, Some(Fault::Late)) => {
                    Some(StockOutcome::Pending(Pending { ask_again: self.clock.now() + ASK_AGAIN_MS }))
                }
                (false, Some(_)) => Some(self.not_sent("not now")),
                (false, None) => state.known.get(key).cloned(),
            }
        };
        self.note("find", key, None, None, found.as_ref().map_or("not-known", word));
        found
    }

    fn orders_since(&self, since: Instant, cursor: Option<&str>) -> Option<StockPage> {
        let state = self.state();
        if state.down {
            return None;
        }
        Some(listing(&state.carried_out, since, cursor, since))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::SimulatedClock;
    use crate::contract::inventory_types::NumberKind;

    fn stock() -> MemoryInventory {
        let stock = MemoryInventory::new(Arc::new(SimulatedClock::new(1_000_000)));
        stock.add(OfferedNumber {
            number: "14155550100".to_owned(),
            country: "US".to_owned(),
            calling_code: "1".to_owned(),
            kind: NumberKind::Local,
            region: String::new(),
            city: String::new(),
            voice: true,
            sms: true,
            mms: false,
        });
        stock
    }

    fn order(key: &str, account: &str) -> OrderRequest {
        OrderRequest {
            key: key.to_owned(),
            number: "14155550100".to_owned(),
            country: "US".to_owned(),
            kind: NumberKind::Local,
            auth_id: account.to_owned(),
            metadata: Vec::new(),
        }
    }

    fn release(key: &str, account: &str) -> ReleaseRequest {
        ReleaseRequest {
            key: key.to_owned(),
            number: "14155550100".to_owned(),
            auth_id: account.to_owned(),
            metadata: Vec::new(),
        }
    }

    #[test]
    fn a_number_is_given_once_and_the_same_key_gets_the_same_answer() {
        let stock = stock();
        assert_eq!(stock.order(&order("a", "MA1")), StockOutcome::Done);
        assert_eq!(stock.order(&order("b", "MA2")), StockOutcome::NotAvailable);
        assert_eq!(stock.order(&order("a", "MA1")), StockOutcome::Done);
        assert_eq!(stock.release(&release("c", "MA2")), StockOutcome::Done, "not theirs: nothing happens");
        assert_eq!(stock.held_by("MA1"), ["14155550100"]);
        assert_eq!(stock.release(&release("d", "MA1")), StockOutcome::Done);
        assert_eq!(stock.order(&order("b", "MA2")), StockOutcome::NotAvailable, "the key has its answer for ever");
        assert_eq!(stock.order(&order("e", "MA2")), StockOutcome::Done);
        assert_eq!(stock.release(&release("d", "MA1")), StockOutcome::Done);
        assert_eq!(stock.held_by("MA2"), ["14155550100"]);
    }

    #[test]
    fn what_was_priced_is_what_is_delivered() {
        let stock = stock();
        let other = OrderRequest { kind: NumberKind::TollFree, ..order("a", "MA1") };
        assert_eq!(stock.order(&other), StockOutcome::NotAvailable);
        let other = OrderRequest { country: "CA".to_owned(), ..order("b", "MA1") };
        assert_eq!(stock.order(&other), StockOutcome::NotAvailable);
    }

    #[test]
    fn disturbed_orders_can_be_asked_about() {
        let stock = stock();
        stock.disturb(Fault::LostBefore);
        assert!(matches!(stock.order(&order("a", "MA1")), StockOutcome::Unknown(_)));
        assert_eq!(stock.find("a"), None);
        stock.disturb(Fault::LostAfter);
        assert!(matches!(stock.order(&order("a", "MA1")), StockOutcome::Unknown(_)));
        stock.disturb_look_up(Fault::NotSent);
        assert!(matches!(stock.find("a"), Some(StockOutcome::NotSent(_))));
        assert_eq!(stock.find("a"), Some(StockOutcome::Done));
        stock.set_down(true);
        assert!(matches!(stock.find("a"), Some(StockOutcome::NotSent(_))));
        let filter = OfferFilter {
            number: None,
            country: None,
            kind: None,
            pattern: None,
            region: None,
            city: None,
            voice: false,
            sms: false,
            mms: false,
            offset: 0,
            limit: 1,
        };
        assert_eq!(stock.offer(&filter), None);
        let words: Vec<String> = stock.requests().into_iter().map(|request| request.answer).collect();
        assert_eq!(words, ["unknown", "not-known", "unknown", "not-sent", "done", "not-sent", "not-sent"]);
    }
}
