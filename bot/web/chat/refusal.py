"""What the page's API says when it does not do what was asked."""

from __future__ import annotations


class Refused(Exception):
    """A request that is not answered, with the sentence that says why."""

    def __init__(self, status: int, key: str, *, retry_after: float = 0, **facts: str | int) -> None:
        super().__init__(key)
        self.status, self.key, self.retry_after, self.facts = status, key, retry_after, facts
