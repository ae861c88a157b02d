//! The words of results in German, as the commercial code (HGB) and textbooks on bookkeeping have them.

use std::collections::BTreeMap;

use smol_str::SmolStr;

/// English and German, in the order of the English.
const WORDS: &[(&str, &str)] = &[
    ("Account", "Konto"),
    ("After", "Nach"),
    ("Amount", "Betrag"),
    ("As known at", "Stand der Kenntnis"),
    ("Assets", "Aktiva"),
    ("Assets and what they are financed by", "Aktiva und ihre Finanzierung"),
    ("Balance", "Saldo"),
    ("Balance before", "Saldo vor dem"),
    ("Balance sheet as of", "Bilanz zum"),
    ("Balance sheets as of", "Bilanzen zum"),
    ("Bars", "Säulen"),
    ("Bars by size", "Säulen nach Größe"),
    ("Bars over dates", "Balken über die Zeit"),
    ("Brought forward", "Übertrag"),
    ("Carried forward", "Übertrag"),
    ("Change", "Veränderung"),
    ("Change in %", "Veränderung in %"),
    ("Closing balance", "Endbestand"),
    ("Contents", "Inhalt"),
    ("Counter accounts", "Gegenkonten"),
    ("Credit", "Haben"),
    ("Currency", "Währung"),
    ("Current", "Aktuell"),
    ("Date", "Datum"),
    ("Days", "Tage"),
    ("Debit", "Soll"),
    ("Document date", "Belegdatum"),
    ("Due date", "Fälligkeit"),
    ("End", "Ende"),
    ("Entry", "Buchung"),
    ("Equity", "Eigenkapital"),
    ("Equity before the result", "Eigenkapital vor Ergebnis"),
    ("Exchange differences", "Kursdifferenzen"),
    ("Expenses", "Aufwendungen"),
    ("From income to loss", "Von den Erträgen zum Verlust"),
    ("From income to profit", "Von den Erträgen zum Gewinn"),
    ("General ledger", "Hauptbuch"),
    ("In all", "Insgesamt"),
    ("Income", "Erträge"),
    ("Income statement", "Gewinn- und Verlustrechnung"),
    ("Income statements", "Gewinn- und Verlustrechnungen"),
    ("Income, expenses and result", "Erträge, Aufwendungen und Ergebnis"),
    ("Largest", "Größte"),
    ("Liabilities", "Verbindlichkeiten"),
    ("Liabilities and equity", "Passiva"),
    ("Lines", "Linien"),
    ("Loss", "Verlust"),
    ("Name", "Name"),
    ("No party", "Ohne Partner"),
    ("Open", "Offen"),
    ("Open items of", "Offene Posten von"),
    ("Opening balance", "Anfangsbestand"),
    ("Over", "Über"),
    ("Party", "Partner"),
    ("Period", "Periode"),
    ("Profit", "Gewinn"),
    ("Result", "Ergebnis"),
    ("Result of open years", "Ergebnis offener Jahre"),
    ("Share of all up to here", "Anteil bis hier"),
    ("Stacked bars", "Gestapelte Säulen"),
    ("Start", "Anfang"),
    ("Statement of account", "Kontoauszug"),
    ("Steps", "Schritte"),
    ("Sum", "Summe"),
    ("Text", "Text"),
    ("The figures", "Die Zahlen"),
    ("Total", "Summe"),
    ("Total assets", "Summe Aktiva"),
    ("Total expenses", "Summe Aufwendungen"),
    ("Total income", "Summe Erträge"),
    ("Total liabilities", "Summe Verbindlichkeiten"),
    ("Total liabilities and equity", "Summe Passiva"),
    ("Trial balance as of", "Summen- und Saldenliste zum"),
    ("Value", "Wert"),
    ("accounts", "Konten"),
    ("allowed", "erlaubt"),
    ("and", "und"),
    ("at the end of", "am Ende des"),
    ("balance", "Saldo"),
    ("by document date as of", "nach Belegdatum zum"),
    ("by due date as of", "nach Fälligkeit zum"),
    ("by the right of", "durch das Recht von"),
    ("day", "Tag"),
    ("days", "Tage"),
    ("denied", "verweigert"),
    ("from", "ab"),
    ("in all", "insgesamt"),
    ("items", "Posten"),
    ("least", "kleinster Wert"),
    ("most", "größter Wert"),
    ("others", "weitere"),
    ("page", "Seite"),
    ("through", "bis"),
    ("to", "bis"),
    ("without data", "ohne Zahlen"),
];

pub(super) fn words() -> BTreeMap<SmolStr, SmolStr> {
    let words = WORDS.iter().copied();
    words.map(|(word, here)| (SmolStr::new_static(word), SmolStr::new_static(here))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_word_is_there_once_and_in_order() {
        assert!(WORDS.is_sorted_by(|a, b| a.0 < b.0));
        assert!(WORDS.iter().all(|(_, german)| !german.is_empty()));
    }
}
