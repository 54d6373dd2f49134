import pytest

from gateway.privacy.recognizers.people import People
from gateway.privacy.spans import Span
from gateway.privacy.vocabulary import load_vocabulary
from tests.privacy.recognizers.found import found


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Please call Megan Okafor back.", "Megan Okafor"),
        ("Mr. Zyxwell is late.", "Zyxwell"),
        ("Hi Grace, thanks", "Grace"),
        ("name: Tolu Xandrovic", "Tolu Xandrovic"),
        ("<name>Quillon Varga</name>", "Quillon Varga"),
        ("I met Jean-Baptiste O'Callaghan there.", "Jean-Baptiste O'Callaghan"),
        ("the file of Okafor, Megan is here", "Okafor, Megan"),
        ("Mme Desrosiers arrive", "Desrosiers"),
        ("le dossier de CHLOÉ LEFÈVRE", "CHLOÉ LEFÈVRE"),
        ("mit Frau Kühnert sprechen", "Kühnert"),
        ("von Jürgen von der Heide", "Jürgen von der Heide"),
        ("detlef trautmann ruft an", "detlef trautmann"),
        ("con Begoña de la Cruz", "Begoña de la Cruz"),
        ("la signora Bianchi chiama", "Bianchi"),
        ("met Sjoerd van den Berg", "Sjoerd van den Berg"),
        ("a Dra. Vasconcelos ligou", "Vasconcelos"),
        ("my name is Zyxwell", "Zyxwell"),
        ("my daughter Qwandela is ill", "Qwandela"),
        ("meine Kollegin Qwandela hilft", "Qwandela"),
        ("Zyxwell lives in a house", "Zyxwell"),
        ("with ms. Zyxwell", "Zyxwell"),
        ('"Never!" said Zyxwell', "Zyxwell"),
        ("it was Tomo I. Varnhem again", "Tomo I. Varnhem"),
        ("it was Tomo I Varnhem again", "Tomo I Varnhem"),
        ("under John A. Varnhem", "John A. Varnhem"),
    ],
)
def test_a_name_is_found(text: str, name: str):
    assert found(text) == [("PERSON", name)]


def test_a_surname_is_found_again_where_it_stands_alone():
    assert found("Megan Okafor wrote. Then Okafor left.") == [
        ("PERSON", "Megan Okafor"),
        ("PERSON", "Okafor"),
    ]


def test_first_names_in_a_list_are_found_in_lower_case():
    assert found("here are detlef, silvana and others") == [("PERSON", "detlef"), ("PERSON", "silvana")]


def test_names_that_are_known_otherwise_come_out_and_are_found_again():
    text = "Zyxo Qwandel, then Qwandel"
    people = People(load_vocabulary())
    assert Span(19, 26, "PERSON", 0.5) in set(people.find(text, (), [Span(0, 12, "PERSON", 0.7)]))
    assert list(people.find(text, ())) == []


def test_two_words_with_a_capital_beside_other_personal_data_are_a_name():
    assert found("Ticket: Brixby Quandel, brix@example.org") == [
        ("PERSON", "Brixby Quandel"),
        ("EMAIL", "brix@example.org"),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "Swift, Ruby, Julia and Pascal are languages.",
        "In May we will be in Paris, Texas.",
        "The United Kingdom and New York",
        "from typing import Final, Iterator",
        "Der Antrag auf Verlängerung wurde vom Ausschuss angenommen.",
        "class HttpResponse(BaseModel): name: Field",
        "Kubernetes, Docker and Apache Kafka",
        "Vitamin C Tablets",
        "the function name is Quux",
    ],
)
def test_places_nouns_and_code_are_no_names(text: str):
    assert found(text) == []
