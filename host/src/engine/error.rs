//! Everything that can end a call besides its own answer.

use crate::contract::exported::about::Class;
use crate::json::JsonError;
use crate::storage::StoreError;

/// Why a call gave no answer. In every case nothing of it was written, and the next call is served as if it had not been.
#[derive(Clone, PartialEq, Debug, thiserror::Error)]
pub enum CallError {
    /// The component exports no such function, or does not describe it.
    #[error("no function `{0}`")]
    NoSuchFunction(String),
    /// The caller of the engine took a command for a query, or the like.
    #[error("`{function}` is a {}, it was called as a {}", class_name(*described), class_name(*asked))]
    WrongClass {
        /// `interface.function`.
        function: String,
        /// What `about.describe` says.
        described: Class,
        /// What the call said.
        asked: Class,
    },
    /// Events would have been rejected for when they happened while it is in doubt what time it is. Nothing was done; try again later.
    #[error("events would be rejected for their time, and the time is in doubt, so nothing was done: {0}")]
    ClockInDoubt(crate::capability::Doubt),
    /// The arguments are not of the function's types.
    #[error("arguments: {0}")]
    Arguments(#[from] JsonError),
    /// Time in the guest, without the time that imports took.
    #[error("the rules ran longer than {limit_ms} ms")]
    Deadline {
        /// The limit.
        limit_ms: u64,
    },
    /// The guest asked for more memory.
    #[error("the rules asked for {asked_bytes} bytes of memory, at most {limit_bytes} are allowed")]
    Memory {
        /// What the memory would have grown to.
        asked_bytes: usize,
        /// The limit.
        limit_bytes: usize,
    },
    /// The guest asked for a larger table.
    #[error("the rules asked for a table of {asked} elements, at most {limit} are allowed")]
    Table {
        /// What the table would have grown to.
        asked: usize,
        /// The limit.
        limit: usize,
    },
    /// Recursion without end.
    #[error("the rules used more than {limit_bytes} bytes of stack")]
    Stack {
        /// The limit.
        limit_bytes: usize,
    },
    /// A result, or the arguments of one import, were too large to copy out of the guest.
    #[error("the rules handed out more than {limit_bytes} bytes at once")]
    Handed {
        /// The limit.
        limit_bytes: usize,
    },
    /// The guest used an import as the contract forbids.
    #[error("the rules broke the contract: {0}")]
    Misuse(#[from] Misuse),
    /// The guest trapped by itself.
    #[error("the rules failed: {message}{}", place.as_ref().map(|place| format!(" (in {place})")).unwrap_or_default())]
    Trap {
        /// What it reported last, or the name of the trap.
        message: String,
        /// The function that it was in: its name where there are names, otherwise its number.
        place: Option<String>,
    },
    /// What the guest answered is no value of the contract: text that is not UTF-8, a case that does not exist, a pointer outside.
    #[error("the rules answered something absurd: {0}")]
    Absurd(String),
    /// The store broke while the call was reading.
    #[error("the store failed: {0}")]
    Store(#[from] StoreError),
    /// As many calls as the host allows are under way, and none of them ended in time.
    #[error("{limit} calls are under way, no more are allowed at once")]
    Busy {
        /// The limit.
        limit: usize,
    },
    /// No instance of the component could be made.
    #[error("the component cannot be instantiated: {0}")]
    Instantiate(String),
}

/// A use of an import that the contract forbids: a defect of the component, never of a caller.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Misuse {
    /// Effects see no storage, nor does `about.describe`.
    #[error("`{import}`: storage is not lent to this {}", class_name(*class))]
    StorageNotLent {
        /// `interface.function`.
        import: &'static str,
        /// Class of the call.
        class: Class,
    },
    /// Only effects act on the outside.
    #[error("`{import}`: the outside is not lent to a {}", class_name(*class))]
    OutsideNotLent {
        /// `interface.function`.
        import: &'static str,
        /// Class of the call.
        class: Class,
    },
    /// A query writes nothing.
    #[error("`storage.stage` in a query")]
    StageInQuery,
    /// A command hands over its changes once.
    #[error("`storage.stage` a second time")]
    StagedTwice,
    /// Staging is the last use of storage.
    #[error("`{import}` after `storage.stage`")]
    StorageAfterStage {
        /// `interface.function`.
        import: &'static str,
    },
    /// Commands run one after another, and passwords take long.
    #[error("`{import}` in a command: passwords are hashed and compared in queries and effects")]
    SlowInCommand {
        /// `interface.function`.
        import: &'static str,
    },
    /// An argument outside its limits. The text names field and limit.
    #[error("{0}")]
    Argument(String),
}

/// Why a component cannot be used at all.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// No WebAssembly engine on this machine.
    #[error("the WebAssembly engine cannot be set up: {0}")]
    Engine(String),
    /// The bytes are no component, or a broken one.
    #[error("the component cannot be compiled: {0}")]
    Compile(String),
    /// It imports or exports something else than this host's contract has.
    #[error("the component does not fit the contract coinbox:billing@{version}: {0}", version = crate::contract::VERSION)]
    Contract(String),
    /// It was made for another line of the contract. Nothing of it has run.
    #[error(
        "the component is of contract coinbox:billing@{component}, this host is of coinbox:billing@{host}: take a component and a host of the same release",
        host = crate::contract::VERSION
    )]
    OtherContract {
        /// The version in the names that the component exports or imports.
        component: String,
    },
    /// `about.describe` gave no answer.
    #[error("the component cannot describe itself: {0}")]
    Describe(#[source] CallError),
    /// `about.describe` names a function that the component does not export.
    #[error("the component describes `{0}` but does not export it")]
    Described(String),
}

/// `query`, `command` or `effect`.
pub fn class_name(class: Class) -> &'static str {
    match class {
        Class::Query => "query",
        Class::Command => "command",
        Class::Effect => "effect",
    }
}
