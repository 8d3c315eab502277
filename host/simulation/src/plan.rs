//! The list of a seed.

use super::dice::Dice;
use super::operation::{Choice, Operation, TOKENS, USD, address, draw, settings, taxes};
use super::rows;

/// The operations of a seed.
pub(crate) fn plan(seed: u64, count: usize) -> Vec<Operation> {
    let dice = &mut Dice::new(seed);
    let by_invoice = dice.chance(30);
    let trial = !by_invoice && dice.chance(60);
    let mut operations = vec![Operation::Account { trial: false }, Operation::Account { trial }];
    if by_invoice {
        let token = if dice.chance(50) { "tok_approve" } else { dice.of(&TOKENS) };
        operations.push(Operation::AddCard { account: 1, token, default: true });
        let limit = (20 + dice.amount(300)) * USD;
        operations.push(Operation::Billing { account: 1, limit: Some(limit) });
    }
    if dice.chance(40) {
        operations.push(Operation::Policy(Choice::Taxes(taxes(dice))));
        operations.extend((0..2).map(|account| address(dice, account)));
    }
    if dice.chance(25) {
        operations.push(Operation::Cycle { account: 1, quarterly: true });
    }
    // Most simulations have somebody who recharges automatically from the beginning.
    if dice.chance(80) {
        let token = if dice.chance(60) { "tok_approve" } else { dice.of(&TOKENS) };
        operations.push(Operation::AddCard { account: 0, token, default: true });
        operations.push(settings(dice, 0));
    }
    while operations.len() < count {
        if dice.chance(8) {
            operations.extend(rows::row(dice));
        } else {
            operations.push(draw(dice));
        }
    }
    operations.truncate(count);
    operations
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_is_one_plan_and_a_longer_plan_begins_with_it() {
        assert_eq!(plan(5, 80), plan(5, 80));
        assert_eq!(plan(5, 80)[..40], plan(5, 40)[..]);
        assert_ne!(plan(5, 80), plan(6, 80));
        assert_eq!(plan(5, 1).len(), 1);
    }
}
