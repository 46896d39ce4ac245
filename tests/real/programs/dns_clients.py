"""usage: dns_clients.py PORT: 200 queries at the same time, half of them by TCP, for names of the zone example."""
import socket
import struct
import sys
import threading

COUNT, PORT = 200, int(sys.argv[1])
gate, right = threading.Barrier(COUNT), []


def query(n):
    name = b"".join(bytes([len(label)]) + label for label in (b"host%d" % n, b"example", b""))
    return struct.pack(">6H", n, 0x0100, 1, 0, 0, 0) + name + struct.pack(">2H", 1, 1)


def receive(stream, count):
    data = b""
    while len(data) < count:
        more = stream.recv(count - len(data))
        assert more, "the server has closed the connection"
        data += more
    return data


def by_datagram(message):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.settimeout(5)
        for _ in range(10):  # a datagram may get lost
            sock.sendto(message, ("127.0.0.1", PORT))
            try:
                return sock.recv(2000)
            except TimeoutError:
                pass
    raise TimeoutError("no answer to ten datagrams")


def by_stream(message):
    with socket.create_connection(("127.0.0.1", PORT), timeout=30) as sock:
        sock.sendall(struct.pack(">H", len(message)) + message)
        return receive(sock, struct.unpack(">H", receive(sock, 2))[0])


def ask(n):
    gate.wait(60)
    answer = (by_stream if n % 2 else by_datagram)(query(n))
    number, flags, _, answers = struct.unpack(">4H", answer[:8])
    assert (number, flags & 0x800F, answers) == (n, 0x8000, 1), (number, flags, answers)
    if socket.inet_aton(f"192.0.2.{n}") in answer:
        right.append(n)


threads = [threading.Thread(target=ask, args=(n,)) for n in range(COUNT)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
assert sorted(right) == list(range(COUNT)), f"{len(right)} answers of {COUNT}"
print(f"{COUNT} answers")
