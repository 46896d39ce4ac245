"""200 names at once, each of which takes 200 ms; one that never comes holds up nobody."""
import ipaddress
import socket
import sys
import threading
import time

COUNT = 200


def look_up(number):
    (answer, *_) = socket.getaddrinfo(f"n-{number}.slow.test", 80, socket.AF_INET, socket.SOCK_STREAM)
    if answer[4][0] == str(ipaddress.ip_address("127.2.0.0") + number):
        right.append(number)


def look_up_in_vain():
    try:
        socket.gethostbyname("nobody.silent.test")
    except socket.gaierror as error:
        in_vain.append(error.errno)


right, in_vain = [], []
vain = threading.Thread(target=look_up_in_vain)
vain.start()
threads = [threading.Thread(target=look_up, args=(n,)) for n in range(COUNT)]
began = time.monotonic()
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
seconds = time.monotonic() - began
print(f"{len(right)} right in {seconds:.2f} s, {len(in_vain)} in vain")
still_asking = vain.is_alive()
vain.join()
if len(right) != COUNT or not 0.2 <= seconds < 1 or not still_asking or in_vain != [socket.EAI_AGAIN]:
    sys.exit(1)
if socket.gethostbyname("listed.test") != "127.3.0.1" or socket.gethostbyaddr("127.3.0.1")[0] != "listed.test":
    sys.exit("the file of hosts was not looked at")
