//! Places for requests: all senders share them, and one sender may hold only some of them (sec-01).
//!
//! A request holds a **place** while the server works for it, and never while it waits for its sender. A request whose body comes slowly gives its
//! place back, and asks for one again once the body is complete. Customers cannot take the operator's places. The sender of a request is counted
//! from the first byte of the request to the last byte of the answer: by its address until the account is known, then by the account. So a slow
//! sender costs only its own account.

use super::answer::Failure;
use std::collections::HashMap;
use std::fmt;
use std::hash::Hash;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// How many there are.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Numbers {
    /// Requests that are worked on at once, whoever sent them.
    pub common: usize,
    /// The same, of operators only, beyond the common ones.
    pub operators: usize,
    /// Requests of one account under way at once, from the first byte to the last of the answer.
    pub account: usize,
    /// Requests of one address under way at once whose account is not known yet.
    pub address: usize,
    /// How long a request whose body is complete waits for a place.
    pub patience: Duration,
}

/// Who a request is counted against.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Sender {
    Account(String),
    Address(IpAddr),
}

/// All places, and who holds how many requests.
pub(crate) struct Places {
    numbers: Numbers,
    common: Arc<Semaphore>,
    operators: Arc<Semaphore>,
    under_way: Arc<Mutex<HashMap<Sender, usize>>>,
    refused_at: Mutex<Option<Instant>>,
}

/// The address that a sender is counted by. Whoever has one address of IPv6 has 2⁶⁴ of them: there it is the network.
pub(crate) fn counted(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(address) => IpAddr::V4(address),
        IpAddr::V6(address) => IpAddr::V6(Ipv6Addr::from_bits(address.to_bits() & NETWORK)),
    }
}

/// The first 64 bits of an address of IPv6.
const NETWORK: u128 = u128::MAX << 64;

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Places {
    /// All free.
    pub(crate) fn new(numbers: Numbers) -> Arc<Places> {
        Arc::new(Places {
            numbers,
            common: Arc::new(Semaphore::new(numbers.common)),
            operators: Arc::new(Semaphore::new(numbers.operators)),
            under_way: Arc::default(),
            refused_at: Mutex::default(),
        })
    }

    /// A request begins. Without a place it is told to come again.
    pub(crate) fn enter(self: &Arc<Self>, operator: bool, address: Option<IpAddr>) -> Result<Ticket, Failure> {
        let counted = match address.filter(|_| !operator) {
            None => None,
            Some(address) => Some(self.count(Sender::Address(counted(address)), self.numbers.address)?),
        };
        let Some(place) = self.free(operator) else { return Err(self.none_free()) };
        let held = Held { place: Some(place), counted };
        Ok(Ticket(Some(Arc::new(Inner { places: self.clone(), operator, held: Mutex::new(held) }))))
    }

    /// Why the server cannot take requests just now, as far as places go: one was refused, and there is no free place since.
    pub(crate) fn full(&self) -> Option<String> {
        let mut refused_at = locked(&self.refused_at);
        if self.common.available_permits() > 0 {
            *refused_at = None;
        }
        refused_at.map(|at| {
            let seconds = at.elapsed().as_secs();
            format!("all {} places for requests are taken, the first was refused {seconds} s ago", self.numbers.common)
        })
    }

    fn free(&self, operator: bool) -> Option<OwnedSemaphorePermit> {
        let own = if operator { self.operators.clone().try_acquire_owned().ok() } else { None };
        let place = own.or_else(|| self.common.clone().try_acquire_owned().ok())?;
        if self.common.available_permits() > 0 {
            *locked(&self.refused_at) = None;
        }
        Some(place)
    }

    fn none_free(&self) -> Failure {
        locked(&self.refused_at).get_or_insert_with(Instant::now);
        Failure::unavailable("too many requests are under way, try again", 1)
    }

    fn count(&self, sender: Sender, most: usize) -> Result<Counted, Failure> {
        let mut under_way = locked(&self.under_way);
        let number = under_way.entry(sender.clone()).or_insert(0);
        if *number >= most {
            return Err(Failure::too_many_at_once(most));
        }
        *number += 1;
        Ok(Counted { sender, under_way: self.under_way.clone() })
    }
}

/// One request that is counted against its sender, until it is dropped.
struct Counted {
    sender: Sender,
    under_way: Arc<Mutex<HashMap<Sender, usize>>>,
}

impl Drop for Counted {
    fn drop(&mut self) {
        let mut under_way = locked(&self.under_way);
        if let Some(number) = under_way.get_mut(&self.sender) {
            *number -= 1;
            // Only who has something under way is remembered, so the memory is bounded by the connections.
            if *number == 0 {
                under_way.remove(&self.sender);
            }
        }
    }
}

struct Held {
    place: Option<OwnedSemaphorePermit>,
    counted: Option<Counted>,
}

struct Inner {
    places: Arc<Places>,
    operator: bool,
    held: Mutex<Held>,
}

/// What one request holds; the last copy that is dropped gives it back. An empty one holds and asks for nothing.
#[derive(Clone, Default)]
pub struct Ticket(Option<Arc<Inner>>);

impl fmt::Debug for Ticket {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(if self.0.is_some() { "Ticket" } else { "Ticket (none)" })
    }
}

impl Ticket {
    /// From here on the request is counted against this main account and no longer against its address, also where the account's share is used
    /// up: the others of an address do not pay for refusals that an account does not read.
    pub fn belongs_to(&self, account: &str) -> Result<(), Failure> {
        let Some(inner) = &self.0 else { return Ok(()) };
        let mut held = locked(&inner.held);
        held.counted = None;
        held.counted = Some(inner.places.count(Sender::Account(account.to_owned()), inner.places.numbers.account)?);
        Ok(())
    }

    /// Waits for the sender without holding a place, then takes one again.
    pub async fn without_place<T>(&self, waiting: impl Future<Output = T>) -> Result<T, Failure> {
        self.leave_place();
        let done = waiting.await;
        self.take_place().await?;
        Ok(done)
    }

    /// The work is done; the sender stays counted until it has read its answer.
    pub fn leave_place(&self) {
        if let Some(inner) = &self.0 {
            locked(&inner.held).place = None;
        }
    }

    async fn take_place(&self) -> Result<(), Failure> {
        let Some(inner) = &self.0 else { return Ok(()) };
        let place = match inner.places.free(inner.operator) {
            Some(place) => place,
            // The body is here: a moment's wait is better than sending it all again.
            None => {
                match tokio::time::timeout(inner.places.numbers.patience, inner.places.common.clone().acquire_owned())
                    .await
                {
                    Ok(Ok(place)) => place,
                    Ok(Err(_)) | Err(_) => return Err(inner.places.none_free()),
                }
            }
        };
        locked(&inner.held).place = Some(place);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NUMBERS: Numbers = Numbers { common: 2, operators: 1, account: 3, address: 4, patience: Duration::ZERO };
    const HERE: Option<IpAddr> = Some(IpAddr::V4(std::net::Ipv4Addr::LOCALHOST));

    fn status<T>(result: Result<T, Failure>) -> u16 {
        result.err().map_or(200, |failure| failure.status.as_u16())
    }

    #[tokio::test]
    async fn sec_01_a_slow_body_holds_no_place() {
        let places = Places::new(NUMBERS);
        let slow: Vec<Ticket> = (0..2).map(|_| places.enter(false, HERE).expect("a place")).collect();
        assert_eq!(status(places.enter(false, HERE)), 503);
        // Both wait for their senders: their places are free for others.
        let (_sender, receiver) = tokio::sync::oneshot::channel::<()>();
        let waits = slow[0].without_place(receiver);
        tokio::pin!(waits);
        assert!(futures_pending(&mut waits).await);
        let other = places.enter(false, HERE).expect("the place of the one that waits");
        assert_eq!(status(places.enter(false, HERE)), 503);
        drop(other);
        assert_eq!(status(places.enter(false, HERE)), 200);
    }

    /// Whether a future is not done after one look.
    async fn futures_pending<F: Future + Unpin>(future: &mut F) -> bool {
        tokio::time::timeout(Duration::from_millis(1), future).await.is_err()
    }

    #[tokio::test]
    async fn a_complete_body_waits_a_moment_for_a_place() {
        let places = Places::new(NUMBERS);
        let first = places.enter(false, HERE).expect("a place");
        let other = places.enter(false, HERE).expect("a place");
        let done = first.without_place(async { places.enter(false, HERE).expect("the place that was left") });
        let taken = done.await;
        assert_eq!(status(taken), 503, "both are held by others for longer than the patience");
        drop(other);
        assert_eq!(status(first.without_place(async {}).await), 200);
    }

    #[test]
    fn sec_01_one_account_has_a_share_of_the_requests() {
        let places = Places::new(NUMBERS);
        let hold = |account: &str| {
            let ticket = places.enter(false, HERE)?;
            ticket.belongs_to(account)?;
            ticket.leave_place();
            Ok::<_, Failure>(ticket)
        };
        // None of them holds a place any more: what is counted are answers that nobody reads.
        let mine: Vec<_> = (0..3).map(|_| hold("MA1").expect("within the share")).collect();
        assert_eq!(status(hold("MA1")), 429);
        assert_eq!(status(hold("MA2")), 200, "of the same address, but another account");
        drop(mine);
        assert_eq!(status(hold("MA1")), 200);
        assert!(locked(&places.under_way).is_empty(), "nobody is remembered who has nothing under way");
    }

    #[test]
    fn sec_01_strangers_are_counted_by_their_address() {
        let places = Places::new(Numbers { common: 100, ..NUMBERS });
        let strangers: Vec<_> = (0..4).map(|_| places.enter(false, HERE).expect("within the share")).collect();
        assert_eq!(status(places.enter(false, HERE)), 429);
        assert_eq!(status(places.enter(false, Some("192.0.2.7".parse().expect("address")))), 200);
        strangers[0].belongs_to("MA1").expect("an account now");
        assert_eq!(status(places.enter(false, HERE)), 200);
    }

    #[test]
    fn sec_01_all_addresses_of_a_network_of_ipv6_are_one_sender() {
        let places = Places::new(Numbers { common: 100, ..NUMBERS });
        let enter = |address: String| places.enter(false, Some(address.parse().expect("address")));
        let held: Vec<_> =
            (0..4).map(|last| enter(format!("2001:db8:1:2:{last}::1")).expect("within the share")).collect();
        assert_eq!(status(enter("2001:db8:1:2:ffff::9".to_owned())), 429);
        assert_eq!(status(enter("2001:db8:1:3::1".to_owned())), 200, "another network");
        assert_eq!(status(enter("192.0.2.1".to_owned())), 200);
        // Those of IPv4 stay apart, also where they are written as IPv6.
        let mapped: Vec<_> =
            (1..6).map(|last| enter(format!("::ffff:192.0.2.{last}")).expect("each for itself")).collect();
        assert_eq!((held.len(), mapped.len()), (4, 5));
    }

    #[test]
    fn sec_01_refusals_of_an_account_do_not_use_up_its_address() {
        let places = Places::new(Numbers { common: 100, ..NUMBERS });
        let enter = || places.enter(false, HERE).expect("within the share of the address");
        let mut mine = Vec::new();
        for number in 0..20 {
            let ticket = enter();
            assert_eq!(status(ticket.belongs_to("MA1")), if number < 3 { 200 } else { 429 });
            mine.push(ticket);
        }
        assert_eq!(status(enter().belongs_to("MA2")), 200, "of the same address, but another account");
    }

    #[test]
    fn sec_01_customers_cannot_take_the_operators_places() {
        let places = Places::new(NUMBERS);
        let customers = [places.enter(false, None), places.enter(false, None)];
        assert_eq!(status(places.enter(false, None)), 503);
        assert!(places.full().is_some_and(|why| why.starts_with("all 2 places for requests are taken")));
        let operator = places.enter(true, HERE).expect("a place of its own");
        assert_eq!(status(places.enter(true, HERE)), 503);
        drop((customers, operator));
        assert_eq!(places.full(), None);
        let operators: Vec<_> = (0..3).map(|_| places.enter(true, HERE).expect("common ones too")).collect();
        assert_eq!(operators.len(), 3);
    }
}
