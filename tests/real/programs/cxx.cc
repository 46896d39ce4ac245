// C++ threads: what libstdc++ and the compiler make of them. Each part returns whether all was well.
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <cstring>
#include <future>
#include <memory>
#include <mutex>
#include <numeric>
#include <semaphore>
#include <shared_mutex>
#include <stdexcept>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>
#include <barrier>
#include <latch>

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

static bool thousand_threads()
{
	std::mutex mutex;
	std::vector<int> seen;
	std::vector<std::thread> threads;
	auto start = Clock::now();

	for (int n = 0; n < 1000; n++)
		threads.emplace_back([&, n] {
			std::this_thread::sleep_for(200ms);
			std::lock_guard lock(mutex);
			seen.push_back(n);
		});
	for (auto &thread : threads)
		thread.join();
	return seen.size() == 1000 && std::accumulate(seen.begin(), seen.end(), 0) == 499500 &&
	       Clock::now() - start >= 200ms && Clock::now() - start < 50s; // one after another they would take 200
}

static int fibonacci(int n)
{
	if (n < 2)
		return n;
	auto other = std::async(std::launch::async, fibonacci, n - 1);
	int mine = fibonacci(n - 2);
	return other.get() + mine;
}

static bool async()
{
	std::promise<std::string> promise;
	std::future<std::string> future = promise.get_future();
	std::promise<void> go;
	auto slow = std::async(std::launch::async, [&go] {
		go.get_future().wait();
		return 7;
	});
	auto lazy = std::async(std::launch::deferred, [] { return std::this_thread::get_id(); });

	bool timed_out = slow.wait_for(20ms) == std::future_status::timeout;
	go.set_value();
	if (!timed_out || slow.get() != 7)
		return false;
	if (lazy.get() != std::this_thread::get_id())
		return false;
	std::thread later([&promise] {
		std::this_thread::sleep_for(20ms);
		promise.set_value("kept");
	});
	bool kept = future.get() == "kept";
	later.join();
	return kept && fibonacci(12) == 144;
}

static bool condition_variable()
{
	std::mutex mutex;
	std::condition_variable changed;
	std::vector<std::thread> threads;
	int turn = 0;

	for (int n = 0; n < 100; n++)
		threads.emplace_back([&, n] {
			std::unique_lock lock(mutex);
			changed.wait(lock, [&] { return turn == 99 - n; });
			turn++;
			changed.notify_all();
		});
	for (auto &thread : threads)
		thread.join();
	std::unique_lock lock(mutex);
	auto start = Clock::now();
	bool timed_out = !changed.wait_for(lock, 50ms, [] { return false; });
	return turn == 100 && timed_out && Clock::now() - start >= 50ms;
}

static bool stopping()
{
	std::mutex mutex;
	std::condition_variable_any changed;
	bool stopped = false;
	{
		std::jthread thread([&](std::stop_token token) {
			std::unique_lock lock(mutex);
			stopped = !changed.wait(lock, token, [] { return false; });
		});
		std::this_thread::sleep_for(20ms);
	}
	return stopped;
}

static bool shared_locks()
{
	std::shared_mutex lock;
	std::timed_mutex timed;
	std::recursive_mutex recursive;
	std::atomic<int> readers = 0, most = 0;
	std::vector<std::thread> threads;
	int written = 0;

	for (int n = 0; n < 50; n++)
		threads.emplace_back([&, n] {
			if (n % 10 == 0) {
				std::unique_lock mine(lock);
				written++;
			} else {
				std::shared_lock ours(lock);
				int now = ++readers;
				most = std::max(most.load(), now);
				std::this_thread::sleep_for(10ms);
				readers--;
			}
		});
	for (auto &thread : threads)
		thread.join();
	timed.lock();
	bool refused = !std::async(std::launch::async, [&] { return timed.try_lock_for(30ms); }).get();
	timed.unlock();
	std::scoped_lock several(timed, recursive);
	recursive.lock();
	recursive.unlock();
	return written == 5 && most > 1 && refused;
}

static int unwound(int depth, std::atomic<int> &destroyed)
{
	struct Count {
		std::atomic<int> &destroyed;
		~Count() { destroyed++; }
	} count{destroyed};

	if (depth == 0) {
		std::this_thread::sleep_for(1ms);
		throw std::runtime_error("from below");
	}
	return unwound(depth - 1, destroyed) + 1;
}

// The exception is caught, kept while others throw, and thrown again.
static void throw_twice(std::atomic<int> &destroyed, std::atomic<int> &right)
{
	try {
		try {
			unwound(20, destroyed);
		} catch (const std::runtime_error &) {
			std::this_thread::sleep_for(1ms);
			throw;
		}
	} catch (const std::exception &error) {
		std::this_thread::sleep_for(1ms);
		right += !std::strcmp(error.what(), "from below") && !std::uncaught_exceptions();
	}
}

static bool exceptions()
{
	std::atomic<int> destroyed = 0, right = 0;
	std::vector<std::thread> threads;

	for (int n = 0; n < 200; n++)
		threads.emplace_back(throw_twice, std::ref(destroyed), std::ref(right));
	for (auto &thread : threads)
		thread.join();
	auto carried = std::async(std::launch::async, [&] { return unwound(5, destroyed); });
	try {
		carried.get();
	} catch (const std::runtime_error &error) {
		return destroyed == 200 * 21 + 6 && right == 200;
	}
	return false;
}

static std::atomic<int> made, gone;

struct Own {
	std::unique_ptr<int> value = std::make_unique<int>(0);
	Own() { made++; }
	~Own() { gone += *value == 3; }
};

static thread_local Own own;
static thread_local int plain = 5;

static bool thread_locals()
{
	std::vector<std::thread> threads;
	std::atomic<int> right = 0;

	for (int n = 0; n < 200; n++)
		threads.emplace_back([&] {
			for (int i = 0; i < 3; i++) {
				++*own.value;
				plain++;
				std::this_thread::sleep_for(1ms);
			}
			right += plain == 8;
		});
	for (auto &thread : threads)
		thread.join();
	return made == 200 && gone == 200 && right == 200 && plain == 5;
}

static bool once()
{
	std::once_flag flag;
	std::atomic<int> tries = 0, done = 0, failures = 0;
	std::vector<std::thread> threads;

	for (int n = 0; n < 100; n++)
		threads.emplace_back([&] {
			try {
				std::call_once(flag, [&] {
					std::this_thread::sleep_for(5ms);
					if (++tries < 3)
						throw std::runtime_error("not yet");
					done++;
				});
			} catch (const std::runtime_error &) {
				failures++;
			}
		});
	for (auto &thread : threads)
		thread.join();
	return tries == 3 && done == 1 && failures == 2;
}

static std::atomic<int> constructed;

struct Slow {
	int value;
	Slow()
	{
		std::this_thread::sleep_for(20ms);
		value = 42;
		constructed++;
	}
};

static int the_static()
{
	static Slow slow;

	return slow.value;
}

static bool statics()
{
	std::vector<std::future<int>> values;
	int sum = 0;

	for (int n = 0; n < 100; n++)
		values.push_back(std::async(std::launch::async, the_static));
	for (auto &value : values)
		sum += value.get();
	return sum == 4200 && constructed == 1;
}

static bool atomic_wait()
{
	std::atomic<int> number = 0;
	std::atomic<long> wide = 0;
	std::vector<std::thread> threads;
	std::atomic<int> woken = 0;

	for (int n = 0; n < 100; n++)
		threads.emplace_back([&] {
			number.wait(0);
			wide.wait(0);
			woken++;
		});
	std::this_thread::sleep_for(20ms);
	bool early = woken != 0;
	number = 1;
	number.notify_all();
	wide = 1;
	wide.notify_all();
	for (auto &thread : threads)
		thread.join();
	return !early && woken == 100;
}

static bool latches()
{
	std::latch latch(50);
	std::counting_semaphore<> semaphore(3);
	std::barrier barrier(50);
	std::atomic<int> inside = 0, most = 0;
	std::vector<std::thread> threads;

	for (int n = 0; n < 50; n++)
		threads.emplace_back([&] {
			latch.arrive_and_wait();
			barrier.arrive_and_wait();
			barrier.arrive_and_wait();
			semaphore.acquire();
			most = std::max(most.load(), ++inside);
			std::this_thread::sleep_for(1ms);
			inside--;
			semaphore.release();
		});
	for (auto &thread : threads)
		thread.join();
	semaphore.acquire();
	semaphore.acquire();
	semaphore.acquire();
	return most == 3 && !semaphore.try_acquire_for(20ms);
}

static bool ids()
{
	std::vector<std::thread::id> seen(50);
	std::vector<std::thread> threads;
	std::latch together(50);
	bool right = true;

	for (int n = 0; n < 50; n++)
		threads.emplace_back([&, n] {
			seen[n] = std::this_thread::get_id();
			together.arrive_and_wait();
			std::this_thread::yield();
		});
	for (int n = 0; n < 50; n++)
		right = right && threads[n].get_id() != std::this_thread::get_id();
	for (int n = 0; n < 50; n++) {
		auto id = threads[n].get_id();
		threads[n].join();
		right = right && seen[n] == id;
	}
	std::thread(([] {})).detach();
	return right && std::thread::hardware_concurrency() > 0;
}

int main()
{
	static const struct {
		const char *name;
		bool (*run)();
	} parts[] = {
	    {"1000 threads", thousand_threads},
	    {"async", async},
	    {"condition_variable", condition_variable},
	    {"stop_token", stopping},
	    {"shared locks", shared_locks},
	    {"exceptions", exceptions},
	    {"thread_local", thread_locals},
	    {"call_once", once},
	    {"statics", statics},
	    {"atomic::wait", atomic_wait},
	    {"latch, barrier, semaphore", latches},
	    {"ids", ids},
	};
	int failed = 0;

	for (auto &part : parts) {
		bool well = part.run();
		std::printf("%s: %s\n", part.name, well ? "ok" : "FAILED");
		failed += !well;
	}
	return failed != 0;
}
