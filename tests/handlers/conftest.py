"""Those who take part in most conversations about a case."""

from __future__ import annotations

import pytest

from tests.dialogue import Actor, Stage


@pytest.fixture
def reporter(stage: Stage) -> Actor:
    return stage.person("wang", shown_as="王某某")


@pytest.fixture
def leader(stage: Stage) -> Actor:
    return stage.staff("point_leader", unit="U-E", point="P-1", name="li")
