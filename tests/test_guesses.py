"""Guesses at the token are slowed, by address and in all, however an address is written."""

from __future__ import annotations

from ui.guesses import ALL_PER_MINUTE, FREE, LONGEST, Guesses


class Clock:
    """Time that passes when it is told to."""

    now = 1000.0

    def __call__(self) -> float:
        """The time."""
        return self.now


def test_guesses_of_an_address_wait_longer_and_longer() -> None:
    clock = Clock()
    guesses = Guesses(clock)
    waits = []
    for _ in range(14):
        waits.append(guesses.wait("10.0.0.1"))
        clock.now += waits[-1]
        assert guesses.wait("10.0.0.1") == 0
        guesses.wrong("10.0.0.1")
    assert waits[:FREE] == [0] * FREE
    assert waits[FREE:11] == [1, 2, 4, 8, 16, 32]
    assert max(waits) == LONGEST
    assert guesses.wait("10.0.0.2") == 0
    clock.now += LONGEST
    guesses.right("10.0.0.1")
    guesses.wrong("10.0.0.1")
    assert guesses.wait("10.0.0.1") == 0


def test_guesses_from_everywhere_are_slowed_and_friends_are_not() -> None:
    clock = Clock()
    guesses = Guesses(clock)
    guesses.right("10.0.0.9")
    for n in range(ALL_PER_MINUTE):
        guesses.wrong(f"10.1.{n}.1")
    assert guesses.wait("10.2.0.1") == LONGEST
    assert guesses.wait("10.0.0.9") == 0
    clock.now += LONGEST
    assert guesses.wait("10.2.0.1") == 0


def test_a_network_of_ipv6_is_one_address() -> None:
    guesses = Guesses(Clock())
    for n in range(FREE):
        guesses.wrong(f"2001:db8::{n}")
    assert guesses.wait("2001:db8::ffff") > 0
    assert guesses.wait("2001:db8:1::1") == 0


def test_an_address_is_one_however_it_is_written() -> None:
    guesses = Guesses(Clock())
    for n in range(FREE):
        guesses.wrong(("10.0.0.1", "::ffff:10.0.0.1", f"10.0.0.1:{n}", f"[2001:db8::1]:{n}")[n % 3])
    assert guesses.wait("10.0.0.1") > 0
    assert guesses.wait("::ffff:10.0.0.2") == 0
    for n in range(FREE):
        guesses.wrong(f"[2001:db8::1]:{n}")
    assert guesses.wait("2001:db8::2") > 0
