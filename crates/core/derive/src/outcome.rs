//! `#[derive(Outcome)]`.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{Data, DeriveInput, Error, Fields, Result};

pub(crate) fn expand(input: &DeriveInput) -> Result<TokenStream> {
    let name = &input.ident;
    let fields = match &input.data {
        Data::Struct(data) => match &data.fields {
            Fields::Named(fields) => fields,
            _ => return Err(Error::new_spanned(name, "an answer has named fields")),
        },
        _ => {
            return Err(Error::new_spanned(
                name,
                "Outcome is derived for structs; other types implement it by hand",
            ));
        }
    };
    let names: Vec<_> = fields.named.iter().filter_map(|field| field.ident.as_ref()).collect();
    let types: Vec<_> = fields.named.iter().map(|field| &field.ty).collect();
    Ok(quote! {
        impl ::fondaco_core::Outcome for #name {
            fn encode(&self, out: &mut ::std::vec::Vec<::fondaco_core::store::Value>) {
                #( ::fondaco_core::Outcome::encode(&self.#names, out); )*
            }
            fn decode(
                values: &mut dyn ::core::iter::Iterator<Item = ::fondaco_core::store::Value>,
            ) -> ::core::result::Result<Self, ::fondaco_core::store::DecodeError> {
                ::core::result::Result::Ok(Self {
                    #( #names: <#types as ::fondaco_core::Outcome>::decode(values)?, )*
                })
            }
        }
    })
}
