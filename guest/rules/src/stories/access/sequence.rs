//! The sequence in which a call is looked at, and what it costs: proof, limit, account of the path, standing, permission, target (R39, R75, SEC-10).

use super::table::World;
use crate::about::Function;
use crate::access::credentials::authenticate;
use crate::access::functions::{
    ACCOUNTS_CLOSE, ACCOUNTS_GET, CREDITS_RECHARGE, NUMBERS_BUY, OPERATOR_READ_LEDGER, RESERVATIONS_RESERVE,
    SUBACCOUNTS_GET, SUBACCOUNTS_UPDATE, USAGE_ADMIT,
};
use crate::access::people::words::{Half, Role};
use crate::access::testing::permit;
use crate::accounts::Standing;
use crate::ground::port::RateClass;
use crate::ground::testing::{self, START, holder};
use crate::ground::vocabulary::{Caller, Refusal, Suspension};

const SUSPENDED: Standing = Standing::Suspended(Suspension::PaymentFailure);

/// What a caller is refused with.
fn refusal(world: &World, caller: &Caller, function: &Function, target: Option<&str>) -> Refusal {
    match world.permit(caller, function, target) {
        Err(crate::ground::vocabulary::Fault::Refused(refusal)) => refusal,
        other => panic!("{other:?}"),
    }
}

/// Everything is wrong at once, and is put right one after another: each time the next of the sequence is told.
#[test]
fn a_token_is_looked_at_in_this_order() {
    let world = World::new();
    let (sub, foreign) = (world.sub.auth_id.as_str(), world.other.auth_id.as_str());
    let unknown = testing::sub_id("9");
    world.stand(SUSPENDED, false);
    world.fake.set_over_limit(Some(START + 50));
    let (forbidden, bought) = (CREDITS_RECHARGE.row(), NUMBERS_BUY.row());

    // 1. The proof.
    let wrong = holder(&world.main.auth_id, "");
    assert_eq!(refusal(&world, &wrong, forbidden, Some(foreign)), Refusal::Unauthenticated);
    assert!(
        world.fake.admitted().is_empty(),
        "a wrong token is not counted against the account that it names (attack 11)"
    );
    // 2. The limit.
    let right = holder(&world.main.auth_id, &world.main.auth_token);
    assert_eq!(refusal(&world, &right, forbidden, Some(foreign)), Refusal::TooOften(START + 50));
    world.fake.set_over_limit(None);
    // 3. The account of the path.
    assert_eq!(refusal(&world, &right, forbidden, Some(foreign)), Refusal::Unauthenticated);
    // 4. The standing.
    let suspended = Refusal::Suspended(Suspension::PaymentFailure);
    assert_eq!(refusal(&world, &right, forbidden, Some(unknown.as_str())), suspended);
    world.stand(Standing::Active, false);
    let of_sub = holder(sub, &world.sub.auth_token);
    assert_eq!(refusal(&world, &of_sub, forbidden, Some(sub)), Refusal::Disabled);
    // 5. The permission.
    let permission = Refusal::Forbidden("credits.recharge".to_owned());
    assert_eq!(refusal(&world, &right, forbidden, Some(unknown.as_str())), permission);
    // 6. The target.
    assert_eq!(refusal(&world, &right, bought, Some(unknown.as_str())), Refusal::NotFound("sub-account".to_owned()));
    assert_eq!(refusal(&world, &right, bought, Some(sub)), Refusal::Disabled);
    world.stand(Standing::Active, true);
    assert!(world.permit(&right, bought, Some(sub)).is_ok());
}

#[test]
fn a_session_is_looked_at_in_this_order() {
    let world = World::new();
    let (main, foreign, unknown) = (world.main.auth_id.as_str(), world.other.auth_id.as_str(), testing::sub_id("9"));
    let (_, half) = world.session(main, Role::Support, Some(Half::SecondFactor));
    let (_, support) = world.session(main, Role::Support, None);
    let (_, owner) = world.session(main, Role::Owner, None);
    world.stand(Standing::Held, false);
    world.fake.set_over_limit(Some(START + 50));
    let close = ACCOUNTS_CLOSE.row();

    // 1. The proof.
    assert_eq!(refusal(&world, &testing::in_session("cbs_"), close, Some(foreign)), Refusal::Unauthenticated);
    assert!(world.fake.admitted().is_empty());
    // 2. The limit.
    assert_eq!(refusal(&world, &half, close, Some(foreign)), Refusal::TooOften(START + 50));
    world.fake.set_over_limit(None);
    // 3. The account of the path.
    assert_eq!(refusal(&world, &half, close, Some(foreign)), Refusal::Unauthenticated);
    assert_eq!(refusal(&world, &half, close, Some("rubbish")), Refusal::Unauthenticated);
    // 4. What a half session is for.
    assert_eq!(refusal(&world, &half, close, Some(main)), Refusal::SecondFactorRequired);
    // 5. The standing.
    assert_eq!(refusal(&world, &support, close, Some(main)), Refusal::NotYetActive);
    world.stand(SUSPENDED, false);
    // 6. The role.
    let forbidden = |name: &str| Refusal::Forbidden(name.to_owned());
    assert_eq!(refusal(&world, &support, close, Some(main)), forbidden("accounts.close"));
    assert_eq!(refusal(&world, &owner, OPERATOR_READ_LEDGER.row(), None), forbidden("operator.read-ledger"));
    // 7. The fresh proof.
    let late = world.fake.query(START + 300_000, |turn| permit(turn, &owner, close, Some(main)));
    assert_eq!(late, Err(Refusal::Reauthenticate.into()));
    assert!(world.permit(&owner, close, Some(main)).is_ok());
    // 8. The target.
    let not_found = Refusal::NotFound("sub-account".to_owned());
    assert_eq!(
        refusal(&world, &support, SUBACCOUNTS_UPDATE.row(), Some(unknown.as_str())),
        forbidden("subaccounts.update")
    );
    assert_eq!(refusal(&world, &owner, SUBACCOUNTS_UPDATE.row(), Some(unknown.as_str())), not_found);
}

/// SEC-10, R75: whose limit a call is counted against, and in which class.
#[test]
fn sec_10_a_call_is_counted_once_against_the_main_account() {
    let world = World::new();
    let (main, sub) = (world.main.auth_id.as_str(), world.sub.auth_id.as_str());
    let of_main = holder(main, &world.main.auth_token);
    let of_sub = holder(sub, &world.sub.auth_token);
    let (id, member) = world.session(main, Role::Owner, None);
    let ask = |caller: &Caller, function: &Function, target: Option<&str>| {
        let before = world.fake.admitted().len();
        let _ = world.permit(caller, function, target);
        let counted = world.fake.admitted().split_off(before);
        assert!(counted.len() <= 1, "{counted:?}");
        counted.into_iter().next().map(|one| (one.main, one.holder, one.class, one.per_second, one.request))
    };
    let standard =
        |holder: &str, class| Some((main.to_owned(), holder.to_owned(), class, 20, "test-request".to_owned()));
    assert_eq!(ask(&of_main, ACCOUNTS_GET.row(), Some(main)), standard(main, RateClass::Standard));
    assert_eq!(ask(&of_main, SUBACCOUNTS_GET.row(), Some(sub)), standard(main, RateClass::Standard));
    assert_eq!(ask(&of_sub, SUBACCOUNTS_GET.row(), Some(sub)), standard(sub, RateClass::Standard));
    assert_eq!(ask(&of_sub, USAGE_ADMIT.row(), Some(sub)), standard(sub, RateClass::Message));
    assert_eq!(ask(&of_main, RESERVATIONS_RESERVE.row(), None), standard(main, RateClass::Message));
    // What is refused behind the limit is counted all the same.
    assert_eq!(ask(&of_main, CREDITS_RECHARGE.row(), Some(main)), standard(main, RateClass::Standard));
    // A person has a limit of his own, whatever he does.
    assert_eq!(ask(&member, USAGE_ADMIT.row(), Some(main)), standard(&id.to_string(), RateClass::Session));
    // Nobody else is counted.
    for caller in [testing::operator_with(&["accounts.get"]), testing::nobody(), holder(main, ""), holder(sub, "")] {
        assert_eq!(ask(&caller, ACCOUNTS_GET.row(), Some(main)), None);
    }
    let before = world.fake.admitted().len();
    assert!(world.fake.query(START, |turn| authenticate(turn, &of_sub)).is_ok());
    assert_eq!(world.fake.admitted().len(), before + 1, "who only asks for the proof is counted too");
}

/// Attack 10: an auth ID that is unknown or closed, and a wrong token, cost what a right one does.
#[test]
fn a_wrong_proof_costs_the_crossings_of_a_right_one() {
    let world = World::new();
    let (main, sub) = (world.main.auth_id.clone(), world.sub.auth_id.clone());
    let cost = |caller: &Caller, function: &Function, target: &str| {
        let before = world.fake.crossings();
        let answer = world.permit(caller, function, Some(target)).is_ok();
        (answer, world.fake.crossings() - before)
    };
    let of_main = |token: &str| holder(&main, token);
    assert_eq!(cost(&of_main(&world.main.auth_token), ACCOUNTS_GET.row(), &main), (true, 1), "one crossing");
    for wrong in ["", &world.other.auth_token, &"x".repeat(10_000)] {
        assert_eq!(cost(&of_main(wrong), ACCOUNTS_GET.row(), &main), (false, 1));
    }
    for unknown in [testing::main_id("9").as_str(), "", "rubbish"] {
        assert_eq!(cost(&holder(unknown, &world.main.auth_token), ACCOUNTS_GET.row(), &main), (false, 1), "{unknown}");
    }
    assert_eq!(cost(&of_main(&world.main.auth_token), SUBACCOUNTS_GET.row(), &sub), (true, 1));
    // A sub-account's needs its parent's record, one more.
    assert_eq!(cost(&holder(&sub, &world.sub.auth_token), SUBACCOUNTS_GET.row(), &sub), (true, 2));
    assert_eq!(cost(&holder(&sub, "wrong"), SUBACCOUNTS_GET.row(), &sub), (false, 2));
    assert_eq!(cost(&holder(testing::sub_id("9").as_str(), "wrong"), SUBACCOUNTS_GET.row(), &sub), (false, 2));
    let (_, member) = world.session(&main, Role::Owner, None);
    assert_eq!(cost(&member, ACCOUNTS_GET.row(), &main), (true, 1));
    for wrong in ["", "cbs_", "cbs_MA000000000000000009_1_AAAAAAAAAAAAAAAA_BBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBB"]
    {
        assert_eq!(cost(&testing::in_session(wrong), ACCOUNTS_GET.row(), &main), (false, 1), "{wrong}");
    }
    world.stand(Standing::Closed, true);
    assert_eq!(cost(&of_main(&world.main.auth_token), ACCOUNTS_GET.row(), &main), (false, 1));
}
