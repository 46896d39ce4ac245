"""LMDB with 50 writers and 100 readers, beside another process that writes: its robust mutexes are shared by both."""

import os
import subprocess
import sys
import tempfile
import threading

import lmdb

WRITERS, READERS, ROUNDS, OTHERS = 50, 100, 20, 200


def open_environment(path):
    return lmdb.open(path, map_size=1 << 24, max_readers=400, sync=False)


def write(environment, rounds):
    for _ in range(rounds):
        with environment.begin(write=True) as transaction:
            count = int(transaction.get(b"count", b"0")) + 1
            transaction.put(b"count", b"%d" % count)
            transaction.put(b"twice", b"%d" % (2 * count))


def read(environment, wrong):
    for _ in range(ROUNDS):
        with environment.begin() as transaction:
            if 2 * int(transaction.get(b"count", b"0")) != int(transaction.get(b"twice", b"0")):
                wrong.append(threading.get_ident())


def main():
    wrong = []
    with tempfile.TemporaryDirectory() as path:
        # Natively: what the launcher preloads here is not for it.
        environ = {name: value for name, value in os.environ.items() if name != "LD_PRELOAD"}
        with subprocess.Popen([sys.executable, __file__, path], env=environ, stdin=subprocess.PIPE) as other:
            environment = open_environment(path)
            threads = [threading.Thread(target=write, args=(environment, ROUNDS)) for _ in range(WRITERS)]
            threads += [threading.Thread(target=read, args=(environment, wrong)) for _ in range(READERS)]
            for thread in threads:
                thread.start()
            other.stdin.write(b"go\n")
            other.stdin.close()
            for thread in threads:
                thread.join()
            assert other.wait() == 0
        with environment.begin() as transaction:
            count = int(transaction.get(b"count"))
        environment.close()
    assert not wrong, wrong
    assert count == WRITERS * ROUNDS + OTHERS, count
    print("written", count)


if len(sys.argv) > 1:
    sys.stdin.readline()
    write(open_environment(sys.argv[1]), OTHERS)
else:
    main()
