//! The review of new accounts: what rules find, what a person decides, and the documents that customers hand in (ACC-5, ACC-9, R67).
//!
//! | key | what |
//! |---|---|
//! | `rev/<account>` | the review of an account, from its sign-up on |
//! | `revq/<due>/<account>` | reviews that wait for a decision |
//! | `rdoc/<account>/<number:04>` | a document that was handed in |
//! | `ph/<digest>` | the account that has verified a phone number |
//! | `seen/<digest>` | addresses and phone numbers of accounts that are closed |

pub(crate) mod deciding;
pub(crate) mod documents;
pub(crate) mod flags;
pub(crate) mod judging;
pub(crate) mod leaving;
pub(crate) mod records;
pub(crate) mod requests;
pub(crate) mod seen;
pub mod shown;

pub use deciding::{ask, decide, note, reinstate};
pub use documents::{hand_in, list_documents, read_document};
pub use judging::phone_confirmed;
pub use requests::{get, outstanding, queue};
pub use seen::address_moved;
pub use shown::{
    Act, Blob, Decision, Entry, Error, Evidence, File, Flag, HandedIn, Outstanding, Page, Raised, State, StepKind,
};
