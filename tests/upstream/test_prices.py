from __future__ import annotations

import json
import subprocess
import sys
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import genai_prices
import pytest
from genai_prices.types import Usage as ListUsage
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.policy.price import FREE as FREE_PRICE
from gateway.policy.price import Price
from gateway.upstream.prices import PriceBook, Rates, cost
from gateway.usage import Usage, usd

DAY = date(2026, 11, 20)
OPENAI = "https://api.openai.com/v1"
RATES = ("input", "output", "cache_read", "cache_write", "cache_write_1h", "audio_input", "audio_output")
ANTHROPIC = "https://api.anthropic.com"
GOOGLE = "https://generativelanguage.googleapis.com"
SAMPLE = [
    (OPENAI, "openai", "gpt-5-mini"),
    (OPENAI, "openai", "gpt-4o-audio-preview"),
    (OPENAI, "openai", "text-embedding-3-small"),
    (ANTHROPIC, "anthropic", "claude-haiku-4-5"),
    (ANTHROPIC, "anthropic", "claude-sonnet-4-5"),
    (ANTHROPIC, "anthropic", "claude-haiku-5-5"),
    (GOOGLE, "google", "gemini-2.5-pro"),
]


def listed(base_url: str, model: str, book: PriceBook | None = None) -> Rates | None:
    return (book or PriceBook(DAY)).rates("openai", "any", base_url, model, None, free=False)


@pytest.fixture(scope="module")
def book() -> PriceBook:
    return PriceBook(DAY)


@pytest.mark.parametrize(("base_url", "provider", "model"), SAMPLE)
@settings(max_examples=30, deadline=None)
@given(
    plain=st.integers(0, 400_000),
    cached=st.integers(0, 90_000),
    long=st.integers(0, 9000),
    said=st.integers(0, 9000),
)
def test_a_call_costs_what_the_list_says(
    book: PriceBook, base_url: str, provider: str, model: str, plain: int, cached: int, long: int, said: int
) -> None:
    rates = listed(base_url, model, book)
    assert rates is not None
    written = long if rates.cache_write is not None else 0
    total = plain + cached + written
    ours = Usage(total, said, cached, written, written if rates.cache_write_1h is not None else 0)
    theirs = ListUsage(
        input_tokens=total,
        output_tokens=said,
        cache_read_tokens=cached,
        cache_write_tokens=written,
        cache_write_1h_tokens=ours.cache_write_1h_tokens,
    )
    at = datetime.combine(DAY, datetime.min.time(), UTC)
    price = genai_prices.calc_price(
        theirs, model, provider_id=provider, genai_request_timestamp=at
    ).total_price
    assert 0 <= usd(cost(rates, ours)) - price < Decimal("1e-9")


@pytest.mark.parametrize(
    "address", ["https://n.openai.azure.com/openai/v1", "https://apim.example.com/openai/v1"]
)
def test_a_deployment_costs_what_the_model_of_its_name_costs(book: PriceBook, address: str) -> None:
    rates = book.rates("azure", "any", address, "gpt-5-mini", None, free=False)
    of_openai = listed(OPENAI, "gpt-5-mini", book)
    assert rates is not None and of_openai is not None
    assert (rates.input, rates.output) == (of_openai.input, of_openai.output)
    assert book.rates("azure", "any", address, "our-own-name", None, free=False) is None


def test_a_batch_costs_what_the_list_says(book: PriceBook) -> None:
    rates = listed(ANTHROPIC, "claude-haiku-4-5", book)
    assert rates is not None
    assert cost(rates, Usage(1_000_000, batch=True)) * 2 == cost(rates, Usage(1_000_000))


def test_a_price_is_that_of_the_day() -> None:
    """claude-sonnet-4-5 lost its dearer step on a day in 2026."""
    before, after = (PriceBook(day) for day in (date(2026, 3, 12), date(2026, 3, 13)))
    old, new = listed(ANTHROPIC, "claude-sonnet-4-6", before), listed(ANTHROPIC, "claude-sonnet-4-6", after)
    assert old is not None
    assert new is not None
    assert (bool(old.steps), bool(new.steps)) == (True, False)


def test_a_new_day_is_noticed_while_running() -> None:
    today = date(2026, 3, 12)
    running = PriceBook(lambda: today)
    old = listed(ANTHROPIC, "claude-sonnet-4-6", running)
    today += timedelta(days=1)
    new = listed(ANTHROPIC, "claude-sonnet-4-6", running)
    assert old is not None
    assert new is not None
    assert old.steps != new.steps
    assert new.version.endswith("2026-03-13")


def test_where_the_hour_matters_the_dearest_counts(book: PriceBook) -> None:
    rates = listed("https://api.deepseek.com", "deepseek-reasoner", book)
    assert rates is not None
    assert usd(rates.input) == Decimal("0.55")


@pytest.mark.parametrize(
    ("base_url", "model"),
    [
        ("http://127.0.0.1:8000/v1", "gpt-5-mini"),
        (OPENAI, "no-such-model"),
        (OPENAI, "whisper-1"),
        (OPENAI, "gpt-image-1.5"),
        ("https://api.perplexity.ai", "sonar"),
    ],
    ids=["local-server", "unknown-model", "by-the-hour", "images-dearer", "fee-per-request"],
)
def test_what_can_not_be_priced_has_no_price(book: PriceBook, base_url: str, model: str) -> None:
    assert listed(base_url, model, book) is None


def test_an_unknown_model_is_looked_up_once_a_day(book: PriceBook, monkeypatch: pytest.MonkeyPatch) -> None:
    listed(OPENAI, "asked-twice", book)
    monkeypatch.setattr(book, "_list", None)
    assert listed(OPENAI, "asked-twice", book) is None


def test_a_declared_price_comes_before_the_list_and_says_so(book: PriceBook) -> None:
    price = Price(Decimal("0.0375"), Decimal(2), cache_read=Decimal("0.01"))
    rates = book.rates("openai", "openai", OPENAI, "gpt-5-mini", price, free=True)
    assert rates is not None
    assert (rates.input, rates.output, rates.cache_read) == (37_500_000, 2_000_000_000, 10_000_000)
    assert rates.cache_write is None
    assert rates.version == "policy"


def test_every_rate_that_a_policy_declares_counts(book: PriceBook) -> None:
    numbers = {name: Decimal(number) for number, name in enumerate((*RATES, "image"), 1)}
    price = Price(**numbers, tiers=(("flex", Price(Decimal(9), Decimal(10))),))
    found = book.rates("openai", "openai", OPENAI, "gpt-5-mini", price, free=False)
    assert found is not None
    assert [getattr(found, name) for name in (*RATES, "image")] == [n * 10**9 for n in range(1, 9)]
    assert (found.tiers["flex"].input, found.tiers["flex"].output) == (9 * 10**9, 10 * 10**9)


def test_a_price_for_images_alone_is_not_free(book: PriceBook) -> None:
    price = Price(Decimal(0), Decimal(0), image=Decimal("0.04"))
    rates = book.rates("openai", "o", "http://x", "m", price, free=False)
    assert rates is not None
    assert cost(rates, Usage(images=3)) == 120_000_000


def test_how_much_a_model_reads_is_known_from_the_list_whatever_its_price_and_rounded_up(
    book: PriceBook,
) -> None:
    own = book.rates("openai", "o", OPENAI, "gpt-4.1", Price(Decimal(1), Decimal(2)), free=False)
    of_list, elsewhere = listed(OPENAI, "gpt-4.1", book), listed("http://x", "gpt-4.1", book)
    assert own is not None and of_list is not None and elsewhere is None
    assert own.context_window == of_list.context_window
    assert (of_list.context_window or 0) >= 1_047_576, "what OpenAI says; the list says 1,000,000"


def test_free_is_free_by_target_by_provider_and_for_echo(book: PriceBook) -> None:
    found = [
        book.rates("openai", "vllm", "http://x", "m", FREE_PRICE, free=False),
        book.rates("openai", "vllm", "http://x", "m", None, free=True),
        book.rates("echo", "echo", None, "m", None, free=False),
    ]
    assert all(rates is not None and rates.free for rates in found)


def test_the_list_needs_no_network_and_no_thread() -> None:
    """Importing and asking, in a process where a socket or a thread is an error."""
    code = """
import socket, threading, json, sys
def forbidden(*_, **__): raise AssertionError("no network, no thread")
socket.socket.connect = socket.getaddrinfo = threading.Thread.start = forbidden
from datetime import date
from gateway.upstream.prices import PriceBook
rates = PriceBook(date(2026, 11, 20)).rates("openai", "o", "https://api.openai.com/v1", "gpt-5-mini", None, free=False)
json.dump([rates.input, threading.active_count()], sys.stdout)
"""
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, timeout=60)
    assert json.loads(ran.stdout) == [250_000_000, 1]
