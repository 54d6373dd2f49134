from gateway.privacy.custom import NO_CUSTOM, Custom, CustomRecognizer
from gateway.privacy.profile import Profile

BADGE = CustomRecognizer("badge", "BADGE", patterns=(r"BX-\d{4}",))
DESK = CustomRecognizer("desk", "DESK", deny=("7B",))


def test_order_makes_no_difference():
    assert Custom([BADGE, DESK]) == Custom([DESK, BADGE])
    assert hash(Custom([BADGE, DESK])) == hash(Custom([DESK, BADGE]))


def test_whatever_changes_what_is_found_changes_the_fingerprint_of_the_profile():
    prints = {
        Profile(custom=custom, models=models).fingerprint()
        for custom in (NO_CUSTOM, Custom([BADGE]), Custom([DESK]))
        for models in ((), (("en", "en_core_web_sm"),))
    }
    assert len(prints) == 6
