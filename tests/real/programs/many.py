"""5 000 threads alive at the same time."""
import os
import threading

COUNT = 5000
threading.stack_size(128 * 1024)
lock, go, arrived, done = threading.Lock(), threading.Event(), threading.Semaphore(0), []


def live(n):
    arrived.release()
    go.wait()
    with lock:
        done.append(n)


threads = [threading.Thread(target=live, args=(n,)) for n in range(COUNT)]
try:
    for thread in threads:
        thread.start()
except RuntimeError as error:
    print(error, flush=True)
    os._exit(77)  # natively there may be less
for _ in threads:
    assert arrived.acquire(timeout=30)
assert threading.active_count() == COUNT + 1
go.set()
for thread in threads:
    thread.join()
assert sorted(done) == list(range(COUNT)) and threading.active_count() == 1
print(COUNT, "threads")
