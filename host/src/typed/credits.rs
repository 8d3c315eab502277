//! Credits: balance and lots, recharges by hand and automatic, cards, alerts, adjustments (CRD-1 to CRD-8, CRD-11, CRD-14, CRD-16).
//!
//! Amounts are millionths of a unit of the account's currency (CRD-17). Amounts that go to the gateway are whole cents (R4).
//!
//! Generated from `wit/credits.wit`: see [`crate::typed`].

use super::Reply;
use crate::coinbox::Coinbox;
use crate::contract::Rules;
use crate::engine::TypedRequest;
use serde::Serialize;
use wasmtime::AsContextMut;

#[doc(no_inline)]
pub use crate::contract::credit_types::{Card, CardState, Charge, ChargeKind, ChargeState};

#[doc(inline)]
pub use crate::contract::exported::credits::{
    Adjusted, Adjustment, AlertSettings, AlertThreshold, Balance, CapPeriod, Caps, CapsChange, ChargePage, Correction,
    CreditError, Debit, Goodwill, Lot, LotKind, RechargeChange, RechargeSettings, RechargeStanding, RechargeStatus,
    Statement, StatementCharge, StatementMovement, UnusableCard,
};

#[doc(no_inline)]
pub use crate::contract::payment_types::DeclineReason;

#[doc(no_inline)]
pub use crate::contract::types::{
    Caller, Credential, Fact, FieldProblem, FieldRule, Instant, Micros, Operator, Principal, Problem, Refusal,
    RequestPart, Session, StartedJob, Suspension,
};

/// The functions of this interface with Rust types. [`Coinbox::credits`] lends them.
#[derive(Clone, Copy)]
pub struct Functions<'a> {
    host: &'a Coinbox,
}

impl Coinbox {
    /// Credits: balance and lots, recharges by hand and automatic, cards, alerts, adjustments (CRD-1 to CRD-8, CRD-11, CRD-14, CRD-16).
    pub fn credits(&self) -> Functions<'_> {
        Functions { host: self }
    }
}

impl Functions<'_> {
    /// Class: query. The account's own token or an operator with `credits.get-balance`.
    pub fn get_balance(&self, caller: &Caller, auth_id: &str) -> Reply<Balance, CreditError> {
        let request = GetBalanceRequest {
            caller: self.host.caller_for(GetBalanceRequest::FUNCTION, caller),
            auth_id: auth_id.to_owned(),
        };
        self.host.ask(request)
    }

    /// [`Functions::get_balance`] for asynchronous programs.
    pub async fn get_balance_async(&self, caller: &Caller, auth_id: &str) -> Reply<Balance, CreditError> {
        let request = GetBalanceRequest {
            caller: self.host.caller_for(GetBalanceRequest::FUNCTION, caller),
            auth_id: auth_id.to_owned(),
        };
        self.host.ask_async(request).await
    }

    /// Class: query. Permission: operator `credits.list-lots`. Open lots in spending order, at most 1000.
    pub fn list_lots(&self, caller: &Caller, auth_id: &str) -> Reply<Vec<Lot>, CreditError> {
        let request = ListLotsRequest {
            caller: self.host.caller_for(ListLotsRequest::FUNCTION, caller),
            auth_id: auth_id.to_owned(),
        };
        self.host.ask(request)
    }

    /// [`Functions::list_lots`] for asynchronous programs.
    pub async fn list_lots_async(&self, caller: &Caller, auth_id: &str) -> Reply<Vec<Lot>, CreditError> {
        let request = ListLotsRequest {
            caller: self.host.caller_for(ListLotsRequest::FUNCTION, caller),
            auth_id: auth_id.to_owned(),
        };
        self.host.ask_async(request).await
    }

    /// Class: query. Permission: operator `credits.get-statement`. The account's statement of a UTC month, such as `2026-11`, added up
    /// from the ledger.
    pub fn get_statement(
        &self,
        caller: &Caller,
        auth_id: &str,
        month: &str,
        after: Option<&str>,
    ) -> Reply<Statement, CreditError> {
        let request = GetStatementRequest {
            caller: self.host.caller_for(GetStatementRequest::FUNCTION, caller),
            auth_id: auth_id.to_owned(),
            month: month.to_owned(),
            after: after.map(str::to_owned),
        };
        self.host.ask(request)
    }

    /// [`Functions::get_statement`] for asynchronous programs.
    pub async fn get_statement_async(
        &self,
        caller: &Caller,
        auth_id: &str,
        month: &str,
        after: Option<&str>,
    ) -> Reply<Statement, CreditError> {
        let request = GetStatementRequest {
            caller: self.host.caller_for(GetStatementRequest::FUNCTION, caller),
            auth_id: auth_id.to_owned(),
            month: month.to_owned(),
            after: after.map(str::to_owned),
        };
        self.host.ask_async(request).await
    }

    /// Class: command. Permission: operator `credits.recharge` (CRD-4; API tokens never pay, R35). Starts a charge of the named or the
    /// default card. A suspended account may recharge too. A pending automatic charge does not prevent it. It counts in caps, but no cap
    /// blocks it.
    pub fn recharge(
        &self,
        caller: &Caller,
        auth_id: &str,
        amount: Micros,
        card: Option<&str>,
    ) -> Reply<StartedJob, CreditError> {
        let request = RechargeRequest {
            caller: self.host.caller_for(RechargeRequest::FUNCTION, caller),
            auth_id: auth_id.to_owned(),
            amount,
            card: card.map(str::to_owned),
        };
        self.host.ask(request)
    }

    /// [`Functions::recharge`] for asynchronous programs.
    pub async fn recharge_async(
        &self,
        caller: &Caller,
        auth_id: &str,
        amount: Micros,
        card: Option<&str>,
    ) -> Reply<StartedJob, CreditError> {
        let request = RechargeRequest {
            caller: self.host.caller_for(RechargeRequest::FUNCTION, caller),
            auth_id: auth_id.to_owned(),
            amount,
            card: card.map(str::to_owned),
        };
        self.host.ask_async(request).await
    }

    /// Class: query. Permission: operator `credits.list-charges`. All charges, failed ones too, newest first, 1 to 100 a page.
    pub fn list_charges(
        &self,
        caller: &Caller,
        auth_id: &str,
        after: Option<&str>,
        limit: u32,
    ) -> Reply<ChargePage, CreditError> {
        let request = ListChargesRequest {
            caller: self.host.caller_for(ListChargesRequest::FUNCTION, caller),
            auth_id: auth_id.to_owned(),
            after: after.map(str::to_owned),
            limit,
        };
        self.host.ask(request)
    }

    /// [`Functions::list_charges`] for asynchronous programs.
    pub async fn list_charges_async(
        &self,
        caller: &Caller,
        auth_id: &str,
        after: Option<&str>,
        limit: u32,
    ) -> Reply<ChargePage, CreditError> {
        let request = ListChargesRequest {
            caller: self.host.caller_for(ListChargesRequest::FUNCTION, caller),
            auth_id: auth_id.to_owned(),
            after: after.map(str::to_owned),
            limit,
        };
        self.host.ask_async(request).await
    }

    /// Class: command. Permission: operator `credits.give-up`. Asks the gateway to make an open charge final (R11). Answers the job of the
    /// charge.
    pub fn give_up(&self, caller: &Caller, auth_id: &str, charge: u32) -> Reply<StartedJob, CreditError> {
        let request = GiveUpRequest {
            caller: self.host.caller_for(GiveUpRequest::FUNCTION, caller),
            auth_id: auth_id.to_owned(),
            charge,
        };
        self.host.ask(request)
    }

    /// [`Functions::give_up`] for asynchronous programs.
    pub async fn give_up_async(&self, caller: &Caller, auth_id: &str, charge: u32) -> Reply<StartedJob, CreditError> {
        let request = GiveUpRequest {
            caller: self.host.caller_for(GiveUpRequest::FUNCTION, caller),
            auth_id: auth_id.to_owned(),
            charge,
        };
        self.host.ask_async(request).await
    }

    /// Class: command. Permission: operator `credits.set-auto-recharge`. Changes the fields that are named, and answers all settings (R88).
    /// Saving resets the ladder and judges the account at once (R5, R10). A change that names nothing changes nothing. The bounds of named
    /// fields are checked; a change that switches automatic recharge on is checked against all bounds. A change that leaves it on needs a
    /// default card: `no-usable-card`.
    pub fn set_auto_recharge(
        &self,
        caller: &Caller,
        auth_id: &str,
        settings: RechargeChange,
    ) -> Reply<RechargeStatus, CreditError> {
        let request = SetAutoRechargeRequest {
            caller: self.host.caller_for(SetAutoRechargeRequest::FUNCTION, caller),
            auth_id: auth_id.to_owned(),
            settings,
        };
        self.host.ask(request)
    }

    /// [`Functions::set_auto_recharge`] for asynchronous programs.
    pub async fn set_auto_recharge_async(
        &self,
        caller: &Caller,
        auth_id: &str,
        settings: RechargeChange,
    ) -> Reply<RechargeStatus, CreditError> {
        let request = SetAutoRechargeRequest {
            caller: self.host.caller_for(SetAutoRechargeRequest::FUNCTION, caller),
            auth_id: auth_id.to_owned(),
            settings,
        };
        self.host.ask_async(request).await
    }

    /// Class: query. Permission: operator `credits.get-auto-recharge`.
    pub fn get_auto_recharge(&self, caller: &Caller, auth_id: &str) -> Reply<RechargeStatus, CreditError> {
        let request = GetAutoRechargeRequest {
            caller: self.host.caller_for(GetAutoRechargeRequest::FUNCTION, caller),
            auth_id: auth_id.to_owned(),
        };
        self.host.ask(request)
    }

    /// [`Functions::get_auto_recharge`] for asynchronous programs.
    pub async fn get_auto_recharge_async(&self, caller: &Caller, auth_id: &str) -> Reply<RechargeStatus, CreditError> {
        let request = GetAutoRechargeRequest {
            caller: self.host.caller_for(GetAutoRechargeRequest::FUNCTION, caller),
            auth_id: auth_id.to_owned(),
        };
        self.host.ask_async(request).await
    }

    /// Class: command. Permission: operator `credits.add-card`. `token` is the gateway's, 1 to 200 printable ASCII characters, never a
    /// card number (13 to 19 digits are refused). The first usable card becomes the default. At most 10 an account.
    pub fn add_card(
        &self,
        caller: &Caller,
        auth_id: &str,
        token: &str,
        make_default: bool,
    ) -> Reply<StartedJob, CreditError> {
        let request = AddCardRequest {
            caller: self.host.caller_for(AddCardRequest::FUNCTION, caller),
            auth_id: auth_id.to_owned(),
            token: token.to_owned(),
            make_default,
        };
        self.host.ask(request)
    }

    /// [`Functions::add_card`] for asynchronous programs.
    pub async fn add_card_async(
        &self,
        caller: &Caller,
        auth_id: &str,
        token: &str,
        make_default: bool,
    ) -> Reply<StartedJob, CreditError> {
        let request = AddCardRequest {
            caller: self.host.caller_for(AddCardRequest::FUNCTION, caller),
            auth_id: auth_id.to_owned(),
            token: token.to_owned(),
            make_default,
        };
        self.host.ask_async(request).await
    }

    /// Class: command. Permission: operator `credits.set-default-card`. Resets the ladder if the default changes (CRD-6, R10).
    pub fn set_default_card(&self, caller: &Caller, auth_id: &str, card: &str) -> Reply<(), CreditError> {
        let request = SetDefaultCardRequest {
            caller: self.host.caller_for(SetDefaultCardRequest::FUNCTION, caller),
            auth_id: auth_id.to_owned(),
            card: card.to_owned(),
        };
        self.host.ask(request)
    }

    /// [`Functions::set_default_card`] for asynchronous programs.
    pub async fn set_default_card_async(&self, caller: &Caller, auth_id: &str, card: &str) -> Reply<(), CreditError> {
        let request = SetDefaultCardRequest {
            caller: self.host.caller_for(SetDefaultCardRequest::FUNCTION, caller),
            auth_id: auth_id.to_owned(),
            card: card.to_owned(),
        };
        self.host.ask_async(request).await
    }

    /// Class: command. Permission: operator `credits.remove-card`. The gateway is asked to forget the card. No other card becomes default by
    /// itself.
    pub fn remove_card(&self, caller: &Caller, auth_id: &str, card: &str) -> Reply<(), CreditError> {
        let request = RemoveCardRequest {
            caller: self.host.caller_for(RemoveCardRequest::FUNCTION, caller),
            auth_id: auth_id.to_owned(),
            card: card.to_owned(),
        };
        self.host.ask(request)
    }

    /// [`Functions::remove_card`] for asynchronous programs.
    pub async fn remove_card_async(&self, caller: &Caller, auth_id: &str, card: &str) -> Reply<(), CreditError> {
        let request = RemoveCardRequest {
            caller: self.host.caller_for(RemoveCardRequest::FUNCTION, caller),
            auth_id: auth_id.to_owned(),
            card: card.to_owned(),
        };
        self.host.ask_async(request).await
    }

    /// Class: query. Permission: operator `credits.list-cards`.
    pub fn list_cards(&self, caller: &Caller, auth_id: &str) -> Reply<Vec<Card>, CreditError> {
        let request = ListCardsRequest {
            caller: self.host.caller_for(ListCardsRequest::FUNCTION, caller),
            auth_id: auth_id.to_owned(),
        };
        self.host.ask(request)
    }

    /// [`Functions::list_cards`] for asynchronous programs.
    pub async fn list_cards_async(&self, caller: &Caller, auth_id: &str) -> Reply<Vec<Card>, CreditError> {
        let request = ListCardsRequest {
            caller: self.host.caller_for(ListCardsRequest::FUNCTION, caller),
            auth_id: auth_id.to_owned(),
        };
        self.host.ask_async(request).await
    }

    /// Class: command. Permission: operator `credits.set-alerts` (CRD-8). Up to three thresholds of 0 or more in whole cents, and up to 20
    /// recipients. `none` leaves a list as it is; an empty list removes all of it (R88).
    pub fn set_alerts(
        &self,
        caller: &Caller,
        auth_id: &str,
        thresholds: Option<Vec<Micros>>,
        recipients: Option<Vec<String>>,
    ) -> Reply<AlertSettings, CreditError> {
        let request = SetAlertsRequest {
            caller: self.host.caller_for(SetAlertsRequest::FUNCTION, caller),
            auth_id: auth_id.to_owned(),
            thresholds,
            recipients,
        };
        self.host.ask(request)
    }

    /// [`Functions::set_alerts`] for asynchronous programs.
    pub async fn set_alerts_async(
        &self,
        caller: &Caller,
        auth_id: &str,
        thresholds: Option<Vec<Micros>>,
        recipients: Option<Vec<String>>,
    ) -> Reply<AlertSettings, CreditError> {
        let request = SetAlertsRequest {
            caller: self.host.caller_for(SetAlertsRequest::FUNCTION, caller),
            auth_id: auth_id.to_owned(),
            thresholds,
            recipients,
        };
        self.host.ask_async(request).await
    }

    /// Class: query. Permission: operator `credits.get-alerts`.
    pub fn get_alerts(&self, caller: &Caller, auth_id: &str) -> Reply<AlertSettings, CreditError> {
        let request = GetAlertsRequest {
            caller: self.host.caller_for(GetAlertsRequest::FUNCTION, caller),
            auth_id: auth_id.to_owned(),
        };
        self.host.ask(request)
    }

    /// [`Functions::get_alerts`] for asynchronous programs.
    pub async fn get_alerts_async(&self, caller: &Caller, auth_id: &str) -> Reply<AlertSettings, CreditError> {
        let request = GetAlertsRequest {
            caller: self.host.caller_for(GetAlertsRequest::FUNCTION, caller),
            auth_id: auth_id.to_owned(),
        };
        self.host.ask_async(request).await
    }

    /// Class: command. Permission: operator `credits.adjust`. `reason`: 1 to 200 characters, for the audit and the invoice. An account
    /// with 5000 open lots gets no further lot, neither as a gift nor by a manual recharge: `other` with the code `too-many-lots`.
    pub fn adjust(
        &self,
        caller: &Caller,
        auth_id: &str,
        adjustment: Adjustment,
        reason: &str,
    ) -> Reply<Adjusted, CreditError> {
        let request = AdjustRequest {
            caller: self.host.caller_for(AdjustRequest::FUNCTION, caller),
            auth_id: auth_id.to_owned(),
            adjustment,
            reason: reason.to_owned(),
        };
        self.host.ask(request)
    }

    /// [`Functions::adjust`] for asynchronous programs.
    pub async fn adjust_async(
        &self,
        caller: &Caller,
        auth_id: &str,
        adjustment: Adjustment,
        reason: &str,
    ) -> Reply<Adjusted, CreditError> {
        let request = AdjustRequest {
            caller: self.host.caller_for(AdjustRequest::FUNCTION, caller),
            auth_id: auth_id.to_owned(),
            adjustment,
            reason: reason.to_owned(),
        };
        self.host.ask_async(request).await
    }

    /// Class: command. Permission: operator `credits.settle` (R24). Charges exactly what the account owes, rounded half-up to the cent, from
    /// the named or the default card. A settlement has no minimum, counts in no cap and upgrades no trial. It is possible while the account
    /// is being closed. Only one runs at a time, and none beside a charge for an invoice: `other` with the code `settlement-under-way`.
    pub fn settle(&self, caller: &Caller, auth_id: &str, card: Option<&str>) -> Reply<StartedJob, CreditError> {
        let request = SettleRequest {
            caller: self.host.caller_for(SettleRequest::FUNCTION, caller),
            auth_id: auth_id.to_owned(),
            card: card.map(str::to_owned),
        };
        self.host.ask(request)
    }

    /// [`Functions::settle`] for asynchronous programs.
    pub async fn settle_async(
        &self,
        caller: &Caller,
        auth_id: &str,
        card: Option<&str>,
    ) -> Reply<StartedJob, CreditError> {
        let request = SettleRequest {
            caller: self.host.caller_for(SettleRequest::FUNCTION, caller),
            auth_id: auth_id.to_owned(),
            card: card.map(str::to_owned),
        };
        self.host.ask_async(request).await
    }

    /// Class: command. Permission: operator `credits.record-chargeback` (R33, R84). A card holder has taken back `amount` of a paid charge;
    /// without `amount`, all that was neither refunded nor taken back yet.
    ///
    /// * *Balance.* The amount is taken off the account again, first from what is left of that recharge, below zero if need be. Of a closed
    ///   account it is a loss.
    /// * *Invoices.* What the payment had paid of issued invoices is owed of them again, the newest first. These invoices are open again and
    ///   mailed. A postpaid account is charged for them again after the policy's `dunning-days`.
    /// * *Suspension.* An active account is suspended for payment failure. If something is owed then, the suspension ends once it is paid
    ///   (ACC-9). If nothing is owed, the suspension ends when an operator ends it, or when the dispute is won.
    /// * *Receipt.* The chargeback has a receipt of its own with the status `charged-back`.
    ///
    /// `amount`: whole cents. `reference`: 1 to 200 characters, such as the bank's case. Each reference is booked once for a charge; a second
    /// time is `other` with the code `chargeback-recorded`. A charge can have 20 chargebacks, then the code is `too-many-chargebacks`. For a
    /// charge that is not paid it is `charge-not-paid`.
    pub fn record_chargeback(
        &self,
        caller: &Caller,
        auth_id: &str,
        charge: u32,
        amount: Option<Micros>,
        reference: &str,
    ) -> Reply<Adjusted, CreditError> {
        let request = RecordChargebackRequest {
            caller: self.host.caller_for(RecordChargebackRequest::FUNCTION, caller),
            auth_id: auth_id.to_owned(),
            charge,
            amount,
            reference: reference.to_owned(),
        };
        self.host.ask(request)
    }

    /// [`Functions::record_chargeback`] for asynchronous programs.
    pub async fn record_chargeback_async(
        &self,
        caller: &Caller,
        auth_id: &str,
        charge: u32,
        amount: Option<Micros>,
        reference: &str,
    ) -> Reply<Adjusted, CreditError> {
        let request = RecordChargebackRequest {
            caller: self.host.caller_for(RecordChargebackRequest::FUNCTION, caller),
            auth_id: auth_id.to_owned(),
            charge,
            amount,
            reference: reference.to_owned(),
        };
        self.host.ask_async(request).await
    }

    /// Class: command. Permission: operator `credits.record-payment-chargeback` (R33, R84). Like `record-chargeback`, for a payment that was
    /// credited without a charge, after a restore or from the operator's queue. `payment` is the key of the payment at the gateway. From then
    /// on the payment has a charge.
    pub fn record_payment_chargeback(
        &self,
        caller: &Caller,
        auth_id: &str,
        payment: &str,
        amount: Option<Micros>,
        reference: &str,
    ) -> Reply<Adjusted, CreditError> {
        let request = RecordPaymentChargebackRequest {
            caller: self.host.caller_for(RecordPaymentChargebackRequest::FUNCTION, caller),
            auth_id: auth_id.to_owned(),
            payment: payment.to_owned(),
            amount,
            reference: reference.to_owned(),
        };
        self.host.ask(request)
    }

    /// [`Functions::record_payment_chargeback`] for asynchronous programs.
    pub async fn record_payment_chargeback_async(
        &self,
        caller: &Caller,
        auth_id: &str,
        payment: &str,
        amount: Option<Micros>,
        reference: &str,
    ) -> Reply<Adjusted, CreditError> {
        let request = RecordPaymentChargebackRequest {
            caller: self.host.caller_for(RecordPaymentChargebackRequest::FUNCTION, caller),
            auth_id: auth_id.to_owned(),
            payment: payment.to_owned(),
            amount,
            reference: reference.to_owned(),
        };
        self.host.ask_async(request).await
    }

    /// Class: command. Permission: operator `credits.record-dispute-won` (R84, CRD-19). The dispute about the chargeback with this `reference` was
    /// won, so the money is back.
    ///
    /// * *Balance.* The money first pays what is still owed of the chargeback. Then it goes back to the lots that the chargeback was taken from,
    ///   or that have paid it since. Each of these lots first pays what else is owed; the rest is credit of the same kind, age and expiry as
    ///   before. What was written off of the chargeback is recovered and becomes no credit (R24). Of a closed account, what was paid for the
    ///   chargeback is given back to the cards that paid it, or the loss is taken back.
    /// * *Suspension.* A suspension for this chargeback ends if nothing else is due.
    /// * *Receipt.* The dispute has a receipt of its own, and the receipt of the chargeback is `reversed` from then on.
    ///
    /// An unknown reference is `not-found`. A second time is `other` with the code `dispute-won-already`.
    pub fn record_dispute_won(
        &self,
        caller: &Caller,
        auth_id: &str,
        charge: u32,
        reference: &str,
    ) -> Reply<Adjusted, CreditError> {
        let request = RecordDisputeWonRequest {
            caller: self.host.caller_for(RecordDisputeWonRequest::FUNCTION, caller),
            auth_id: auth_id.to_owned(),
            charge,
            reference: reference.to_owned(),
        };
        self.host.ask(request)
    }

    /// [`Functions::record_dispute_won`] for asynchronous programs.
    pub async fn record_dispute_won_async(
        &self,
        caller: &Caller,
        auth_id: &str,
        charge: u32,
        reference: &str,
    ) -> Reply<Adjusted, CreditError> {
        let request = RecordDisputeWonRequest {
            caller: self.host.caller_for(RecordDisputeWonRequest::FUNCTION, caller),
            auth_id: auth_id.to_owned(),
            charge,
            reference: reference.to_owned(),
        };
        self.host.ask_async(request).await
    }

    /// Class: command. Permission: operator `credits.write-off` (R24). Gives up all that the account owes. `reason`: 1 to 200 characters.
    pub fn write_off(&self, caller: &Caller, auth_id: &str, reason: &str) -> Reply<Adjusted, CreditError> {
        let request = WriteOffRequest {
            caller: self.host.caller_for(WriteOffRequest::FUNCTION, caller),
            auth_id: auth_id.to_owned(),
            reason: reason.to_owned(),
        };
        self.host.ask(request)
    }

    /// [`Functions::write_off`] for asynchronous programs.
    pub async fn write_off_async(&self, caller: &Caller, auth_id: &str, reason: &str) -> Reply<Adjusted, CreditError> {
        let request = WriteOffRequest {
            caller: self.host.caller_for(WriteOffRequest::FUNCTION, caller),
            auth_id: auth_id.to_owned(),
            reason: reason.to_owned(),
        };
        self.host.ask_async(request).await
    }
}

#[derive(Serialize)]
struct GetBalanceRequest {
    caller: Caller,
    auth_id: String,
}

impl TypedRequest for GetBalanceRequest {
    const FUNCTION: &'static str = "credits.get-balance";
    type Answer = Result<Balance, CreditError>;

    fn send(&self, rules: &Rules, store: impl AsContextMut) -> wasmtime::Result<Self::Answer> {
        let rules = rules.coinbox_billing_credits();
        rules.call_get_balance(store, &self.caller, &self.auth_id)
    }
}

#[derive(Serialize)]
struct ListLotsRequest {
    caller: Caller,
    auth_id: String,
}

impl TypedRequest for ListLotsRequest {
    const FUNCTION: &'static str = "credits.list-lots";
    type Answer = Result<Vec<Lot>, CreditError>;

    fn send(&self, rules: &Rules, store: impl AsContextMut) -> wasmtime::Result<Self::Answer> {
        let rules = rules.coinbox_billing_credits();
        rules.call_list_lots(store, &self.caller, &self.auth_id)
    }
}

#[derive(Serialize)]
struct GetStatementRequest {
    caller: Caller,
    auth_id: String,
    month: String,
    after: Option<String>,
}

impl TypedRequest for GetStatementRequest {
    const FUNCTION: &'static str = "credits.get-statement";
    type Answer = Result<Statement, CreditError>;

    fn send(&self, rules: &Rules, store: impl AsContextMut) -> wasmtime::Result<Self::Answer> {
        let rules = rules.coinbox_billing_credits();
        rules.call_get_statement(store, &self.caller, &self.auth_id, &self.month, self.after.as_deref())
    }
}

#[derive(Serialize)]
struct RechargeRequest {
    caller: Caller,
    auth_id: String,
    amount: Micros,
    card: Option<String>,
}

impl TypedRequest for RechargeRequest {
    const FUNCTION: &'static str = "credits.recharge";
    type Answer = Result<StartedJob, CreditError>;

    fn send(&self, rules: &Rules, store: impl AsContextMut) -> wasmtime::Result<Self::Answer> {
        let rules = rules.coinbox_billing_credits();
        rules.call_recharge(store, &self.caller, &self.auth_id, self.amount, self.card.as_deref())
    }
}

#[derive(Serialize)]
struct ListChargesRequest {
    caller: Caller,
    auth_id: String,
    after: Option<String>,
    limit: u32,
}

impl TypedRequest for ListChargesRequest {
    const FUNCTION: &'static str = "credits.list-charges";
    type Answer = Result<ChargePage, CreditError>;

    fn send(&self, rules: &Rules, store: impl AsContextMut) -> wasmtime::Result<Self::Answer> {
        let rules = rules.coinbox_billing_credits();
        rules.call_list_charges(store, &self.caller, &self.auth_id, self.after.as_deref(), self.limit)
    }
}

#[derive(Serialize)]
struct GiveUpRequest {
    caller: Caller,
    auth_id: String,
    charge: u32,
}

impl TypedRequest for GiveUpRequest {
    const FUNCTION: &'static str = "credits.give-up";
    type Answer = Result<StartedJob, CreditError>;

    fn send(&self, rules: &Rules, store: impl AsContextMut) -> wasmtime::Result<Self::Answer> {
        let rules = rules.coinbox_billing_credits();
        rules.call_give_up(store, &self.caller, &self.auth_id, self.charge)
    }
}

#[derive(Serialize)]
struct SetAutoRechargeRequest {
    caller: Caller,
    auth_id: String,
    settings: RechargeChange,
}

impl TypedRequest for SetAutoRechargeRequest {
    const FUNCTION: &'static str = "credits.set-auto-recharge";
    type Answer = Result<RechargeStatus, CreditError>;

    fn send(&self, rules: &Rules, store: impl AsContextMut) -> wasmtime::Result<Self::Answer> {
        let rules = rules.coinbox_billing_credits();
        rules.call_set_auto_recharge(store, &self.caller, &self.auth_id, &self.settings)
    }
}

#[derive(Serialize)]
struct GetAutoRechargeRequest {
    caller: Caller,
    auth_id: String,
}

impl TypedRequest for GetAutoRechargeRequest {
    const FUNCTION: &'static str = "credits.get-auto-recharge";
    type Answer = Result<RechargeStatus, CreditError>;

    fn send(&self, rules: &Rules, store: impl AsContextMut) -> wasmtime::Result<Self::Answer> {
        let rules = rules.coinbox_billing_credits();
        rules.call_get_auto_recharge(store, &self.caller, &self.auth_id)
    }
}

#[derive(Serialize)]
struct AddCardRequest {
    caller: Caller,
    auth_id: String,
    token: String,
    make_default: bool,
}

impl TypedRequest for AddCardRequest {
    const FUNCTION: &'static str = "credits.add-card";
    type Answer = Result<StartedJob, CreditError>;

    fn send(&self, rules: &Rules, store: impl AsContextMut) -> wasmtime::Result<Self::Answer> {
        let rules = rules.coinbox_billing_credits();
        rules.call_add_card(store, &self.caller, &self.auth_id, &self.token, self.make_default)
    }
}

#[derive(Serialize)]
struct SetDefaultCardRequest {
    caller: Caller,
    auth_id: String,
    card: String,
}

impl TypedRequest for SetDefaultCardRequest {
    const FUNCTION: &'static str = "credits.set-default-card";
    type Answer = Result<(), CreditError>;

    fn send(&self, rules: &Rules, store: impl AsContextMut) -> wasmtime::Result<Self::Answer> {
        let rules = rules.coinbox_billing_credits();
        rules.call_set_default_card(store, &self.caller, &self.auth_id, &self.card)
    }
}

#[derive(Serialize)]
struct RemoveCardRequest {
    caller: Caller,
    auth_id: String,
    card: String,
}

impl TypedRequest for RemoveCardRequest {
    const FUNCTION: &'static str = "credits.remove-card";
    type Answer = Result<(), CreditError>;

    fn send(&self, rules: &Rules, store: impl AsContextMut) -> wasmtime::Result<Self::Answer> {
        let rules = rules.coinbox_billing_credits();
        rules.call_remove_card(store, &self.caller, &self.auth_id, &self.card)
    }
}

#[derive(Serialize)]
struct ListCardsRequest {
    caller: Caller,
    auth_id: String,
}

impl TypedRequest for ListCardsRequest {
    const FUNCTION: &'static str = "credits.list-cards";
    type Answer = Result<Vec<Card>, CreditError>;

    fn send(&self, rules: &Rules, store: impl AsContextMut) -> wasmtime::Result<Self::Answer> {
        let rules = rules.coinbox_billing_credits();
        rules.call_list_cards(store, &self.caller, &self.auth_id)
    }
}

#[derive(Serialize)]
struct SetAlertsRequest {
    caller: Caller,
    auth_id: String,
    thresholds: Option<Vec<Micros>>,
    recipients: Option<Vec<String>>,
}

impl TypedRequest for SetAlertsRequest {
    const FUNCTION: &'static str = "credits.set-alerts";
    type Answer = Result<AlertSettings, CreditError>;

    fn send(&self, rules: &Rules, store: impl AsContextMut) -> wasmtime::Result<Self::Answer> {
        let rules = rules.coinbox_billing_credits();
        rules.call_set_alerts(
            store,
            &self.caller,
            &self.auth_id,
            self.thresholds.as_deref(),
            self.recipients.as_deref(),
        )
    }
}

#[derive(Serialize)]
struct GetAlertsRequest {
    caller: Caller,
    auth_id: String,
}

impl TypedRequest for GetAlertsRequest {
    const FUNCTION: &'static str = "credits.get-alerts";
    type Answer = Result<AlertSettings, CreditError>;

    fn send(&self, rules: &Rules, store: impl AsContextMut) -> wasmtime::Result<Self::Answer> {
        let rules = rules.coinbox_billing_credits();
        rules.call_get_alerts(store, &self.caller, &self.auth_id)
    }
}

#[derive(Serialize)]
struct AdjustRequest {
    caller: Caller,
    auth_id: String,
    adjustment: Adjustment,
    reason: String,
}

impl TypedRequest for AdjustRequest {
    const FUNCTION: &'static str = "credits.adjust";
    type Answer = Result<Adjusted, CreditError>;

    fn send(&self, rules: &Rules, store: impl AsContextMut) -> wasmtime::Result<Self::Answer> {
        let rules = rules.coinbox_billing_credits();
        rules.call_adjust(store, &self.caller, &self.auth_id, &self.adjustment, &self.reason)
    }
}

#[derive(Serialize)]
struct SettleRequest {
    caller: Caller,
    auth_id: String,
    card: Option<String>,
}

impl TypedRequest for SettleRequest {
    const FUNCTION: &'static str = "credits.settle";
    type Answer = Result<StartedJob, CreditError>;

    fn send(&self, rules: &Rules, store: impl AsContextMut) -> wasmtime::Result<Self::Answer> {
        let rules = rules.coinbox_billing_credits();
        rules.call_settle(store, &self.caller, &self.auth_id, self.card.as_deref())
    }
}

#[derive(Serialize)]
struct RecordChargebackRequest {
    caller: Caller,
    auth_id: String,
    charge: u32,
    amount: Option<Micros>,
    reference: String,
}

impl TypedRequest for RecordChargebackRequest {
    const FUNCTION: &'static str = "credits.record-chargeback";
    type Answer = Result<Adjusted, CreditError>;

    fn send(&self, rules: &Rules, store: impl AsContextMut) -> wasmtime::Result<Self::Answer> {
        let rules = rules.coinbox_billing_credits();
        rules.call_record_chargeback(store, &self.caller, &self.auth_id, self.charge, self.amount, &self.reference)
    }
}

#[derive(Serialize)]
struct RecordPaymentChargebackRequest {
    caller: Caller,
    auth_id: String,
    payment: String,
    amount: Option<Micros>,
    reference: String,
}

impl TypedRequest for RecordPaymentChargebackRequest {
    const FUNCTION: &'static str = "credits.record-payment-chargeback";
    type Answer = Result<Adjusted, CreditError>;

    fn send(&self, rules: &Rules, store: impl AsContextMut) -> wasmtime::Result<Self::Answer> {
        let rules = rules.coinbox_billing_credits();
        rules.call_record_payment_chargeback(
            store,
            &self.caller,
            &self.auth_id,
            &self.payment,
            self.amount,
            &self.reference,
        )
    }
}

#[derive(Serialize)]
struct RecordDisputeWonRequest {
    caller: Caller,
    auth_id: String,
    charge: u32,
    reference: String,
}

impl TypedRequest for RecordDisputeWonRequest {
    const FUNCTION: &'static str = "credits.record-dispute-won";
    type Answer = Result<Adjusted, CreditError>;

    fn send(&self, rules: &Rules, store: impl AsContextMut) -> wasmtime::Result<Self::Answer> {
        let rules = rules.coinbox_billing_credits();
        rules.call_record_dispute_won(store, &self.caller, &self.auth_id, self.charge, &self.reference)
    }
}

#[derive(Serialize)]
struct WriteOffRequest {
    caller: Caller,
    auth_id: String,
    reason: String,
}

impl TypedRequest for WriteOffRequest {
    const FUNCTION: &'static str = "credits.write-off";
    type Answer = Result<Adjusted, CreditError>;

    fn send(&self, rules: &Rules, store: impl AsContextMut) -> wasmtime::Result<Self::Answer> {
        let rules = rules.coinbox_billing_credits();
        rules.call_write_off(store, &self.caller, &self.auth_id, &self.reason)
    }
}
