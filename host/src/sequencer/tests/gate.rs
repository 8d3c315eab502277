//! A store whose commits wait until a test lets them pass, or fails them.

use crate::storage::{Beginning, Checked, Durable, GroupChanges, Source, StoreError, Timer, View};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Condvar, Mutex, MutexGuard};

#[derive(Default)]
struct State {
    permits: usize,
    open: bool,
    failure: Option<String>,
    entered: usize,
    groups: Vec<usize>,
}

pub(super) struct Gate {
    inner: Arc<dyn Durable>,
    state: Mutex<State>,
    changed: Condvar,
}

impl Gate {
    pub(super) fn new(inner: Arc<dyn Durable>) -> Arc<Self> {
        Arc::new(Gate { inner, state: Mutex::default(), changed: Condvar::new() })
    }

    fn change<T>(&self, change: impl FnOnce(&mut State) -> T) -> T {
        let result = change(&mut self.state.lock().expect("no test panics in here"));
        self.changed.notify_all();
        result
    }

    fn wait_until(&self, condition: impl Fn(&State) -> bool) -> MutexGuard<'_, State> {
        let state = self.state.lock().expect("no test panics in here");
        self.changed.wait_while(state, |state| !condition(state)).expect("no test panics in here")
    }

    /// Lets some more commits pass.
    pub(super) fn let_pass(&self, commits: usize) {
        self.change(|state| state.permits += commits);
    }

    /// Lets everything pass from now on.
    pub(super) fn open(&self) {
        self.change(|state| state.open = true);
    }

    /// Fails the commit that waits, and all later ones.
    pub(super) fn fail(&self, text: &str) {
        self.change(|state| state.failure = Some(text.to_owned()));
    }

    /// Waits until so many commits have begun.
    pub(super) fn wait_for_entered(&self, commits: usize) {
        drop(self.wait_until(|state| state.entered >= commits));
    }

    /// Waits until so many groups are durable; answers the number of their commands.
    pub(super) fn wait_for_groups(&self, groups: usize) -> usize {
        self.wait_until(|state| state.groups.len() >= groups).groups.iter().sum()
    }

    /// Number of commands in each group that became durable.
    pub(super) fn groups(&self) -> Vec<usize> {
        self.change(|state| state.groups.clone())
    }
}

impl Durable for Gate {
    fn store_name(&self) -> String {
        self.inner.store_name()
    }

    fn mark(&self) -> String {
        self.inner.mark()
    }

    fn beginning(&self) -> Result<Option<Beginning>, StoreError> {
        self.inner.beginning()
    }

    fn moment(&self) -> Result<i64, StoreError> {
        self.inner.moment()
    }

    fn last_position(&self) -> Result<u64, StoreError> {
        self.inner.last_position()
    }

    fn timers(&self) -> Result<Vec<Timer>, StoreError> {
        self.inner.timers()
    }

    fn commit(&self, group: &Arc<GroupChanges>) -> Result<(), StoreError> {
        self.change(|state| state.entered += 1);
        let mut state = self.wait_until(|state| state.open || state.permits > 0 || state.failure.is_some());
        if let Some(text) = &state.failure {
            return Err(StoreError(text.clone()));
        }
        state.permits = state.permits.saturating_sub(1);
        drop(state);
        self.inner.commit(group)?;
        self.change(|state| state.groups.push(group.commands));
        Ok(())
    }

    fn snapshot(&self) -> Result<Box<dyn View>, StoreError> {
        self.inner.snapshot()
    }

    fn newest(&self) -> Result<Arc<dyn Source>, StoreError> {
        self.inner.newest()
    }

    fn backup(&self, to: &Path) -> Result<(), StoreError> {
        self.inner.backup(to)
    }

    fn record_version(&self) -> Result<u32, StoreError> {
        self.inner.record_version()
    }

    fn note_record_version(&self, version: u32) -> Result<(), StoreError> {
        self.inner.note_record_version(version)
    }

    fn keep_before_upgrade(&self) -> Result<Option<PathBuf>, StoreError> {
        self.inner.keep_before_upgrade()
    }

    fn check(&self) -> Result<Checked, StoreError> {
        self.inner.check()
    }
}
