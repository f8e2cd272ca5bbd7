#!/usr/bin/env python3
"""Follows hotline's events: one line for each revision, the latest state of each event in memory.

    pip install confluent-kafka
    python examples/consumers/follow.py localhost:9092 [--prefix hotline] [--exit-when-idle SECONDS]

With kafka.delivery = "at_least_once" a record may come twice, with the same event_id and revision. Keeping the highest
revision of each event makes that harmless. Fields and words not known here are left alone: later versions add some.
"""

import argparse
import json
import sys
import time

from confluent_kafka import Consumer


def sides(event):
    return " - ".join(p["name"] for p in event["participants"]) or ", ".join(event["parties"])


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("brokers")
    parser.add_argument("--prefix", default="hotline")
    parser.add_argument("--group", default="follow-example")
    parser.add_argument("--exit-when-idle", type=float, metavar="SECONDS")
    args = parser.parse_args()

    consumer = Consumer({
        "bootstrap.servers": args.brokers,
        "group.id": args.group,
        "auto.offset.reset": "earliest",
        "enable.auto.commit": False,
        # The daemon delivers in transactions: take only what is committed.
        "isolation.level": "read_committed",
    })
    consumer.subscribe([f"{args.prefix}.events.v1"])
    events = {}
    idle_since = time.monotonic()
    try:
        while True:
            message = consumer.poll(1.0)
            if message is None:
                if args.exit_when_idle and time.monotonic() - idle_since > args.exit_when_idle:
                    break
                continue
            if message.error():
                print(f"broker: {message.error()}", file=sys.stderr)
                continue
            idle_since = time.monotonic()
            event = json.loads(message.value())
            known = events.get(event["event_id"])
            if known is None or known["revision"] < event["revision"]:
                events[event["event_id"]] = event
                day = event["date"]["start"] if event["date"] else "no day"
                print(f"{event['event_id']} r{event['revision']} {event['kind']} {event['status']}: {sides(event)}, {day}"
                      f" ({event['corroboration']['independent']} independent) {event['change']['reason']}", flush=True)
            # After the work is done, so that a crash repeats it and never skips it.
            consumer.commit(message, asynchronous=True)
    except KeyboardInterrupt:
        pass
    finally:
        consumer.close()
    print(f"{len(events)} events", file=sys.stderr)


if __name__ == "__main__":
    main()
