// Rust's threads: what its standard library makes of them, by way of futexes of its own. Each part panics if not all
// was well.
use std::cell::{Cell, RefCell};
use std::collections::HashSet;
use std::io::{BufRead, BufReader, ErrorKind, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::panic;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::{self, RecvTimeoutError, TryRecvError, TrySendError};
use std::sync::{Arc, Barrier, Condvar, Mutex, Once, RwLock, TryLockError};
use std::thread;
use std::time::{Duration, Instant};

fn ms(n: u64) -> Duration {
    Duration::from_millis(n)
}

fn threads() {
    let start = Instant::now();
    let seen = Arc::new(Mutex::new(Vec::new()));
    let threads: Vec<_> = (0..1000u64)
        .map(|n| {
            let seen = Arc::clone(&seen);
            thread::spawn(move || {
                thread::sleep(ms(200));
                seen.lock().unwrap().push(n);
                n * n
            })
        })
        .collect();
    let squares: u64 = threads.into_iter().map(|t| t.join().unwrap()).sum();

    assert_eq!(squares, (0..1000).map(|n| n * n).sum());
    assert_eq!(seen.lock().unwrap().iter().sum::<u64>(), 499_500);
    assert!(start.elapsed() >= ms(200) && start.elapsed() < ms(5000));
}

fn builder() {
    let depth = |bytes: usize| {
        fn down(left: usize) -> usize {
            let page = [left as u8; 4096];
            if left == 0 {
                return 0;
            }
            // Read in a way that leaves the page where it is.
            let kept = unsafe { std::ptr::read_volatile(&page[left % 4096]) } == left as u8;
            down(left - 1) + usize::from(kept) * page.len()
        }
        down(bytes / 4096 / 2)
    };
    let thread = thread::Builder::new()
        .name("of eight megabytes".into())
        .stack_size(8 << 20)
        .spawn(move || (thread::current().name().map(str::to_string), depth(8 << 20)))
        .unwrap();
    let id = thread.thread().id();
    let (name, bytes) = thread.join().unwrap();

    assert_eq!(name.as_deref(), Some("of eight megabytes"));
    assert_eq!(bytes, 4 << 20);
    assert_ne!(id, thread::current().id());
    let ids: HashSet<_> = (0..50).map(|_| thread::spawn(|| thread::current().id()).join().unwrap()).collect();
    assert_eq!(ids.len(), 50);
}

fn panics() {
    let counted = Arc::new(AtomicUsize::new(0));
    let mutex = Arc::new(Mutex::new(0));
    struct Count(Arc<AtomicUsize>);
    impl Drop for Count {
        fn drop(&mut self) {
            thread::sleep(ms(1));
            self.0.fetch_add(1 + 1000 * usize::from(thread::panicking()), Ordering::SeqCst);
        }
    }
    let threads: Vec<_> = (0..100)
        .map(|n| {
            let (counted, mutex) = (Count(Arc::clone(&counted)), Arc::clone(&mutex));
            thread::spawn(move || {
                let _counted = counted;
                let mut value = mutex.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
                *value += 1;
                if n % 2 == 0 {
                    panic::panic_any(n);
                }
            })
        })
        .collect();
    let mut payloads = 0;
    for thread in threads {
        payloads += thread.join().map_or_else(|payload| *payload.downcast_ref::<i32>().unwrap(), |()| 0);
    }

    assert_eq!(payloads, (0..100).step_by(2).sum());
    assert_eq!(counted.load(Ordering::SeqCst), 100 + 50 * 1000);
    assert!(mutex.is_poisoned() && *mutex.lock().unwrap_err().into_inner() == 100);
}

fn channels() {
    let (sender, receiver) = mpsc::channel();
    let senders: Vec<_> = (0..50u64)
        .map(|n| {
            let sender = sender.clone();
            thread::spawn(move || (0..200).for_each(|i| sender.send(n * 200 + i).unwrap()))
        })
        .collect();
    drop(sender);
    assert_eq!(receiver.iter().collect::<HashSet<_>>().len(), 10_000);
    senders.into_iter().for_each(|t| t.join().unwrap());
    assert_eq!(receiver.try_recv(), Err(TryRecvError::Disconnected));
    assert_eq!(receiver.recv_timeout(ms(1)), Err(RecvTimeoutError::Disconnected));
}

fn bounded_channels() {
    let (sender, receiver) = mpsc::sync_channel(2);
    let taken = Arc::new(AtomicUsize::new(0));
    let ahead = Arc::clone(&taken);
    let producer = thread::spawn(move || {
        for n in 0..100 {
            sender.send(n).unwrap();
            assert!(n <= ahead.load(Ordering::SeqCst) + 3, "a full channel took more");
        }
        assert!(matches!(sender.try_send(100), Ok(()) | Err(TrySendError::Full(100))));
        thread::sleep(ms(50));
    });
    for n in 0..100 {
        assert_eq!(receiver.recv(), Ok(n));
        taken.fetch_add(1, Ordering::SeqCst);
    }
    let start = Instant::now();
    while receiver.recv_timeout(ms(10)) != Err(RecvTimeoutError::Disconnected) {
        assert!(start.elapsed() < ms(5000));
    }
    producer.join().unwrap();
    let (sender, receiver) = mpsc::sync_channel(0);
    let waiting = thread::spawn(move || sender.send("by hand"));
    thread::sleep(ms(10));
    assert!(!waiting.is_finished());
    assert_eq!(receiver.recv(), Ok("by hand"));
    assert_eq!(waiting.join().unwrap(), Ok(()));
}

fn conditions() {
    let shared = Arc::new((Mutex::new(0), Condvar::new()));
    let threads: Vec<_> = (0..100)
        .map(|n| {
            let shared = Arc::clone(&shared);
            thread::spawn(move || {
                let mut turn = shared.1.wait_while(shared.0.lock().unwrap(), |turn| *turn != 99 - n).unwrap();
                *turn += 1;
                shared.1.notify_all();
            })
        })
        .collect();
    threads.into_iter().for_each(|t| t.join().unwrap());

    let start = Instant::now();
    let (turn, result) =
        shared.1.wait_timeout_while(shared.0.lock().unwrap(), ms(50), |turn| *turn == 100).unwrap();
    assert!(*turn == 100 && result.timed_out() && start.elapsed() >= ms(50) && start.elapsed() < ms(5000));
    assert!(matches!(shared.0.try_lock(), Err(TryLockError::WouldBlock)));
}

fn shared_locks() {
    let lock = Arc::new(RwLock::new(0));
    let (readers, most) = (AtomicUsize::new(0), AtomicUsize::new(0));
    thread::scope(|scope| {
        for n in 0..50 {
            let (lock, readers, most) = (&lock, &readers, &most);
            scope.spawn(move || {
                if n % 10 == 0 {
                    let mut value = lock.write().unwrap();
                    assert_eq!(readers.load(Ordering::SeqCst), 0);
                    let before = *value;
                    thread::sleep(ms(1));
                    *value = before + 1;
                } else {
                    let _value = lock.read().unwrap();
                    most.fetch_max(readers.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                    thread::sleep(ms(10));
                    readers.fetch_sub(1, Ordering::SeqCst);
                }
            });
        }
    });
    assert_eq!(*lock.read().unwrap(), 5);
    assert!(most.into_inner() > 1);
}

fn barriers() {
    let barrier = Barrier::new(50);
    let (leaders, rounds) = (AtomicUsize::new(0), AtomicUsize::new(0));
    thread::scope(|scope| {
        for _ in 0..50 {
            scope.spawn(|| {
                for round in 0..10 {
                    rounds.fetch_add(1, Ordering::SeqCst);
                    leaders.fetch_add(usize::from(barrier.wait().is_leader()), Ordering::SeqCst);
                    assert_eq!(rounds.load(Ordering::SeqCst), 50 * (round + 1));
                    barrier.wait();
                }
            });
        }
    });
    assert_eq!(leaders.into_inner(), 10);
}

fn parking() {
    let (flags, parked) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicBool::new(true)));
    let threads: Vec<_> = (0..100)
        .map(|_| {
            let (flags, parked) = (Arc::clone(&flags), Arc::clone(&parked));
            thread::spawn(move || {
                while parked.load(Ordering::SeqCst) {
                    thread::park();
                }
                flags.fetch_add(1, Ordering::SeqCst);
            })
        })
        .collect();
    thread::sleep(ms(20));
    assert_eq!(flags.load(Ordering::SeqCst), 0);
    parked.store(false, Ordering::SeqCst);
    threads.iter().for_each(|t| t.thread().unpark());
    threads.into_iter().for_each(|t| t.join().unwrap());
    assert_eq!(flags.load(Ordering::SeqCst), 100);

    let start = Instant::now();
    thread::current().unpark();
    thread::park_timeout(Duration::from_secs(30));
    assert!(start.elapsed() < ms(10_000), "the token was there already");
    while start.elapsed() < ms(50) {
        thread::park_timeout(ms(50));
    }
}

static MADE: AtomicUsize = AtomicUsize::new(0);
static GONE: AtomicUsize = AtomicUsize::new(0);

struct Own(u32);

impl Drop for Own {
    fn drop(&mut self) {
        thread::sleep(ms(1));
        GONE.fetch_add(usize::from(self.0 == 3), Ordering::SeqCst);
    }
}

thread_local! {
    static OWN: RefCell<Own> = {
        MADE.fetch_add(1, Ordering::SeqCst);
        RefCell::new(Own(0))
    };
    static PLAIN: Cell<u32> = Cell::new(5);
}

fn thread_locals() {
    let threads: Vec<_> = (0..200)
        .map(|_| {
            thread::spawn(|| {
                for _ in 0..3 {
                    OWN.with(|own| own.borrow_mut().0 += 1);
                    PLAIN.with(|plain| plain.set(plain.get() + 1));
                    thread::sleep(ms(1));
                }
                PLAIN.with(Cell::get)
            })
        })
        .collect();
    assert!(threads.into_iter().all(|t| t.join().unwrap() == 8));
    assert_eq!(MADE.load(Ordering::SeqCst), 200);
    assert_eq!(GONE.load(Ordering::SeqCst), 200);
    assert_eq!(PLAIN.with(Cell::get), 5);
}

fn once() {
    static ONCE: Once = Once::new();
    static RUNS: AtomicUsize = AtomicUsize::new(0);

    thread::scope(|scope| {
        for _ in 0..100 {
            scope.spawn(|| {
                ONCE.call_once(|| {
                    thread::sleep(ms(5));
                    RUNS.fetch_add(1, Ordering::SeqCst);
                });
                assert_eq!(RUNS.load(Ordering::SeqCst), 1);
            });
        }
    });
}

fn scoped() {
    let words = vec!["one".to_string(), "two".to_string(), "three".to_string()];
    let mut lengths = vec![0; words.len()];
    let total: usize = thread::scope(|scope| {
        for (word, length) in words.iter().zip(lengths.iter_mut()) {
            scope.spawn(move || {
                thread::sleep(ms(1));
                *length = word.len();
            });
        }
        scope.spawn(|| words.iter().map(String::len).sum()).join().unwrap()
    });
    assert_eq!(total, 11);
    assert_eq!(lengths, [3, 3, 5]);
}

fn echo_lines(stream: TcpStream) {
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    let mut line = String::new();

    while reader.read_line(&mut line).unwrap() > 0 {
        (&stream).write_all(line.as_bytes()).unwrap();
        line.clear();
    }
}

fn talk(server: std::net::SocketAddr, number: usize, together: &Barrier) {
    let mut stream = TcpStream::connect(server).unwrap();
    let mut answer = String::new();

    stream.set_nodelay(true).unwrap();
    together.wait();
    for round in 0..10 {
        let line = format!("{number} {round} {}\n", "x".repeat(number * round));
        stream.write_all(line.as_bytes()).unwrap();
        let mut got = vec![0; line.len()];
        stream.read_exact(&mut got).unwrap();
        assert_eq!(got, line.as_bytes());
    }
    stream.shutdown(Shutdown::Write).unwrap();
    assert_eq!(stream.read_to_string(&mut answer).unwrap(), 0);
}

fn echo() {
    const CLIENTS: usize = 200;
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let server = listener.local_addr().unwrap();
    let together = Barrier::new(CLIENTS);

    thread::scope(|scope| {
        scope.spawn(|| {
            for stream in listener.incoming().take(CLIENTS) {
                scope.spawn(|| echo_lines(stream.unwrap()));
            }
        });
        for number in 0..CLIENTS {
            let together = &together;
            scope.spawn(move || talk(server, number, together));
        }
    });
}

fn time_limits() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let mut stream = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
    let start = Instant::now();

    stream.set_read_timeout(Some(ms(50))).unwrap();
    let error = stream.read(&mut [0]).unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut));
    assert!(start.elapsed() >= ms(40) && start.elapsed() < ms(5000));
    assert!(TcpStream::connect_timeout(&listener.local_addr().unwrap(), ms(5000)).is_ok());
}

fn main() {
    let parts: [(&str, fn()); 14] = [
        ("threads", threads),
        ("builder", builder),
        ("panics", panics),
        ("mpsc::channel", channels),
        ("mpsc::sync_channel", bounded_channels),
        ("Condvar", conditions),
        ("RwLock", shared_locks),
        ("Barrier", barriers),
        ("park", parking),
        ("thread_local", thread_locals),
        ("Once", once),
        ("scope", scoped),
        ("TcpListener", echo),
        ("time limits", time_limits),
    ];

    // The panics that are meant are not worth a message; the others are shown by what is asserted of the results.
    panic::set_hook(Box::new(|info| {
        if info.payload().downcast_ref::<i32>().is_none() {
            eprintln!("{info}");
        }
    }));
    let failed = parts.iter().filter(|(name, part)| {
        let well = panic::catch_unwind(part).is_ok();
        println!("{name}: {}", if well { "ok" } else { "FAILED" });
        !well
    });
    std::process::exit(i32::from(failed.count() != 0));
}
