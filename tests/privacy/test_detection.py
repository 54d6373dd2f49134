from gateway.privacy.detection import Detection
from gateway.privacy.memo import Memo
from gateway.privacy.profile import profile_of
from tests.privacy.recognizers.found import detector


async def test_each_text_gets_its_own_spans_in_order():
    detection = Detection(Memo(detector(), b"s" * 32))
    await detection.start()
    found = await detection.spans(["none here", "ann@example.org"], profile_of(), "t")
    assert [[span.type for span in spans] for spans in found] == [[], ["EMAIL"]]
    await detection.aclose()
