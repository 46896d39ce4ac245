"""Producers and consumers of queue.Queue: nothing lost, nothing twice, full and empty queues wait, time-outs come."""
import queue
import random
import threading
import time

PRODUCERS, CONSUMERS, EACH = 50, 50, 200
items = queue.Queue(maxsize=10)
taken = [[] for _ in range(CONSUMERS)]


def produce(number):
    for n in range(EACH):
        items.put((number, n))
        if random.random() < 0.01:
            time.sleep(0.001)


def consume(mine):
    while (item := items.get()) is not None:
        mine.append(item)
        items.task_done()
    items.task_done()


producers = [threading.Thread(target=produce, args=(n,)) for n in range(PRODUCERS)]
consumers = [threading.Thread(target=consume, args=(mine,)) for mine in taken]
for thread in producers + consumers:
    thread.start()
for thread in producers:
    thread.join()
for _ in consumers:
    items.put(None)
items.join()
for thread in consumers:
    thread.join()
everything = [item for mine in taken for item in mine]
assert len(everything) == PRODUCERS * EACH
assert set(everything) == {(p, n) for p in range(PRODUCERS) for n in range(EACH)}
for mine in taken:
    for number in {p for p, _ in mine}:
        order = [n for p, n in mine if p == number]
        assert order == sorted(order), "out of order"

start = time.monotonic()
try:
    items.get(timeout=0.2)
    raise SystemExit("an empty queue gave something")
except queue.Empty:
    assert 0.19 <= time.monotonic() - start < 2

priorities = queue.PriorityQueue()
simple = queue.SimpleQueue()
got = []
reader = threading.Thread(target=lambda: got.extend(simple.get() for _ in range(1000)))
reader.start()
for n in reversed(range(1000)):
    priorities.put(n)
while not priorities.empty():
    simple.put(priorities.get())
reader.join()
assert got == list(range(1000))
print(len(everything), "items")
