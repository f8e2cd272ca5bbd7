//! Owns the cookies of one chain of redirects (RFC 6265, as far as a chain needs it): some servers send a client round in
//! circles until it brings back what they have set. Nothing of them outlives the chain.

use reqwest::header::{HeaderMap, HeaderValue, SET_COOKIE};
use url::Url;

use crate::fetch::registrable_domain;

const COOKIES_MAX: usize = 20;
const COOKIE_BYTES_MAX: usize = 4_096;

/// What servers set on the way.
#[derive(Debug, Default)]
pub(super) struct Jar {
    cookies: Vec<Cookie>,
}

#[derive(Debug)]
struct Cookie {
    /// Registrable domain of the server that set it: no other site gets it.
    site: String,
    /// It came over TLS and stays there.
    is_secure: bool,
    name: String,
    value: String,
}

impl Jar {
    /// Takes what an answer sets; tells whether the next request will differ by it.
    pub(super) fn take(&mut self, headers: &HeaderMap, url: &Url) -> bool {
        let mut has_changed = false;
        for header in headers.get_all(SET_COOKIE) {
            let Some((name, value)) = header.to_str().ok().and_then(pair) else { continue };
            let site = registrable_domain(url);
            let is_full = self.cookies.len() >= COOKIES_MAX;
            let known = self.cookies.iter_mut().find(|known| known.site == site && known.name == name);
            match known {
                Some(known) if known.value == value => continue,
                Some(known) => value.clone_into(&mut known.value),
                None if is_full => continue,
                None => {
                    let is_secure = url.scheme() == "https";
                    self.cookies.push(Cookie { site, is_secure, name: name.to_owned(), value: value.to_owned() });
                }
            }
            has_changed = true;
        }
        has_changed
    }

    /// Returns the header for a request to the URL.
    pub(super) fn header(&self, url: &Url) -> Option<HeaderValue> {
        let site = registrable_domain(url);
        let is_its = |cookie: &&Cookie| cookie.site == site && (!cookie.is_secure || url.scheme() == "https");
        let own = self.cookies.iter().filter(is_its).map(|cookie| format!("{}={}", cookie.name, cookie.value));
        let text = own.collect::<Vec<_>>().join("; ");
        HeaderValue::from_str(&text).ok().filter(|value| !value.is_empty())
    }
}

/// Name and value of a cookie; where it is for and for how long does not matter within a chain.
fn pair(header: &str) -> Option<(&str, &str)> {
    let (name, value) = header.split(';').next()?.split_once('=')?;
    let (name, value) = (name.trim(), value.trim());
    (!name.is_empty() && name.len() + value.len() <= COOKIE_BYTES_MAX).then_some((name, value))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(text: &str) -> Url {
        text.parse().unwrap()
    }

    fn set(jar: &mut Jar, from: &str, cookies: &[&str]) -> bool {
        let mut headers = HeaderMap::new();
        for cookie in cookies {
            headers.append(SET_COOKIE, cookie.parse().unwrap());
        }
        jar.take(&headers, &url(from))
    }

    fn sent(jar: &Jar, to: &str) -> Option<String> {
        jar.header(&url(to)).map(|value| value.to_str().unwrap().to_owned())
    }

    #[test]
    fn what_a_site_sets_comes_back_to_it_and_to_no_other() {
        let mut jar = Jar::default();
        assert_eq!(sent(&jar, "https://www.paper.example/"), None);
        assert!(set(&mut jar, "https://www.paper.example/a", &["seen=1; Path=/; Secure", "b = 2"]));
        assert_eq!(sent(&jar, "https://login.paper.example/").as_deref(), Some("seen=1; b=2"));
        assert_eq!(sent(&jar, "https://else.example/"), None);
        assert_eq!(sent(&jar, "http://www.paper.example/"), None, "what came over TLS stays there");
        assert!(!set(&mut jar, "https://www.paper.example/a", &["seen=1"]), "nothing new");
        assert!(set(&mut jar, "https://www.paper.example/a", &["seen=2"]));
        assert_eq!(sent(&jar, "https://www.paper.example/").as_deref(), Some("seen=2; b=2"));
    }

    #[test]
    fn what_is_no_cookie_or_too_much_of_it_is_left_out() {
        let mut jar = Jar::default();
        let long = format!("a={}", "b".repeat(COOKIE_BYTES_MAX));
        assert!(!set(&mut jar, "https://paper.example/", &["", "novalue", "=1", &long]));
        let many: Vec<String> = (0..99).map(|n| format!("c{n}=1")).collect();
        set(&mut jar, "https://paper.example/", &many.iter().map(String::as_str).collect::<Vec<_>>());
        assert_eq!(jar.cookies.len(), COOKIES_MAX);
    }
}
