//! One text as an address: the canonical form is a URL and its own canonical form.
#![no_main]

use hotline::article::url::canonical;
use hotline::fetch::registrable_domain;
use libfuzzer_sys::fuzz_target;
use url::Url;

fuzz_target!(|text: &str| {
    if let Some(first) = canonical(text) {
        assert_eq!(canonical(&first).as_deref(), Some(first.as_str()), "of {text:?}");
    }
    if let Ok(url) = Url::parse(text) {
        let domain = registrable_domain(&url);
        assert!(url.host_str().is_none_or(|host| host.contains(domain.as_str())), "{domain} is not in {url}");
    }
});
