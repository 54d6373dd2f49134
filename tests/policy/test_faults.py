from __future__ import annotations

from gateway.errors import GatewayError
from gateway.policy.faults import Fault, Mark, PolicyInvalid


def test_a_fault_is_one_line_with_file_line_and_column():
    assert str(Fault.at(Mark("p/a.yaml", 3, 7), "what")) == "p/a.yaml:3:7: what"


def test_faults_are_sorted_by_place_and_said_once():
    second, first = Fault("a.yaml", 10, 1, "x"), Fault("a.yaml", 9, 5, "y")
    assert PolicyInvalid([second, first, second]).faults == (first, second)


def test_an_invalid_policy_is_an_error_of_the_gateway_that_shows_every_line():
    error = PolicyInvalid([Fault("a.yaml", 1, 1, "x"), Fault("b.yaml", 1, 1, "y")])
    assert isinstance(error, GatewayError)
    assert str(error) == "a.yaml:1:1: x\nb.yaml:1:1: y"
