from __future__ import annotations

from gateway.guards.secrets import Secrets
from gateway.privacy.detector import Detector


def test_a_key_is_found_where_it_stands_and_a_name_is_not():
    key = "sk-ant-" + "a1B2" * 8
    text = f"Anna Meier has {key}"
    [found] = Secrets(Detector()).find(text)
    assert (text[found.start : found.end], found.type) == (key, "SECRET")
