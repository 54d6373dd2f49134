import subprocess
import sys
from collections.abc import Sequence

from gateway.privacy.frames import PREFIX_BYTES, Failed, Found, Job, answer_from, encoded, frame_of
from gateway.privacy.profile import profile_of

ALL = profile_of()
CUT = b"\x00\x00\x10\x00half of a frame"


def answers(*sent: bytes) -> tuple[Sequence[Found | Failed], str]:
    """Of a real process to whose input something was written whole, and what it said on standard error."""
    run = subprocess.run(
        [sys.executable, "-m", "gateway.privacy.worker", str(1 << 30)],
        input=b"".join(sent),
        capture_output=True,
    )
    found, rest = [], run.stdout
    while rest:
        end = PREFIX_BYTES + int.from_bytes(rest[:PREFIX_BYTES], "big")
        found.append(answer_from(rest[PREFIX_BYTES:end]))
        rest = rest[end:]
    return found, run.stderr.decode()


def test_it_says_when_it_is_warm_answers_in_order_and_ends_with_its_input():
    job = Job(b"p", frame_of(ALL), [b"ann@example.org", b""])
    (warm, first, second), said = answers(encoded(job), encoded(Job(b"p", None, [b"none"])), CUT)
    assert (warm, second, said) == (Found([]), Found([[]]), "")
    assert isinstance(first, Found)
    assert [[span.type for span in spans] for spans in first.spans] == [["EMAIL"], []]


def test_what_fails_is_told_without_a_word_of_the_text():
    broken = Job(b"p", frame_of(ALL), [b"Okafor\xff"])  # no UTF-8: decoding quotes what it could not read
    (_, answer, next_one), said = answers(encoded(broken), encoded(Job(b"p", None, [b"x"])))
    assert isinstance(answer, Failed)
    assert answer.why == "failed"
    assert answer.message.startswith("reading a text failed: UnicodeDecodeError at ")
    assert "Okafor" not in answer.message + said
    assert next_one == Found([[]])
