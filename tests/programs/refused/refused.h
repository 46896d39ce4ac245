/*
 * What programs do that wait, by threads, to be done where a system call is refused. Each operation prints what its
 * calls answer: some of them are those that are refused.
 */
#ifndef REFUSED_H
#define REFUSED_H

#include "tests/programs/say.h"
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stddef.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/select.h>
#include <sys/sendfile.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <sys/uio.h>

/* Refuses what the first `length` instructions do not let pass, in all threads of the process. */
static inline void set_filter(struct sock_filter *filter, unsigned short length)
{
	struct sock_fprog program = {length, filter};

	must("no_new_privs", prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0));
	must("seccomp", syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_TSYNC, &program));
}

static inline void refuse(unsigned number, unsigned error)
{
	struct sock_filter filter[] = {
	    BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
	    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, number, 0, 1),
	    BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | error),
	    BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};

	set_filter(filter, sizeof(filter) / sizeof(filter[0]));
}

/* A thread's call and its answer. Of a stream only a single byte surely comes whole. */
struct task {
	long (*call)(struct task *task);
	int fd, other;
	const char *name;
	void *bytes;
	size_t count;
	long result;
	int error;
	pthread_t thread;
};

static inline void *run_task(void *arg)
{
	struct task *task = arg;

	errno = 0;
	task->result = task->call(task);
	task->error = errno;
	return NULL;
}

/* Begins it, and gives it time to wait. */
static inline bool start(struct task *task)
{
	int error = pthread_create(&task->thread, NULL, run_task, task);

	if (error)
		say_error("pthread_create", error);
	else
		msleep(4);
	return !error;
}

static inline void end(struct task *task, const char *what)
{
	pthread_join(task->thread, NULL);
	errno = task->error;
	say(what, task->result);
}

static inline long call_read(struct task *task)
{
	return read(task->fd, task->bytes, task->count);
}

static inline long call_readv(struct task *task)
{
	struct iovec two[2] = {{task->bytes, 0}, {task->bytes, task->count}};

	return readv(task->fd, two, 2);
}

static inline long call_readv_wild(struct task *task)
{
	static const struct iovec *volatile nowhere = (const struct iovec *)64;

	return readv(task->fd, nowhere, 1);
}

static inline long call_readv_endless(struct task *task)
{
	struct iovec one = {task->bytes, SIZE_MAX};

	return readv(task->fd, &one, 1);
}

static inline long call_pread(struct task *task)
{
	return pread(task->fd, task->bytes, task->count, 1);
}

static inline long call_preadv(struct task *task)
{
	struct iovec one = {task->bytes, task->count};

	return preadv(task->fd, &one, 1, 2);
}

static inline long call_write(struct task *task)
{
	return write(task->fd, task->bytes, task->count);
}

static inline long call_writev(struct task *task)
{
	struct iovec two[2] = {{task->bytes, 100}, {(char *)task->bytes + 100, task->count - 100}};

	return writev(task->fd, two, 2);
}

static inline long call_recv(struct task *task)
{
	return recv(task->fd, task->bytes, task->count, 0);
}

static inline long call_accept(struct task *task)
{
	int fd = accept(task->fd, NULL, NULL);
	long n;

	if (fd < 0)
		return fd;
	n = read(fd, task->bytes, task->count);
	close(fd);
	return n;
}

static inline long call_splice(struct task *task)
{
	return splice(task->fd, NULL, task->other, NULL, task->count, 0);
}

static inline long call_sendfile(struct task *task)
{
	return sendfile(task->fd, task->other, NULL, task->count);
}

static inline long call_poll(struct task *task)
{
	struct pollfd entry = {.fd = task->fd, .events = POLLIN};

	return poll(&entry, 1, 2000);
}

/* Events of which only epoll and poll themselves know. */
static inline long call_poll_urgent(struct task *task)
{
	struct pollfd entry = {.fd = task->fd, .events = POLLIN | POLLPRI | POLLRDHUP};

	return poll(&entry, 1, 2000);
}

static inline long call_select(struct task *task)
{
	fd_set set;

	FD_ZERO(&set);
	FD_SET(task->fd, &set);
	return select(task->fd + 1, &set, NULL, NULL, NULL);
}

static inline long call_sigwait(struct task *task)
{
	sigset_t set;
	int signo = 0, error;

	(void)task;
	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	error = sigwait(&set, &signo);
	errno = error;
	return error ? -1 : signo == SIGUSR1;
}

static inline long call_open(struct task *task)
{
	int fd = open(task->name, O_RDONLY);

	if (fd < 0)
		return fd;
	close(fd);
	return 0;
}

static inline long call_flock(struct task *task)
{
	return flock(task->fd, LOCK_EX);
}

static inline long call_waitpid(struct task *task)
{
	int status = 0;
	pid_t pid = waitpid(task->fd, &status, 0);

	return pid < 0 ? -1 : WEXITSTATUS(status);
}

static inline long call_sleeps(struct task *task)
{
	struct timespec at;

	(void)task;
	clock_gettime(CLOCK_REALTIME, &at);
	at.tv_nsec = (at.tv_nsec + 2000000) % 1000000000;
	at.tv_sec += at.tv_nsec < 2000000;
	errno = clock_nanosleep(CLOCK_REALTIME, TIMER_ABSTIME, &at, NULL);
	return errno || usleep(500) ? -1 : 0;
}

static _Atomic int flag;

static inline long call_spin(struct task *task)
{
	(void)task;
	while (!atomic_load(&flag))
		;
	return 0;
}

static inline long call_set_flag(struct task *task)
{
	(void)task;
	atomic_store(&flag, 1);
	return 0;
}

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static int state;

static inline long call_cond_wait(struct task *task)
{
	(void)task;
	pthread_mutex_lock(&lock);
	while (!state)
		pthread_cond_wait(&changed, &lock);
	pthread_mutex_unlock(&lock);
	return state;
}

static inline long call_cond_timedwait(struct task *task)
{
	struct timespec at;
	int error = 0;

	(void)task;
	clock_gettime(CLOCK_REALTIME, &at);
	at.tv_nsec = (at.tv_nsec + 3000000) % 1000000000;
	at.tv_sec += at.tv_nsec < 3000000;
	pthread_mutex_lock(&lock);
	while (!error)
		error = pthread_cond_timedwait(&changed, &lock, &at);
	pthread_mutex_unlock(&lock);
	errno = error;
	return error ? -1 : 0;
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

static inline long call_usleep(struct task *task)
{
	(void)task;
	return usleep(1000);
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

/* Calls that the library makes, or might, for its own purposes. A program does well without each of them. */
struct refused_call {
	const char *name;
	unsigned number;
};

#define CALL(name)                                                                                                     \
	{                                                                                                              \
#name, SYS_##name                                                                                      \
	}

static const struct refused_call refused_calls[] = {
    CALL(preadv2),
    CALL(pwritev2),
    CALL(timerfd_create),
    CALL(timerfd_settime),
    CALL(eventfd2),
    CALL(epoll_create1),
    CALL(epoll_ctl),
    CALL(epoll_pwait),
    CALL(signalfd4),
    CALL(pidfd_open),
    CALL(io_uring_setup),
    CALL(io_uring_enter),
    CALL(io_uring_register),
    CALL(madvise),
    CALL(process_vm_readv),
    CALL(process_vm_writev),
    CALL(timer_create),
    CALL(timer_settime),
    CALL(timer_delete),
    CALL(ppoll),
    CALL(sigaltstack),
    CALL(get_robust_list),
    CALL(mremap),
    CALL(statx),
    CALL(close_range),
    CALL(rt_sigpending),
    CALL(rt_sigqueueinfo),
    CALL(rt_tgsigqueueinfo),
    CALL(dup3),
    CALL(tee),
    CALL(copy_file_range),
    CALL(recvmmsg),
    CALL(accept4),
    CALL(openat2),
    CALL(futex_waitv),
    CALL(getdents64),
    CALL(sched_yield),
    CALL(membarrier),
};

enum { CALLS = sizeof(refused_calls) / sizeof(refused_calls[0]), ERRORS = 2, AT_ONCE = 8 };

static const int refused_errors[ERRORS] = {EPERM, ENOSYS};

/* One case in a process of its own, whose output is read at the end of it. */
struct refused_case {
	const char *title;
	pid_t pid;
	int output;
};

static inline void begin_case(struct refused_case *one, const char *title, void (*run)(int index), int index)
{
	int ends[2];

	must("pipe2", pipe2(ends, O_CLOEXEC));
	fflush(stdout);
	one->title = title;
	one->output = ends[0];
	one->pid = must("fork", fork());
	if (one->pid) {
		close(ends[1]);
		return;
	}
	must("dup2", dup2(ends[1], STDOUT_FILENO));
	alarm(50);
	run(index);
	exit(0);
}

static inline void end_case(struct refused_case *one)
{
	char bytes[4096];
	ssize_t n;

	printf("%s\n", one->title);
	while ((n = read(one->output, bytes, sizeof(bytes))) > 0)
		fwrite(bytes, 1, (size_t)n, stdout);
	close(one->output);
	end_child(one->pid);
}

/* Each call by each error. Some at once, as each of them mostly sleeps. */
static inline void run_matrix(void (*run)(int index), int from, int to)
{
	struct refused_case cases[AT_ONCE];
	static char titles[CALLS * ERRORS][64];
	int index;

	for (index = from; index < to + AT_ONCE; index++) {
		if (index - AT_ONCE >= from)
			end_case(&cases[index % AT_ONCE]);
		if (index >= to)
			continue;
		snprintf(titles[index], sizeof(titles[index]), "%s %s", refused_calls[index / ERRORS].name,
		    strerrorname_np(refused_errors[index % ERRORS]));
		begin_case(&cases[index % AT_ONCE], titles[index], run, index);
	}
}

static inline void refuse_case(int index)
{
	refuse(refused_calls[index / ERRORS].number, (unsigned)refused_errors[index % ERRORS]);
}

#endif
