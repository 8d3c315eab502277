//! Between the contract's generated types and the types of the rules: field by field, checked by the compiler.
//!
//! The rules know nothing of the contract's code, so each pair of types is named once here. A field that one side lacks
//! does not compile.

/// Turns one side's value into the other's.
pub(crate) trait Translate<To> {
    /// The other side's value.
    fn translate(self) -> To;
}

macro_rules! same {
    ($($kind:ty),*) => {
        $(impl Translate<$kind> for $kind {
            fn translate(self) -> $kind {
                self
            }
        })*
    };
}

same!((), bool, u8, u16, u32, u64, i64, String);

impl<From: Translate<To>, To> Translate<Vec<To>> for Vec<From> {
    fn translate(self) -> Vec<To> {
        self.into_iter().map(Translate::translate).collect()
    }
}

impl<From: Translate<To>, To> Translate<Option<To>> for Option<From> {
    fn translate(self) -> Option<To> {
        self.map(Translate::translate)
    }
}

impl<A: Translate<C>, B: Translate<D>, C, D> Translate<(C, D)> for (A, B) {
    fn translate(self) -> (C, D) {
        (self.0.translate(), self.1.translate())
    }
}

impl<A: Translate<C>, B: Translate<D>, C, D> Translate<Result<C, D>> for Result<A, B> {
    fn translate(self) -> Result<C, D> {
        match self {
            Ok(answer) => Ok(answer.translate()),
            Err(error) => Err(error.translate()),
        }
    }
}

/// Records with the same fields on both sides.
macro_rules! records {
    ($($contract:path = $rules:path { $($field:ident),* $(,)? })*) => {
        $(
            impl $crate::mapping::Translate<$rules> for $contract {
                fn translate(self) -> $rules {
                    let $contract { $($field),* } = self;
                    $rules { $($field: $crate::mapping::Translate::translate($field)),* }
                }
            }
            impl $crate::mapping::Translate<$contract> for $rules {
                fn translate(self) -> $contract {
                    let $rules { $($field),* } = self;
                    $contract { $($field: $crate::mapping::Translate::translate($field)),* }
                }
            }
        )*
    };
}

/// Variants with the same cases on both sides: those without payload first, then `|`, then those with one.
macro_rules! variants {
    ($($contract:path = $rules:path { $($bare:ident),* $(,)? | $($loaded:ident),* $(,)? })*) => {
        $(
            impl $crate::mapping::Translate<$rules> for $contract {
                fn translate(self) -> $rules {
                    use $contract as Contract;
                    use $rules as Rules;
                    match self {
                        $(Contract::$bare => Rules::$bare,)*
                        $(Contract::$loaded(payload) => Rules::$loaded($crate::mapping::Translate::translate(payload)),)*
                    }
                }
            }
            impl $crate::mapping::Translate<$contract> for $rules {
                fn translate(self) -> $contract {
                    use $contract as Contract;
                    use $rules as Rules;
                    match self {
                        $(Rules::$bare => Contract::$bare,)*
                        $(Rules::$loaded(payload) => Contract::$loaded($crate::mapping::Translate::translate(payload)),)*
                    }
                }
            }
        )*
    };
}

/// Records of one field, for which the rules have the bare value.
macro_rules! one_field {
    ($($contract:path { $field:ident: $bare:ty })*) => {
        $(
            impl $crate::mapping::Translate<$bare> for $contract {
                fn translate(self) -> $bare {
                    let $contract { $field } = self;
                    $field
                }
            }
            impl $crate::mapping::Translate<$contract> for $bare {
                fn translate(self) -> $contract {
                    $contract { $field: self }
                }
            }
        )*
    };
}

pub(crate) use {one_field, records, variants};
