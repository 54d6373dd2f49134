"""What is kept of a policy holds no secret that was written out in it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from gateway.policy.load import judge, read
from gateway.policy.nodes import Mapping
from gateway.policy.sources import Source
from gateway.policy.withheld import KeptFile, document_of, kept_file, named_files
from tests.policy.folder import tree, written

PROVIDER = "providers: {{p: {{dialect: openai, base_url: 'https://p.test', {}}}}}\n"


def kept(text: str) -> KeptFile:
    return kept_file(Source("a.yaml", text), tree(text))


def document(text: str) -> str:
    root = tree(text)
    assert isinstance(root, Mapping)
    return document_of(root)


@pytest.mark.parametrize(
    "written_out",
    [
        "credentials: [hunter2-plain]",
        "credentials: ['hunter2-plain']",
        'credentials: ["hunter2-plain"]',
        "credentials: ['${KEY}', hunter2-plain]",
        "headers: {x-token: hunter2-plain}",
        "proxy: 'http://me:hunter2-plain@proxy.test'",
        "credentials: ['hunter2-plain${KEY}']",
        "headers: {x-token: 'hunter2-plain.${KEY}'}",
        "headers: {x-token: 'Bearer hunter2-plain ${KEY}'}",
        "proxy: 'http://me:hunter2-plain@${HOST}:3128'",
        "proxy: 'http://hunter2-plain@${HOST}:3128'",
        "proxy: 'http://hunter2-plain:@${HOST}:3128'",
        "proxy: 'http://${USER}:hunter2-plain${KEY}@proxy.test'",
    ],
)
def test_a_secret_that_is_written_out_is_not_kept(written_out: str):
    text = PROVIDER.format(written_out) + "# was hunter2-plain before\n"
    held = kept(text)
    assert "hunter2" not in held.text.replace("# was hunter2-plain before", "") + document(text)
    assert held.withheld
    assert "https://p.test" in held.text, "the rest is"


@pytest.mark.parametrize(
    "reference",
    [
        "credentials: ['${KEY}', '${file:/run/a:b@c}']",
        "headers: {authorization: 'Bearer ${KEY}', x-key: ' ${KEY} '}",
        "proxy: 'http://me:${PASSWORD}@proxy.test'",
        "proxy: 'http://${file:/run/who:is@it}@proxy.test'",
        "proxy: 'http://${HOST}:3128'",
    ],
)
def test_what_only_refers_to_secrets_is_kept(reference: str):
    text = PROVIDER.format(reference)
    assert kept(text) == KeptFile(text)


@pytest.mark.parametrize(
    "text",
    [
        "alerts: {webhooks: [{url: 'https://hooks.test/hunter2-plain'}]}\n",
        "alerts: {webhooks: [{url: '${HOOK}', secret: 'hunter2-plain${KEY}'}]}\n",
        "guardrails: [{name: g, url: 'https://guard.test/hunter2-plain'}]\n",
    ],
)
def test_an_address_that_may_be_a_secret_itself_is_not_kept(text: str):
    assert "hunter2" not in kept(text).text + document(text)


def test_nor_is_the_address_of_a_webhook():
    held = kept("alerts: {webhooks: [{url: 'https://hooks.test/T0/hunter2'}]}\n")
    assert held == KeptFile("alerts: {webhooks: [{url: ***}]}\n", withheld=True)


def test_nor_is_it_where_it_stands_in_a_comment():
    held = kept(PROVIDER.format("credentials: [hunter2-plain]") + "# was hunter2-plain before\n")
    assert held.text.endswith("# was *** before\n")


def test_nor_is_a_block_of_text():
    text = "providers:\n  p:\n    dialect: openai\n    credentials:\n      - |\n        hunter2-plain\n    region: eu\n"
    held = kept(text)
    assert "hunter2" not in held.text
    assert held.text.endswith("    region: eu\n")


@pytest.mark.parametrize(
    "key", ["sk-proj-0123456789abcdef0123", "gw-0123456789abcdefghij0123", "ghp_0123456789abcdefghij"]
)
def test_a_key_of_a_known_form_is_not_kept_wherever_it_stands(key: str):
    held = kept(f"gateway: 1 # {key}\n")
    assert held == KeptFile("gateway: 1 # ***\n", withheld=True)


@pytest.mark.parametrize(
    "text",
    [
        "# a comment, and a word such as skeleton_of_a_long_name\ngateway: 1\n",
        PROVIDER.format("credentials: ['${KEY}', '${file:/run/key}'], headers: {x-a: '${A}'}"),
        PROVIDER.format("proxy: 'http://proxy.test:3128'"),
        "keys: {ci: {hash: 'sha256:" + 64 * "a" + "'}}\n",
    ],
)
def test_what_holds_no_secret_is_kept_sign_by_sign(text: str):
    assert kept(text) == KeptFile(text)


def test_a_document_is_the_same_whatever_the_order_and_the_layout():
    one = document("gateway: 1\nmodels: {a: {retries: 2, targets: [{to: p/x, weight: 0.50}]}}\n")
    other = document(
        "models:\n  a:\n    targets:\n    - weight: 0.5\n      to: p/x\n    retries: 2\ngateway: 1\n"
    )
    assert one == other
    assert json.loads(one)["models"]["a"] == {"retries": 2, "targets": [{"to": "p/x", "weight": 0.5}]}


def test_files_outside_the_folder_are_those_of_references_and_authorities():
    text = PROVIDER.format("ca_file: /etc/ca.pem, credentials: ['${A}', '${file:/run/a}', 'x${file:/run/b}']")
    assert set(named_files(tree(text))) == {"/etc/ca.pem", "/run/a", "/run/b"}


def test_what_is_loaded_brings_what_is_kept_by_the_names_of_its_files(tmp_path: Path):
    written(tmp_path, {"a.yaml": "gateway: 1\n", "b.yaml": "# b\nteams: {x: {}}\n"})
    loaded = judge(read(tmp_path), environment={})
    assert loaded.files == {"a.yaml": KeptFile("gateway: 1\n"), "b.yaml": KeptFile("# b\nteams: {x: {}}\n")}
    assert json.loads(loaded.document) == {"gateway": 1, "teams": {"x": {}}}
