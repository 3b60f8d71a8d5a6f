from __future__ import annotations

import pytest

from commonline.testing.kafka import KafkaUnderTest
from tests.client.published import Ground


@pytest.fixture
def ground(kafka: KafkaUnderTest, prefix: str) -> Ground:
    return Ground(kafka, prefix).make()
