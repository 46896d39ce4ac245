"""usage: http_clients.py PORT [COUNT]: 500 clients, or so many, at the same time, each a thread.

Each makes two requests, one after another.
"""
import sys
import threading
import time
import urllib.request

COUNT = int((sys.argv[2:] or ["500"])[0])
right, gate = [], threading.Barrier(COUNT + 1)
opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def fetch(n):
    gate.wait()
    for path in f"/{n}/first", f"/{n}/second":
        with opener.open(f"http://127.0.0.1:{sys.argv[1]}{path}", timeout=60) as answer:
            assert answer.read() == f"answer to {path}\n".encode() * 50
    right.append(n)


threads = [threading.Thread(target=fetch, args=(n,)) for n in range(COUNT)]
for thread in threads:
    thread.start()
start = time.monotonic()
gate.wait()
for thread in threads:
    thread.join()
elapsed = time.monotonic() - start
assert sorted(right) == list(range(COUNT)), f"{len(right)} clients of {COUNT}"
# One after another they would take 200 s.
assert 0.4 <= elapsed < 50, elapsed
print(f"{COUNT} clients, {elapsed:.2f} s", file=sys.stderr)
