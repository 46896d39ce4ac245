"""Threads that never wait take turns all the same, and leave the first one its own."""
import threading
import time

stop, rounds = threading.Event(), [0, 0]


def spin(n):
    while not stop.is_set():
        rounds[n] += 1


threads = [threading.Thread(target=spin, args=(n,)) for n in range(2)]
for thread in threads:
    thread.start()
time.sleep(0.3)
stop.set()
for thread in threads:
    thread.join()
assert all(rounds), rounds
