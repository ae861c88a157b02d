//! `#[derive(ErrorCode)]`.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{Attribute, Data, DeriveInput, Error, Fields, Ident, LitStr, Result, Variant};

use crate::field::snake_case;

pub(crate) fn expand(input: &DeriveInput) -> Result<TokenStream> {
    let name = &input.ident;
    let Data::Enum(data) = &input.data else {
        return Err(Error::new_spanned(name, "codes are derived for enums"));
    };
    let engine = engine(input)?;
    let arms = data.variants.iter().map(|v| Arm::of(v, &engine)).collect::<Result<Vec<_>>>()?;
    let (codes, kinds) = (arms.iter().map(Arm::code), arms.iter().map(Arm::kind));
    let act_error = arms.iter().find(|arm| arm.is_halt).map(|arm| act_error(name, arm));
    let (impls, types, wheres) = input.generics.split_for_impl();
    Ok(quote! {
        impl #impls #name #types #wheres {
            /// Its stable code, the same in every version and language.
            #[must_use]
            pub fn code(&self) -> &'static str {
                match self { #( #codes )* }
            }

            /// What the caller can do about it.
            #[must_use]
            #[allow(dead_code, reason = "what is no error by itself, but a part of a report, is asked for its code alone")]
            pub fn kind(&self) -> ::fondaco_core::ErrorKind {
                match self { #( #kinds )* }
            }
        }
        #act_error
    })
}

/// An error with a variant that is a halt is an act's.
fn act_error(name: &Ident, halt: &Arm<'_>) -> TokenStream {
    let variant = &halt.variant.ident;
    quote! {
        impl ::fondaco_core::ActError for #name {
            fn halt(&self) -> ::core::option::Option<&::fondaco_core::Halt> {
                match self {
                    Self::#variant(halt) => ::core::option::Option::Some(halt),
                    _ => ::core::option::Option::None,
                }
            }
            fn code(&self) -> &'static str {
                #name::code(self)
            }
            fn kind(&self) -> ::fondaco_core::ErrorKind {
                #name::kind(self)
            }
        }
    }
}

/// What one variant answers.
struct Arm<'a> {
    variant: &'a Variant,
    answer: Answer,
    is_halt: bool,
}

enum Answer {
    /// Its own code and kind.
    Own { code: String, kind: Ident },
    /// Those of the error in it, of this name, or the first where fields have none.
    Inner(Option<Ident>),
}

impl<'a> Arm<'a> {
    fn of(variant: &'a Variant, engine: &str) -> Result<Arm<'a>> {
        let is_halt = find(variant, "halt").is_some();
        let (kind, code) = (find(variant, "kind"), find(variant, "code"));
        let answer = match (kind, is_halt || find(variant, "inner").is_some()) {
            (Some(kind), false) => {
                let code = match code {
                    Some(code) => code.parse_args::<LitStr>()?.value(),
                    None => snake_case(&variant.ident.to_string()),
                };
                Answer::Own { code: format!("{engine}.{code}"), kind: kind.parse_args()? }
            }
            (None, true) if code.is_none() => Answer::Inner(inner_field(variant)?),
            _ => return Err(Error::new_spanned(variant, NEITHER)),
        };
        Ok(Arm { variant, answer, is_halt })
    }

    fn code(&self) -> TokenStream {
        self.arm(|code, _| quote!(#code), &quote!(code))
    }

    fn kind(&self) -> TokenStream {
        self.arm(|_, kind| quote!(::fondaco_core::ErrorKind::#kind), &quote!(kind))
    }

    fn arm(&self, own: impl Fn(&str, &Ident) -> TokenStream, method: &TokenStream) -> TokenStream {
        let variant = &self.variant.ident;
        match &self.answer {
            Answer::Own { code, kind } => {
                let value = own(code, kind);
                quote!(Self::#variant { .. } => #value,)
            }
            Answer::Inner(Some(field)) => {
                quote!(Self::#variant { #field, .. } => #field.#method(),)
            }
            Answer::Inner(None) => quote!(Self::#variant(inner, ..) => inner.#method(),),
        }
    }
}

const NEITHER: &str = "say what the caller can do about it, `#[kind(NotFound)]`, or that it passes on another error, `#[inner]` or `#[halt]`";

/// The field that holds the error that is passed on: `error`, or the first of a tuple.
fn inner_field(variant: &Variant) -> Result<Option<Ident>> {
    match &variant.fields {
        Fields::Unnamed(_) => Ok(None),
        Fields::Named(fields) => {
            let mut names = fields.named.iter().filter_map(|field| field.ident.clone());
            names.find(|name| name == "error").map(Some).ok_or_else(|| {
                Error::new_spanned(variant, "what it passes on has to be its field `error`")
            })
        }
        Fields::Unit => Err(Error::new_spanned(variant, "there is nothing in it to pass on")),
    }
}

fn find<'a>(variant: &'a Variant, name: &str) -> Option<&'a Attribute> {
    variant.attrs.iter().find(|attribute| attribute.path().is_ident(name))
}

/// `#[error_code(engine = "inventory")]`.
fn engine(input: &DeriveInput) -> Result<String> {
    let mut engine = None;
    for attribute in input.attrs.iter().filter(|a| a.path().is_ident("error_code")) {
        attribute.parse_nested_meta(|meta| {
            if !meta.path.is_ident("engine") {
                return Err(meta.error("only `engine` is known here"));
            }
            engine = Some(meta.value()?.parse::<LitStr>()?.value());
            Ok(())
        })?;
    }
    engine.ok_or_else(|| {
        Error::new_spanned(&input.ident, "say whose codes: #[error_code(engine = \"inventory\")]")
    })
}
