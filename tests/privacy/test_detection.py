import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from gateway.privacy.detection import AT_ONCE_CHARACTERS, Detection
from gateway.privacy.detector import Detector
from gateway.privacy.faults import DetectorUnavailable, MissingModel, NotCovered, TooLong
from gateway.privacy.memo import Memo
from gateway.privacy.pool import Pool
from gateway.privacy.profile import Profile, profile_of
from gateway.privacy.spans import Span
from tests.privacy.recognizers.found import detector
from tests.privacy.tiny_models import cut_off, install

ALL = profile_of()
LONG = "x " * AT_ONCE_CHARACTERS + "ann@example.org"


class Gone(Pool):
    """A pool that reads nothing, and remembers what it was asked."""

    def __init__(self) -> None:
        super().__init__(0)
        self.asked: list[str] = []

    async def spans(self, texts: Sequence[str], profile: Profile) -> list[tuple[Span, ...]]:
        self.asked.extend(texts)
        raise DetectorUnavailable("died", "gone")


def detection(pool: Pool | None = None, whole: Detector | None = None) -> Detection:
    return Detection(Memo(whole or detector(), b"s" * 32), pool)


async def test_each_text_gets_its_own_spans_in_order():
    found = await detection().spans(["none here", "ann@example.org", "none here"], ALL, "t")
    assert [[span.type for span in spans] for spans in found] == [[], ["EMAIL"], []]


async def test_a_real_pool_reads_long_texts_and_short_ones_are_read_at_once():
    pool = Pool(1)
    front = detection(pool)
    before = front.ready
    await front.start()
    try:
        assert (before, front.ready) == (False, True)
        assert await front.spans([LONG], ALL, "t") == [detector().spans(LONG, ALL)]
    finally:
        await front.aclose()
    assert len(await front.spans(["ann@example.org"], ALL, "t")) == 1
    assert len(await front.spans([LONG], ALL, "t")) == 1, "what was read before is known"
    with pytest.raises(DetectorUnavailable):
        await front.spans([LONG], ALL, "another tenant")


async def test_long_texts_are_never_read_at_once_nor_many_short_ones():
    gone = Gone()
    for texts in ([LONG], ["ann@example.org" + "x" * n for n in range(100)]):
        with pytest.raises(DetectorUnavailable):
            await detection(gone).spans(texts, ALL, "t")
    assert len(gone.asked) == 101


async def test_a_profile_with_a_model_is_never_read_at_once():
    with pytest.raises(DetectorUnavailable):
        await detection(Gone()).spans(["Megan"], ALL._replace(models=(("en", "en_core_web_sm"),)), "t")


async def test_what_was_not_read_is_not_remembered_as_clean():
    front = detection(Gone())
    for _ in range(2):
        with pytest.raises(DetectorUnavailable):
            await front.spans([LONG], ALL, "t")


async def test_one_text_that_is_too_long_refuses_all():
    gone = Gone()
    with pytest.raises(TooLong):
        await detection(gone, Detector(longest_characters=10)).spans(["short", "x" * 3_000], ALL, "t")
    assert gone.asked == []


async def test_a_policy_that_asks_for_what_nothing_finds_is_told_before_it_is_in_force():
    await detection().prepare([ALL])
    with pytest.raises(NotCovered, match="URL"):
        await detection().prepare([profile_of(["URL"])])


async def test_a_pool_cut_off_from_the_network_starts_and_reads_with_a_model(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.syspath_prepend(str(tmp_path))
    install(tmp_path, "xx_offline", [("PERSON", "Zyxo Qwandel")])
    cut_off(tmp_path)
    asking = [sys.executable, "-c", "import socket; socket.getaddrinfo('example.org', 443)"]
    asked = subprocess.run(asking, env={"PYTHONPATH": str(tmp_path)}, capture_output=True, text=True)
    assert asked.stderr.strip() == "the network was asked"

    named = ALL._replace(models=(("en", "xx_offline"),))
    text, addresses = "I have heard that Zyxo Qwandel is with them", "ann@example.co.uk, 8.8.4.4 " * 100
    front = detection(Pool(1))
    await front.start()
    try:
        await front.prepare([ALL, named])
        found = await front.spans([text, addresses], named, "t")
        assert [[span.type for span in spans] for spans in found] == [["PERSON"], ["EMAIL", "IP"] * 100]
        assert len((await front.spans([addresses], ALL, "t"))[0]) == 200
        with pytest.raises(MissingModel, match="xx_absent"):
            await front.prepare([ALL._replace(models=(("en", "xx_absent"),))])
    finally:
        await front.aclose()
