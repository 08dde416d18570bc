"""Digests without their pictures, where these do not matter."""

from __future__ import annotations

import pytest

from bot.pipeline import digesting


@pytest.fixture
def undrawn(request, monkeypatch: pytest.MonkeyPatch) -> None:
    """Draw only where the picture matters: it takes longer than all the rest."""
    if "drawn" not in request.fixturenames:
        monkeypatch.setattr(digesting.picture, "compose", lambda *_: "")


@pytest.fixture
def drawn() -> None:
    """Draw after all."""
