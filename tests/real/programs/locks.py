"""Each of the threading module's ways to wait."""
import threading
import time


def run(count, function):
    threads = [threading.Thread(target=function, args=(n,)) for n in range(count)]
    for thread in threads:
        thread.start()
    return threads


def join(threads):
    for thread in threads:
        thread.join(20)
        assert not thread.is_alive()


def timers():
    fired, start = [], time.monotonic()
    delays = [1.55, 0.55, 1.05, 0.05]
    timers = [threading.Timer(delay, lambda delay=delay: fired.append((delay, time.monotonic()))) for delay in delays]
    cancelled = threading.Timer(1.3, fired.append, ["cancelled"])
    for timer in timers + [cancelled]:
        timer.start()
    cancelled.cancel()
    join(timers + [cancelled])
    assert [delay for delay, _ in fired] == sorted(delays), fired
    assert all(delay - 0.005 <= at - start < delay + 10 for delay, at in fired), fired


def conditions():
    condition, turn, order = threading.Condition(), [0], []

    def wait_for_turn(n):
        with condition:
            assert condition.wait_for(lambda: turn[0] == n, timeout=20)
            order.append(n)
            turn[0] += 1
            condition.notify_all()

    join(run(100, wait_for_turn))
    assert order == list(range(100))
    with condition:
        start = time.monotonic()
        assert not condition.wait(0.1)
        assert 0.09 <= time.monotonic() - start < 10


def events():
    event, seen = threading.Event(), []
    assert not event.wait(0.05)
    waiting = run(200, lambda n: seen.append(event.wait(20)))
    time.sleep(0.05)
    assert not seen
    event.set()
    join(waiting)
    assert seen == [True] * 200


def barriers():
    actions, leaders, broken = [], [], []
    barrier = threading.Barrier(50, action=lambda: actions.append(len(actions)))

    def rounds(_):
        for _ in range(5):
            if barrier.wait(20) == 0:
                leaders.append(1)

    join(run(50, rounds))
    assert actions == list(range(5)) and len(leaders) == 5

    def break_it(n):
        try:
            barrier.wait(0.1)
        except threading.BrokenBarrierError:
            broken.append(n)

    join(run(49, break_it))
    assert sorted(broken) == list(range(49))


def semaphores():
    semaphore, inside, most = threading.BoundedSemaphore(7), [0], [0]
    lock, all_started = threading.Lock(), threading.Event()

    def enter(_):
        all_started.wait()
        with semaphore:
            with lock:
                inside[0] += 1
                most[0] = max(most[0], inside[0])
            time.sleep(0.01)
            with lock:
                inside[0] -= 1

    entering, start = run(100, enter), time.monotonic()
    all_started.set()
    join(entering)
    assert most == [7] and time.monotonic() - start >= 0.14
    for _ in range(7):
        assert semaphore.acquire(blocking=False)
    assert not semaphore.acquire(timeout=0.05)
    semaphore.release(7)
    try:
        semaphore.release()
        raise SystemExit("released too often")
    except ValueError:
        pass


def recursive_locks():
    lock, counter = threading.RLock(), [0]

    def count(_):
        for _ in range(20):
            with lock, lock, lock:
                value = counter[0]
                time.sleep(0)
                counter[0] = value + 1

    join(run(50, count))
    assert counter == [1000]


def locals_and_names():
    local, seen, together = threading.local(), [], threading.Barrier(100)

    def remember(n):
        local.value = n
        together.wait(20)
        seen.append((local.value, threading.current_thread().name, threading.get_ident()))
        together.wait(20)

    threads = run(100, remember)
    join(threads)
    assert sorted(value for value, *_ in seen) == list(range(100))
    assert {name for _, name, _ in seen} == {thread.name for thread in threads}
    assert len({ident for *_, ident in seen}) == 100
    assert not hasattr(local, "value")


for part in timers, conditions, events, barriers, semaphores, recursive_locks, locals_and_names:
    part()
    print(part.__name__)
