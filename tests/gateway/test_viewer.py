from __future__ import annotations

import pytest

from commonline.gateway.viewer import FeedName, Viewer
from commonline.schemas.records import Visibility

SERVICE, HR = FeedName("acme", "service"), FeedName("acme", "hr")


@pytest.mark.parametrize(
    ("asked", "seen"), [("public", True), ("customer", True), ("partner", False), ("restricted", False)]
)
def test_what_is_tighter_than_the_viewers_visibility_does_not_exist(asked: Visibility, seen: bool) -> None:
    assert Viewer("ana", frozenset({SERVICE}), "customer").sees(asked) is seen


def test_only_the_viewers_own_departments_exist() -> None:
    viewer = Viewer("ana", frozenset({SERVICE}), "restricted")
    assert viewer.reads(SERVICE)
    assert not viewer.reads(HR)


def test_an_administrator_sees_everything() -> None:
    viewer = Viewer("root", administrator=True)
    assert viewer.reads(HR)
    assert viewer.sees("restricted")
