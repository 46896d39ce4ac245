"""Waits in the way that is asked for, until Ctrl-C: says what it caught, and whether the other threads went on."""
import queue
import socket
import sys
import threading
import time

ticks, over = [0], threading.Event()


def tick():
    while not over.is_set():
        ticks[0] += 1
        time.sleep(0.01)


def from_a_socket():
    ours, theirs = socket.socketpair()
    with ours, theirs:
        ours.recv(1)


def a_lock():
    lock = threading.Lock()
    lock.acquire()
    lock.acquire()


others = [threading.Thread(target=tick) for _ in range(10)]
for other in others:
    other.start()
endless = threading.Thread(target=over.wait)
endless.start()
ways = {
    "sleep": lambda: time.sleep(60),
    "lock": a_lock,
    "lock-with-timeout": lambda: threading.Event().wait(60),
    "queue": lambda: queue.Queue().get(),
    "join": endless.join,
    "socket": from_a_socket,
    "input": sys.stdin.readline,
}
before = ticks[0]
start = time.monotonic()
try:
    print("waiting", flush=True)
    ways[sys.argv[1]]()
    print("did not wait")
except KeyboardInterrupt:
    print("KeyboardInterrupt", "late" if time.monotonic() - start > 5 else "in time")
at = ticks[0]
time.sleep(0.2)
print("the others", "go on" if ticks[0] > at > before else "stand still")
if sys.argv[1] == "sleep":
    over.set()
    raise KeyboardInterrupt
over.set()
