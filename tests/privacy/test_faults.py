from gateway.privacy.faults import DetectorUnavailable, NotRead, TooLong


def test_whoever_asks_catches_one_fault_and_learns_why():
    for fault, why in (
        (TooLong("long"), "too_long"),
        (DetectorUnavailable("timed_out", "slow"), "timed_out"),
    ):
        assert isinstance(fault, NotRead)
        assert fault.why == why
