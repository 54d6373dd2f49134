from gateway.endings import ending_of
from gateway.errors import Broken, TimedOut


def test_a_fault_before_the_answer_is_not_one_in_its_midst():
    assert ending_of(Broken("broke"), started=False) == "upstream_error"
    assert ending_of(Broken("broke"), started=True) == "upstream_error_midstream"


def test_a_time_limit_is_one_whenever_it_ran_out():
    assert {ending_of(TimedOut("idle"), started=started) for started in (False, True)} == {"timeout"}
