//! E-mail addresses (RFC 5321, RFC 6531; what is quoted or a literal is not taken: no customer has such).

use fondaco_core::party::mailbox;
use smol_str::SmolStr;
use unicode_normalization::UnicodeNormalization;

use super::{Cleaned, Unclean, is_unseen};
use crate::contacts::MAX_EMAIL;

/// An address as it is kept: without what mail programs write around it, the domain in small letters.
///
/// ```
/// use fondaco_crm::clean::email;
/// let cleaned = email(" Ada Lovelace <Ada.L@Analytical.EXAMPLE>, ")?;
/// assert_eq!(cleaned.text, "Ada.L@analytical.example");
/// assert!(cleaned.done.is_some());
/// assert!(email("ada@analytical").is_err() && email("ada").is_err() && email("a@@b.example").is_err());
/// # Ok::<(), &'static str>(())
/// ```
///
/// # Errors
/// Why it is no address that mail can be sent to.
pub fn email(text: &str) -> Result<Cleaned, Unclean> {
    if text.len() > 4 * MAX_EMAIL {
        return Err("that is longer than any e-mail address: correct it");
    }
    let seen: String = text.nfc().filter(|c| !is_unseen(*c)).collect();
    let mut inner = seen.trim().trim_end_matches([',', ';']).trim();
    if let Some((_, rest)) = inner.rsplit_once('<') {
        inner = rest.strip_suffix('>').ok_or("an angle bracket is not closed: correct it")?;
    }
    let inner = inner.trim();
    let inner = match inner.get(..7) {
        Some(scheme) if scheme.eq_ignore_ascii_case("mailto:") => inner.get(7..).unwrap_or(inner),
        _ => inner,
    };
    let (user, domain) =
        inner.split_once('@').ok_or("there is no @ in it: write such as ada@example.org")?;
    let domain = domain.trim_end_matches('.').to_lowercase();
    check_user(user)?;
    check_domain(&domain)?;
    let clean = format!("{user}@{domain}");
    if clean.len() > MAX_EMAIL {
        return Err("that is longer than 254 bytes, which no e-mail address is: correct it");
    }
    Ok(Cleaned::of(clean, text, "brought into one form"))
}

fn check_user(user: &str) -> Result<(), Unclean> {
    let good = |c: char| {
        c.is_alphanumeric()
            || !c.is_ascii() && !c.is_whitespace()
            || "!#$%&'*+-/=?^_`{|}~.".contains(c)
    };
    match user {
        _ if user.is_empty() => Err("nothing stands before the @: write such as ada@example.org"),
        _ if user.len() > 64 => Err("more than 64 bytes stand before the @: correct it"),
        _ if !user.chars().all(good) => {
            Err("a character in it can't stand in an e-mail address: correct it")
        }
        _ if user.starts_with('.') || user.ends_with('.') || user.contains("..") => {
            Err("a point is where none may be: correct it")
        }
        _ => Ok(()),
    }
}

fn check_domain(domain: &str) -> Result<(), Unclean> {
    let label = |part: &str| {
        (1..=63).contains(&part.len())
            && part.chars().all(|c| c.is_alphanumeric() || c == '-')
            && !part.starts_with('-')
            && !part.ends_with('-')
    };
    let last = domain.rsplit('.').next().unwrap_or_default();
    let is_number = last.chars().all(|c| c.is_ascii_digit());
    match domain.contains('.')
        && domain.split('.').all(label)
        && !is_number
        && last.chars().count() > 1
    {
        true => Ok(()),
        false => Err("what stands after the @ is no domain: write such as example.org"),
    }
}

/// What an address is compared by: its mailbox, in small letters, without a tag after `+`, and at Gmail without points.
///
/// ```
/// use fondaco_crm::clean::email_key;
/// assert_eq!(email_key(" Ada+News@Example.org"), "ada@example.org");
/// assert_eq!(email_key("a.d.a@googlemail.com"), "ada@gmail.com");
/// ```
pub fn email_key(address: &str) -> SmolStr {
    mailbox(&address.nfc().collect::<String>())
}

/// What stands before the @ where an address is of a role and not of a person.
const ROLES: &[&str] = &[
    "abuse",
    "accounting",
    "accounts",
    "admin",
    "administrator",
    "all",
    "anfrage",
    "billing",
    "buchhaltung",
    "bestellung",
    "booking",
    "careers",
    "contact",
    "contacto",
    "contatti",
    "customerservice",
    "einkauf",
    "enquiries",
    "events",
    "feedback",
    "finance",
    "hello",
    "help",
    "helpdesk",
    "hostmaster",
    "hr",
    "info",
    "inquiries",
    "invoice",
    "invoices",
    "it",
    "jobs",
    "kontakt",
    "legal",
    "mail",
    "marketing",
    "media",
    "news",
    "newsletter",
    "no-reply",
    "noreply",
    "office",
    "orders",
    "post",
    "postmaster",
    "presse",
    "press",
    "privacy",
    "purchasing",
    "rechnung",
    "reception",
    "sales",
    "security",
    "service",
    "servicio",
    "shop",
    "sekretariat",
    "staff",
    "support",
    "team",
    "verkauf",
    "vertrieb",
    "webmaster",
    "welcome",
    "zentrale",
];

/// Whether an address is of a role (`info@`), which several people read, so that it tells nobody from another.
///
/// ```
/// use fondaco_crm::clean::is_role_address;
/// assert!(is_role_address("Info@example.org") && is_role_address("sales.uk@example.org"));
/// assert!(!is_role_address("ada@example.org"));
/// ```
pub fn is_role_address(address: &str) -> bool {
    let key = email_key(address);
    let user = key.rsplit_once('@').map_or(key.as_str(), |(user, _)| user);
    let first = user.split(['.', '_']).next().unwrap_or_default();
    ROLES.contains(&user)
        || ROLES.contains(&first)
        || ROLES.contains(&user.trim_end_matches(|c: char| c.is_ascii_digit()))
}
