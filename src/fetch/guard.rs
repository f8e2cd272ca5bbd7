//! Owns which URLs and addresses may be asked: schemes, ports, and no way into the machine's own networks.
//!
//! A name is vetted where it is resolved (`names`), and the vetted address is the one dialled. An address written in the URL never
//! reaches a resolver, so it is vetted on the parsed host, at every hop.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use url::{Host, Url};

use super::FetchError;

/// Ports that the allowance for a private host includes beside its own.
const DEFAULT_PORTS: [u16; 2] = [80, 443];

/// How a URL that may be asked is to be dialled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Pass {
    /// Only public addresses.
    Public,
    /// Any address: the user vouches for the host.
    Private,
}

/// The host that may be loopback or private: the request's own, on its own port and the default ones. A redirect
/// elsewhere does not inherit the permission.
#[derive(Debug, Clone)]
pub(super) struct Allowance(Option<(String, Option<u16>)>);

impl Allowance {
    pub(super) fn none() -> Self {
        Self(None)
    }

    pub(super) fn of(url: &Url) -> Self {
        Self(url.host_str().map(|host| (host.to_owned(), url.port_or_known_default())))
    }

    pub(super) fn covers(&self, url: &Url) -> bool {
        let Some((host, port)) = &self.0 else { return false };
        let asked = url.port_or_known_default();
        let is_port_fit = asked == *port || asked.is_some_and(|port| DEFAULT_PORTS.contains(&port));
        url.host_str() == Some(host) && is_port_fit
    }
}

/// Decides whether `url` may be asked; `ports` are those the configuration lists.
///
/// # Errors
/// [`FetchError::Refused`] with the reason.
pub(super) fn vet(url: &Url, allowance: &Allowance, ports: &[u16]) -> Result<Pass, FetchError> {
    let refuse = |reason: String| {
        let mut shown = url.clone();
        // The user part may be a secret; a URL that refuses to be cleared has none.
        shown.set_username("").and_then(|()| shown.set_password(None)).ok();
        Err(FetchError::Refused { url: shown, reason })
    };
    if !matches!(url.scheme(), "http" | "https") {
        return refuse(format!("scheme `{}` is neither http nor https", url.scheme()));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return refuse("user name or password in the URL".to_owned());
    }
    if allowance.covers(url) {
        return Ok(Pass::Private);
    }
    match url.port_or_known_default() {
        Some(port) if ports.contains(&port) => {}
        Some(port) => return refuse(format!("port {port} is not listed")),
        None => return refuse("no port".to_owned()),
    }
    let address: IpAddr = match url.host() {
        Some(Host::Ipv4(address)) => address.into(),
        Some(Host::Ipv6(address)) => address.into(),
        Some(Host::Domain(_)) => return Ok(Pass::Public),
        None => return refuse("no host".to_owned()),
    };
    match blocked(address) {
        Some(kind) => refuse(Blocked { address, kind }.to_string()),
        None => Ok(Pass::Public),
    }
}

/// An address that is not to be dialled.
#[derive(Debug, thiserror::Error)]
#[error("{address} is a {kind} address")]
pub(super) struct Blocked {
    address: IpAddr,
    kind: &'static str,
}

/// Returns what is wrong with the address as the target of a public URL (IANA special-purpose registries, RFC 6890).
fn blocked(address: IpAddr) -> Option<&'static str> {
    match address {
        IpAddr::V4(address) => blocked_v4(address),
        IpAddr::V6(address) => blocked_v6(address),
    }
}

fn blocked_v4(address: Ipv4Addr) -> Option<&'static str> {
    let kind = match address.octets() {
        [0, ..] => "this-network",
        [127, ..] => "loopback",
        [10, ..] | [172, 16..=31, ..] | [192, 168, ..] => "private",
        [100, 64..=127, ..] => "shared",
        [169, 254, ..] => "link-local",
        [198, 18..=19, ..] => "benchmark",
        [192, 0, 0 | 2, _] | [198, 51, 100, _] | [203, 0, 113, _] => "documentation",
        [224..=239, ..] => "multicast",
        [240..=255, ..] => "reserved",
        _ => return None,
    };
    Some(kind)
}

fn blocked_v6(address: Ipv6Addr) -> Option<&'static str> {
    if let Some(mapped) = address.to_ipv4_mapped() {
        // An IPv4 address by another name is judged as itself.
        return blocked_v4(mapped);
    }
    let kind = match address.segments() {
        [0, 0, 0, 0, 0, 0, 0, 1] => "loopback",
        [0, 0, 0, 0, 0, 0, 0, 0] => "unspecified",
        [0, 0, 0, 0, 0, 0, _, _] => "IPv4-compatible",
        [0x64, 0xff9b, 0 | 1, ..] => "NAT64",
        [0x100, 0, 0, 0, ..] => "discard",
        [0x2001, 0, ..] => "Teredo",
        [0x2001, 0xdb8, ..] => "documentation",
        [0x2002, ..] => "6to4",
        [0xfc00..=0xfdff, ..] => "private",
        [0xfe80..=0xfebf, ..] => "link-local",
        [0xfec0..=0xfeff, ..] => "site-local",
        [0xff00..=0xffff, ..] => "multicast",
        _ => return None,
    };
    Some(kind)
}

/// Returns the addresses of a name that may be dialled.
///
/// # Errors
/// [`Blocked`] when there are only others.
pub(super) fn vetted(found: Vec<SocketAddr>, pass: Pass) -> Result<Vec<SocketAddr>, Blocked> {
    match pass {
        Pass::Private => Ok(found),
        Pass::Public => public(found),
    }
}

/// Keeps the public addresses.
///
/// # Errors
/// [`Blocked`] when there are only others.
fn public(found: Vec<SocketAddr>) -> Result<Vec<SocketAddr>, Blocked> {
    let mut first = None;
    let mut kept = Vec::with_capacity(found.len());
    for candidate in found {
        match blocked(candidate.ip()) {
            Some(kind) => first = first.or(Some(Blocked { address: candidate.ip(), kind })),
            None => kept.push(candidate),
        }
    }
    match first {
        Some(blocked) if kept.is_empty() => Err(blocked),
        _ => Ok(kept),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn public_addresses_pass_and_all_others_are_blocked() {
        for address in ["1.1.1.1", "172.15.0.1", "172.32.0.1", "100.63.0.1", "198.17.0.1", "223.255.255.255"] {
            assert_eq!(blocked(address.parse().unwrap()), None, "{address}");
        }
        for address in ["2606:4700::1111", "::ffff:1.1.1.1", "2001:4860::8888", "2a00::1"] {
            assert_eq!(blocked(address.parse().unwrap()), None, "{address}");
        }
        let others = [
            "0.0.0.0",
            "0.1.2.3",
            "10.0.0.1",
            "100.64.0.1",
            "100.127.255.255",
            "127.0.0.1",
            "127.255.0.1",
            "169.254.169.254",
            "172.16.0.1",
            "172.31.255.255",
            "192.168.1.1",
            "198.18.0.1",
            "198.19.255.255",
            "224.0.0.1",
            "240.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "::127.0.0.1",
            "::ffff:127.0.0.1",
            "::ffff:10.0.0.1",
            "64:ff9b::7f00:1",
            "64:ff9b:1::1",
            "2002:7f00:1::",
            "2001::1",
            "fc00::1",
            "fdff::1",
            "fe80::1",
            "febf::1",
            "fec0::1",
            "ff02::1",
        ];
        for address in others {
            assert!(blocked(address.parse().unwrap()).is_some(), "{address}");
        }
    }

    #[test]
    fn only_the_public_addresses_of_a_name_are_dialled() {
        let addresses = |texts: &[&str]| texts.iter().map(|text| text.parse().unwrap()).collect::<Vec<SocketAddr>>();
        let mixed = addresses(&["127.0.0.1:0", "1.1.1.1:0", "[::1]:0"]);
        assert_eq!(public(mixed).unwrap(), addresses(&["1.1.1.1:0"]));
        let err = public(addresses(&["10.0.0.1:0", "[fe80::1]:0"])).unwrap_err();
        assert_eq!(err.to_string(), "10.0.0.1 is a private address");
    }

    #[test]
    fn allowance_holds_for_its_own_host_and_port() {
        let url = |text: &str| Url::parse(text).unwrap();
        let allowance = Allowance::of(&url("http://127.0.0.1:8080/feed"));
        let pass = |text: &str| vet(&url(text), &allowance, &[80, 443]).ok();
        assert_eq!(pass("http://127.0.0.1:8080/other"), Some(Pass::Private));
        assert_eq!(pass("https://127.0.0.1/"), Some(Pass::Private));
        assert_eq!(pass("http://127.0.0.1:8081/"), None);
        assert_eq!(pass("http://127.0.0.2:8080/"), None);
        assert_eq!(pass("https://example.org/"), Some(Pass::Public));
        assert_eq!(pass("ftp://127.0.0.1:8080/"), None);
    }

    #[test]
    fn refusal_does_not_repeat_a_password() {
        let url = Url::parse("https://user:canary@example.org/").unwrap();
        let err = vet(&url, &Allowance::none(), &[443]).unwrap_err();
        assert!(!format!("{err} {err:?}").contains("canary"), "{err:?}");
    }
}
