"""A name server that answers each question after 200 ms: n-N.slow.test is 127.2.0.0 + N. `slow_names.py ADDRESS PORT`"""
import heapq
import select
import socket
import struct
import sys
import time

DELAY = 0.2


def answer(question):
    """Of one question; names are not packed in one."""
    labels, at = [], 12
    while question[at]:
        labels.append(question[at + 1:at + 1 + question[at]].decode())
        at += 1 + question[at]
    kind, end = struct.unpack("!H", question[at + 1:at + 3])[0], at + 5
    address = (127 << 24) + (2 << 16) + int(labels[0].split("-")[1])
    records = struct.pack("!HHHIHI", 0xc00c, 1, 1, 0, 4, address) if kind == 1 else b""
    head = question[:2] + struct.pack("!HHHHH", 0x8180, 1, 1 if records else 0, 0, 0)
    return head + question[12:end] + records


server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
server.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
server.bind((sys.argv[1], int(sys.argv[2])))
due = []
while True:
    wait = max(0, due[0][0] - time.monotonic()) if due else None
    if select.select([server], [], [], wait)[0]:
        question, peer = server.recvfrom(1500)
        heapq.heappush(due, (time.monotonic() + DELAY, peer, answer(question)))
    while due and due[0][0] <= time.monotonic():
        _, peer, bytes_ = heapq.heappop(due)
        server.sendto(bytes_, peer)
