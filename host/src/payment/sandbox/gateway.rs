//! The sandbox as the gateway of a host.

use super::book::{Intention, State};
use super::card::Card;
use super::decide::{come_nearer, declined};
use super::desk::{Sandbox, line};
use super::records::{PAGE_MOVEMENTS_MAX, metadata_text};
use crate::capability::{Instant, PaymentGateway};
use crate::contract::payment_types::{
    ChargeRequest, Finding, MethodAnswer, MovementPage, PaymentOutcome, RefundRequest,
};
use std::sync::atomic::Ordering;

/// Longest text on a statement.
const STATEMENT_BYTES_MAX: usize = 22;

fn read_cursor(cursor: &str) -> Option<(Instant, i64)> {
    let (moment, number) = cursor.split_once('.')?;
    Some((moment.parse().ok()?, number.parse().ok()?))
}

impl PaymentGateway for Sandbox {
    fn charge(&self, request: ChargeRequest) -> PaymentOutcome {
        let mut wanted = Intention::wanted(&request.key, request.amount, &request.currency, 0);
        wanted.auth_id = request.auth_id;
        wanted.method = request.method;
        wanted.metadata = metadata_text(&request.metadata);
        let statement_good = request.statement.len() <= STATEMENT_BYTES_MAX
            && request.statement.bytes().all(|byte| (b' '..=b'~').contains(&byte));
        self.move_money("charge", &wanted, |page, now| {
            match wanted.problem().or((!statement_good).then_some("bad_statement")) {
                Some(code) => Ok((declined(code), 0)),
                None => {
                    let wanted = Intention { received_at: now, ..wanted.clone() };
                    self.charge_once(page, wanted, request.customer_present)
                }
            }
        })
    }

    fn refund(&self, request: RefundRequest) -> PaymentOutcome {
        let mut wanted = Intention::wanted(&request.key, request.amount, &request.currency, 0);
        wanted.charge_key = Some(request.charge_key.clone());
        wanted.auth_id = request.auth_id;
        wanted.metadata = metadata_text(&request.metadata);
        self.move_money("refund", &wanted, |page, now| match wanted.problem() {
            Some(code) => Ok((declined(code), 0)),
            None => self.refund_once(page, Intention { received_at: now, ..wanted.clone() }, &request.charge_key),
        })
    }

    fn find(&self, key: &str) -> Finding {
        self.look_up("find", key, |page, now| {
            let Some(mut known) = page.standing(key)? else { return Ok(Finding::NotFound) };
            let by_finds =
                known.state == State::InTransit || (known.state == State::Pending && known.settles_at.is_none());
            if by_finds {
                come_nearer(&mut known, now);
                page.update(&known)?;
            }
            Ok(match known.state {
                State::LostBefore | State::NotTaken | State::InTransit | State::Never => Finding::NotFound,
                State::Closed => Finding::Closed,
                _ => Finding::Found(self.outcome(&known, now)),
            })
        })
    }

    fn close(&self, key: &str) -> Finding {
        self.look_up("close", key, |page, now| {
            let Some(mut known) = page.standing(key)? else {
                page.add(Intention::wanted(key, 0, "", now))?;
                return Ok(Finding::Closed);
            };
            match known.state {
                State::Paid | State::Declined | State::Pending | State::PendingDecline => {
                    if known.state == State::Pending && known.settles_at.is_none() {
                        come_nearer(&mut known, now);
                        page.update(&known)?;
                    }
                    Ok(Finding::Found(self.outcome(&known, now)))
                }
                State::LostBefore | State::NotTaken | State::InTransit | State::Never | State::Closed => {
                    known.state = State::Closed;
                    known.settles_at = None;
                    page.update(&known)?;
                    Ok(Finding::Closed)
                }
            }
        })
    }

    fn movements_since(&self, since: Instant, cursor: Option<&str>) -> Option<MovementPage> {
        if self.down.load(Ordering::SeqCst) {
            return None;
        }
        // A cursor that is none of ours begins again: whoever asks books nothing twice.
        let behind = cursor.and_then(read_cursor).unwrap_or((i64::MIN, 0));
        let page = self.transact(|page, now| {
            let mut found = page.movements(since, behind, PAGE_MOVEMENTS_MAX + 1)?;
            let more = found.len() > PAGE_MOVEMENTS_MAX as usize;
            found.truncate(PAGE_MOVEMENTS_MAX as usize);
            let next = found.last().filter(|_| more).map(|(_, (moment, number))| format!("{moment}.{number}"));
            page.note(&line(now, "movements-since", cursor.unwrap_or(""), "page"))?;
            let movements = found.into_iter().map(|(movement, _)| movement).collect();
            // This book forgets nothing.
            Ok(MovementPage { movements, next, complete_since: since })
        });
        page.ok()
    }

    fn describe_method(&self, token: &str) -> MethodAnswer {
        if self.down.load(Ordering::SeqCst) {
            return MethodAnswer::NotAsked(self.not_sent("the gateway is down"));
        }
        let known = Card::parse(token);
        let forgotten = self.transact(|page, now| {
            let forgotten = known.is_some() && page.is_forgotten(token)?;
            let answer = if known.is_some() && !forgotten { "described" } else { "no-such-method" };
            page.note(&line(now, "describe-method", if known.is_some() { token } else { "" }, answer))?;
            Ok(forgotten)
        });
        match (forgotten, known) {
            (Ok(false), Some(card)) => MethodAnswer::Described(card.describe(token)),
            (Ok(_), _) => MethodAnswer::NoSuchMethod,
            (Err(error), _) => MethodAnswer::NotAsked(self.not_sent(&error.to_string())),
        }
    }

    fn forget_method(&self, token: &str) -> bool {
        if self.down.load(Ordering::SeqCst) {
            return false;
        }
        let forgotten = self.transact(|page, now| {
            let known = Card::parse(token).is_some();
            if known {
                page.forget(token)?;
            }
            page.note(&line(now, "forget-method", if known { token } else { "" }, "true"))
        });
        forgotten.is_ok()
    }
}
