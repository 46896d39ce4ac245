/*
 * What programs do that wait, by threads, to be done where a system call is refused. Each operation prints what its
 * calls answer: some of them are those that are refused.
 */
#ifndef OPERATIONS_H
#define OPERATIONS_H

#include "calls.h"
#include <netinet/in.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>

/* Each is answered at once, though the descriptor is not ready: a record must fit. */
static inline void do_too_little(int empty)
{
	struct task task = {.call = call_read, .fd = empty, .bytes = &(char[64]){0}};
	sigset_t none;
	int fd;

	start(&task);
	end(&task, "read of nothing");
	task.count = 64;
	sigemptyset(&none);
	task.fd = fd = signalfd(-1, &none, 0);
	if (fd >= 0) {
		start(&task);
		end(&task, "read of half a signal");
		close(fd);
	}
	task.count = 4;
	task.fd = fd = eventfd(0, 0);
	if (fd >= 0) {
		start(&task);
		end(&task, "read of half a counter");
		close(fd);
	}
}

static inline void do_pipes(void)
{
	static char bytes[200000];
	struct task task = {.call = call_read, .bytes = bytes, .count = 1};
	int ends[2];

	must("pipe", pipe(ends));
	task.fd = ends[0];
	if (!start(&task))
		return;
	must("write", write(ends[1], "x", 1));
	end(&task, "read");
	task.call = call_readv;
	start(&task);
	must("write", write(ends[1], "y", 1));
	end(&task, "readv");
	task.call = call_readv_wild;
	start(&task);
	end(&task, "readv into nothing");
	task.call = call_readv_endless;
	start(&task);
	end(&task, "readv of too much");
	do_too_little(ends[0]);
	task = (struct task){.call = call_write, .fd = ends[1], .bytes = bytes, .count = sizeof(bytes)};
	start(&task);
	say("in all", read_enough(ends[0], bytes, sizeof(bytes)));
	end(&task, "write");
	task.call = call_writev;
	start(&task);
	say("in all", read_enough(ends[0], bytes, sizeof(bytes)));
	end(&task, "writev");
	task = (struct task){.call = call_poll, .fd = ends[0]};
	start(&task);
	must("write", write(ends[1], "x", 1));
	end(&task, "poll");
	must("read", read(ends[0], bytes, 1));
	task.call = call_poll_urgent;
	start(&task);
	must("write", write(ends[1], "x", 1));
	end(&task, "poll for more");
	must("read", read(ends[0], bytes, 1));
	task.call = call_select;
	start(&task);
	must("write", write(ends[1], "x", 1));
	end(&task, "select");
	must("read", read(ends[0], bytes, 1));
	close(ends[0]);
	close(ends[1]);
}

static inline void do_splice(void)
{
	struct task task = {.call = call_splice, .count = 1};
	int from[2], to[2];

	must("pipe", pipe(from));
	must("pipe", pipe(to));
	task.fd = from[0];
	task.other = to[1];
	start(&task);
	must("write", write(from[1], "x", 1));
	end(&task, "splice");
	close(from[0]);
	close(from[1]);
	close(to[0]);
	close(to[1]);
}

static inline void do_sockets(void)
{
	struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t length = sizeof(address);
	int two[2], listening, fd;
	char bytes[8];
	struct task task = {.call = call_recv, .bytes = bytes, .count = 1};

	must("socketpair", socketpair(AF_UNIX, SOCK_STREAM, 0, two));
	task.fd = two[0];
	start(&task);
	must("send", send(two[1], "x", 1, 0));
	end(&task, "recv");
	close(two[0]);
	close(two[1]);
	listening = must("socket", socket(AF_INET, SOCK_STREAM, 0));
	must("bind", bind(listening, (struct sockaddr *)&address, sizeof(address)));
	must("listen", listen(listening, 5));
	must("getsockname", getsockname(listening, (struct sockaddr *)&address, &length));
	task.call = call_accept;
	task.fd = listening;
	start(&task);
	fd = must("socket", socket(AF_INET, SOCK_STREAM, 0));
	say("connect", connect(fd, (struct sockaddr *)&address, sizeof(address)));
	must("write", write(fd, "x", 1));
	end(&task, "accept and read");
	close(fd);
	close(listening);
}

static inline void do_files(const char *name)
{
	int fd = must("open", open(name, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600)), two[2], other;
	char bytes[16];
	struct task task = {.fd = fd, .bytes = bytes, .count = 4};

	must("write", write(fd, "0123456789", 10));
	task.call = call_pread;
	start(&task);
	end(&task, "pread");
	task.call = call_preadv;
	start(&task);
	end(&task, "preadv");
	must("lseek", lseek(fd, 0, SEEK_SET));
	task.call = call_read;
	start(&task);
	end(&task, "read of a file");
	say_bytes("bytes", task.result, bytes);
	say("fsync", fsync(fd));
	must("socketpair", socketpair(AF_UNIX, SOCK_STREAM, 0, two));
	must("lseek", lseek(fd, 0, SEEK_SET));
	task = (struct task){.call = call_sendfile, .fd = two[0], .other = fd, .count = 10};
	start(&task);
	end(&task, "sendfile");
	other = must("open", open(name, O_RDONLY));
	must("flock", flock(fd, LOCK_EX));
	task = (struct task){.call = call_flock, .fd = other};
	start(&task);
	must("flock", flock(fd, LOCK_UN));
	end(&task, "flock");
	close(other);
	close(fd);
	close(two[0]);
	close(two[1]);
	unlink(name);
	if (mkfifo(name, 0600) < 0)
		return;
	task = (struct task){.call = call_open, .name = name};
	start(&task);
	close(must("open", open(name, O_WRONLY)));
	end(&task, "open of a FIFO");
	unlink(name);
}

static inline void do_times(void)
{
	struct pollfd none = {.fd = -1};
	struct task task = {.call = call_sleeps}, other = {.call = call_set_flag};

	start(&task);
	end(&task, "sleeps");
	say("poll in vain", poll(&none, 1, 2));
	atomic_store(&flag, 0);
	task.call = call_spin;
	start(&task);
	start(&other);
	end(&task, "spins");
	end(&other, "ends that");
	state = 0;
	task.call = call_cond_wait;
	start(&task);
	pthread_mutex_lock(&lock);
	state = 1;
	pthread_cond_signal(&changed);
	pthread_mutex_unlock(&lock);
	end(&task, "condition");
	task.call = call_cond_timedwait;
	start(&task);
	end(&task, "condition in vain");
}

static inline void do_signals(void)
{
	struct task task = {.call = call_sigwait};

	start(&task);
	kill(getpid(), SIGUSR1);
	end(&task, "sigwait");
	ring_every(5, 0);
	say("interrupted", poll(NULL, 0, 2000));
	stop_ringing();
}

/* With a thread of its own. */
static inline int child_with_thread(int status)
{
	struct task task = {.call = call_usleep};

	if (!start(&task))
		return 98;
	pthread_join(task.thread, NULL);
	return status;
}

static inline pid_t fork_child(int status)
{
	pid_t child = must("fork", fork());

	if (!child)
		_exit(child_with_thread(status));
	return child;
}

static inline void do_children(void)
{
	struct task task = {.call = call_waitpid};

	fflush(stdout);
	task.fd = fork_child(3);
	start(&task);
	end(&task, "waitpid");
	task.fd = -1;
	fork_child(4);
	start(&task);
	end(&task, "waitpid of any");
	say("system", system("exit 5"));
}

/* The program's own use of them is refused as natively. */
static inline void do_calls(void)
{
	struct itimerspec soon = {.it_value = {0, 1000000}};
	struct epoll_event event = {.events = EPOLLIN};
	int timer = timerfd_create(CLOCK_MONOTONIC, 0), event_fd = eventfd(1, 0), epoll = epoll_create1(0), fd;
	uint64_t value;
	sigset_t set;

	sigemptyset(&set);
	say("timerfd_create", timer < 0 ? -1 : 0);
	if (timer >= 0 && say("timerfd_settime", timerfd_settime(timer, 0, &soon, NULL)) == 0)
		say("read", read(timer, &value, sizeof(value)));
	say("eventfd", event_fd < 0 ? -1 : 0);
	if (event_fd >= 0)
		say("read", read(event_fd, &value, sizeof(value)));
	say("epoll_create1", epoll < 0 ? -1 : 0);
	if (epoll >= 0 && event_fd >= 0) {
		say("epoll_ctl", epoll_ctl(epoll, EPOLL_CTL_ADD, event_fd, &event));
		say("epoll_wait", epoll_wait(epoll, &event, 1, 1));
	}
	say("signalfd", (fd = signalfd(-1, &set, 0)) < 0 ? -1 : 0);
	if (fd >= 0)
		close(fd);
	say("pidfd_open", (fd = (int)syscall(SYS_pidfd_open, getpid(), 0)) < 0 ? -1 : 0);
	if (fd >= 0)
		close(fd);
	if (timer >= 0)
		close(timer);
	if (event_fd >= 0)
		close(event_fd);
	if (epoll >= 0)
		close(epoll);
}

static inline void block_signals(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	sigprocmask(SIG_BLOCK, &set, NULL);
}

static inline void do_all(const char *name)
{
	block_signals();
	do_pipes();
	do_splice();
	do_sockets();
	do_files(name);
	do_times();
	do_signals();
	do_children();
	do_calls();
}

#endif
