"""What scripts/bench measures by: a sampler is a function that runs something once and returns its figure."""
import contextlib
import functools
import os
import re
import resource
import shutil
import subprocess
import tempfile
import time

BUILD = os.environ.get("BUILD", "build")
CORES = sorted(os.sched_getaffinity(0))
NEAR, FAR = CORES[0], CORES[-1]  # what is measured runs on NEAR, its peer on FAR
TIME_LIMIT = 60


class CannotMeasure(Exception):
    pass


def bench(name):
    return f"{BUILD}/tests/bench/{name}"


def pinned(core):
    return lambda: os.sched_setaffinity(0, {core})


def run(argv, core=NEAR, stdout=subprocess.PIPE):
    """Runs a program to its end; returns what it printed."""
    argv = [str(a) for a in argv]
    try:
        done = subprocess.run(argv, stdout=stdout, stderr=subprocess.PIPE, text=True, timeout=TIME_LIMIT,
                              preexec_fn=pinned(core))
    except (OSError, subprocess.TimeoutExpired) as error:
        raise CannotMeasure(str(error)) from error
    if done.returncode != 0:
        raise CannotMeasure(f"{' '.join(argv)}: status {done.returncode}: {done.stderr.strip()[-300:]}")
    return done.stdout, done.stderr


def figures(text):
    """The numbers in lines of `name value unit`."""
    return {m[1]: float(m[2]) for m in re.finditer(r"^(\S+) (\S+) \S+$", text, re.M)}


def figure_of(*argv, named=None):
    """A sampler: runs the program and returns the one figure it prints, or the one of that name."""
    def sample():
        told = figures(run(argv)[0])
        if named:
            return told[named]
        (value,) = told.values()
        return value
    return sample


def preloaded(*argv):
    """The same program, its threads greenlets."""
    return f"{BUILD}/greenload", *argv


def both_ways(*argv, named=None):
    """Samplers of a program preloaded and as it is."""
    return figure_of(*preloaded(*argv), named=named), figure_of(*argv, named=named)


@contextlib.contextmanager
def server(*argv, core=NEAR):
    """A server of ours while the block runs: its process and the port that its first line tells."""
    try:
        process = subprocess.Popen(argv, stdout=subprocess.PIPE, text=True, preexec_fn=pinned(core))
    except OSError as error:
        raise CannotMeasure(str(error)) from error
    try:
        port = re.search(r"(?:port |:)(\d+)", process.stdout.readline())
        if not port:
            raise CannotMeasure(f"{argv[0]}: status {process.wait(5)} instead of a port")
        yield process, int(port[1])
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


def pairs(rounds, ours, reference):
    """Samples of both, taken in turns: [(ours, reference), ...]."""
    taken = []
    for i in range(rounds):
        if i % 2:
            theirs, mine = reference(), ours()
        else:
            mine, theirs = ours(), reference()
        taken.append((mine, theirs))
    return taken


def switch(greenlets, switches):
    return figure_of(bench("switch"), greenlets, switches), figure_of(bench("swapcontext"), greenlets, switches)


def naps(microseconds, count):
    return (figure_of(bench("naps_green"), microseconds, count),
            figure_of(bench("naps_native"), microseconds, count))


def echo_of(connections, milliseconds, *argv):
    """A sampler: requests per CPU second of the server, on another core than its client."""
    def sample():
        with server(*argv) as (process, port):
            told = run([bench("echo_client"), port, connections, milliseconds, process.pid], core=FAR)[0]
        return figures(told)["per_cpu_second"]
    return sample


def echo(connections, milliseconds):
    return tuple(echo_of(connections, milliseconds, bench(name)) for name in ("echo_green", "echo_epoll"))


def threads_echo(connections, milliseconds):
    """A thread for each connection; all the threads on the one core."""
    argv = (bench("echo_threads"),)
    return echo_of(connections, milliseconds, *preloaded(*argv)), echo_of(connections, milliseconds, *argv)


def beside(connections, milliseconds, *argv):
    """A greenlet for each connection, and a server in another language that has threads of its own kind."""
    return echo_of(connections, milliseconds, bench("echo_green")), echo_of(connections, milliseconds, *argv)


def count_with_perf(client, pid):
    told, counted = run(["perf", "stat", "-x,", "-e", "raw_syscalls:sys_enter", "-p", pid, "--"] + client, core=FAR)
    return told, float(re.search(r"^([\d.]+),[^,]*,raw_syscalls:sys_enter", counted, re.M)[1])


def count_with_strace(client, pid):
    with tempfile.NamedTemporaryFile("r") as table:
        tracer = subprocess.Popen(["strace", "-c", "-f", "-o", table.name, "-p", str(pid)], stderr=subprocess.PIPE,
                                  text=True, preexec_fn=pinned(FAR))
        try:
            tracer.stderr.readline()  # "Process ... attached"
            told = run(client, core=FAR)[0]
        finally:
            tracer.terminate()
            tracer.communicate()
        total = re.search(r"^100\.00(\s+\S+){2}\s+(\d+).* total$", table.read(), re.M)
    return told, float(total[2])


def can_count_with_perf():
    """perf counts and lets the server run; strace stops it at each call, which changes how requests gather."""
    try:
        return shutil.which("perf") and "sys_enter" in run(["perf", "stat", "-e", "raw_syscalls:sys_enter", "true"])[1]
    except CannotMeasure:
        return False


def system_calls(connections, milliseconds):
    """System calls of the server for each echoed request; those of opening the connections are in it."""
    count = count_with_perf if can_count_with_perf() else count_with_strace

    def sampler(name):
        def sample():
            with server(bench(name)) as (process, port):
                client = [bench("echo_client"), port, connections, milliseconds, process.pid]
                told, calls = count([str(a) for a in client], process.pid)
            return calls / figures(told)["requests"]
        return sample
    return sampler("echo_green"), sampler("echo_epoll")


def timed(argv):
    """Seconds elapsed and CPU seconds of a program that must end well."""
    before, begun = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    run(argv, stdout=subprocess.DEVNULL)
    elapsed, after = time.monotonic() - begun, resource.getrusage(resource.RUSAGE_CHILDREN)
    return elapsed, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def milliseconds_of(argv, times=1):
    """A sampler: CPU milliseconds of one run of a program, its start included."""
    def sample():
        return sum(timed(argv)[1] for _ in range(times)) * 1000 / times
    return sample


def single(*argv, lines=0):
    """Samplers of a program of one thread, preloaded and as it is; it may be given a file of so many lines."""
    def sampler(*launch):
        return lambda: milliseconds_of((*launch, *argv, *([numbers_file(lines).name] if lines else [])))()
    return sampler(*preloaded()), sampler()


def startup(rounds):
    """What it takes longer to start a program that does nothing: [(milliseconds more, milliseconds), ...]."""
    argv = ("/bin/true",)
    taken = pairs(rounds, milliseconds_of(preloaded(*argv), 20), milliseconds_of(argv, 20))
    return [(mine - theirs, theirs) for mine, theirs in taken]


@functools.cache
def numbers_file(lines):
    """A file of numbers in no order, removed at the end."""
    file = tempfile.NamedTemporaryFile("w")
    file.writelines(f"{n * 48271 % 2147483647}\n" for n in range(1, lines + 1))
    file.flush()
    return file


@contextlib.contextmanager
def fetching(urls, at_once, milliseconds, size):
    """Samplers of (elapsed, CPU) of both fetchers, while a server with that latency runs."""
    with server(f"{BUILD}/demos/httpd", "-d", str(milliseconds), "-s", str(size), core=FAR) as (_, port), \
            tempfile.NamedTemporaryFile("w") as file:
        file.writelines(f"http://127.0.0.1:{port}/{i}\n" for i in range(urls))
        file.flush()
        yield tuple(lambda argv=argv: timed([argv, "-n", at_once, "-f", file.name])
                    for argv in (f"{BUILD}/demos/fetch", bench("multi_fetch")))


@functools.cache
def fetches(rounds):
    """Both fetchers, at 2 000 URLs of 50 ms and 2 KB, 200 at once: [((elapsed, CPU), (elapsed, CPU)), ...]."""
    with fetching(2000, 200, 50, 2048) as samplers:
        return pairs(rounds, *samplers)
