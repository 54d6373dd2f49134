"""A call's facts: the first ending stands, and every refusal is in the trail."""

from __future__ import annotations

from gateway.errors import Kind, Problem, Refused
from tests.parts.calls import make_call, make_policy
from tests.parts.protections import privacy

NO = Problem(Kind.FORBIDDEN, "no", code="never")


def test_the_first_word_about_an_ending_stands():
    call = make_call()
    call.end("client_gone")
    call.end("complete", NO)
    assert (call.ending, call.problem) == ("client_gone", None)


def test_a_refusal_is_in_the_trail_with_its_stage_rule_and_reason():
    call = make_call()
    call.note("authenticate", "key_1", "allow")
    call.refuse(Refused(NO, stage="authorize", rule="caller"))
    assert [(d.stage, d.rule, d.verdict, d.reason) for d in call.trail] == [
        ("authenticate", "key_1", "allow", None),
        ("authorize", "caller", "refuse", "no"),
    ]
    assert (call.ending, call.problem) == ("refused", NO)


def test_a_mistake_of_ours_refuses_a_call_whose_answer_has_not_begun():
    call = make_call()
    call.break_down(answering=False)
    assert call.ending == "refused"
    assert call.problem is not None
    assert (call.problem.kind, call.problem.code) == (Kind.INTERNAL, "internal_error")


def test_a_mistake_of_ours_interrupts_an_answer_that_has_begun():
    call = make_call()
    call.break_down(answering=True)
    assert call.ending == "interrupted"
    assert [decision.rule for decision in call.trail] == ["internal_error"]


def test_calls_do_not_share_what_they_collect():
    one, other = make_call(), make_call()
    one.note("a", "b", "allow")
    one.tags["x"] = "y"
    assert (other.trail, other.tags, other.attempts) == ([], {}, [])


def test_what_a_refusal_quotes_is_not_recorded_before_it_was_read():
    for rules, inspected, reason in (
        (None, False, "no x"),
        (privacy({}), False, None),
        (privacy({}), True, "no x"),
    ):
        call = make_call(make_policy(privacy=rules))
        call.inspected = inspected
        call.refuse(Refused(Problem(Kind.FORBIDDEN, "no x"), stage="authorize", rule="model"))
        assert [one.reason for one in call.trail] == [reason]
