//! A store with accounts and documents of every kind, made at random, for tests of lists.

use crate::accounts::{self, AccountType, NewAccount, Standing, postpaid};
use crate::credit::movements::adjustments::{self, Adjustment, Goodwill};
use crate::ground::calendar::Month;
use crate::ground::testing::{Dice, START};
use crate::ground::turn::Turn;
use crate::ground::vocabulary::{DAY_MS, Suspension};
use crate::invoices::{DocumentFilter, DocumentKind, issue_credit_note, list_documents};
use crate::jobs;
use crate::payments::{cards, charges, coupons};
use crate::stories::scenario::{Answer, Story, operator};
use std::collections::BTreeMap;

/// The store and who is in it.
pub(crate) struct WorldOfDocuments {
    pub(crate) story: Story,
    /// Auth IDs.
    pub(crate) accounts: Vec<String>,
}

const NAMES: [&str; 6] = ["Acme", "ACME Nord", "Zürich Telecom", "zebra", "Ärzte AG", "Ärztehaus"];
const MAILS: [&str; 4] = ["owner@acme.example", "Owner@acme.example", "billing@north.example", "x.y@zebra.example"];
const COUPON: &str = "SPRING-26";

impl WorldOfDocuments {
    /// Ten accounts in three months.
    pub(crate) fn new(seed: u64) -> WorldOfDocuments {
        let mut dice = Dice(seed);
        let mut story = Story::new();
        let mut accounts = vec![story.account.clone()];
        story.command(|turn, _| jobs::store_opened(turn, jobs::Beginning::Created));
        story.command(|turn, _| {
            let coupon = coupons::NewCoupon {
                currency: None,
                code: Some(COUPON.to_owned()),
                amount: 3_000_000,
                redeem_by: START + 300 * DAY_MS,
                validity: coupons::Validity::Lasting(30 * DAY_MS),
                uses: 100,
                uses_per_account: 1,
                note: String::new(),
            };
            coupons::create(turn, &operator(), coupon)
        });
        for n in 0..9_usize {
            let kind = if n % 3 == 2 { AccountType::Developer } else { AccountType::Standard };
            let account = NewAccount {
                currency: None,
                account_type: kind,
                name: NAMES[n % NAMES.len()].to_owned(),
                email: MAILS[n % MAILS.len()].to_owned(),
                address: String::new(),
                city: String::new(),
                state: String::new(),
                timezone: "UTC".to_owned(),
            };
            let auth = story.command(|turn, _| accounts::create(turn, &operator(), account)).auth_id;
            story.command(|turn, _| cards::add_card(turn, &operator(), auth.clone(), format!("tok_{n}"), false));
            if n % 4 == 0 && kind == AccountType::Standard {
                let billing = postpaid::Billing::Postpaid(1_000_000_000);
                story.command(|turn, _| postpaid::set_billing(turn, &operator(), auth.clone(), billing));
            }
            accounts.push(auth);
        }
        let mut world = WorldOfDocuments { story, accounts };
        for _ in 0..3 {
            for _ in 0..40 {
                let auth = world.accounts[dice.throw(10) as usize].clone();
                world.act(&mut dice, &auth);
                world.story.advance(i64::try_from(dice.throw(3)).unwrap_or(0) * DAY_MS / 8);
            }
            let next = Month::of(world.story.now).end();
            let declines = [Answer::Decline; 3];
            world.story.script(&declines[..dice.throw(4) as usize]);
            world.story.advance(next - world.story.now);
        }
        world
    }

    /// One thing that may happen to an account; what is refused changes nothing.
    fn act(&mut self, dice: &mut Dice, auth: &str) {
        let auth = auth.to_owned();
        let units = 1_000_000 * (1 + i64::try_from(dice.throw(40)).unwrap_or(0));
        match dice.throw(10) {
            0..=3 => self.attempt(|turn| {
                adjustments::adjust(turn, &operator(), auth, Adjustment::Debit(units), "used".to_owned()).is_ok()
            }),
            4 | 5 => {
                let answer = [Answer::Approve, Answer::Decline][dice.throw(2) as usize];
                self.story.script(&[answer]);
                self.attempt(|turn| charges::recharge(turn, &operator(), auth, 30_000_000, None).is_ok());
                self.story.script(&[]);
            }
            6 => self.attempt(|turn| {
                let goodwill = Adjustment::Goodwill(Goodwill { amount: 2_000_000, expires: None });
                adjustments::adjust(turn, &operator(), auth, goodwill, "sorry".to_owned()).is_ok()
            }),
            7 => self.attempt(|turn| coupons::redeem(turn, &operator(), auth, COUPON.to_owned()).is_ok()),
            8 => {
                let charge = 1 + dice.throw(3) as u32;
                self.attempt(|turn| {
                    let reference = format!("dispute-{charge}");
                    charges::record_chargeback(turn, &operator(), auth, charge, None, reference).is_ok()
                });
            }
            _ => {
                let invoice = self.newest_invoice(&auth);
                let reason = "never delivered".to_owned();
                if let Some(invoice) = invoice {
                    self.attempt(|turn| {
                        issue_credit_note(turn, &operator(), auth, invoice, Some(1_000_000), reason).is_ok()
                    });
                } else {
                    let suspended = Standing::Suspended(Suspension::ComplianceIssue);
                    self.attempt(|turn| {
                        accounts::set_standing(turn, &operator(), auth, suspended, String::new()).is_ok()
                    });
                }
            }
        }
    }

    fn attempt(&mut self, run: impl FnOnce(&mut Turn<'_>) -> bool) {
        let done = self.story.fake.command(self.story.now, |turn| if run(turn) { Ok(()) } else { Err(()) });
        if done.is_ok() {
            self.story.drain();
        }
    }

    fn newest_invoice(&self, auth: &str) -> Option<String> {
        let page = self.query(|turn| {
            let filter = DocumentFilter::default();
            list_documents(turn, &operator(), auth.to_owned(), DocumentKind::Invoice, filter, None, 1)
        });
        Some(page.ok()?.documents.first()?.number.clone())
    }

    /// Runs a query now.
    pub(crate) fn query<T>(&self, run: impl FnOnce(&Turn<'_>) -> T) -> T {
        self.story.fake.query(self.story.now, run)
    }

    /// How often storage was asked so far.
    pub(crate) fn crossings(&self) -> usize {
        self.story.fake.crossings()
    }

    /// How many accounts have this address.
    pub(crate) fn with_mail(&self, email: &str) -> usize {
        let all = self
            .accounts
            .iter()
            .map(|auth| self.query(|turn| accounts::get(turn, &operator(), auth.clone())).expect("an account").email);
        all.filter(|one| one.eq_ignore_ascii_case(email)).count()
    }

    /// Everything stored.
    pub(crate) fn dump(&self) -> BTreeMap<String, String> {
        self.story.fake.dump()
    }
}
