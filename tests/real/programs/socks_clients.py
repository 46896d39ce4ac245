"""usage: socks_clients.py PROXY-PORT SITE-PORT FILE...: 300 downloads at the same time by SOCKS 5, byte for byte."""
import hashlib
import os
import socket
import struct
import sys
import threading

COUNT = 300
PROXY, SITE, FILES = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3:]
digests = {}
right, wrong, together = [], [], threading.Barrier(COUNT)
for path in FILES:
    with open(path, "rb") as file:
        digests[path] = hashlib.sha256(file.read()).digest()


def exactly(stream, count):
    data = stream.read(count)
    assert len(data) == count, f"{len(data)} bytes of {count}"
    return data


def open_tunnel(stream):
    stream.write(b"\5\1\0")
    stream.flush()
    assert exactly(stream, 2) == b"\5\0"
    stream.write(b"\5\1\0\1" + socket.inet_aton("127.0.0.1") + struct.pack(">H", SITE))
    stream.flush()
    assert exactly(stream, 10)[:2] == b"\5\0"


def download(n):
    path = FILES[n % len(FILES)]
    with socket.create_connection(("127.0.0.1", PROXY), timeout=60) as connection:
        stream = connection.makefile("rwb")
        open_tunnel(stream)
        together.wait(60)
        stream.write(f"GET /{os.path.basename(path)} HTTP/1.0\r\nHost: localhost\r\n\r\n".encode())
        stream.flush()
        assert b" 200 " in stream.readline()
        while stream.readline() != b"\r\n":
            pass
        assert hashlib.sha256(stream.read()).digest() == digests[path]
        right.append(n)


def note(n):
    try:
        download(n)
    except Exception as error:
        wrong.append(f"{n}: {error!r}")


threads = [threading.Thread(target=note, args=(n,)) for n in range(COUNT)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
assert len(right) == COUNT and not wrong, (len(right), wrong[:5])
print(COUNT, "downloads")
