//! Domains under which anybody may have one: those of registries, and of services that give away names.
//!
//! After the kinds of entries of the Public Suffix List (<https://publicsuffix.org>), kept short: the second levels that countries share, and
//! services that business contacts come from. A suffix that is missing is one that an organisation could be given by mistake.

/// Second levels that registries of countries give names under.
const REGISTRIES: &[&str] =
    &["ac", "co", "com", "edu", "gob", "gouv", "gov", "gub", "gv", "mil", "net", "nom", "org"];

/// Those of single countries, and of registries and services that are private.
const OTHERS: &[&str] = &[
    "ad.jp",
    "asn.au",
    "asso.fr",
    "br.com",
    "cn.com",
    "co.com",
    "de.com",
    "ed.jp",
    "eu.com",
    "firm.in",
    "gb.net",
    "geek.nz",
    "gen.in",
    "gen.nz",
    "go.jp",
    "go.kr",
    "gr.jp",
    "id.au",
    "idv.tw",
    "ind.in",
    "kiwi.nz",
    "lg.jp",
    "ltd.uk",
    "me.uk",
    "ne.jp",
    "ne.kr",
    "nhs.uk",
    "or.at",
    "or.jp",
    "or.kr",
    "pe.kr",
    "plc.uk",
    "police.uk",
    "priv.no",
    "re.kr",
    "ru.com",
    "sa.com",
    "sch.uk",
    "school.nz",
    "uk.com",
    "uk.net",
    "us.com",
    "za.com",
    // Services.
    "amazonaws.com",
    "appspot.com",
    "azurewebsites.net",
    "blogspot.com",
    "cloudfront.net",
    "firebaseapp.com",
    "fly.dev",
    "github.io",
    "gitlab.io",
    "herokuapp.com",
    "myshopify.com",
    "netlify.app",
    "notion.site",
    "onmicrosoft.com",
    "onrender.com",
    "pages.dev",
    "readthedocs.io",
    "sharepoint.com",
    "squarespace.com",
    "tumblr.com",
    "vercel.app",
    "web.app",
    "webflow.io",
    "weebly.com",
    "wixsite.com",
    "wordpress.com",
    "workers.dev",
];

/// Whether anybody may have a domain, or an address, under this one.
pub(super) fn is_public_suffix(domain: &str) -> bool {
    let of_registry = |(second, top): (&str, &str)| {
        top.len() == 2 && !top.contains('.') && REGISTRIES.contains(&second)
    };
    OTHERS.contains(&domain) || domain.split_once('.').is_some_and(of_registry)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn registries_and_services_are_told_from_firms() {
        for domain in ["co.uk", "com.au", "gouv.fr", "or.jp", "github.io", "uk.com"] {
            assert!(is_public_suffix(domain), "{domain}");
        }
        for domain in
            ["analytical.co.uk", "co.analytical.example", "berg.de", "net.example", "a.github.io"]
        {
            assert!(!is_public_suffix(domain), "{domain}");
        }
    }
}
