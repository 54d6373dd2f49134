import pytest

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
    ],
)
def test_a_name_is_found(text: str, name: str):
    assert found(text) == [("PERSON", name)]


def test_a_surname_is_found_again_where_it_stands_alone():
    assert found("Megan Okafor wrote. Then Okafor left.") == [
        ("PERSON", "Megan Okafor"),
        ("PERSON", "Okafor"),
    ]


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
    ],
)
def test_places_nouns_and_code_are_no_names(text: str):
    assert found(text) == []
