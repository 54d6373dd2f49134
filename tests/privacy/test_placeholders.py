"""Numbers by first appearance, and names that texts have taken already."""

from __future__ import annotations

import pytest

from gateway.privacy.placeholders import Issued, Mention, Numbering, look_alikes

ZOE = Mention("PERSON", "Zoë Ruiz")


def test_numbers_count_by_type_and_first_appearance():
    numbering = Numbering()
    mentions = [ZOE, Mention("EMAIL", "z@r.es"), Mention("PERSON", "Ann"), Mention("PERSON", "ZOË  RUIZ")]
    assert [numbering.name(mention) for mention in mentions] == [
        "PERSON_1",
        "EMAIL_1",
        "PERSON_2",
        "PERSON_3",
    ]


def test_each_form_of_a_value_comes_back_as_it_was():
    numbering = Numbering()
    for form in ("Zoë Ruiz", "ZOË RUIZ", "Zoë Ruiz"):
        assert numbering.issued().values().get(numbering.name(Mention("PERSON", form)), form) == form
    assert numbering.issued().values() == {"PERSON_1": "Zoë Ruiz", "PERSON_2": "ZOË RUIZ"}


def test_a_name_that_a_text_has_is_not_given_out():
    numbering = Numbering(reserved=["PERSON_1", "PERSON_3"])
    assert [numbering.name(Mention("PERSON", value)) for value in "ab"] == ["PERSON_2", "PERSON_4"]


@pytest.mark.parametrize(
    "text",
    [
        "<PERSON_3>",
        "< Person_3 >",
        "PERSON_3",
        "[person_3]",
        "PERSON\\_3",
        "&lt;PERSON_3&gt;",
        "XPERSON_3",
        "PERSON_34",
    ],
)
def test_whatever_may_be_taken_for_a_placeholder_is_a_look_alike(text):
    assert "PERSON_3" in look_alikes([text], ["PERSON", "EMAIL"])


@pytest.mark.parametrize("text", ["PERSON 3", "person", "EMAIL_3", "_3", "PERSON_x"])
def test_other_texts_take_no_name(text):
    assert not look_alikes([text], ["PERSON"])


def test_no_value_is_ever_shown():
    numbering = Numbering()
    numbering.name(ZOE)
    issued = numbering.issued()
    for shown in (ZOE, numbering, issued, [issued], {"a": ZOE}):
        assert "Ruiz" not in repr(shown) and "Ruiz" not in str(shown)


def test_prefixes_are_those_of_all_names():
    assert Issued({"IP_1": "::1"}).prefixes == {"", "I", "IP", "IP_", "IP_1"}


def test_numbers_go_on_where_earlier_turns_ended_and_the_same_values_keep_theirs():
    before = Issued({"PERSON_1": "Ann Lee", "PERSON_3": "Zoe Ruiz"})
    numbering = Numbering(before=before)
    assert numbering.name(Mention("PERSON", "Ann Lee")) == "PERSON_1"
    assert numbering.name(Mention("PERSON", "Bob Ray")) == "PERSON_4"
    assert numbering.issued().values() == {
        "PERSON_1": "Ann Lee",
        "PERSON_3": "Zoe Ruiz",
        "PERSON_4": "Bob Ray",
    }
