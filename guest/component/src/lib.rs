//! Coinbox.
#![allow(missing_docs)]
wit_bindgen::generate!({ path: "../../wit", world: "rules", additional_derives: [PartialEq, Clone] });
