"""Mishaps: what fails for one case or one person is logged, and the others go on."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import SQLAlchemyError

log = logging.getLogger(__name__)


@contextmanager
def contained(what: str, number: int) -> Iterator[None]:
    """Log an error of the program about one of many, so that it does not silence all others.

    What the database says is raised: the whole transaction is to be done again.
    """
    try:
        yield
    except SQLAlchemyError:
        raise
    except Exception:
        log.exception("%s=%d is left out, since it failed", what, number)
