//! What outlives a turn in a warm instance: one slot an area, found by its type.
//!
//! An area keeps only what it has parsed, under what it was parsed from: a text, or a digest of the content. So a warm instance answers exactly
//! what a fresh one would, whatever store it serves. How much a slot may hold is bounded by its owner.

use std::any::Any;
use std::cell::RefCell;
use std::rc::Rc;

/// The slots. One an instance; every turn is lent it.
#[derive(Default)]
pub struct Kept {
    // A handful: looking through them is faster than any map.
    slots: RefCell<Vec<Rc<dyn Any>>>,
}

impl Kept {
    /// Nothing kept yet.
    pub fn new() -> Kept {
        Kept::default()
    }

    /// The slot of this type, empty at first.
    pub fn slot<T: Default + 'static>(&self) -> Rc<T> {
        let mut slots = self.slots.borrow_mut();
        if let Some(slot) = slots.iter().find(|slot| slot.is::<T>()) {
            return slot.clone().downcast().expect("found by its type");
        }
        let slot = Rc::new(T::default());
        slots.push(slot.clone());
        slot
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::cell::Cell;

    #[derive(Default)]
    struct Other(Cell<u32>);

    #[test]
    fn each_type_has_a_slot_of_its_own() {
        let kept = Kept::new();
        kept.slot::<Cell<u32>>().set(1);
        kept.slot::<Other>().0.set(2);
        assert_eq!((kept.slot::<Cell<u32>>().get(), kept.slot::<Other>().0.get()), (1, 2));
        assert!(Rc::ptr_eq(&kept.slot::<Other>(), &kept.slot::<Other>()));
    }
}
