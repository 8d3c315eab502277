//! The second half of a redemption: the credit of a use that was taken.

use crate::coupons::records::{LASTING_MAX, Redemption, ShownRedemption, Validity};
use coinbox_credit::movements::grants::{self, Grant};
use coinbox_ground::calendar::{self, LAST_MOMENT};
use coinbox_ground::counters::Numbers;
use coinbox_ground::currency::Currency;
use coinbox_ground::ids::{AuthId, highest_first};
use coinbox_ground::money::Money;
use coinbox_ground::outside::ClaimedCoupon;
use coinbox_ground::text::is_name;
use coinbox_ground::turn::Turn;
use coinbox_ground::vocabulary::{Fact, Fault};
use coinbox_invoices::receipts::{self, Receipt};
use coinbox_ledger::LedgerAccount;
use coinbox_ledger::lots::LotKind;
use coinbox_ledger::wallet;
use coinbox_profiles::mail;
use coinbox_profiles::policy::AMOUNT_MAX;

/// Longest masked code.
const LABEL_BYTES_MAX: usize = 40;

pub(super) fn redemptions_prefix(account: AuthId) -> String {
    format!("red/{account}/")
}

pub(super) fn redemption_key(account: AuthId, number: u32) -> String {
    redemptions_prefix(account) + &highest_first(number)
}

/// What is wrong with a use that another store has answered, if anything: such an answer gives no credit.
pub(super) fn flaw(claimed: &ClaimedCoupon, currency: Currency) -> Option<&'static str> {
    let amount = Money::from_micros(claimed.amount);
    let lasts = match claimed.validity {
        Validity::Unlimited => true,
        Validity::Lasting(length) => (1..=LASTING_MAX).contains(&length),
        Validity::Until(end) => (0..=LAST_MOMENT).contains(&end),
    };
    if claimed.coupon == 0 {
        Some("coupon")
    } else if !is_name(&claimed.label, LABEL_BYTES_MAX) {
        Some("label")
    } else if claimed.currency != currency.code() {
        Some("currency")
    } else if amount <= Money::ZERO || amount > AMOUNT_MAX || !amount.is_whole(currency) {
        Some("amount")
    } else if !lasts {
        Some("validity")
    } else {
        None
    }
}

/// Gives the credit of one use.
pub(super) fn give(
    turn: &mut Turn<'_>,
    account: AuthId,
    claimed: &ClaimedCoupon,
    by: &str,
) -> Result<ShownRedemption, Fault> {
    let expires = match claimed.validity {
        Validity::Unlimited => None,
        Validity::Lasting(length) => Some(turn.now().saturating_add(length).min(LAST_MOMENT)),
        Validity::Until(end) => Some(end),
    };
    let reason = format!("coupon {} ({})", claimed.coupon, claimed.label);
    let granted = grants::grant(
        turn,
        account,
        &Grant {
            kind: LotKind::Promotional,
            amount: Money::from_micros(claimed.amount),
            expires,
            contra: LedgerAccount::Coupons,
            entry: "coupon-redeemed",
            rule: "CRD-13",
            reason: &reason,
        },
    )?;
    let redemption = Redemption {
        v: 1,
        number: Numbers::next_redemption(turn, account)?,
        coupon: claimed.coupon,
        label: claimed.label.clone(),
        amount: Money::from_micros(claimed.amount),
        paid_owed: granted.paid_owed,
        at: turn.now(),
        expires,
        lot: granted.lot,
        transaction: granted.transaction,
        by: by.to_owned(),
    };
    turn.put(&redemption_key(account, redemption.number), &redemption);
    tell(turn, account, &redemption)?;
    Ok(redemption.shown())
}

/// The receipt of a redemption, and the mail that names it.
fn tell(turn: &mut Turn<'_>, account: AuthId, redemption: &Redemption) -> Result<(), Fault> {
    let receipt = Receipt {
        amount: redemption.amount,
        outcome: receipts::Outcome::Successful,
        method: "coupon",
        product: "coupon",
        description: &format!("Coupon {}", redemption.label),
        card: "",
        reference: "",
        charge: None,
        refers_to: Some(format!("redemption-{}", redemption.number)),
        note: "",
        transactions: vec![redemption.transaction.clone()],
    };
    let receipt = receipts::issue(turn, account, receipt)?;
    let expires = redemption.expires.map_or_else(|| "never".to_owned(), calendar::day_name);
    let facts = vec![
        Fact::new("amount", redemption.amount),
        Fact::new("balance", wallet::need(turn, account)?.balance),
        Fact::new("label", &redemption.label),
        Fact::new("expires", expires),
        Fact::new("receipt", receipt),
    ];
    mail::send(turn, account, "coupon-redeemed", facts)?;
    Ok(())
}
