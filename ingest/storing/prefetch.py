"""Work done before it is asked for, so that the stages of a flow overlap."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TypeVar

T = TypeVar("T")


@contextmanager
def prefetched(items: Iterator[T], size: int) -> Iterator[Iterator[T]]:
    """The same items in the same order, made in a thread, at most `size` before they are taken.

    What `items` raises is raised where the item would have been taken. At the end, the item that
    is being made is waited for, and no further one is begun.
    """
    nothing_left = object()
    with ThreadPoolExecutor(1) as thread:
        coming = deque(thread.submit(next, items, nothing_left) for _ in range(size))

        def taken() -> Iterator[T]:
            while (item := coming.popleft().result()) is not nothing_left:
                coming.append(thread.submit(next, items, nothing_left))
                yield item  # type: ignore[misc]

        try:
            yield taken()
        finally:
            thread.shutdown(cancel_futures=True)
