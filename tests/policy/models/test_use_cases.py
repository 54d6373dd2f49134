from __future__ import annotations

from gateway.policy.models.use_cases import ProcessingEntry, UseCaseEntry
from tests.policy.models.entry import read, refused


def test_calls_are_served_and_nothing_else_is_done_with_them_unless_it_is_said():
    assert read(UseCaseEntry).allowed_uses == ("serve",)


def test_the_value_of_a_success_is_nano_dollars():
    assert read(UseCaseEntry, value_per_success="4 USD").value_per_success == 4_000_000_000


def test_a_record_of_processing_says_whose_data_it_is():
    said = {"controller": "Acme", "lawful_basis": "contract", "data_categories": ("contact",)}
    assert refused(ProcessingEntry, **said) == "Field required"
