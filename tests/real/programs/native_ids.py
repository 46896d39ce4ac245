"""Threads that are alive at the same time have native ids of their own."""
import threading

ids, together = [], threading.Barrier(10)


def note(together=together):
    together.wait(20)
    ids.append(threading.get_native_id())
    together.wait(20)


threads = [threading.Thread(target=note) for _ in range(10)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
assert len({threading.get_native_id(), *ids}) == 11, ids
