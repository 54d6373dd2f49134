"""The one way out: what may not be reached is not connected to, however it is written."""

from __future__ import annotations

import asyncio
import gzip
import ssl
from collections.abc import Sequence
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.egress import (
    Fetcher,
    Forbidden,
    NotFetched,
    _Asking,
    _request,
    objection,
    place_of,
    system_addresses,
)
from gateway.policy.models.egress import METADATA, Network
from tests.parts.certificates import Authority, make_authority
from tests.parts.issuer import Issuer
from tests.parts.webhook import Webhook

LOOPBACK = (ip_network("127.0.0.0/8"),)
ANYWHERE = (ip_network("0.0.0.0/0"), ip_network("::/0"))


class Names:
    """A resolver that says in turn what it was given; the last for ever."""

    def __init__(self, *answers: Sequence[str]) -> None:
        self._answers = list(answers)
        self.asked: list[str] = []

    async def __call__(self, host: str, port: int) -> Sequence[str]:
        self.asked.append(host)
        return self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]


async def fetch(url: str, allow: Sequence[Network] = (), *, fetcher: Fetcher | None = None) -> bytes:
    return await (fetcher or Fetcher()).get(url, allow, cap_bytes=1000, timeout_s=5.0)


@pytest.fixture
def issuer():
    with Issuer() as issuer:
        yield issuer


# As the machine's own resolver reads them: all of these are the loopback server, or worse.
WRITTEN = [
    "http://127.0.0.1:{port}/keys",
    "http://localhost:{port}/keys",
    "http://2130706433:{port}/keys",
    "http://017700000001:{port}/keys",
    "http://0x7f000001:{port}/keys",
    "http://0x7f.0.0.1:{port}/keys",
    "http://0177.0.0.1:{port}/keys",
    "http://127.1:{port}/keys",
    "http://0:{port}/keys",
    "http://0.0.0.0:{port}/keys",
    "http://[::1]:{port}/keys",
    "http://[::]:{port}/keys",
    "http://[::ffff:127.0.0.1]:{port}/keys",
    "http://[::ffff:7f00:1]:{port}/keys",
    "http://[0:0:0:0:0:ffff:127.0.0.1]:{port}/keys",
    "http://[::127.0.0.1]:{port}/keys",
    "http://[64:ff9b::7f00:1]:{port}/keys",
    "http://user@127.0.0.1:{port}/keys",
    "http://example.com@127.0.0.1:{port}/keys",
    "http://127.0.0.1:{port}\\@example.com/keys",
    "http://127.0.0.1:{port}#@example.com/keys",
    "http://①②⑦.⓪.⓪.①:{port}/keys",
    "http://127。0。0。1:{port}/keys",
    "http://127.0.0.1%00.example.com:{port}/keys",
    "http://[fe80::1%25lo]:{port}/keys",
    "http:///keys",
    "//127.0.0.1:{port}/keys",
    "ftp://127.0.0.1:{port}/keys",
    "file:///etc/passwd",
    "gopher://127.0.0.1:{port}/keys",
    "http://169.254.169.254/latest/meta-data/",
    "http://2852039166/latest/meta-data/",
    "http://0xa9fea9fe/latest/meta-data/",
    "http://0251.0376.0251.0376/latest/meta-data/",
    "http://[::ffff:169.254.169.254]/latest/meta-data/",
    "http://[64:ff9b::a9fe:a9fe]/latest/meta-data/",
    "http://[fd00:ec2::254]/latest/meta-data/",
    "http://100.100.100.200/latest/meta-data/",
]


@pytest.mark.parametrize("scheme", ["http", "https"])
@pytest.mark.parametrize("url", WRITTEN)
async def test_no_form_of_a_private_address_is_fetched(url: str, scheme: str, issuer: Issuer):
    with pytest.raises(NotFetched, match=r"its (host|address) |private network|credentials|it is http"):
        await fetch(url.replace("http:", f"{scheme}:").format(port=issuer.port))
    assert issuer.asked == []


# What a name may lead to, by the resolver of whoever set the trap.
PRIVATE = [
    "0.0.0.0",
    "10.0.0.1",
    "100.64.0.1",
    "127.0.0.1",
    "127.255.255.254",
    "169.254.1.1",
    "172.16.0.1",
    "192.0.0.1",
    "192.168.0.1",
    "198.18.0.1",
    "224.0.0.1",
    "239.255.255.255",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::ffff:10.0.0.1",
    "::ffff:192.168.0.1",
    "::10.0.0.1",
    "64:ff9b::10.0.0.1",
    "64:ff9b:1::10.0.0.1",
    "2001::1",
    "2002:a00:1::1",
    "2001:db8::1",
    "fc00::1",
    "fd12:3456::1",
    "fe80::1",
    "fe80::1%eth0",
    "fec0::1",
    "ff02::1",
    "no address",
]


@pytest.mark.parametrize("address", PRIVATE)
async def test_no_name_leads_into_a_private_network(address: str):
    for found in ([address], ["93.184.216.34", address], [address, "2606:2800:220:1::1"]):
        with pytest.raises(Forbidden):
            await fetch("https://trap.example/keys", fetcher=Fetcher(resolve=Names(found)))


@pytest.mark.parametrize("address", [str(network.network_address) for network in METADATA])
async def test_metadata_addresses_are_never_opened(address: str):
    for form in (address, *([] if ":" in address else [f"::ffff:{address}", f"64:ff9b::{address}"])):
        for scheme in ("http", "https"):
            with pytest.raises(Forbidden, match="credentials"):
                await fetch(f"{scheme}://trap.example/", ANYWHERE, fetcher=Fetcher(resolve=Names([form])))


@pytest.mark.parametrize("address", ["93.184.216.34", "8.8.8.8", "2606:4700::1111", "64:ff9b::808:808"])
def test_public_addresses_are_open_over_https_only(address: str):
    assert objection(ip_address(address), (), secure=True) is None
    assert "http" in (objection(ip_address(address), (), secure=False) or "")


@pytest.mark.parametrize(
    "address", ["10.20.1.1", "::ffff:10.20.1.1", "64:ff9b::a14:101", "fd12:3456::7", "127.0.0.1"]
)
def test_a_listed_network_is_open_over_http_too(address: str):
    allow = (ip_network("10.20.0.0/16"), ip_network("fd12:3456::/32"), *LOOPBACK)
    assert objection(ip_address(address), allow, secure=False) is None
    assert objection(ip_address(address), (), secure=True) is not None


async def test_a_listed_address_is_fetched_by_name_from_what_was_judged(issuer: Issuer):
    names = Names(["127.0.0.1"], ["169.254.169.254"])  # the second answer is the rebinding
    issuer.answers["/keys?p=1"] = 200, {}, b"here"
    url = f"http://login.example:{issuer.port}/keys?p=1"
    assert await fetch(url, LOOPBACK, fetcher=Fetcher(resolve=names)) == b"here"
    assert (names.asked, issuer.asked) == (["login.example"], ["/keys?p=1"])
    assert issuer.hosts == [f"login.example:{issuer.port}"]


async def test_a_name_that_is_bound_anew_is_judged_anew(issuer: Issuer):
    issuer.publish()
    fetcher = Fetcher(resolve=Names(["127.0.0.1"], ["10.0.0.1"]))
    assert (
        await fetch(f"http://login.example:{issuer.port}/keys", LOOPBACK, fetcher=fetcher) == b'{"keys": []}'
    )
    with pytest.raises(Forbidden):
        await fetch(f"http://login.example:{issuer.port}/keys", LOOPBACK, fetcher=fetcher)
    assert len(issuer.asked) == 1


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("where", ["/other", "http://169.254.169.254/", "http://127.0.0.1:{port}/other"])
async def test_a_redirect_is_not_followed(status: int, where: str, issuer: Issuer):
    issuer.answers["/keys"] = status, {"location": where.format(port=issuer.port)}, b""
    with pytest.raises(NotFetched, match=str(status)):
        await fetch(f"{issuer.url}/keys", LOOPBACK)
    assert issuer.asked == ["/keys"]


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ((500, {}, b"no"), "answered with 500"),
        ((204, {}, b""), "answered with 204"),
        ((200, {}, b"x" * 1001), "larger than 1000 bytes"),
        ((200, {"content-encoding": "gzip"}, gzip.compress(b"x" * 1_000_000)), "compressed"),
        ((200, {"content-length": "2000"}, b"short"), "connection broke"),
    ],
)
async def test_what_is_no_plain_answer_of_its_size_is_none(answer, said: str, issuer: Issuer):
    issuer.answers["/keys"] = answer
    with pytest.raises(NotFetched, match=said):
        await fetch(f"{issuer.url}/keys", LOOPBACK)


async def test_who_does_not_answer_in_time_is_not_waited_for():
    async def never(host: str, port: int) -> Sequence[str]:
        await asyncio.get_running_loop().create_future()
        raise AssertionError("it never answers")

    with pytest.raises(NotFetched, match="longer than"):
        await Fetcher(resolve=never).get("https://x.example/", (), cap_bytes=10, timeout_s=0.01)


async def test_a_host_that_nobody_knows_is_not_fetched():
    for found in (Names([]), system_addresses):
        with pytest.raises(NotFetched, match="not known"):
            await fetch(f"https://{'a' * 64}.invalid/", fetcher=Fetcher(resolve=found))


async def test_an_address_that_takes_no_connection_gives_way_to_the_next(issuer: Issuer):
    fetcher = Fetcher(resolve=Names(["127.0.0.2", "127.0.0.1"]))
    assert await fetch(f"http://login.example:{issuer.port}/keys", LOOPBACK, fetcher=fetcher)
    assert issuer.asked == ["/keys"]


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return make_authority(tmp_path_factory.mktemp("tls"))


async def test_tls_checks_the_name_that_was_asked_for_and_not_the_address(authority: Authority):
    trusting = ssl.create_default_context(cadata=authority.pem)
    fetcher = Fetcher(resolve=Names(["127.0.0.1"]), tls=trusting)
    with Issuer(authority.server) as issuer:
        assert await fetch(f"{issuer.url}/keys", LOOPBACK, fetcher=fetcher)
        with pytest.raises(NotFetched, match="connected"):
            await fetch(f"https://login.example:{issuer.port}/keys", LOOPBACK, fetcher=fetcher)
        with pytest.raises(NotFetched, match="connected"):
            await fetch(f"{issuer.url}/keys", LOOPBACK)
        assert len(issuer.asked) == 1


@pytest.mark.parametrize(
    ("url", "place"),
    [
        ("https://h", ("https", "h", 443, "/")),
        ("http://H:8080/a?b=c", ("http", "h", 8080, "/a?b=c")),
        ("https://[2606::1]:1/x", ("https", "2606::1", 1, "/x")),
    ],
)
def test_a_plain_address_leads_to_its_place(url: str, place: tuple[object, ...]):
    assert tuple(place_of(url)) == place


@pytest.mark.parametrize(
    ("url", "address", "sent_to", "host"),
    [
        ("https://h/a?b", "2606::1", "https://[2606::1]/a?b", "h"),
        ("https://h:8443/a", "8.8.8.8", "https://8.8.8.8:8443/a", "h:8443"),
        ("https://[2606::1]/", "2606::1", "https://[2606::1]/", "[2606::1]"),
        ("http://h:443/", "10.0.0.1", "http://10.0.0.1:443/", "h:443"),
    ],
)
def test_a_request_goes_to_an_address_and_names_its_host(url: str, address: str, sent_to: str, host: str):
    request = _request(place_of(url), ip_address(address), _Asking("GET", url))
    assert (str(request.url), request.headers["host"]) == (sent_to, host)
    assert request.extensions["sni_hostname"] == place_of(url).host
    assert "cookie" not in request.headers and "authorization" not in request.headers


@given(st.ip_addresses(v=4), st.booleans())
def test_what_stands_for_an_address_is_judged_like_it(address: IPv4Address, secure: bool):
    for prefix in ("::ffff:0:0", "64:ff9b::"):
        stands_for = ip_address(int(ip_address(prefix)) + int(address))
        same = objection(ip_address(f"{stands_for}"), LOOPBACK, secure=secure)
        assert same == objection(address, LOOPBACK, secure=secure)


@given(st.ip_addresses(), st.booleans())
def test_what_is_not_of_the_public_internet_is_never_open(address: IPv4Address | IPv6Address, secure: bool):
    if not address.is_global or address.is_multicast or address.is_loopback or address.is_link_local:
        assert objection(address, (), secure=secure) is not None


async def tell(url: str, allow: Sequence[Network] = LOOPBACK) -> int:
    return await Fetcher().post(url, b'{"a": 1}', {"content-type": "application/json"}, allow, timeout_s=5.0)


async def test_what_is_posted_arrives_as_it_is_and_its_status_comes_back():
    with Webhook(201) as webhook:
        assert await tell(f"{webhook.url}?of=all") == 201
    [said] = webhook.said
    assert (said.path, said.body, said.headers["content-type"]) == (
        "/alerts?of=all",
        b'{"a": 1}',
        "application/json",
    )


async def test_whoever_sends_a_post_elsewhere_is_not_followed():
    with Webhook(307) as webhook:
        assert await tell(webhook.url) == 307
    assert len(webhook.said) == 1


async def test_nothing_is_posted_into_a_private_network():
    with Webhook() as webhook, pytest.raises(Forbidden):
        await tell(webhook.url, ())
    assert webhook.said == []
