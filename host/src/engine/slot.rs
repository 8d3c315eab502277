//! What a thread keeps from call to call.

use std::any::Any;

/// Where one thread keeps the instance that it uses again and again, such as the lane. Empty at first.
///
/// It takes whatever the runtime in use puts there, so that a thread can be written without knowing the runtime.
#[derive(Default)]
pub struct RulesSlot(Option<Box<dyn Any + Send>>);

impl RulesSlot {
    /// The kept value of this type; what another runtime has left is dropped.
    pub fn of<T: Send + 'static>(&mut self) -> &mut Option<T> {
        let mut kept = self.0.take();
        if kept.as_ref().is_none_or(|kept| !kept.is::<Option<T>>()) {
            kept = Some(Box::new(None::<T>));
        }
        let kept = self.0.insert(kept.expect("filled above"));
        kept.downcast_mut().expect("checked above")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slot_keeps_one_value_and_forgets_those_of_other_types() {
        let mut slot = RulesSlot::default();
        assert_eq!(*slot.of::<u32>(), None);
        *slot.of::<u32>() = Some(7);
        assert_eq!(*slot.of::<u32>(), Some(7));
        assert_eq!(*slot.of::<String>(), None);
        assert_eq!(*slot.of::<u32>(), None);
    }
}
