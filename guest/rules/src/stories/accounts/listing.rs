//! Lists of accounts by a filter against the whole list filtered.

use crate::accounts::listing::{AccountFilter, StandingKind, Wanted};
use crate::accounts::{self, AccountType, BillingMode, Standing};
use crate::ground::ids::AuthId;
use crate::ground::testing::Dice;
use crate::ground::vocabulary::Checks;
use crate::stories::invoices::world::WorldOfDocuments;
use crate::stories::scenario::operator;

/// All accounts, one by one.
fn everybody(world: &WorldOfDocuments) -> Vec<accounts::Account> {
    let get = |auth: &String| world.query(|turn| accounts::get(turn, &operator(), auth.clone())).expect("an account");
    let mut all: Vec<accounts::Account> = world.accounts.iter().map(get).collect();
    all.sort_by(|one, other| one.auth_id.cmp(&other.auth_id));
    all
}

/// What the contract says of a filter, in the test's own words.
fn fits(account: &accounts::Account, filter: &AccountFilter) -> bool {
    let (name, email) = (account.name.to_lowercase(), account.email.to_lowercase());
    let standing = match account.standing {
        Standing::Active => StandingKind::Active,
        Standing::Unverified => StandingKind::Unverified,
        Standing::Held => StandingKind::Held,
        Standing::Locked => StandingKind::Locked,
        Standing::Suspended(_) => StandingKind::Suspended,
        Standing::Closing => StandingKind::Closing,
        Standing::Closed => StandingKind::Closed,
    };
    if filter.name.as_ref().is_some_and(|part| !name.contains(&part.to_lowercase())) {
        return false;
    }
    if filter.email.as_ref().is_some_and(|whole| email != whole.to_lowercase()) {
        return false;
    }
    if filter.email_part.as_ref().is_some_and(|part| !email.contains(&part.to_lowercase())) {
        return false;
    }
    let same = [
        filter.account_type.is_none() || filter.account_type == Some(account.account_type),
        filter.billing_mode.is_none() || filter.billing_mode == Some(account.billing_mode),
        filter.standing.is_none() || filter.standing == Some(standing),
        filter.balance_below.is_none_or(|below| account.cash_credits < below),
        filter.balance_from.is_none_or(|from| account.cash_credits >= from),
    ];
    same.into_iter().all(|holds| holds)
}

fn draw(dice: &mut Dice) -> AccountFilter {
    let mut one = |values: &[&str]| -> Option<String> {
        let place = dice.throw(values.len() as u64 * 3) as usize;
        values.get(place).map(|text| (*text).to_owned())
    };
    let name = one(&["acme", "ÄRZTE", "z", "nobody"]);
    let email = one(&["owner@acme.example", "OWNER@acme.example", "billing@north.example", "none@acme.example"]);
    let email_part = one(&["@north.example", "OWNER", "x"]);
    let amounts = [-30_000_000, -1, 0, 1, 20_000_000];
    let mut amount = || amounts.get(dice.throw(15) as usize).copied();
    let (balance_below, balance_from) = (amount(), amount());
    AccountFilter {
        currency: None,
        name,
        email,
        email_part,
        account_type: [AccountType::Standard, AccountType::Developer].get(dice.throw(8) as usize).copied(),
        billing_mode: [BillingMode::Prepaid, BillingMode::Postpaid].get(dice.throw(8) as usize).copied(),
        standing: [StandingKind::Active, StandingKind::Suspended, StandingKind::Closed]
            .get(dice.throw(12) as usize)
            .copied(),
        balance_below,
        balance_from,
    }
}

/// A list is what filtering all accounts leaves, in order of auth ID, whatever pages it comes in and however little a call looks at.
#[test]
fn inv_9_a_filtered_list_is_the_whole_list_filtered() {
    for seed in 0..3 {
        println!("seed {seed}");
        let (world, mut dice) = (WorldOfDocuments::new(seed), Dice(seed));
        let everybody = everybody(&world);
        let mut found = 0;
        for round in 0..300 {
            let filter = if round == 0 { AccountFilter::default() } else { draw(&mut dice) };
            let wanted: Vec<&str> =
                everybody.iter().filter(|one| fits(one, &filter)).map(|one| one.auth_id.as_str()).collect();
            let mut checks = Checks::new();
            let read = Wanted::read(filter.clone(), &mut checks);
            checks.done().expect("a good filter");
            let (limit, most) = (1 + dice.throw(5) as u32, 1 + dice.throw(6) as u32);
            let (mut listed, mut after, mut calls) = (Vec::new(), None, 0);
            loop {
                let before = world.crossings();
                let page = world.query(|turn| read.page(turn, after, limit, most)).expect("a page");
                assert!(world.crossings() - before <= 4, "a page takes no more crossings than a handful");
                assert!(page.accounts.len() <= limit as usize);
                listed.extend(page.accounts);
                calls += 1;
                assert!(calls < 200, "{filter:?} goes on for ever");
                match page.next {
                    Some(next) => after = AuthId::parse(&next),
                    None => break,
                }
            }
            let names: Vec<&str> = listed.iter().map(|one| one.auth_id.as_str()).collect();
            assert_eq!(names, wanted, "{filter:?}, {limit} a page, {most} looked at");
            for one in &listed {
                let account = everybody.iter().find(|account| account.auth_id == one.auth_id).expect("one of them");
                let shown = (&one.name, &one.email, one.balance, one.created, one.standing);
                let right = (&account.name, &account.email, account.cash_credits, account.created, account.standing);
                assert_eq!(shown, right);
            }
            found += wanted.len();
        }
        assert!(found > 100, "the filters leave something: {found}");
    }
}

#[test]
fn an_address_is_found_by_its_entry_and_debtors_by_what_they_owe() {
    let world = WorldOfDocuments::new(1);
    let read = |filter: AccountFilter| Wanted::read(filter, &mut Checks::new());
    let debtors = everybody(&world).iter().filter(|one| one.cash_credits < 0).count();
    assert!(debtors > 0 && debtors < world.accounts.len());
    let by_mail = read(AccountFilter { email: Some("Owner@Acme.example".to_owned()), ..AccountFilter::default() });
    let owing = read(AccountFilter { balance_below: Some(0), ..AccountFilter::default() });
    // So few are looked at that a walk over all accounts would not find them in one call.
    for (wanted, count) in [(by_mail, world.with_mail("owner@acme.example")), (owing, debtors)] {
        let part = world.query(|turn| wanted.part(turn, None, 1_000)).expect("a part");
        assert_eq!((part.accounts.len(), part.reached), (count, None));
    }
}
