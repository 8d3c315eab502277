//! Keys that never leave the host: sealing, keyed digests, passwords.
//!
//! A [`KeyRing`] holds one or several keys, oldest first. The newest seals; all of them unseal, because sealed text names
//! its key; the oldest makes digests, so that a rotation does not change the answer to an old question. What is used is
//! never a key itself but an HMAC-SHA-256 of a label under it, one label for each use.
//!
//! | use | made with |
//! |---|---|
//! | seal | XChaCha20-Poly1305, purpose as associated data; `v1.<key id>.<base64url of nonce and text>` |
//! | nonce | HMAC of fresh random bytes, purpose and text: even a repeated random sequence repeats no nonce for other text |
//! | digest | HMAC-SHA-256, base64url without padding, 43 characters |
//! | mark | the same with the newest key: `m1.<key id>.<43 characters>` |
//! | password | Argon2id, 19 MiB, 2 passes, 1 lane, PHC string |

mod keys;

pub use keys::{KeyError, KeyRing};

use crate::capability::{Random, Vault};
use crate::contract::vault::{MarkVerdict, PasswordVerdict, UnsealError};
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use argon2::{Algorithm, Argon2, Params, Version};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use hmac::{Hmac, Mac};
use keys::Held;
use sha2::Sha256;
use std::sync::Arc;
use subtle::ConstantTimeEq;

/// Longest secret that the contract lets the rules seal.
pub const SECRET_BYTES_MAX: usize = 16 * 1024;
/// Longer sealed text than any secret makes is not decoded at all.
const SEALED_BYTES_MAX: usize = 2 * SECRET_BYTES_MAX;
/// Longer than any mark: `m1.`, the name of a key, a point, 43 characters.
const MARK_BYTES_MAX: usize = 80;
const NONCE_BYTES: usize = 24;
/// Stored hashes that ask for more memory or passes than any Coinbox ever set are not computed.
const MEMORY_KIB_MAX: u32 = 256 * 1024;
const PASSES_MAX: u32 = 16;
const LANES_MAX: u32 = 16;

/// The vault of the reference host.
pub struct KeyVault {
    ring: KeyRing,
    random: Arc<dyn Random>,
    /// What a new hash of a password takes.
    cost: Params,
}

impl KeyVault {
    /// A vault over these keys; nonces and salts come from `random`.
    pub fn new(ring: KeyRing, random: Arc<dyn Random>) -> KeyVault {
        KeyVault { ring, random, cost: Params::DEFAULT }
    }

    /// The same with passwords that take next to nothing to hash: for tests, which hash thousands. It protects no password.
    pub fn hashing_little(self) -> KeyVault {
        KeyVault { cost: Params::new(8, 1, 1, None).expect("within the algorithm's limits"), ..self }
    }

    /// The keys.
    pub fn ring(&self) -> &KeyRing {
        &self.ring
    }

    fn hasher(&self) -> Argon2<'static> {
        Argon2::new(Algorithm::Argon2id, Version::V0x13, self.cost.clone())
    }
}

impl std::fmt::Debug for KeyVault {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("KeyVault").field("ring", &self.ring).finish_non_exhaustive()
    }
}

/// HMAC-SHA-256 over parts, each with its length before it, so that no two lists of parts are the same input.
fn keyed(key: &[u8], parts: &[&[u8]]) -> [u8; 32] {
    let mut mac = <Hmac<Sha256> as KeyInit>::new_from_slice(key).expect("HMAC takes keys of every length");
    for part in parts {
        mac.update(&(part.len() as u64).to_be_bytes());
        mac.update(part);
    }
    mac.finalize().into_bytes().into()
}

fn label(key: &[u8; 32], label: &str) -> [u8; 32] {
    keyed(key, &[b"coinbox vault 1", label.as_bytes()])
}

/// What a mark holds beside the name of its key.
fn marked(key: &[u8; 32], purpose: &str, input: &str) -> String {
    URL_SAFE_NO_PAD.encode(keyed(&label(key, "mark"), &[purpose.as_bytes(), input.as_bytes()]))
}

impl Vault for KeyVault {
    fn seal(&self, purpose: &str, secret: &str) -> String {
        let (id, key) = self.ring.newest();
        let mut fresh = [0; 32];
        self.random.fill(&mut fresh);
        let mixed = keyed(&label(key, "nonce"), &[&fresh, purpose.as_bytes(), secret.as_bytes()]);
        let nonce: [u8; NONCE_BYTES] = mixed[..NONCE_BYTES].try_into().expect("a digest is longer than a nonce");
        let cipher = XChaCha20Poly1305::new(&label(key, "seal").into());
        let sealed = cipher
            .encrypt(&XNonce::from(nonce), Payload { msg: secret.as_bytes(), aad: purpose.as_bytes() })
            .expect("text of at most 16 KiB is below the cipher's limit");
        let mut bytes = nonce.to_vec();
        bytes.extend_from_slice(&sealed);
        format!("v1.{id}.{}", URL_SAFE_NO_PAD.encode(bytes))
    }

    fn unseal(&self, purpose: &str, sealed: &str) -> Result<String, UnsealError> {
        let parts = (sealed.len() <= SEALED_BYTES_MAX).then(|| sealed.strip_prefix("v1.")?.split_once('.')).flatten();
        let (id, body) = parts.ok_or(UnsealError::NotOurs)?;
        let key = match self.ring.find(id) {
            Some(Held::Key(key)) => key,
            Some(Held::Destroyed) => return Err(UnsealError::KeyDestroyed),
            None => return Err(UnsealError::NotOurs),
        };
        let bytes = URL_SAFE_NO_PAD.decode(body).map_err(|_| UnsealError::NotOurs)?;
        let (nonce, text) = bytes.split_at_checked(NONCE_BYTES).ok_or(UnsealError::NotOurs)?;
        let nonce: [u8; NONCE_BYTES] = nonce.try_into().expect("split at this length");
        let cipher = XChaCha20Poly1305::new(&label(key, "seal").into());
        let secret = cipher
            .decrypt(&XNonce::from(nonce), Payload { msg: text, aad: purpose.as_bytes() })
            .map_err(|_| UnsealError::NotOurs)?;
        String::from_utf8(secret).map_err(|_| UnsealError::NotOurs)
    }

    fn digest(&self, purpose: &str, input: &str) -> String {
        let key = label(self.ring.oldest(), "digest");
        URL_SAFE_NO_PAD.encode(keyed(&key, &[purpose.as_bytes(), input.as_bytes()]))
    }

    fn mark(&self, purpose: &str, input: &str) -> String {
        let (id, key) = self.ring.newest();
        format!("m1.{id}.{}", marked(key, purpose, input))
    }

    fn check(&self, purpose: &str, input: &str, mark: &str) -> MarkVerdict {
        let (newest, _) = self.ring.newest();
        let parts = (mark.len() <= MARK_BYTES_MAX).then(|| mark.strip_prefix("m1.")?.split_once('.')).flatten();
        let held = parts.and_then(|(id, digest)| match self.ring.find(id)? {
            Held::Key(key) => Some((id, key, digest)),
            Held::Destroyed => None,
        });
        // Without a key that fits, the work is done all the same, and fits nothing.
        let (id, key, digest) = held.unwrap_or((newest, self.ring.newest().1, ""));
        let same = bool::from(marked(key, purpose, input).as_bytes().ct_eq(digest.as_bytes()));
        match same {
            true if id == newest => MarkVerdict::Same,
            true => MarkVerdict::SameOutdated,
            false => MarkVerdict::Differs,
        }
    }

    fn hash_password(&self, password: &str) -> String {
        let mut salt = [0; 16];
        self.random.fill(&mut salt);
        let hash: PasswordHash = self
            .hasher()
            .hash_password_with_salt(password.as_bytes(), &salt)
            .expect("parameters and salt are within the algorithm's limits");
        hash.to_string()
    }

    fn verify_password(&self, password: &str, hash: &str) -> PasswordVerdict {
        let stored = PasswordHash::new(hash).ok().and_then(|stored| {
            let params = Params::try_from(&stored).ok()?;
            let bounded =
                params.m_cost() <= MEMORY_KIB_MAX && params.t_cost() <= PASSES_MAX && params.p_cost() <= LANES_MAX;
            let complete = stored.salt.is_some() && stored.hash.is_some();
            (bounded && complete && stored.algorithm.as_str() == "argon2id").then_some((stored, params))
        });
        let Some((stored, params)) = stored else {
            // The work is done all the same: whoever measures learns nothing about what is stored.
            let mut unused = [0; 32];
            let _ = self.hasher().hash_password_into(password.as_bytes(), &[0; 16], &mut unused);
            return PasswordVerdict::Differs;
        };
        // The outputs are compared in constant time by the library.
        if self.hasher().verify_password(password.as_bytes(), &stored).is_err() {
            return PasswordVerdict::Differs;
        }
        let today = &self.cost;
        let below = params.m_cost() < today.m_cost() || params.t_cost() < today.t_cost();
        let current = stored.version == Some(Version::V0x13 as u32);
        if below || !current { PasswordVerdict::MatchesOutdated } else { PasswordVerdict::Matches }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::SeededRandom;

    const OLD: &str = "k1:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8";
    const NEW: &str = "k2:ICEiIyQlJicoKSorLC0uLzAxMjM0NTY3ODk6Ozw9Pj8";

    const NEXT: &str = "k3:MTIzNDU2Nzg5MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTI";

    fn vault(keys: &str) -> KeyVault {
        KeyVault::new(KeyRing::from_text(keys).expect("good keys"), Arc::new(SeededRandom::new(1)))
    }

    #[test]
    fn sealed_text_opens_only_for_its_purpose() {
        let vault = vault(OLD);
        let sealed = vault.seal("totp-secret", "JBSWY3DP ✓");
        assert!(sealed.starts_with("v1.k1."), "{sealed}");
        assert!(!sealed.contains("JBSWY3DP"));
        assert_eq!(vault.unseal("totp-secret", &sealed), Ok("JBSWY3DP ✓".to_owned()));
        assert_eq!(vault.unseal("login-link", &sealed), Err(UnsealError::NotOurs));
        assert_eq!(vault.unseal("totp-secret", &vault.seal("totp-secret", "")), Ok(String::new()));
    }

    #[test]
    fn altered_and_foreign_text_is_not_ours() {
        let vault = vault(OLD);
        let sealed = vault.seal("p", "secret");
        for position in 6..sealed.len() {
            let mut bytes = sealed.clone().into_bytes();
            bytes[position] = if bytes[position] == b'A' { b'B' } else { b'A' };
            let altered = String::from_utf8(bytes).expect("still ASCII");
            assert_eq!(vault.unseal("p", &altered), Err(UnsealError::NotOurs), "position {position}");
        }
        for broken in ["", "v1", "v1.", "v1.k1", "v1.k1.", "v1.k1.AAAA", "v1.k9.AAAA", "v2.k1.AAAA", "v1.k1.ä"] {
            assert_eq!(vault.unseal("p", broken), Err(UnsealError::NotOurs), "{broken}");
        }
        assert_eq!(vault.unseal("p", &"v1.k1.".repeat(100_000)), Err(UnsealError::NotOurs));
    }

    #[test]
    fn same_text_seals_differently_even_with_a_repeated_random_sequence() {
        let vault_one = vault(OLD);
        let (first, second) = (vault_one.seal("p", "one"), vault_one.seal("p", "one"));
        assert_ne!(first, second);
        // A second vault whose random bytes begin again: the nonce of another text must still differ.
        let other = vault(OLD).seal("p", "two");
        assert_ne!(first[..6 + 32], other[..6 + 32]);
        assert_eq!(first, vault(OLD).seal("p", "one"));
    }

    #[test]
    fn rotation_seals_with_the_newest_and_opens_with_all() {
        let before = vault(OLD);
        let sealed = before.seal("p", "kept");
        let after = vault(&format!("{OLD} {NEW}"));
        assert_eq!(after.unseal("p", &sealed), Ok("kept".to_owned()));
        let fresh = after.seal("p", "new");
        assert!(fresh.starts_with("v1.k2."));
        assert_eq!(before.unseal("p", &fresh), Err(UnsealError::NotOurs));
        assert_eq!(after.digest("p", "x"), before.digest("p", "x"), "digests outlive a rotation");
    }

    #[test]
    fn a_destroyed_key_is_told_from_a_foreign_one() {
        let sealed = vault(&format!("{OLD} {NEW}")).seal("p", "gone");
        assert_eq!(vault(&format!("{OLD} k2:destroyed {NEXT}")).unseal("p", &sealed), Err(UnsealError::KeyDestroyed));
        assert_eq!(vault(OLD).unseal("p", &sealed), Err(UnsealError::NotOurs));
    }

    #[test]
    fn digests_are_pinned() {
        let vault = vault(OLD);
        let digest = vault.digest("link", "abc");
        // Computed apart with Python's hmac: derived = HMAC(key, len|"coinbox vault 1"|len|"digest").
        assert_eq!(digest, "hL7etrEohT4q8xOR07Uox2sSMHr-4yY4MHWhibnxHWo");
        assert_eq!(digest.len(), 43);
        assert_ne!(digest, vault.digest("lin", "kabc"));
        assert_ne!(digest, super::tests::vault(NEW).digest("link", "abc"));
    }

    #[test]
    fn a_mark_names_the_newest_key_and_fits_its_input_only() {
        let before = vault(OLD);
        let mark = before.mark("session", "abc");
        // Computed apart with Python's hmac, label "mark".
        assert_eq!(mark, "m1.k1.gUAMGkQTfEy8raoi3Ihu7nrDtbBTMNDRahGlD65N4Ic");
        assert_eq!(before.check("session", "abc", &mark), MarkVerdict::Same);
        for (purpose, input) in [("session", "abd"), ("sessio", "nabc"), ("link", "abc"), ("session", "")] {
            assert_eq!(before.check(purpose, input, &mark), MarkVerdict::Differs, "{purpose} {input}");
        }
        let after = vault(&format!("{OLD} {NEW}"));
        assert_eq!(after.check("session", "abc", &mark), MarkVerdict::SameOutdated);
        let renewed = after.mark("session", "abc");
        assert!(renewed.starts_with("m1.k2."), "{renewed}");
        assert_eq!(after.check("session", "abc", &renewed), MarkVerdict::Same);
        assert_eq!(before.check("session", "abc", &renewed), MarkVerdict::Differs, "its key is not here");
        let destroyed = vault(&format!("{OLD} k2:destroyed {NEXT}"));
        assert_eq!(destroyed.check("session", "abc", &renewed), MarkVerdict::Differs);
        assert_eq!(destroyed.check("session", "abc", &mark), MarkVerdict::SameOutdated);
        for broken in ["", "m1", "m1.", "m1.k1", "m1.k1.", "m1.k9.AAAA", "m2.k1.AAAA", "m1.k1.ä", &"m1.k1.A".repeat(99)]
        {
            assert_eq!(before.check("session", "", broken), MarkVerdict::Differs, "{broken}");
        }
    }

    #[test]
    fn passwords_match_or_differ() {
        let vault = vault(OLD);
        let hash = vault.hash_password("correct horse");
        assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{hash}");
        assert_ne!(hash, vault.hash_password("correct horse"), "every hash has its own salt");
        assert_eq!(vault.verify_password("correct horse", &hash), PasswordVerdict::Matches);
        assert_eq!(vault.verify_password("correct hors", &hash), PasswordVerdict::Differs);
        assert_eq!(vault.verify_password("", &hash), PasswordVerdict::Differs);
    }

    #[test]
    fn a_cheaper_hash_matches_as_outdated() {
        let vault = vault(OLD);
        let cheap =
            Argon2::new(Algorithm::Argon2id, Version::V0x13, Params::new(8 * 1024, 1, 1, None).expect("params"));
        let hash: PasswordHash = cheap.hash_password_with_salt(b"pw", &[7; 16]).expect("hash");
        assert_eq!(vault.verify_password("pw", &hash.to_string()), PasswordVerdict::MatchesOutdated);
        assert_eq!(vault.verify_password("no", &hash.to_string()), PasswordVerdict::Differs);
    }

    #[test]
    fn malformed_or_unbounded_hashes_differ() {
        let vault = vault(OLD);
        let good = vault.hash_password("pw");
        let huge = good.replace("m=19456", "m=4000000000");
        let slow = good.replace("t=2", "t=4000000");
        let other = good.replace("argon2id", "argon2i");
        let cut = good.rsplit_once('$').expect("parts").0.to_owned();
        for hash in ["", "x", "$argon2id$", "$2b$10$abc", &huge, &slow, &other, &cut] {
            assert_eq!(vault.verify_password("pw", hash), PasswordVerdict::Differs, "{hash}");
        }
    }

    #[test]
    fn debug_shows_no_secret() {
        let shown = format!("{:?}", vault(&format!("{OLD} {NEW}")));
        assert!(shown.contains("k1") && shown.contains("k2"), "{shown}");
        assert!(!shown.contains("AAECAwQF") && !shown.contains("ICEiIyQl") && !shown.contains("0, 1, 2"), "{shown}");
    }
}
