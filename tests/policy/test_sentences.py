from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from gateway.policy.nodes import data
from gateway.policy.suggest import MAX_SHOWN_CHARS
from tests.policy.folder import faults, loaded, tree

PLACES = {
    "team": ("providers: {e: {dialect: echo}}\nteams: {t: {HERE}}\n", "teams.t"),
    "provider": ("providers: {p: {dialect: echo, HERE}}\n", "providers.p"),
    "model": ("providers: {e: {dialect: echo}}\nmodels: {m: {targets: [{to: e/x}], HERE}}\n", "models.m"),
    "target": (
        "providers: {e: {dialect: echo}}\nmodels: {m: {targets: [{to: e/x, HERE}]}}\n",
        "models.m.targets[0]",
    ),
    "role": ("roles: {r: {HERE}}\n", "roles.r"),
    "audit": ("audit: {HERE}\n", "audit"),
    "policy": ("HERE\n", ""),
}


@pytest.mark.parametrize(
    ("place", "written", "said"),
    [
        ("policy", "gateway: 2", "gateway: expected 1, found 2"),
        ("policy", "gateway: true", "gateway: expected 1, the version of this language, found true"),
        ("policy", "gateway: '1'", 'gateway: expected 1, the version of this language, found "1"'),
        ("policy", "teams: []", "teams: expected a map of names, found a list"),
        ("policy", "audit: x", "audit: expected a map, found text; its keys are content, durability, fsync, retention, anchors or rules"),
        ("policy", "roles: {'a,b': {}}", "`a,b` can't be a name here: words without * , / or :, at most 100 characters"),
        ("policy", "providers: {'a/b': {dialect: echo}}", "`a/b` can't be a name here: letters, digits, . _ or -, at most 64 characters"),
        ("team", "cost_centre: 4711", '.cost_centre: expected text, found 4711; quote this: "4711"'),
        ("team", "cost_centre: [a]", ".cost_centre: expected text, found a list"),
        ("team", "cost_centre: ''", '.cost_centre: expected some text, found ""'),
        ("team", "regions: eu", '.regions: expected a list, found "eu"; write [eu]'),
        ("team", "regions: []", ".regions: expected at least one item, found a list"),
        ("team", "regions: [true]", '.regions[0]: expected text, found true; quote this: "true"'),
        ("team", "roles: [1.5]", '.roles[0]: expected text, found 1.5; quote this: "1.5"'),
        ("provider", "timeouts: {idle: 5}", ".timeouts.idle: expected a duration such as 500ms, 5s, 2m or 1h, found 5"),
        ("provider", "timeouts: {idle: 0s}", '.timeouts.idle: expected a duration above zero and of at most one day, found "0s"'),
        ("provider", "timeouts: {}, timeuots: {}", "`timeuots` is no key of providers.p: expected dialect, base_url, credentials, apis, region, timeouts, price, headers, proxy, ca_file, api_version, optional or processor; did you mean `timeouts`?"),
        ("provider", "headers: {Host: x}", "`Host` can't be a name here: the gateway writes this header itself: remove it"),
        ("provider", "headers: [a]", ".headers: expected a map of names, found a list"),
        ("provider", "ca_file: ca.pem", '.ca_file: expected the absolute path of a file, such as /etc/ssl/internal-ca.pem, found "ca.pem"'),
        ("provider", "apis: [chat, message]", '.apis[1]: expected chat, responses, completions, embeddings, messages, gemini, moderations, images, audio, files, batches or fine_tuning, found "message"; did you mean `messages`?'),
        ("provider", "api_version: v1", '.api_version: expected a version from 2024-10-21 on, or preview; absent, it is the v1 API, found "v1"'),
        ("provider", "extra_headers: {}", "`extra_headers` is no key of providers.p: expected dialect, base_url, credentials, apis, region, timeouts, price, headers, proxy, ca_file, api_version, optional or processor; did you mean `headers`?"),
        ("provider", "optional: yes", '.optional: expected true or false, found "yes"; did you mean `true`?'),
        ("provider", "optional: off", '.optional: expected true or false, found "off"; did you mean `false`?'),
        ("provider", "optional: 1", ".optional: expected true or false, found 1"),
        ("provider", "price: 0", ".price: expected free, found 0"),
        ("provider", "base_url: 'https://x'", ": echo is built in and takes no base_url: remove it"),
        ("model", "retries: 6", ".retries: expected 5 or less, found 6"),
        ("model", "retries: -1", ".retries: expected 0 or more, found -1"),
        ("model", "retries: 1.5", ".retries: expected a whole number, found 1.5"),
        ("model", "retries: '2'", '.retries: expected a whole number, found "2"; write 2 without quotes'),
        ("target", "price: {input: 1}", "`output` is missing in models.m.targets[0].price: a price needs it"),
        ("target", "price: {input: x, output: 1}", '.price.input: expected a number, found "x"'),
        ("target", "price: {input: true, output: 1}", ".price.input: expected a number, found true"),
        ("target", "price: {input: .nan, output: 1}", ".price.input: expected a finite number, found .nan"),
        ("target", "price: {input: 0.1234567891, output: 1}", ".price.input: expected at most 9 decimal places, found 0.1234567891"),
        ("target", "price: {input: 1e9, output: 1}", ".price.input: expected 1000000 or less, found 1e9"),
        ("target", "price: fre", '.price: expected free or {input: …, output: …}, found "fre"; did you mean `free`?'),
        ("policy", "limits: [{name: a, requests: 60/min}]", 'limits[0].requests: expected second, minute, hour, day or week after the / (did you mean `minute`?), found "60/min"'),
        ("policy", "limits: [{name: a}]", "limits[0]: this limits nothing: say requests, tokens or concurrent"),
        ("policy", "budgets: [{name: a, period: day, amount: 500}]", "budgets[0].amount: expected an amount such as 500 USD or 0.25 USD, found 500"),
        ("policy", "budgets: [{name: a, period: day, amount: 9000001 USD}]", 'budgets[0].amount: expected at most 9,000,000 USD: more can\'t be counted exactly, found "9000001 USD"'),
        ("policy", "budgets: [{name: a, period: day, amount: 5 USD, on_exceeded: stop}]", 'budgets[0].on_exceeded: expected block, warn or {downgrade: …}, found "stop"'),
        ("policy", "shadows: [{name: a, to: x, sample: 5%}]", 'shadows[0].to: expected provider/model, such as openai/gpt-5-mini, found "x"'),
        ("policy", "alerts: {webhooks: [{url: token-of-mine}]}", "alerts.webhooks[0].url: expected an address such as https://api.example.com/v1, found text"),
        ("policy", "privacy: {profiles: {p: {extend: q}}}", "`extend` is no key of privacy.profiles.p: expected extends, languages, entities, ner, output, unread or on_failure; did you mean `extends`?"),
        ("target", "weight: x", '.weight: expected a whole number, found "x"'),
        ("role", "models: ['a b']", ".models[0]: expected a model's name, without spaces, commas, quotes or brackets, at most 200 characters, found \"a b\""),
        ("role", "apis: [chatt]", "did you mean `chat`?"),
        ("role", "max_output_tokens: 0", ".max_output_tokens: expected 1 or more, found 0"),
        ("role", "tools: {functions: ['a b']}", '.tools.functions[0]: expected a name or a glob without spaces, found "a b"'),
        ("audit", "fsync: 'true'", '.fsync: expected true or false, found "true"'),
        ("audit", "durability: later", '.durability: expected before_reply, batched or database, found "later"'),
    ],
)  # fmt: skip
def test_a_mistake_is_one_plain_sentence(place: str, written: str, said: str, tmp_path: Path):
    text, where = PLACES[place]
    (line,) = faults(tmp_path, text.replace("HERE", written))
    message = line.partition(": ")[2]
    assert message.endswith(said)
    assert message in (said, where + said) or place == "role"


def test_a_long_value_is_cut_short(tmp_path: Path):
    (line,) = faults(tmp_path, f"audit: {{fsync: {'x' * 500}}}\n")
    assert len(line) < 200


def offered(line: str) -> str:
    """The list that a message says to write."""
    return line.rpartition("; write ")[2] if line.endswith("]") else ""


printable = st.characters(exclude_categories=["C", "Z"], include_characters=" ").filter(str.isprintable)


@given(st.text(printable, max_size=MAX_SHOWN_CHARS).filter(lambda text: "${" not in text))
@example("*")
@example("*-mini")
@example("true")
@example("null")
@example("5")
@example("#x")
@example("x: y")
@example("a]b")
@example("a,b")
@example("")
@example("a\\nb")
@example('"')
@example("; write [x]")
def test_the_list_that_is_offered_for_a_text_is_read_as_that_one_text(
    tmp_path_factory: pytest.TempPathFactory, text: str
):
    written = "'" + text.replace("'", "''") + "'"
    (line,) = faults(tmp_path_factory.mktemp("any"), f"roles: {{r: {{models: {written}}}}}\n")
    suggestion = line.split("; write ", 1 + text.count("; write "))[-1]
    assert data(tree(f"models: {suggestion}\n")) == {"models": (text,)}


@pytest.mark.parametrize("text", ["true", "5", "1.50", "0x1F", "-1", ".inf", "a]b", "no", "a b"])
def test_the_list_that_is_offered_for_an_unquoted_value_holds_it_as_text(tmp_path: Path, text: str):
    (line,) = faults(tmp_path, f"roles:\n  r:\n    models: {text}\n")
    assert data(tree(f"models: {offered(line)}\n")) == {"models": (text,)}


@pytest.mark.parametrize("text", ["*", "get-*", "true", "5", "#x", "a]b", "a,b"])
def test_a_policy_with_the_list_that_was_offered_is_valid(tmp_path: Path, text: str):
    policy = "roles: {r: {tools: {functions: HERE}}}\n"
    (line,) = faults(tmp_path, policy.replace("HERE", f"'{text}'"))
    role = loaded(tmp_path, policy.replace("HERE", offered(line))).role("r")
    assert role is not None
    assert role.functions == (text,)


def test_a_list_is_offered_where_a_comma_ended_a_text_between_braces(tmp_path: Path):
    (line,) = faults(tmp_path, "roles: {r: {models: '*',b}}\n")
    assert data(tree(f"models: {line.rpartition(', or write ')[2]}\n")) == {"models": ("*", "b")}


def test_a_digit_that_is_no_number_is_told_as_text(tmp_path: Path):
    (line,) = faults(tmp_path, PLACES["model"][0].replace("HERE", "retries: '²'"))
    assert line.endswith('.retries: expected a whole number, found "²"')


def test_a_key_that_stands_where_its_hash_belongs_is_never_repeated(tmp_path: Path):
    key = "gw-" + "a" * 49
    for text in (f"hash: {key}", f"hash: [{key}]", f"hash: {key}: x", f"hash:{key}"):
        lines = faults(tmp_path, f"keys:\n  k:\n    roles: [trial]\n    expires: never\n    {text}\n")
        assert lines
        assert "aaa" not in "".join(lines)


def test_what_is_no_hash_is_told_how_one_is_made(tmp_path: Path):
    (line,) = faults(tmp_path, "keys: {k: {hash: x, roles: [trial], expires: never}}\n")
    assert "expected what `gateway keys hash` prints: sha256: and 64 hexadecimal digits" in line
