"""usage: redis_pops.py PORT: 100 threads wait in blocking pops, each for what it alone is sent, and time out in time."""
import sys
import threading
import time

import redis

COUNT = 100
PORT = int(sys.argv[1])
shared = redis.Redis(host="127.0.0.1", port=PORT)
answers, together, work = {}, threading.Barrier(COUNT), []


def serve(n):
    with redis.Redis(host="127.0.0.1", port=PORT, single_connection_client=True) as mine:
        mine.ping()
        together.wait(20)
        key, value = mine.blpop([f"own:{n}"], timeout=20)
        answers[key.decode()] = value.decode()
        while (job := mine.brpop("jobs", timeout=20)[1]) != b"over":
            work.append(int(job))
            mine.lpush("done", job)


def run(function, count):
    threads = [threading.Thread(target=function, args=(n,)) for n in range(count)]
    for thread in threads:
        thread.start()
    return threads


servers = run(serve, COUNT)
while shared.info("clients")["blocked_clients"] < COUNT:
    time.sleep(0.01)
for n in reversed(range(COUNT)):
    shared.rpush(f"own:{n}", f"for {n}")
shared.lpush("jobs", *range(2000))
results = sorted(int(shared.blpop("done", timeout=20)[1]) for _ in range(2000))
shared.lpush("jobs", *["over"] * COUNT)
for thread in servers:
    thread.join()
assert answers == {f"own:{n}": f"for {n}" for n in range(COUNT)}
assert results == sorted(work) == list(range(2000))

late = []


def starve(n):
    start = time.monotonic()
    assert shared.blpop(f"nothing:{n}", timeout=0.3) is None
    late.append(time.monotonic() - start)


for thread in run(starve, 50):
    thread.join()
assert len(late) == 50 and all(0.29 <= span < 5 for span in late), late

counter = run(lambda _: [shared.incr("counter") for _ in range(20)], 50)
for thread in counter:
    thread.join()
assert shared.get("counter") == b"1000"
print("2000 jobs")
