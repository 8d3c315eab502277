//! What every movement of credit tells: amount, balance and reason.

use crate::ground::call::Call;
use crate::ground::events::{EventDraft, emit};
use crate::ground::ids::AuthId;
use crate::ground::money::Money;
use crate::ground::vocabulary::Fact;

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
