//! Settings of automatic recharge, where its ladder stands, and all charges of an account (CRD-3 to CRD-6, CRD-16, R5 to R11, R22).

use std::collections::{BTreeMap, BTreeSet};

/// CRD-5, CRD-16.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The switch.
    pub enabled: bool,
    /// B.
    pub below: i64,
    /// R.
    pub amount: i64,
    /// A day, a week, a month.
    pub caps: [Option<i64>; 3],
}

/// Where the ladder stands.
#[derive(Clone, PartialEq, Debug, Default)]
pub(crate) enum Ladder {
    /// Nothing stands in the way.
    #[default]
    Ready,
    /// This charge has no final answer.
    Charging(u32),
    /// Tried again at this level.
    Waiting(i64),
    /// Only a reset goes on.
    Exhausted,
    /// A cap refused until then; what was before.
    Capped(i64, Box<Ladder>),
}

/// How a charge stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ChargeState {
    /// No final answer.
    Open,
    /// Moved.
    Paid,
    /// Not moved.
    Declined,
    /// Never moved and never will.
    Void,
}

/// Who wants a charge, and what for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ChargeKind {
    /// The rules, a recharge (CRD-5).
    Automatic,
    /// A person, a recharge (CRD-4).
    Manual,
    /// A person, exactly what is owed (R24).
    Settlement,
    /// The rules, for an invoice of a postpaid account (CRD-15).
    Invoice,
}

impl ChargeKind {
    /// Its name in the contract.
    pub fn word(self) -> &'static str {
        match self {
            ChargeKind::Automatic => "automatic",
            ChargeKind::Manual => "manual",
            ChargeKind::Settlement => "settlement",
            ChargeKind::Invoice => "invoice",
        }
    }
}

/// One charge.
#[derive(Clone, Debug)]
pub struct Charge {
    /// Who wants it.
    pub kind: ChargeKind,
    /// How much.
    pub amount: i64,
    /// Number of the card.
    pub card: u32,
    /// Its token: the card may be removed long before the payment is given back.
    pub token: String,
    /// How it stands.
    pub state: ChargeState,
    /// When it was made.
    pub created: i64,
    /// The lot that it paid for.
    pub lot: Option<u32>,
    /// The operator has given it up.
    pub given_up: bool,
    /// What its card holder has taken back.
    pub charged_back: i64,
    /// In these parts.
    pub chargebacks: Vec<i64>,
    /// The number of the invoice that it pays.
    pub invoice: Option<String>,
}

/// Automatic recharge and all charges of an account.
#[derive(Clone, Debug, Default)]
pub struct Recharge {
    /// As saved.
    pub settings: Option<Settings>,
    /// By number, from 1.
    pub charges: BTreeMap<u32, Charge>,
    /// Numbers of those that a restore has brought back.
    pub recovered: BTreeSet<u32>,
    pub(in crate::model) ladder: Ladder,
    /// Failed attempts of the episode (R8).
    pub(in crate::model) failures: u32,
    /// Paid charges of the series (R7).
    pub(in crate::model) series: u32,
    /// The lowest level that was tried in this episode.
    pub(in crate::model) tried: Option<i64>,
    pub(in crate::model) capped: BTreeSet<(usize, i64)>,
}

impl Recharge {
    /// R10.
    pub(in crate::model) fn reset(&mut self) {
        self.failures = 0;
        self.tried = None;
        if !matches!(self.ladder, Ladder::Charging(_)) {
            self.ladder = Ladder::Ready;
        }
    }

    /// An automatic charge was paid: the episode is over, the series goes on.
    pub(in crate::model) fn paid(&mut self) {
        self.ladder = Ladder::Ready;
        self.failures = 0;
        self.tried = None;
        self.series += 1;
    }

    /// Paid, pending and unknown recharges, automatic and by hand, of a period (R22). What pays a debt is no recharge.
    pub(in crate::model) fn charged(&self, (first, end): (i64, i64)) -> i64 {
        let counts = |charge: &&Charge| {
            matches!(charge.kind, ChargeKind::Automatic | ChargeKind::Manual)
                && matches!(charge.state, ChargeState::Open | ChargeState::Paid)
                && (first..end).contains(&charge.created)
        };
        self.charges.values().filter(counts).map(|charge| charge.amount).sum()
    }

    pub(in crate::model) fn open_by_hand(&self) -> bool {
        self.is_open(ChargeKind::Manual)
    }

    /// Whether a charge of this kind has no final answer.
    pub(in crate::model) fn is_open(&self, kind: ChargeKind) -> bool {
        self.charges.values().any(|charge| charge.kind == kind && charge.state == ChargeState::Open)
    }

    /// Writes a charge down; answers its number.
    pub(in crate::model) fn charge(
        &mut self,
        kind: ChargeKind,
        amount: i64,
        (card, token): (u32, String),
        now: i64,
    ) -> u32 {
        // One of a history that was lost keeps its number, and those before it are not given again.
        let number = self.charges.last_key_value().map_or(0, |(last, _)| *last) + 1;
        let state = ChargeState::Open;
        let charge = Charge {
            kind,
            amount,
            card,
            token,
            state,
            created: now,
            lot: None,
            given_up: false,
            charged_back: 0,
            chargebacks: Vec::new(),
            invoice: None,
        };
        self.charges.insert(number, charge);
        number
    }

    /// Numbers of charges in a state.
    pub fn in_state(&self, state: ChargeState) -> Vec<u32> {
        self.charges.iter().filter(|(_, charge)| charge.state == state).map(|(number, _)| *number).collect()
    }

    /// Ends automatic recharge; a charge that is open completes (R32).
    pub(in crate::model) fn switch_off(&mut self) {
        if let Some(settings) = self.settings.as_mut().filter(|settings| settings.enabled) {
            settings.enabled = false;
            self.reset();
        }
    }

    /// Whether something must happen by itself before available can rest below B.
    pub fn is_at_rest(&self) -> bool {
        self.ladder == Ladder::Ready
    }
}
