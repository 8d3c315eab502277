//! What is wrong with a configuration.

/// What is wrong with a configuration.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub(crate) enum ConfigError {
    /// The file cannot be read, or is no TOML.
    #[error("configuration file {path}: {cause}")]
    File {
        /// Which.
        path: String,
        /// Why.
        cause: String,
    },
    /// No setting has this name.
    #[error("unknown setting `{key}` ({source_name}){hint}; `coinbox config` lists all settings")]
    UnknownKey {
        /// As it was written.
        key: String,
        /// Who said it.
        source_name: String,
        /// A setting that may have been meant.
        hint: String,
    },
    /// A value cannot be used.
    #[error("setting `{key}` ({source_name}): {problem}")]
    Value {
        /// Which.
        key: String,
        /// Who said it.
        source_name: String,
        /// What is wrong and what was expected.
        problem: String,
    },
}
