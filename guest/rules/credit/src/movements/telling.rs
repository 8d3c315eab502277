//! What every movement of credit tells: amount, balance and reason.

use coinbox_ground::call::Call;
use coinbox_ground::feed::{EventDraft, emit};
use coinbox_ground::ids::AuthId;
use coinbox_ground::money::Money;
use coinbox_ground::vocabulary::Fact;

/// Tells of a movement.
#[expect(clippy::too_many_arguments, reason = "the facts of one kind of event")]
pub(crate) fn told(
    call: &mut Call<'_>,
    account: AuthId,
    kind: &str,
    rule: &str,
    amount: Money,
    balance: Money,
    reason: &str,
    transaction: &str,
) {
    emit(
        call,
        EventDraft {
            account: Some(account),
            kind,
            rule,
            facts: vec![Fact::new("amount", amount), Fact::new("balance", balance), Fact::new("reason", reason)],
            transactions: vec![transaction.to_owned()],
        },
    );
}
