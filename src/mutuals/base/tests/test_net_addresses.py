"""Which addresses are the internet's, in every disguise."""

from ipaddress import IPv6Address, ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mutuals.base._net_guard import is_public

INSIDE = [
    "127.0.0.1",
    "127.9.9.9",
    "0.0.0.0",
    "10.1.2.3",
    "172.31.0.1",
    "192.168.1.1",
    "169.254.169.254",
    "100.64.0.1",
    "100.100.100.200",
    "168.63.129.16",
    "192.0.0.192",
    "198.18.0.1",
    "203.0.113.9",
    "224.0.0.251",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::127.0.0.1",
    "::ffff:127.0.0.1",
    "::ffff:a9fe:a9fe",
    "64:ff9b::10.0.0.1",
    "64:ff9b:1::1",
    "2002:7f00:1::",
    "2002:a00:1::1",
    "2001:0:53aa:64c::1",
    "2600::5efe:10.0.0.1",
    "fe80::1",
    "fe80::1%eth0",
    "fc00::1",
    "fd00:ec2::254",
    "fec0::1",
    "ff02::1",
    "2001:db8::1",
    "not an address",
]


@pytest.mark.parametrize("address", INSIDE)
def test_an_address_of_our_own_network_is_not_public_in_any_disguise(address):
    written = address

    public = is_public(written)

    assert not public


@pytest.mark.parametrize("address", ["93.184.215.14", "2606:2800:21f::1", "::ffff:93.184.215.14", "64:ff9b::5db8:d70e"])
def test_an_address_of_the_internet_is_public(address):
    written = address

    public = is_public(written)

    assert public


@given(st.ip_addresses(v=4))
def test_an_ipv6_disguise_never_opens_what_its_ipv4_address_does_not(inner):
    mapped = str(IPv6Address(0xFFFF_0000_0000 | int(inner)))

    judged = is_public(mapped)

    assert judged == is_public(str(inner))
    assert not (judged and ip_address(inner).is_private)
