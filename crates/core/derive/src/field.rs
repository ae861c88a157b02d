//! `#[derive(Field)]`.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{Data, DeriveInput, Error, Fields, Result};

pub(crate) fn expand(input: &DeriveInput) -> Result<TokenStream> {
    let name = &input.ident;
    let Data::Enum(data) = &input.data else {
        return Err(Error::new_spanned(
            name,
            "Field is derived for enums of unit variants; other types implement it by hand",
        ));
    };
    if let Some(variant) =
        data.variants.iter().find(|variant| !matches!(variant.fields, Fields::Unit))
    {
        return Err(Error::new_spanned(variant, "a variant with fields is no single column"));
    }
    let variants: Vec<_> = data.variants.iter().map(|variant| &variant.ident).collect();
    let codes: Vec<_> = variants.iter().map(|variant| snake_case(&variant.to_string())).collect();
    let wanted = format!("one of {}", codes.join(", "));
    Ok(quote! {
        impl #name {
            /// The code under which it is stored.
            pub const fn code(&self) -> &'static str {
                match self { #( #name::#variants => #codes, )* }
            }

            /// What is stored under `code`.
            pub fn from_code(code: &str) -> ::core::option::Option<Self> {
                match code { #( #codes => Some(#name::#variants), )* _ => None }
            }
        }

        impl ::fondaco_core::store::Field for #name {
            const TYPE: ::fondaco_core::store::Type = ::fondaco_core::store::Type::Text;
            fn write(&self, out: &mut dyn ::fondaco_core::store::ColumnSink) {
                out.text(self.code());
            }
            fn read(value: ::fondaco_core::store::Value) -> ::core::result::Result<Self, ::fondaco_core::store::DecodeError> {
                match &value {
                    ::fondaco_core::store::Value::Text(code) => Self::from_code(code),
                    _ => None,
                }
                .ok_or_else(|| ::fondaco_core::store::DecodeError::out_of_range(#wanted))
            }
            fn take(from: &mut dyn ::fondaco_core::store::ColumnSource) -> ::core::result::Result<Self, ::fondaco_core::store::DecodeError> {
                match from.text()? {
                    Some(code) => Self::from_code(code).ok_or_else(|| ::fondaco_core::store::DecodeError::out_of_range(#wanted)),
                    None => from.next().and_then(<Self as ::fondaco_core::store::Field>::read),
                }
            }
            fn write_part(&self, out: &mut ::fondaco_core::store::KeyWriter) -> bool {
                out.text(self.code());
                true
            }
        }

        impl ::fondaco_core::store::KeyField for #name {
            fn write_key(&self, out: &mut ::fondaco_core::store::KeyWriter) {
                out.text(self.code());
            }
            fn cmp_key(&self, other: &Self) -> ::core::cmp::Ordering {
                self.code().cmp(other.code())
            }
        }
    })
}

pub(crate) fn snake_case(name: &str) -> String {
    let mut out = String::new();
    for c in name.chars() {
        if c.is_uppercase() && !out.is_empty() {
            out.push('_');
        }
        out.extend(c.to_lowercase());
    }
    out
}
