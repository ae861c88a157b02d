//! How alike two texts are: by their letters, and by how names sound.
//!
//! - **Edit distances** count the changes that make one text the other: [`levenshtein`] (insert, delete, replace), [`optimal_alignment`]
//!   (also swap neighbours, each place touched once), [`damerau_levenshtein`] (also swap, without that limit), [`indel`] (insert and delete alone).
//! - **Similarities** lie between 0 (nothing in common) and 1 (the same): [`jaro`], [`jaro_winkler`], [`levenshtein_similarity`],
//!   [`indel_similarity`].
//! - **Phonetic codes** are the same for names that sound alike in English: [`soundex`], [`metaphone`], [`nysiis`],
//!   [`match_rating`].
//!
//! All of them count characters (Unicode scalar values) and tell case apart, but for the phonetic codes, which do not. Those take accents
//! off first (NFKD), so that "Müller" sounds like "Muller". Comparing takes time in proportion to both lengths: who compares what people may
//! have filled with anything limits it first, or asks [`levenshtein_within`], which stops early.

mod edit;
mod match_rating;
mod metaphone;
mod nysiis;
mod similar;
mod soundex;

pub use edit::{
    damerau_levenshtein, indel, levenshtein, levenshtein_within, longest_common_subsequence,
    optimal_alignment,
};
pub use match_rating::{match_rating, sounds_alike};
pub use metaphone::metaphone;
pub use nysiis::nysiis;
pub use similar::{indel_similarity, jaro, jaro_winkler, levenshtein_similarity};
pub use soundex::soundex;

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

#[cfg(test)]
mod tests;

/// Capital letters without accents: what the phonetic codes read.
fn plain(text: &str) -> Vec<char> {
    let capital = text.nfkd().filter(|c| !is_combining_mark(*c)).flat_map(char::to_uppercase);
    capital.collect()
}

fn is_vowel(c: char) -> bool {
    matches!(c, 'A' | 'E' | 'I' | 'O' | 'U')
}
