#!/usr/bin/env python3
"""Follows hotline's events: one line for each revision, the newest state of each event in memory.

    pip install confluent-kafka
    python examples/consumers/follow.py localhost:9092 [--prefix hotline] [--exit-when-idle SECONDS]

With kafka.delivery = "at_least_once" a record may come twice, with the same ce_id (event_id:revision) and the same bytes:
it is passed over. Fields and words not known here are left alone: later versions add some.
"""

import argparse
import collections
import json
import sys
import time

from confluent_kafka import Consumer

# A repeated record follows its first copy closely: the daemon repeats what was in flight, 500 records at most.
IDS_MAX = 10_000


class Seen:
    """The ce_ids of the last records."""

    def __init__(self):
        self.ids = collections.OrderedDict()

    def is_new(self, ce_id):
        if ce_id in self.ids:
            return False
        self.ids[ce_id] = True
        if len(self.ids) > IDS_MAX:
            self.ids.popitem(last=False)
        return True


def header(message, name):
    return next((value.decode() for key, value in message.headers() or [] if key == name), None)


def sides(event):
    return " - ".join(p["name"] for p in event["participants"]) or ", ".join(event["parties"])


def describe(event):
    day = event["date"]["start"] if event["date"] else "no day"
    return (f"{event['event_id']} r{event['revision']} {event['kind']} {event['status']}: {sides(event)}, {day}"
            f" ({event['corroboration']['independent']} independent) {event['change']['reason']}")


def stands(event):
    """A retracted event never was, as far as is known; a merged one lives on as the event that `related` names."""
    return event["change"]["type"] not in ("retracted", "merged")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("brokers")
    parser.add_argument("--prefix", default="hotline")
    parser.add_argument("--group", default="follow-example")
    parser.add_argument("--exit-when-idle", type=float, metavar="SECONDS", help="end so long after the last record")
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
    seen, events, last_at = Seen(), {}, None
    try:
        while True:
            message = consumer.poll(0.5)
            if message is None:
                if args.exit_when_idle and last_at and time.monotonic() - last_at > args.exit_when_idle:
                    break
                continue
            if message.error():
                print(f"broker: {message.error()}", file=sys.stderr)
                continue
            last_at = time.monotonic()
            if seen.is_new(header(message, "ce_id")):
                event = json.loads(message.value())
                # Every record is the event's full state: the highest revision replaces all before it.
                if event["revision"] > events.get(event["event_id"], {"revision": 0})["revision"]:
                    events[event["event_id"]] = event
                print(describe(event), flush=True)
            # After the work is done, so that a crash repeats it and never skips it.
            consumer.commit(message, asynchronous=True)
    except KeyboardInterrupt:
        pass
    finally:
        consumer.close()
    print(f"{len(events)} events, {sum(map(stands, events.values()))} of them stand", file=sys.stderr)


if __name__ == "__main__":
    main()
