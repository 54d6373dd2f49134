"""At most N in *any* window of a given length, counted in slices. Pure.

A window of length W is cut into slices of W // 50. What is in the slice of now and in those before it, as
far back as a whole W reaches, may be at most N together. The conservative part is the oldest slice: it
counts in full although the window may begin inside it.

Why no interval of length W holds more: take any, both ends included, and the last event in it, admitted at
t, in slice i. Every other event of it is no older than t - W, so lies in slice (t - W) // w or later, and
that is at least i - ceil(W / w): it was counted when the last one was admitted. So there were at most N.

The price: what came at once comes free at most W / 50 later than it might.
"""

from __future__ import annotations

from typing import Final

from gateway.ledger.demand import Charge, Demand

SLICES: Final = 50


def slicing(span_ms: int) -> tuple[int, int]:
    """The length of a slice in milliseconds, and how many slices before the present one count."""
    slice_ms = max(span_ms // SLICES, 1)
    return slice_ms, -(-span_ms // slice_ms)


class Window:
    """`now_ms` may be any clock. One that steps back stands still until it has caught up, and where that would take
    longer than a window, time goes on from where it stood: nothing is forgotten early, nothing blocks for long.
    """

    __slots__ = ("_back", "_last", "_offset", "_ring", "_slice_ms", "span_ms", "total")

    def __init__(self, span_ms: int, now_ms: int) -> None:
        self.span_ms = span_ms
        self._slice_ms, self._back = slicing(span_ms)
        self._ring = [0] * (self._back + 1)
        self._last = now_ms // self._slice_ms
        self._offset = 0
        self.total = 0

    def left(self, most: int, now_ms: int) -> int:
        """How much fits now; below zero where more is counted than there may be."""
        if now_ms // self._slice_ms + self._offset != self._last:
            self._advance(now_ms)
        return most - self.total

    def take(self, amount: int) -> int:
        """Count `amount` now. The slice it went to, for `give_back`. `left` was asked before, at the same time."""
        last = self._last
        self._ring[last % len(self._ring)] += amount
        self.total += amount
        return last

    def give_back(self, slice_: int, amount: int) -> None:
        """Take `amount` off the slice that it was counted in, if that still counts."""
        if self._last - self._back <= slice_ <= self._last:
            place = slice_ % len(self._ring)
            returned = min(amount, self._ring[place])
            self._ring[place] -= returned
            self.total -= returned

    def after_ms(self, amount: int, most: int, now_ms: int) -> int:
        """In how many milliseconds `amount` fits if nothing else comes. `left` was asked before, at the same time."""
        needed = self.total + amount - most
        for slice_ in range(self._last - self._back, self._last + 1):
            needed -= self._ring[slice_ % len(self._ring)]
            if needed <= 0:
                return max((slice_ + self._back + 1 - self._offset) * self._slice_ms - now_ms, 1)
        return -1

    def hold(self, id_: str, demand: Demand, now_ms: int) -> int:
        return self.take(demand.amount)

    def settle(self, id_: str, demand: Demand, place: int, charge: Charge, now_ms: int) -> int:
        """Of tokens, those that were not used go back, and those above what was held count from now on; a request
        that was made stays counted."""
        if demand.kind == "tokens":
            self.left(0, now_ms)
            if charge.tokens > demand.amount:
                self.take(charge.tokens - demand.amount)
            else:
                self.give_back(place, demand.amount - charge.tokens)
        return 0

    def cancel(self, id_: str, demand: Demand, place: int, now_ms: int) -> None:
        self.left(0, now_ms)
        self.give_back(place, demand.amount)

    def over(self, wall_ms: int, now_ms: int) -> bool:
        """Nothing in it counts any more."""
        return now_ms // self._slice_ms + self._offset - self._last > self._back

    def _advance(self, now_ms: int) -> None:
        seen = now_ms // self._slice_ms
        now = seen + self._offset
        if now < self._last - self._back:
            self._offset = self._last - seen
        if now <= self._last:
            return
        size = len(self._ring)
        if now - self._last > self._back:
            self._ring = [0] * size
            self.total = 0
        else:
            for slice_ in range(self._last + 1, now + 1):
                self.total -= self._ring[slice_ % size]
                self._ring[slice_ % size] = 0
        self._last = now
