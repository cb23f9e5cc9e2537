//! IP addresses to which a link of a text may lead.
//!
//! A text of a repository from somebody else can link to this machine, to a device in its network,
//! or to the service of a cloud that hands out passwords (`169.254.169.254`). A request there can
//! have effects, and its outcome tells about the network. So only addresses on the public internet
//! are asked. The test is made on the resolved address that the connection uses, so neither a host
//! name nor a redirect leads around it.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Returns true if an address is on the public internet.
///
/// The ranges are those of <https://www.iana.org/assignments/iana-ipv4-special-registry> and
/// <https://www.iana.org/assignments/iana-ipv6-special-registry>.
pub fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => is_public_v6(address),
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    let is_special = match address.octets() {
        // This network.
        [0, ..] => true,
        // Networks of providers behind address translation.
        [100, second, ..] => (64..128).contains(&second),
        // Protocols.
        [192, 0, 0, _] => true,
        // Relays from IPv6.
        [192, 88, 99, _] => true,
        // Measurements.
        [198, 18 | 19, ..] => true,
        // Reserved, and the address of all machines.
        [240..=255, ..] => true,
        _ => false,
    };
    !(is_special
        || address.is_private()
        || address.is_loopback()
        || address.is_link_local()
        || address.is_multicast()
        || address.is_documentation())
}

fn is_public_v6(address: Ipv6Addr) -> bool {
    // An IPv4 address in the form of IPv6, such as `::ffff:127.0.0.1`.
    if let Some(v4) = address.to_ipv4_mapped() {
        return is_public_v4(v4);
    }
    let [a, b, c, d, e, f, g, h] = address.segments();
    let v4 = |high: u16, low: u16| Ipv4Addr::from((u32::from(high) << 16) | u32::from(low));
    match (a, b) {
        // Networks without IPv4 reach it through these addresses.
        (0x64, 0xff9b) if [c, d, e, f] == [0; 4] => is_public_v4(v4(g, h)),
        // Tunnels (6to4) that contain an IPv4 address.
        (0x2002, _) => is_public_v4(v4(b, c)),
        // Protocols, tunnels (Teredo), documentation.
        (0x2001, 0..0x200 | 0xdb8) | (0x3fff, 0..0x1000) => false,
        // All other addresses that are in use at present.
        (0x2000..0x4000, _) => true,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_addresses_of_the_public_internet_are_public() {
        let is = |text: &str| is_public(text.parse().unwrap_or_else(|_| panic!("{text} is an address")));
        for private in [
            "0.0.0.0",
            "10.1.2.3",
            "100.64.0.1",
            "127.0.0.1",
            "127.255.0.9",
            "169.254.169.254",
            "172.16.0.1",
            "172.31.255.255",
            "192.0.0.8",
            "192.0.2.1",
            "192.88.99.1",
            "192.168.1.1",
            "198.18.0.1",
            "198.51.100.1",
            "203.0.113.1",
            "224.0.0.1",
            "240.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "::127.0.0.1",
            "::ffff:10.0.0.1",
            "64:ff9b::7f00:1",
            "64:ff9b:1::1",
            "100::1",
            "2001::1",
            "2001:db8::1",
            "2002:7f00:1::",
            "3fff::1",
            "fc00::1",
            "fd12::1",
            "fe80::1",
            "fec0::1",
            "ff02::1",
            "5f00::1",
        ] {
            assert!(!is(private), "{private}");
        }
        for public in [
            "1.1.1.1",
            "8.8.8.8",
            "100.63.0.1",
            "100.128.0.1",
            "172.15.0.1",
            "172.32.0.1",
            "192.0.1.1",
            "223.255.255.255",
            "::ffff:8.8.8.8",
            "64:ff9b::808:808",
            "2001:4860:4860::8888",
            "2002:808:808::",
            "2606:4700::1111",
            "2a02:6b8::a",
        ] {
            assert!(is(public), "{public}");
        }
    }
}
