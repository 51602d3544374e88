"""Guesses at the token are slowed, by address and in all, however an address is written."""

from __future__ import annotations

from ui.guesses import ALL_PER_MINUTE, FREE, LONGEST, PER_MINUTE, Guesses


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
    guesses.right("10.0.0.1", login=True)
    guesses.wrong("10.0.0.1")
    assert guesses.wait("10.0.0.1") == 0


def test_guesses_from_everywhere_are_slowed_and_friends_are_not() -> None:
    clock = Clock()
    guesses = Guesses(clock)
    guesses.right("10.0.0.9", login=False)
    for n in range(ALL_PER_MINUTE):
        guesses.wrong(f"10.1.{n}.1")
    assert guesses.wait("10.2.0.1") == LONGEST
    assert guesses.wait("10.0.0.9") == 0
    clock.now += LONGEST
    assert guesses.wait("10.2.0.1") == 0


def test_a_program_that_knows_the_token_hides_no_guesser_beside_it() -> None:
    clock = Clock()
    guesses = Guesses(clock)
    looked_at = 0
    for _ in range(600):  # a minute
        clock.now += 0.1
        guesses.right("10.0.0.1", login=False)
        if guesses.wait("10.0.0.1") == 0:
            guesses.wrong("10.0.0.1")
            looked_at += 1
    assert looked_at < PER_MINUTE


def test_logins_do_not_give_a_guesser_beside_them_more_in_a_minute() -> None:
    clock = Clock()
    guesses = Guesses(clock)
    for _ in range(PER_MINUTE):
        guesses.right("10.0.0.1", login=True)
        assert guesses.wait("10.0.0.1") == 0
        guesses.wrong("10.0.0.1")
    guesses.right("10.0.0.1", login=True)
    assert guesses.wait("10.0.0.1") == LONGEST
    clock.now += LONGEST
    assert guesses.wait("10.0.0.1") == 0


def test_who_knew_the_token_long_ago_is_a_stranger_again() -> None:
    clock = Clock()
    guesses = Guesses(clock)
    guesses.right("10.0.0.9", login=True)
    clock.now += 900
    for n in range(ALL_PER_MINUTE):
        guesses.wrong(f"10.1.{n}.1")
    assert guesses.wait("10.0.0.9") == LONGEST


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
