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
    let mut pending = Vec::new();
    for field in &fields.named {
        if !is_skipped(field)? {
            pending.push(field);
        }
    }
    let names: Vec<_> = pending.iter().filter_map(|field| field.ident.as_ref()).collect();
    let types: Vec<_> = pending.iter().map(|field| &field.ty).collect();
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

/// Whether a field says of itself that it is not pending: `#[pending(skip)]`.
fn is_skipped(field: &syn::Field) -> Result<bool> {
    let mut skipped = false;
    for attribute in field.attrs.iter().filter(|attribute| attribute.path().is_ident("pending")) {
        attribute.parse_nested_meta(|meta| {
            skipped = meta.path.is_ident("skip");
            if skipped { Ok(()) } else { Err(meta.error("expected skip")) }
        })?;
    }
    Ok(skipped)
}
