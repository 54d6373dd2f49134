from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.policy.faults import PolicyInvalid
from gateway.policy.load import load_policy
from gateway.policy.sources import Source
from gateway.policy.yaml_nodes import parse
from tests.policy.folder import ECHO, faults, loaded, written

REPOSITORY = Path(__file__).parents[2]

# What the folder holds → what `gateway check` says, all of it.
BROKEN: dict[str, tuple[str | bytes, list[str]]] = {
    "unknown key": (
        "team: {}\n",
        ["a.yaml:1:1: `team` is no key of a policy: expected gateway, teams, providers, models, roles, identity_providers, egress, keys, audit, use_cases, privacy, guardrails, limits, budgets, experiments, shadows, prompts, chains, monitors or alerts; did you mean `teams`?"],
    ),
    "wrong type": (
        "roles: {dev: {max_output_tokens: lots}}\n",
        ['a.yaml:1:34: roles.dev.max_output_tokens: expected a whole number, found "lots"'],
    ),
    "dangling reference": (
        ECHO + "roles: {dev: {models: [ecko]}}\n",
        ["a.yaml:3:24: there is no model `ecko`: expected echo; did you mean `echo`?"],
    ),
    "duplicate": (
        "teams: {}\nteams: {}\n",
        ["a.yaml:2:1: `teams` stands here twice: first at a.yaml:1:1, keep one of them"],
    ),
    "bad YAML": (
        "teams: {a: {}\nroles: {}\n",
        ["a.yaml:2:1: expected a comma or }: the list or map opened at line 1 goes on here"],
    ),
    "tab": ("teams:\n\ta: {}\n", ["a.yaml:2:1: a tab, which YAML does not allow here: use spaces"]),
    "missing environment variable": (
        'providers: {p: {dialect: openai, base_url: "${NOWHERE}"}}\n',
        ["a.yaml:1:44: the environment variable NOWHERE is not set: provider `p` needs it; set it, or say `optional: true`"],
    ),
    "empty file": ("", ["a.yaml:1:1: nothing stands in this file: fill it in, or remove it"]),
    "cyclic fallback": (
        "providers: {echo: {dialect: echo}}\nmodels:\n"
        "  a: {targets: [{to: echo/a}], fallbacks: [b]}\n  b: {targets: [{to: echo/b}], fallbacks: [a]}\n",
        ["a.yaml:3:44: these fallbacks go round in a circle: a → b → a; remove one of them"],
    ),
    "binary file": (
        b"\x7fELF\x00\x01\xff\xfe",
        ["a.yaml:1:7: this file is binary (byte 0xff): save it as UTF-8 text"],
    ),
    "[*]": ("roles: {dev: {models: [*]}}\n", ['a.yaml:1:24: * has a meaning of its own in YAML; quote this: "*"']),
    "{x: ${Y}}": (
        "providers: {p: {dialect: openai, base_url: ${Y}}}\n",
        ['a.yaml:1:44: a reference inside {} or [] must be in quotes; quote this: "${Y}"'],
    ),
    "{m: a,b}": (
        "teams: {t: {cost_centre: a,b}}\n",
        [
            "a.yaml:1:28: `b` is read as a name without a value, because a comma ends the value of `cost_centre`; "
            'quote this: "a,b", or write [a, b]'
        ],
    ),
    "bare >=": (
        "teams:\n  t:\n    cost_centre: >= 70%\n",
        ['a.yaml:3:18: > begins a block of text in YAML; quote this: ">= 70%"'],
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_folder_is_named_with_file_line_column_and_the_fix(name: str, tmp_path: Path):
    content, expected = BROKEN[name]
    assert faults(tmp_path, {"a.yaml": content}) == expected


@pytest.mark.parametrize("text", ["no", "on", "12:30", "2026-01-01", "1_000", "yes", "0b1", "1:2:3"])
def test_what_yaml_1_1_reads_as_something_else_is_the_text_it_is(text: str, tmp_path: Path):
    assert loaded(tmp_path, f"teams: {{t: {{cost_centre: {text}}}}}\n").teams["t"].cost_centre == text


def test_a_list_of_languages_or_regions_may_hold_no(tmp_path: Path):
    assert loaded(tmp_path, "teams: {t: {regions: [en, no]}}\n").teams["t"].regions == frozenset({"en", "no"})


def test_all_faults_of_all_files_are_reported_in_order(tmp_path: Path):
    files = {"b.yaml": "rolls: {}\n", "a.yaml": "teams: {t: {roles: dev}}\nmodel: {}\n", "c.yaml": "x: [\n"}
    assert [line.split(": ")[0] for line in faults(tmp_path, files)] == [
        "a.yaml:1:20",
        "a.yaml:2:1",
        "b.yaml:1:1",
        "c.yaml:2:1",
    ]


def test_a_name_is_not_called_unknown_while_a_file_that_may_declare_it_is_unreadable(tmp_path: Path):
    files = {"roles.yaml": "roles: {dev: {models: [echo]}}\n", "models.yaml": "models: [\n"}
    assert faults(tmp_path, files) == [
        "models.yaml:2:1: the file ends inside [] or {}: close what was opened"
    ]


def test_an_entry_with_a_fault_is_still_declared(tmp_path: Path):
    text = "providers: {p: {dialect: ech}}\nmodels: {m: {targets: [{to: p/x}]}}\nroles: {r: {models: [m]}}\n"
    assert len(faults(tmp_path, text)) == 1


def test_a_folder_that_is_not_there_is_one_fault(tmp_path: Path):
    missing = tmp_path / "nowhere"
    assert faults(missing, {}) == [
        f"{missing}:1:1: this folder does not exist; expected one with *.yaml files"
    ]


def test_the_file_is_named_as_the_user_named_the_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    (tmp_path / "mine").mkdir()
    monkeypatch.chdir(tmp_path)
    written(Path("mine"), {"a.yaml": "x: 1\n"})
    with pytest.raises(PolicyInvalid, match=r"^mine/a\.yaml:1:1: "):
        load_policy(Path("mine"), environment={})


ENTRIES = [
    ("gateway", None, "1"),
    ("providers", "echo", "{dialect: echo, timeouts: {connect: 1s, total: 2m}}"),
    ("providers", "other", "{dialect: echo, region: eu}"),
    ("models", "a", "{targets: [{to: echo/a, weight: 2}, {to: other/b, price: {input: 0.5, output: 1}}]}"),
    ("models", "a-*", "{targets: [{to: echo/*}], fallbacks: [a]}"),
    ("roles", "dev", "{models: [a, 'a-*'], tools: {functions: [x]}}"),
    ("roles", "all", "{models: ['*']}"),
    ("teams", "support", "{roles: [dev], regions: [eu]}"),
    ("audit", "fsync", "true"),
    ("audit", "durability", "batched"),
]


def _folder(entries: list[tuple[str, str | None, str]], files: list[int]) -> dict[str, str]:
    """The entries, each in the file of its number."""
    texts = dict[str, dict[str, list[str]]]()
    for (top, name, value), number in zip(entries, files, strict=True):
        tops = texts.setdefault(f"{number}.yaml", {})
        tops.setdefault(top, []).append(f" {value}\n" if name is None else f"\n  {name}: {value}")
    return {
        file: "".join(f"{top}:{''.join(values).rstrip()}\n" for top, values in tops.items())
        for file, tops in texts.items()
    }


@given(
    entries=st.permutations(ENTRIES),
    files=st.lists(st.integers(0, 4), min_size=len(ENTRIES), max_size=len(ENTRIES)),
)
def test_a_policy_does_not_depend_on_its_files_or_the_order_of_its_names(
    entries: list[tuple[str, str | None, str]],
    files: list[int],
    tmp_path_factory: pytest.TempPathFactory,
):
    one = loaded(tmp_path_factory.mktemp("one"), _folder(ENTRIES, [0] * len(ENTRIES)))
    many = loaded(tmp_path_factory.mktemp("many"), _folder(entries, files))
    assert many == one


def test_the_shipped_policies_work_on_a_fresh_machine():
    policy = load_policy(REPOSITORY / "policies", environment={})
    assert set(policy.off) == {"openai", "anthropic", "gemini", "local"}
    echo = policy.model_for("echo")
    assert echo is not None
    assert [target.name for target in echo.targets] == ["echo/echo"]


@pytest.mark.parametrize(
    ("variable", "value", "asked", "target"),
    [
        ("OPENAI_API_KEY", "sk-1", "gpt-5-mini", "openai/gpt-5-mini"),
        ("OPENAI_API_KEY", "sk-1", "text-embedding-3-small", "openai/text-embedding-3-small"),
        ("ANTHROPIC_API_KEY", "sk-2", "claude-haiku-4-5", "anthropic/claude-haiku-4-5"),
        ("GEMINI_API_KEY", "k", "gemini-3-flash", "gemini/gemini-3-flash"),
        ("LOCAL_LLM_URL", "http://127.0.0.1:8000/v1", "local/llama3:8b", "local/llama3:8b"),
    ],
)
def test_a_shipped_provider_comes_alive_with_its_variable(variable: str, value: str, asked: str, target: str):
    policy = load_policy(REPOSITORY / "policies", environment={variable: value})
    model = policy.model_for(asked)
    assert model is not None
    assert [each.name for each in model.targets] == [target]


words = st.sampled_from(
    ["teams", "providers", "models", "roles", "audit", "gateway", "privacy", "a", "to", "targets", "price", "x",
     "echo", "openai", "*", "${X}", "", "-1", "1.5", "true", "~", "9" * 30, "é", "base_url", "credentials",
     "dialect", "timeouts", "weight", "fallbacks", "regions", "tools", "allow", "apis", "content", "5s"]
)  # fmt: skip
values = st.recursive(
    words.map(lambda word: word or "''"),
    lambda inner: (
        st.lists(inner, max_size=3).map(lambda items: f"[{', '.join(items)}]")
        | st.dictionaries(words, inner, max_size=3).map(
            lambda items: "{" + ", ".join(f"'{key}': {value}" for key, value in items.items()) + "}"
        )
    ),
    max_leaves=12,
)


@given(st.dictionaries(words, values, max_size=3))
def test_whatever_stands_in_a_file_is_a_policy_or_plain_faults(
    tmp_path_factory: pytest.TempPathFactory, tops: dict[str, str]
):
    text = "".join(f"'{key}': {value}\n" for key, value in tops.items()) or "gateway: 1\n"
    folder = written(tmp_path_factory.mktemp("any"), {"a.yaml": text})
    try:
        load_policy(folder, environment={})
    except PolicyInvalid as error:
        lines = str(error).splitlines()
        assert all(line.startswith(f"{folder}/a.yaml:") for line in lines)
        jargon = ("Input should", "pydantic", "can't be read here")
        assert not any(word in line for line in lines for word in jargon)


@given(st.text(alphabet=st.sampled_from("ab:-[]{}*&!|>'\"%@`#,?$ \n\t0.~="), max_size=30))
def test_any_text_is_read_or_explained(text: str):
    node, found = parse(Source("a.yaml", text))
    assert node is not None or found
