"""usage: interrupt.py COMMAND...: starts it with each way to wait, sends SIGINT, checks what it says and how it ends."""
import signal
import subprocess
import sys
import time

EXPECTED = "KeyboardInterrupt in time\nthe others go on\n"


def interrupted(way):
    with subprocess.Popen(sys.argv[1:] + [way], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, text=True) as process:
        try:
            said = process.stdout.readline()
            time.sleep(0.3)
            process.send_signal(signal.SIGINT)
            process.wait(20)
            return process.returncode, said + process.stdout.read(), process.stderr.read()
        finally:
            process.kill()


# A command that a script runs in the background inherits SIGINT ignored, and older ones of `timeout` put an end to that.
signal.signal(signal.SIGINT, signal.default_int_handler)
failed = False
for way in "sleep", "lock", "lock-with-timeout", "queue", "join", "socket", "input":
    status, said, errors = interrupted(way)
    # An uncaught KeyboardInterrupt ends CPython by the signal itself.
    right = (status, said) == (-signal.SIGINT if way == "sleep" else 0, "waiting\n" + EXPECTED)
    if not right or ("Traceback" in errors) != (way == "sleep"):
        print(f"{way}: status {status}, {said!r}, {errors!r}")
        failed = True
sys.exit(failed)
