//! `review` and `member`: what an operator does about sign-ups and about the people of accounts.

use clap::{Subcommand, ValueEnum};

/// Kinds of documents that a customer hands in.
#[derive(ValueEnum, Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Evidence {
    /// Passport or identity card
    Identity,
    /// Registration of the company
    Registration,
    /// Proof of address
    ProofOfAddress,
    /// Tax registration
    TaxRegistration,
    /// What the account is for
    UseCase,
    /// Anything else
    Other,
}

/// What is decided.
#[derive(ValueEnum, Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Decision {
    /// The account may be used, and gets the policy's trial credits
    Approve,
    /// The account is closed
    Reject,
}

/// `review`.
#[derive(Subcommand, Debug)]
pub(crate) enum Review {
    /// Sign-ups that wait for a decision, the most urgent first
    Queue {
        /// At most so many
        #[arg(long, default_value_t = 100)]
        limit: usize,
    },
    /// One review with its flags, documents and history
    Show {
        /// Main account
        account: String,
    },
    /// Add a note that only operators see
    Note {
        /// Main account
        account: String,
        /// 1 to 2000 characters
        text: String,
    },
    /// Ask the customer for documents, by mail
    Ask {
        /// Main account
        account: String,
        /// A kind of document. May be given several times
        #[arg(long = "kind", value_enum, required = true, value_name = "KIND")]
        kinds: Vec<Evidence>,
        /// What the customer is told besides
        #[arg(long, default_value = "")]
        text: String,
    },
    /// Approve a sign-up, or reject it for good
    Decide {
        /// Main account
        account: String,
        /// The decision
        #[arg(value_enum)]
        decision: Decision,
        /// What the customer is told besides
        #[arg(long, default_value = "")]
        text: String,
        /// A rejection cannot be undone
        #[arg(long)]
        yes: bool,
    },
    /// Lift a suspension, and record which documents were supplied
    Reinstate {
        /// Main account
        account: String,
        /// A document, in words. May be given several times
        #[arg(long = "document", value_name = "TEXT")]
        documents: Vec<String>,
        /// What the customer is told besides
        #[arg(long, default_value = "")]
        text: String,
    },
}

/// `member`.
#[derive(Subcommand, Debug)]
pub(crate) enum Member {
    /// List an account's, those that were removed too
    List {
        /// Main account
        account: String,
    },
    /// Invite the registered address of an account that you have made to be its owner, by mail. A second invitation makes the first void
    InviteOwner {
        /// Main account
        account: String,
        /// The person's name
        name: String,
    },
    /// Show a password that is good for one login within 24 hours; the second factor is needed all the same
    IssueTemporary {
        /// Main account
        account: String,
        /// Number of the member
        number: u32,
        /// For the audit
        #[arg(long)]
        reason: String,
    },
    /// Let a member who has lost all factors enrol new ones: a link is mailed after 24 hours, and the owner is told at once
    AllowNewFactors {
        /// Main account
        account: String,
        /// Number of the member
        number: u32,
        /// For the audit
        #[arg(long)]
        reason: String,
    },
}

#[cfg(test)]
mod tests {
    use super::super::Arguments;
    use clap::Parser;

    #[test]
    fn what_an_operator_may_leave_out_and_what_not() {
        let good = |line: &str| Arguments::try_parse_from(line.split(' ')).is_ok();
        assert!(good("coinbox review queue") && good("coinbox review queue --limit 5"));
        assert!(good("coinbox review ask MA1 --kind identity --kind proof-of-address --text x"));
        assert!(!good("coinbox review ask MA1") && !good("coinbox review ask MA1 --kind passport"));
        assert!(good("coinbox review decide MA1 approve") && good("coinbox review decide MA1 reject --yes --text x"));
        assert!(!good("coinbox review decide MA1") && !good("coinbox review decide MA1 later"));
        assert!(good("coinbox review reinstate MA1") && good("coinbox review reinstate MA1 --document a --document b"));
        assert!(good("coinbox member list MA1") && good("coinbox member invite-owner MA1 Ada"));
        assert!(good("coinbox member issue-temporary MA1 1 --reason lost"));
        assert!(
            !good("coinbox member issue-temporary MA1 1")
                && !good("coinbox member allow-new-factors MA1 one --reason x")
        );
    }
}
