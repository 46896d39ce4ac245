"""usage: redis_crowd.py PORT: 100 clients pipeline, block, flush and save, ten times over, while the server's threads work."""
import sys
import threading
import time

import redis

COUNT, ROUNDS = 100, 10
PORT = int(sys.argv[1])
failures = []


def client():
    return redis.Redis(host="127.0.0.1", port=PORT, socket_timeout=60)


def work(n, together):
    try:
        with client() as mine:
            with mine.pipeline(transaction=False) as pipeline:
                for i in range(20):
                    pipeline.incr("counter")
                    pipeline.set(f"{n}:{i}", "x" * 100 * i)
                    pipeline.get(f"{n}:{i}")
                answers = pipeline.execute()
            assert [len(answer) for answer in answers[2::3]] == [100 * i for i in range(20)]
            together.wait(60)
            assert mine.blpop([f"own:{n}"], timeout=30)[1] == b"%d" % n
    except Exception as error:
        failures.append(error)
        together.abort()
        raise


def save(server):
    before = server.info("persistence")["rdb_bgsave_in_progress"], server.lastsave()
    server.bgsave()
    until = time.monotonic() + 30
    while server.info("persistence")["rdb_bgsave_in_progress"]:
        assert time.monotonic() < until, before
        time.sleep(0.01)
    assert server.info("persistence")["rdb_last_bgsave_status"] == "ok"


server = client()
for number in range(ROUNDS):
    gate = threading.Barrier(COUNT + 1)
    threads = [threading.Thread(target=work, args=(n, gate)) for n in range(COUNT)]
    for thread in threads:
        thread.start()
    gate.wait(60)
    assert server.get("counter") == b"%d" % (20 * COUNT), server.get("counter")
    save(server)
    while server.info("clients")["blocked_clients"] < COUNT:
        time.sleep(0.01)
    for n in range(COUNT):
        server.rpush(f"own:{n}", n)
    for thread in threads:
        thread.join()
    assert not failures, failures
    assert server.dbsize() == 20 * COUNT + 1
    server.flushall(asynchronous=True)
    assert server.dbsize() == 0
print(server.info("stats")["total_commands_processed"] > ROUNDS * COUNT * 60)
server.shutdown(nosave=True)
