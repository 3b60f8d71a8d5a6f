"""Fill the peers' topics, with the peers' own generator and codec. Runs in their environment, in their folder.

    python peer_fill.py RAW ACTIVITIES

writes RAW JSON events into ``p-raw`` and ACTIVITIES Avro activities, 5 % of them twice, into ``p-act``.
"""

import random
import sys

import orjson  # type: ignore[import-not-found, unused-ignore]
from common import BS, v_msgspec_gen  # type: ignore[import-not-found]
from confluent_kafka import Producer
from confluent_kafka.admin import AdminClient
from confluent_kafka.cimpl import NewTopic
from mkdata_gen import gen  # type: ignore[import-not-found]

PARTITIONS = 4


def main(raw: int, activities: int) -> None:
    """Write both topics; what came before in them is of a run that ended."""
    admin = AdminClient({"bootstrap.servers": BS})
    for future in admin.create_topics([NewTopic(name, PARTITIONS, 1) for name in ("p-raw", "p-act")]).values():
        future.result()
    producer = Producer({"bootstrap.servers": BS, "linger.ms": 50, "compression.type": "lz4"})

    def send(topic: str, value: bytes, key: str | bytes) -> None:
        while True:
            try:
                producer.produce(topic, value, key)
                return
            except BufferError:
                producer.poll(0.1)

    for number in range(raw):
        conversation, event = gen(number)
        send("p-raw", orjson.dumps(event), str(conversation))
        producer.poll(0)
    recent: list[tuple[bytes, bytes]] = []
    for number in range(activities):
        key, value = v_msgspec_gen(orjson.dumps(gen(number)[1]))
        send("p-act", value, key)
        recent = [*recent[-1000:], (key, value)] if len(recent) > 2000 else recent
        recent.append((key, value))
        if number % 20 == 10:
            key, value = random.choice(recent)
            send("p-act", value, key)
        producer.poll(0)
    producer.flush()


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
