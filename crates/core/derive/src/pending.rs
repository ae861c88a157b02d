//! `#[derive(Pending)]`.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{Data, DeriveInput, Error, Fields, Result};

pub(crate) fn expand(input: &DeriveInput) -> Result<TokenStream> {
    let name = &input.ident;
    let Data::Struct(data) = &input.data else {
        return Err(Error::new_spanned(name, "Pending is derived for structs"));
    };
    let Fields::Named(fields) = &data.fields else {
        return Err(Error::new_spanned(name, "what is pending has named fields"));
    };
    let names: Vec<_> = fields.named.iter().filter_map(|field| field.ident.as_ref()).collect();
    let types: Vec<_> = fields.named.iter().map(|field| &field.ty).collect();
    let at: Vec<_> = (0..names.len()).map(syn::Index::from).collect();
    let (generics, arguments, bounds) = input.generics.split_for_impl();
    Ok(quote! {
        impl #generics ::fondaco_core::tx::Pending for #name #arguments #bounds {
            type Mark = (#( <#types as ::fondaco_core::tx::Pending>::Mark, )*);
            fn mark(&self) -> Self::Mark {
                (#( ::fondaco_core::tx::Pending::mark(&self.#names), )*)
            }
            fn back_to(&mut self, mark: Self::Mark) {
                #( ::fondaco_core::tx::Pending::back_to(&mut self.#names, mark.#at); )*
            }
            fn finish(
                self,
                tx: &mut ::fondaco_core::Tx<'_>,
            ) -> ::core::result::Result<(), ::fondaco_core::Halt> {
                #( ::fondaco_core::tx::Pending::finish(self.#names, tx)?; )*
                ::core::result::Result::Ok(())
            }
        }
    })
}
