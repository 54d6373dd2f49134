from gateway.privacy.linear import Sieve
from gateway.privacy.recognizers.recognizer import CompiledRule
from gateway.privacy.recognizers.registry import all_rules, registry
from gateway.privacy.rules import ALL_LANGUAGES, Rule

SAMPLES = (
    "221B Baker Street, PO Box 4711, 12 bis rue de la Paix, rue Zola 3, Hauptstraße 82a, Berliner Allee 183, An der Mühle 15, Calle Sol 1, Via Roma 14, "
    "Prinsengracht 263, Rua das Flores 45, passport 533401726, MRN-10293847, born 3 May 1980, call 4155552671, ann@example.org, password: Tr0ub4dor&3 ",
    "12 rue Zola", "Am Markt 3", "Neue Straße 5", "C/ Sol 4", "P.O. Box 9", "Av. Brasil 12", "Kerkstraat 12",
)  # fmt: skip


def test_a_value_too_far_behind_its_word_is_not_its():
    rule = CompiledRule(Rule("PASSPORT", r"\d{9}", after="passport", reach_bytes=12))
    assert list(rule.find(b"passport" + b" " * 40 + b"533401726")) == []


def test_where_a_rule_finds_something_its_trigger_matches():
    """Otherwise the sieve would let it pass unread."""
    missed = []
    for rule in map(CompiledRule, all_rules()):
        sieve = Sieve([rule.trigger])
        missed += [
            (rule.rule, text)
            for text in SAMPLES
            if list(rule.find(text.encode())) and not list(sieve.hits(text.encode()))
        ]
    assert not missed


def test_every_kind_has_a_recognizer_in_every_language():
    """Presidio's own cards were for four languages only: all of the others leaked."""
    recognizers = registry()
    kinds = {kind for recognizer in recognizers for kind in recognizer.supported_entities}
    for language in ALL_LANGUAGES:
        assert {r.supported_entities[0] for r in recognizers if r.supported_language == language} == kinds
