"""A pool of 200 threads: they sleep at the same time, and each result belongs to its task."""
import threading
import time
from concurrent.futures import ThreadPoolExecutor, as_completed, wait


def slow_square(n):
    time.sleep(0.2)
    return n * n


def fail(n):
    time.sleep(0.05)
    raise ValueError(n)


start = time.monotonic()
with ThreadPoolExecutor(200) as pool:
    assert list(pool.map(slow_square, range(600))) == [n * n for n in range(600)]
elapsed = time.monotonic() - start
assert 0.6 <= elapsed < 50, elapsed

with ThreadPoolExecutor(200) as pool:
    failures = [pool.submit(fail, n) for n in range(200)]
    assert sorted(future.exception().args[0] for future in as_completed(failures)) == list(range(200))
    go = threading.Event()
    late = pool.submit(go.wait)
    done, pending = wait([late], timeout=0.1)
    assert not done and pending == {late}
    go.set()
    assert late.result(timeout=20) is True
print("600 squares, 200 exceptions, one time-out")
