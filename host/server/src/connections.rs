//! Open connections: how many there may be, and which one makes room when all are taken (sec-01).
//!
//! A connection that waits for a request, or whose answer nobody reads, is worth least. When a new connection finds no room, one of these is
//! closed: of the address that has most of them, the one that has waited longest. So a client that opens connections and stays silent closes its
//! own connections.

use super::places::{Ticket, counted};
use std::collections::HashMap;
use std::io;
use std::net::IpAddr;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::sync::Notify;
use tokio::time::Sleep;

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// All that are open.
pub(crate) struct Connections {
    most: usize,
    open: Mutex<Open>,
}

#[derive(Default)]
struct Open {
    last: u64,
    by_number: HashMap<u64, Arc<Connection>>,
}

/// One of them.
pub(crate) struct Connection {
    /// Who it is counted against: its peer, and behind a trusted proxy the customer whose request came last.
    address: Mutex<IpAddr>,
    /// Since when it waits for its client; `None`: a request is being worked on.
    waits_since: Mutex<Option<Instant>>,
    /// What the last answer still holds until it is sent.
    unsent: Mutex<Option<Ticket>>,
    closing: Notify,
}

/// Its place among the open ones, until it is dropped.
pub(crate) struct Opened {
    /// The connection.
    pub connection: Arc<Connection>,
    number: u64,
    all: Arc<Connections>,
}

impl Connections {
    /// At most so many.
    pub(crate) fn new(most: usize) -> Arc<Connections> {
        Arc::new(Connections { most, open: Mutex::default() })
    }

    /// Room for one more, which another one may have to give up. `None`: all are at work.
    pub(crate) fn open(self: &Arc<Self>, address: IpAddr) -> Option<Opened> {
        let connection = Arc::new(Connection {
            address: Mutex::new(counted(address)),
            waits_since: Mutex::new(Some(Instant::now())),
            unsent: Mutex::default(),
            closing: Notify::new(),
        });
        let mut open = locked(&self.open);
        if open.by_number.len() >= self.most {
            let number = least_wanted(&open.by_number)?;
            if let Some(closed) = open.by_number.remove(&number) {
                closed.closing.notify_one();
            }
        }
        open.last += 1;
        let number = open.last;
        open.by_number.insert(number, connection.clone());
        Some(Opened { connection, number, all: self.clone() })
    }
}

/// The connection that has waited longest, of the address with the most connections.
fn least_wanted(open: &HashMap<u64, Arc<Connection>>) -> Option<u64> {
    let mut of_address: HashMap<IpAddr, usize> = HashMap::new();
    let addresses: HashMap<u64, IpAddr> =
        open.iter().map(|(number, connection)| (*number, *locked(&connection.address))).collect();
    for address in addresses.values() {
        *of_address.entry(*address).or_insert(0) += 1;
    }
    let waiting = open.iter().filter_map(|(number, connection)| {
        let since = (*locked(&connection.waits_since))?;
        Some((std::cmp::Reverse(of_address[&addresses[number]]), since, *number))
    });
    waiting.min().map(|(_, _, number)| number)
}

impl Drop for Opened {
    fn drop(&mut self) {
        locked(&self.all.open).by_number.remove(&self.number);
    }
}

impl Connection {
    /// A request of this customer has come and is worked on; none: nobody knows whose.
    pub(crate) fn works(&self, customer: Option<IpAddr>) {
        if let Some(customer) = customer {
            *locked(&self.address) = counted(customer);
        }
        *locked(&self.waits_since) = None;
    }

    /// Its answer is made; what it holds is held until the answer is sent.
    pub(crate) fn answers(&self, ticket: Ticket) {
        *locked(&self.unsent) = Some(ticket);
        *locked(&self.waits_since) = Some(Instant::now());
    }

    /// Ends when another connection needs the room.
    pub(crate) async fn closed(&self) {
        self.closing.notified().await;
    }

    fn sent(&self) {
        locked(&self.unsent).take();
    }
}

/// A stream that ends when its client takes nothing for too long.
pub(crate) struct Patient {
    stream: TcpStream,
    connection: Arc<Connection>,
    patience: Duration,
    gives_up: Option<Pin<Box<Sleep>>>,
}

impl Patient {
    /// Around an accepted connection.
    pub(crate) fn new(stream: TcpStream, connection: Arc<Connection>, patience: Duration) -> Patient {
        Patient { stream, connection, patience, gives_up: None }
    }

    /// A write that is not ready counts the time from when it first was not.
    fn within<T>(&mut self, context: &mut Context<'_>, write: Poll<io::Result<T>>) -> Poll<io::Result<T>> {
        if write.is_ready() {
            self.gives_up = None;
            return write;
        }
        let patience = self.patience;
        let gives_up = self.gives_up.get_or_insert_with(|| Box::pin(tokio::time::sleep(patience)));
        gives_up
            .as_mut()
            .poll(context)
            .map(|()| Err(io::Error::new(io::ErrorKind::TimedOut, "the answer was not read")))
    }
}

impl AsyncRead for Patient {
    fn poll_read(mut self: Pin<&mut Self>, context: &mut Context<'_>, into: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, into)
    }
}

impl AsyncWrite for Patient {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let write = Pin::new(&mut self.stream).poll_write(context, bytes);
        self.within(context, write)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        parts: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let write = Pin::new(&mut self.stream).poll_write_vectored(context, parts);
        self.within(context, write)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    /// The server flushes when it has handed over the whole answer.
    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let flush = Pin::new(&mut self.stream).poll_flush(context);
        if flush.is_ready() {
            self.connection.sent();
        }
        self.within(context, flush)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let shutdown = Pin::new(&mut self.stream).poll_shutdown(context);
        self.within(context, shutdown)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(last: u8) -> IpAddr {
        IpAddr::from([192, 0, 2, last])
    }

    #[tokio::test]
    async fn sec_01_the_address_with_the_most_makes_room_and_its_oldest_first() {
        let all = Connections::new(4);
        let mine = all.open(address(1)).expect("room");
        let theirs: Vec<Opened> = (0..3).map(|_| all.open(address(2)).expect("room")).collect();
        let another = all.open(address(3)).expect("the room of another");
        // Closed: the first of the address with three.
        tokio::time::timeout(Duration::from_secs(5), theirs[0].connection.closed()).await.expect("closed");
        let open = |opened: &Opened| locked(&all.open).by_number.contains_key(&opened.number);
        assert_eq!([open(&mine), open(&theirs[0]), open(&theirs[1]), open(&theirs[2])], [true, false, true, true]);
        drop(another);
        assert_eq!(locked(&all.open).by_number.len(), 3);
    }

    /// Behind a trusted proxy every connection has the proxy's address; a request says whose it is.
    #[tokio::test]
    async fn sec_01_connections_of_a_proxy_are_counted_by_whose_requests_they_brought() {
        let all = Connections::new(4);
        let proxy = address(9);
        let opened: Vec<Opened> = (0..4).map(|_| all.open(proxy).expect("room")).collect();
        // One customer, in several places of his network, holds three of them; all have their answers.
        let customers = ["198.51.100.1", "2001:db8::1", "2001:db8::2:0:0:1", "2001:db8::3:0:0:1"];
        for (opened, customer) in opened.iter().zip(customers) {
            opened.connection.works(Some(customer.parse().expect("address")));
            opened.connection.answers(Ticket::default());
        }
        assert!(all.open(proxy).is_some());
        tokio::time::timeout(Duration::from_secs(5), opened[1].connection.closed()).await.expect("closed");
        assert!(locked(&all.open).by_number.contains_key(&opened[0].number), "of another customer, although older");
    }

    #[test]
    fn sec_01_what_is_worked_on_is_never_closed() {
        let all = Connections::new(2);
        let opened: Vec<Opened> = (0..2).map(|_| all.open(address(1)).expect("room")).collect();
        opened.iter().for_each(|opened| opened.connection.works(None));
        assert!(all.open(address(2)).is_none());
        opened[1].connection.answers(Ticket::default());
        assert!(all.open(address(2)).is_some(), "an answer that is not read makes room");
    }
}
