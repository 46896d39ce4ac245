"""usage: postgres.py PORT: 200 threads, each with a connection of its own, ask the server to sleep at the same time."""
import sys
import threading
import time

import psycopg2

COUNT = 200
WHERE = f"host=127.0.0.1 port={sys.argv[1]} user=postgres dbname=postgres"


def run(function):
    threads = [threading.Thread(target=function, args=(n,)) for n in range(COUNT)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


connections = [None] * COUNT
answers, refused = [], []


def connect(n):
    connections[n] = psycopg2.connect(WHERE)


def ask(n):
    with connections[n].cursor() as cursor:
        cursor.execute("SELECT pg_sleep(0.3), %s, repeat(%s, 20000)", (n, str(n)))
        _, number, text = cursor.fetchone()
        assert number == n and text == str(n) * 20000
    answers.append(n)


def offend(n):
    with connections[n].cursor() as cursor:
        cursor.execute("ROLLBACK; SET statement_timeout = 100")
        try:
            cursor.execute("SELECT pg_sleep(10)")
        except psycopg2.errors.QueryCanceled:
            refused.append(n)


run(connect)
assert all(connections)
start = time.monotonic()
run(ask)
elapsed = time.monotonic() - start
assert sorted(answers) == list(range(COUNT)), f"{len(answers)} answers"
assert 0.3 <= elapsed < 1.5, elapsed
run(offend)
assert len(refused) == COUNT, f"{len(refused)} refused"
for connection in connections:
    connection.close()
print(f"{elapsed:.2f} s")
