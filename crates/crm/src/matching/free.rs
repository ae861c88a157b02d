//! Domains of mail that anybody may have.

use smol_str::SmolStr;

/// Providers of free mail, by the first part of their domains where they have many, and whole where not.
const EVERYWHERE: &[&str] =
    &["gmail", "googlemail", "hotmail", "live", "msn", "outlook", "yahoo", "ymail"];
const FREE: &[&str] = &[
    "163.com",
    "126.com",
    "aim.com",
    "aol.com",
    "aol.de",
    "arcor.de",
    "att.net",
    "bigpond.com",
    "bluewin.ch",
    "bol.com.br",
    "btinternet.com",
    "charter.net",
    "comcast.net",
    "cox.net",
    "earthlink.net",
    "fastmail.com",
    "fastmail.fm",
    "foxmail.com",
    "free.fr",
    "freenet.de",
    "gmx.at",
    "gmx.ch",
    "gmx.com",
    "gmx.de",
    "gmx.net",
    "hey.com",
    "icloud.com",
    "inbox.com",
    "inbox.lv",
    "interia.pl",
    "kpnmail.nl",
    "laposte.net",
    "libero.it",
    "mac.com",
    "mail.com",
    "mail.de",
    "mail.ru",
    "me.com",
    "naver.com",
    "neuf.fr",
    "o2.pl",
    "online.de",
    "onet.pl",
    "orange.fr",
    "pm.me",
    "posteo.de",
    "proton.me",
    "protonmail.ch",
    "protonmail.com",
    "qq.com",
    "rediffmail.com",
    "rocketmail.com",
    "rogers.com",
    "sapo.pt",
    "sbcglobal.net",
    "seznam.cz",
    "sfr.fr",
    "shaw.ca",
    "sina.com",
    "sky.com",
    "t-online.de",
    "talktalk.net",
    "terra.com.br",
    "tiscali.it",
    "tuta.io",
    "tutanota.com",
    "uol.com.br",
    "ukr.net",
    "verizon.net",
    "virgilio.it",
    "virginmedia.com",
    "wanadoo.fr",
    "web.de",
    "wp.pl",
    "xtra.co.nz",
    "yandex.com",
    "yandex.ru",
    "zoho.com",
];

/// The domain of an e-mail address in small letters, without a point at its end.
///
/// ```
/// use fondaco_crm::matching::domain_of;
/// assert_eq!(domain_of("Ada@Analytical.Example").as_deref(), Some("analytical.example"));
/// assert_eq!(domain_of("ada"), None);
/// ```
pub fn domain_of(email: &str) -> Option<SmolStr> {
    let (_, domain) = email.rsplit_once('@')?;
    let domain = domain.trim().trim_end_matches('.').to_lowercase();
    (domain.contains('.') && !domain.starts_with('.')).then(|| domain.into())
}

/// Whether anybody may have an address in a domain, so that it tells nothing of whom somebody works for.
///
/// ```
/// use fondaco_crm::matching::is_free_mail;
/// assert!(is_free_mail("gmail.com") && is_free_mail("yahoo.co.uk") && is_free_mail("web.de"));
/// assert!(!is_free_mail("analytical.example"));
/// ```
pub fn is_free_mail(domain: &str) -> bool {
    let first = domain.split('.').next().unwrap_or_default();
    // yahoo.co.uk, and not gmail.analytical.example.
    let short = domain.split('.').skip(1).all(|part| part.len() <= 3);
    (EVERYWHERE.contains(&first) && short) || FREE.contains(&domain)
}
