//! Owns the form in which a page's address is compared: one canonical string a page.

use ::url::Url;

use crate::feed::host::is_overlong;

/// Resolves `address` against the page it stands on and gives its canonical form.
pub(super) fn resolve(address: &str, base: Option<&Url>) -> Option<String> {
    let address = address.trim();
    if address.is_empty() || is_overlong(address) {
        return None;
    }
    let url = match base {
        Some(base) => base.join(address).ok()?,
        None => Url::parse(address).ok()?,
    };
    matches!(url.scheme(), "http" | "https").then(|| url.to_string())
}

/// The canonical form of an address: no fragment, no tracking parameters, lowercase host.
pub fn canonical(address: &str) -> Option<String> {
    const TRACKING: [&str; 10] =
        ["fbclid", "gclid", "yclid", "mc_cid", "mc_eid", "igshid", "cmpid", "ocid", "ref_src", "_ga"];
    if is_overlong(address) {
        return None;
    }
    let mut url = Url::parse(address.trim()).ok()?;
    if !matches!(url.scheme(), "http" | "https") {
        return None;
    }
    url.set_fragment(None);
    let kept: Vec<(String, String)> = url
        .query_pairs()
        .filter(|(key, _)| !key.starts_with("utm_") && !TRACKING.contains(&&**key))
        .map(|(key, value)| (key.into_owned(), value.into_owned()))
        .collect();
    if url.query().is_some() {
        if kept.is_empty() {
            url.set_query(None);
        } else {
            url.query_pairs_mut().clear().extend_pairs(kept);
        }
    }
    Some(url.to_string())
}
