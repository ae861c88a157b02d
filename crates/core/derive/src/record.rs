//! `#[derive(Record)]`.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use syn::parse::{Parse, ParseStream};
use syn::punctuated::Punctuated;
use syn::{Data, DeriveInput, Error, Fields, Ident, LitInt, LitStr, Result, Token, parenthesized};

/// What `#[record(...)]` on the struct says.
#[derive(Default)]
struct Declaration {
    table: Option<LitStr>,
    kind: Option<Ident>,
    key: Vec<Ident>,
    indexes: Vec<Named>,
    guards: Vec<Named>,
    measures: Vec<Measure>,
    layout: u32,
}

/// `name(field, field)`, and whether it is unique.
struct Named {
    name: Ident,
    fields: Vec<Ident>,
    unique: bool,
}

impl Parse for Named {
    fn parse(input: ParseStream<'_>) -> Result<Self> {
        let name = input.parse()?;
        let fields = idents(input)?;
        let unique = input.parse::<Token![,]>().is_ok();
        if unique && input.parse::<Ident>()? != "unique" {
            return Err(input.error("only `unique` may follow an index's columns"));
        }
        Ok(Named { name, fields, unique })
    }
}

/// `name = field - field + field`: fields with their signs.
struct Measure {
    name: Ident,
    terms: Vec<(Ident, i8)>,
}

impl Parse for Measure {
    fn parse(input: ParseStream<'_>) -> Result<Self> {
        let name = input.parse()?;
        input.parse::<Token![=]>()?;
        let mut terms = Vec::new();
        while terms.is_empty() || !input.is_empty() {
            let minus = input.parse::<Option<Token![-]>>()?.is_some();
            if !minus && input.parse::<Option<Token![+]>>()?.is_none() && !terms.is_empty() {
                return Err(input.error("expected + or - between the columns of a measure"));
            }
            terms.push((input.parse()?, if minus { -1 } else { 1 }));
        }
        Ok(Measure { name, terms })
    }
}

fn idents(input: ParseStream<'_>) -> Result<Vec<Ident>> {
    let inner;
    parenthesized!(inner in input);
    Ok(Punctuated::<Ident, Token![,]>::parse_terminated(&inner)?.into_iter().collect())
}

impl Parse for Declaration {
    fn parse(input: ParseStream<'_>) -> Result<Self> {
        let mut out = Declaration { layout: 1, ..Declaration::default() };
        while !input.is_empty() {
            out.setting(input)?;
            if !input.is_empty() {
                input.parse::<Token![,]>()?;
            }
        }
        Ok(out)
    }
}

impl Declaration {
    fn setting(&mut self, input: ParseStream<'_>) -> Result<()> {
        let name: Ident = input.parse()?;
        match name.to_string().as_str() {
            "key" => self.key = idents(input)?,
            "index" | "guard" => {
                let inner;
                parenthesized!(inner in input);
                let named = inner.parse()?;
                if name == "index" { self.indexes.push(named) } else { self.guards.push(named) }
            }
            "measure" => {
                let inner;
                parenthesized!(inner in input);
                self.measures.push(inner.parse()?);
            }
            "table" => {
                input.parse::<Token![=]>()?;
                self.table = Some(input.parse()?);
            }
            "kind" => {
                input.parse::<Token![=]>()?;
                self.kind = Some(input.parse()?);
            }
            "layout" => {
                input.parse::<Token![=]>()?;
                self.layout = input.parse::<LitInt>()?.base10_parse()?;
            }
            _ => {
                return Err(Error::new_spanned(
                    name,
                    "expected table, kind, key, index, guard, measure or layout",
                ));
            }
        }
        Ok(())
    }
}

/// One field of the struct.
struct Column<'a> {
    name: &'a Ident,
    ty: &'a syn::Type,
    since: u32,
}

fn columns(input: &DeriveInput) -> Result<Vec<Column<'_>>> {
    let Data::Struct(data) = &input.data else {
        return Err(Error::new_spanned(&input.ident, "a record is a struct"));
    };
    let Fields::Named(fields) = &data.fields else {
        return Err(Error::new_spanned(&input.ident, "a record has named fields"));
    };
    fields.named.iter().map(column).collect()
}

fn column(field: &syn::Field) -> Result<Column<'_>> {
    let name = field
        .ident
        .as_ref()
        .ok_or_else(|| Error::new_spanned(field, "a record has named fields"))?;
    let mut since = 1;
    for attribute in field.attrs.iter().filter(|attribute| attribute.path().is_ident("record")) {
        attribute.parse_nested_meta(|meta| {
            if !meta.path.is_ident("since") {
                return Err(meta.error("expected since"));
            }
            since = meta.value()?.parse::<LitInt>()?.base10_parse()?;
            Ok(())
        })?;
    }
    Ok(Column { name, ty: &field.ty, since })
}

fn positions(columns: &[Column<'_>], names: &[Ident]) -> Result<Vec<usize>> {
    let position = |name: &Ident| {
        columns
            .iter()
            .position(|column| column.name == name)
            .ok_or_else(|| Error::new_spanned(name, "no such field"))
    };
    names.iter().map(position).collect()
}

fn declaration(input: &DeriveInput) -> Result<Declaration> {
    let attribute = input.attrs.iter().find(|attribute| attribute.path().is_ident("record"));
    let attribute = attribute.ok_or_else(|| {
        Error::new_spanned(&input.ident, "missing #[record(table = ..., kind = ..., key(...))]")
    })?;
    attribute.parse_args()
}

pub(crate) fn expand(input: &DeriveInput) -> Result<TokenStream> {
    let declaration = declaration(input)?;
    let columns = columns(input)?;
    let missing = |what: &str| Error::new_spanned(&input.ident, format!("#[record] needs {what}"));
    let key = positions(&columns, &declaration.key)?;
    if key.is_empty() || key.iter().enumerate().any(|(i, &position)| i != position) {
        return Err(missing("key(...) with the struct's first fields, in order"));
    }
    let table = declaration.table.as_ref().ok_or_else(|| missing("table = \"...\""))?;
    let kind = match declaration.kind.as_ref().map(Ident::to_string).as_deref() {
        Some("fact") => quote!(Fact),
        Some("state") => quote!(State),
        Some("counter") => quote!(Counter),
        _ => return Err(missing("kind = fact, state or counter")),
    };
    let statics = table_static(&declaration, &columns, table, &kind)?;
    let methods = methods(&declaration, &columns, kind.to_string() == "Counter")?;
    let key_type = key_type(&columns, key.len());
    let name = &input.ident;
    let visibility = &input.vis;
    let constants = declaration.indexes.iter().enumerate().map(|(position, index)| {
        let constant = format_ident!("{}", index.name.to_string().to_uppercase());
        let doc = format!("The index `{}`.", index.name);
        quote! { #[doc = #doc] #visibility const #constant: ::fondaco_core::IndexOf<#name> = ::fondaco_core::IndexOf::new(#position); }
    });
    let measures = declaration.measures.iter().map(|measure| {
        let counter = kind.to_string() == "Counter";
        measure_constants(input, measure, &columns, key.len(), counter)
    });
    let measures = measures.collect::<Result<Vec<_>>>()?;
    let key_values = declaration.key.iter().map(|field| quote!(self.#field.clone()));
    let key_value =
        if key.len() == 1 { quote!(#( #key_values )*) } else { quote!((#( #key_values ),*)) };
    Ok(quote! {
        impl #name { #( #constants )* #( #measures )* }

        impl ::fondaco_core::store::Record for #name {
            const TABLE: &'static ::fondaco_core::store::Table = #statics;
            type Key = #key_type;
            fn key(&self) -> Self::Key { #key_value }
            #methods
        }
    })
}

/// The constant of a measure, and the proof that its columns add up.
fn measure_constants(
    input: &DeriveInput,
    Measure { name: measure, terms }: &Measure,
    columns: &[Column<'_>],
    key: usize,
    counter: bool,
) -> Result<TokenStream> {
    if !counter {
        return Err(Error::new_spanned(measure, "only a counter has measures"));
    }
    let fields: Vec<Ident> = terms.iter().map(|(field, _)| field.clone()).collect();
    let at = positions(columns, &fields)?;
    if let Some((field, _)) = fields.iter().zip(&at).find(|(_, at)| **at < key) {
        return Err(Error::new_spanned(field, "part of the key, and no sum"));
    }
    if let Some((field, _)) = fields
        .iter()
        .zip(&at)
        .enumerate()
        .find_map(|(i, pair)| at.get(..i)?.contains(pair.1).then_some(pair))
    {
        return Err(Error::new_spanned(field, "named twice in one measure"));
    }
    let types = at.iter().filter_map(|at| columns.get(*at)).map(|column| column.ty);
    let signs = terms.iter().map(|(_, sign)| sign);
    let (name, visibility) = (&input.ident, &input.vis);
    let constant = format_ident!("{}", measure.to_string().to_uppercase());
    let doc = format!("The measure `{measure}`.");
    let why =
        format!("the columns of the measure {measure} have not the same digits, or are no sums");
    Ok(quote! {
        #[doc = #doc]
        #visibility const #constant: ::fondaco_core::tx::Measure<#name> = {
            ::core::assert!(
                ::fondaco_core::tx::Measure::<#name>::adds_up(&[#( <#types as ::fondaco_core::store::Field>::TYPE ),*]),
                #why
            );
            ::fondaco_core::tx::Measure::new(&[#( (#at, #signs) ),*])
        };
    })
}

fn key_type(columns: &[Column<'_>], len: usize) -> TokenStream {
    let types: Vec<_> = columns.iter().take(len).map(|column| column.ty).collect();
    if let [only] = types.as_slice() { quote!(#only) } else { quote!((#( #types ),*)) }
}

fn table_static(
    declaration: &Declaration,
    columns: &[Column<'_>],
    table: &LitStr,
    kind: &TokenStream,
) -> Result<TokenStream> {
    let (key, layout) = (declaration.key.len(), declaration.layout);
    let column_list = columns.iter().map(|Column { name, ty, since }| {
        let name = name.to_string();
        quote! { ::fondaco_core::store::Column {
            name: #name, ty: <#ty as ::fondaco_core::store::Field>::TYPE, since: #since,
            nullable: <#ty as ::fondaco_core::store::Field>::NULLABLE, personal: <#ty as ::fondaco_core::store::Field>::PERSONAL,
        } }
    });
    let mut indexes = Vec::new();
    for Named { name, fields, unique } in &declaration.indexes {
        let (name, positions) = (name.to_string(), positions(columns, fields)?);
        indexes.push(quote!(::fondaco_core::store::Index { name: #name, columns: &[#( #positions ),*], unique: #unique }));
    }
    let mut guards = Vec::new();
    for Named { name, fields, .. } in &declaration.guards {
        let (name, positions) = (name.to_string(), positions(columns, fields)?);
        guards.push(
            quote!(::fondaco_core::store::Guard { name: #name, columns: &[#( #positions ),*] }),
        );
    }
    Ok(quote! { &::fondaco_core::store::Table {
        name: #table, kind: ::fondaco_core::store::Kind::#kind, layout: #layout, key: #key,
        columns: &[#( #column_list ),*], indexes: &[#( #indexes ),*], guards: &[#( #guards ),*],
        decode: Some(::fondaco_core::store::Decode::of::<Self>()),
    } })
}

fn methods(
    declaration: &Declaration,
    columns: &[Column<'_>],
    counter: bool,
) -> Result<TokenStream> {
    let names: Vec<_> = columns.iter().map(|column| column.name).collect();
    let texts: Vec<_> = names.iter().map(|name| name.to_string()).collect();
    let types: Vec<_> = columns.iter().map(|column| column.ty).collect();
    let key = &declaration.key;
    let table = declaration.table.as_ref().map(LitStr::value).unwrap_or_default();
    let parts = |named: &[Named]| -> Result<Vec<TokenStream>> {
        named.iter().enumerate().map(|(position, Named { fields, .. })| {
            positions(columns, fields)?;
            Ok(quote! { #position => { #( if !::fondaco_core::store::Field::write_part(&self.#fields, out) { return false; } )* true } })
        }).collect()
    };
    let (indexes, guards) = (parts(&declaration.indexes)?, parts(&declaration.guards)?);
    let sums: Vec<_> = if counter { names.iter().skip(key.len()).collect() } else { Vec::new() };
    let sum_texts: Vec<_> = sums.iter().map(|name| name.to_string()).collect();
    let at: Vec<_> = (0..columns.len()).collect();
    Ok(quote! {
        fn write_key(&self, out: &mut ::fondaco_core::store::KeyWriter) {
            #( ::fondaco_core::store::KeyField::write_key(&self.#key, out); )*
        }
        fn cmp_key(&self, other: &Self) -> ::core::cmp::Ordering {
            ::core::cmp::Ordering::Equal
                #( .then_with(|| ::fondaco_core::store::KeyField::cmp_key(&self.#key, &other.#key)) )*
        }
        fn write_columns(&self, out: &mut dyn ::fondaco_core::store::ColumnSink) {
            #( ::fondaco_core::store::Field::write(&self.#names, out); )*
        }
        fn read_columns(__from: &mut dyn ::fondaco_core::store::ColumnSource) -> ::core::result::Result<Self, ::fondaco_core::store::DecodeError> {
            #( let #names = <#types as ::fondaco_core::store::Field>::take(__from)
                .map_err(|error| error.in_column(#table, #texts))?; )*
            Ok(Self { #( #names ),* })
        }
        fn write_index(&self, index: usize, out: &mut ::fondaco_core::store::KeyWriter) -> bool {
            match index { #( #indexes )* _ => false }
        }
        fn write_guard(&self, guard: usize, out: &mut ::fondaco_core::store::KeyWriter) -> bool {
            match guard { #( #guards )* _ => false }
        }
        fn check(&self) -> ::core::option::Option<(&'static str, &'static str)> {
            #( if let Some(why) = ::fondaco_core::store::Field::check(&self.#names) { return Some((#texts, why)); } )*
            None
        }
        fn fill(&mut self, numbers: &::fondaco_core::store::Numbers) {
            #( ::fondaco_core::store::Field::fill(&mut self.#names, numbers); )*
        }
        fn erase(&mut self) {
            #( ::fondaco_core::store::Field::erase(&mut self.#names); )*
        }
        fn fits(&self, delta: &Self) -> ::core::result::Result<(), &'static str> {
            let _ = delta;
            #( ::fondaco_core::store::Field::plus(&self.#sums, &delta.#sums).ok_or(#sum_texts)?; )*
            Ok(())
        }
        fn add(&mut self, delta: &Self) -> ::core::result::Result<(), &'static str> {
            let _ = delta;
            #( let #sums = ::fondaco_core::store::Field::plus(&self.#sums, &delta.#sums).ok_or(#sum_texts)?; )*
            #( self.#sums = #sums; )*
            Ok(())
        }
        fn units(&self, column: usize) -> ::core::option::Option<i64> {
            match column { #( #at => ::fondaco_core::store::Field::units(&self.#names), )* _ => None }
        }
    })
}
