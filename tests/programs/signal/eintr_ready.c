/* threads and helpers */
/*
 * A signal comes together with what a call waits for. The kernel looks at the object before it gives up, so the call
 * succeeds, though the handler has no SA_RESTART; and the handler has run.
 */
#include "tests/programs/threads.h"
#include <linux/futex.h>
#include <mqueue.h>
#include <netinet/in.h>
#include <poll.h>
#include <semaphore.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/msg.h>
#include <sys/select.h>
#include <sys/sem.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/un.h>

enum { TIMES = 3, ENOUGH = 1 << 16 };

static volatile sig_atomic_t handled;
static pthread_t waiter;
static int ends[2], event, queue, words[1], semaphores, locked, pair[2];
static mqd_t posix_queue;
static sem_t semaphore;
static char path[64];
static char much[1 << 20];

struct message {
	long type;
	char text[8];
};

static void note(int signo)
{
	(void)signo;
	handled++;
}

/* What makes the wait succeed, and the signal right after it: the waiter has no time to go on between the two. */
static void *make_ready(void *way)
{
	msleep(20);
	((void (*)(void))way)();
	must("pthread_kill", -pthread_kill(waiter, SIGUSR1));
	return NULL;
}

static void expect(const char *what, void (*way)(void), long (*wait)(void), long expected)
{
	long result, i, right = 0;

	handled = 0;
	for (i = 0; i < TIMES; i++) {
		pthread_t thread = start(make_ready, (void *)way);

		result = wait();
		if (result == expected)
			right++;
		else
			say("not as expected", result);
		join(thread);
	}
	printf("%s: %ld of %d, handled %d\n", what, right, TIMES, (int)handled);
}

static void write_pipe(void)
{
	must("write", write(ends[1], "x", 1));
}

static long read_pipe(void)
{
	char byte;

	return read(ends[0], &byte, 1);
}

static long readv_pipe(void)
{
	char byte;

	return readv(ends[0], &(struct iovec){&byte, 1}, 1);
}

static long poll_pipe(void)
{
	struct pollfd end = {.fd = ends[0], .events = POLLIN};
	int n = poll(&end, 1, 10000);

	return n == 1 ? read_pipe() : n;
}

static long poll_urgent(void)
{
	struct pollfd end = {.fd = ends[0], .events = POLLIN | POLLPRI};
	int n = poll(&end, 1, -1);

	return n == 1 ? read_pipe() : n;
}

static long select_pipe(void)
{
	fd_set set;
	int n;

	FD_ZERO(&set);
	FD_SET(ends[0], &set);
	n = select(ends[0] + 1, &set, NULL, NULL, NULL);
	return n == 1 ? read_pipe() : n;
}

static long epoll_pipe(void)
{
	int fd = epoll_create1(0), n;
	struct epoll_event in = {.events = EPOLLIN};

	epoll_ctl(fd, EPOLL_CTL_ADD, ends[0], &in);
	n = epoll_wait(fd, &in, 1, -1);
	close(fd);
	return n == 1 ? read_pipe() : n;
}

static long splice_pipe(void)
{
	int null = open("/dev/null", O_WRONLY);
	ssize_t n = splice(ends[0], NULL, null, NULL, 1, 0);

	close(null);
	return n;
}

static long splice_into_pipe(void)
{
	int other[2];
	ssize_t n;

	must("pipe", pipe(other));
	n = splice(ends[0], NULL, other[1], NULL, 1, 0);
	close(other[0]);
	close(other[1]);
	return n;
}

static void drain_pipe(void)
{
	must("read", read(ends[0], much, ENOUGH));
}

static long write_when_full(void)
{
	ssize_t n;

	write_at_once(ends[1], much, ENOUGH);
	n = write(ends[1], "x", 1);
	set_nonblocking(ends[0], true);
	while (read(ends[0], much, ENOUGH) > 0)
		;
	set_nonblocking(ends[0], false);
	return n;
}

static void add_event(void)
{
	must("eventfd_write", eventfd_write(event, 3));
}

static long read_event(void)
{
	eventfd_t value = 0;

	return eventfd_read(event, &value) == 0 ? (long)value : -1;
}

static void send_byte(void)
{
	must("send", send(pair[1], "x", 1, 0));
}

static long receive(void)
{
	char byte;

	return recv(pair[0], &byte, 1, 0);
}

static long receive_message(void)
{
	char byte;
	struct iovec part = {&byte, 1};
	struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};

	return recvmsg(pair[0], &message, 0);
}

static long receive_messages(void)
{
	char byte;
	struct iovec part = {&byte, 1};
	struct mmsghdr messages = {.msg_hdr = {.msg_iov = &part, .msg_iovlen = 1}};

	return recvmmsg(pair[0], &messages, 1, 0, NULL);
}

/* A call with a time limit is never restarted. */
static long receive_in_time(void)
{
	struct timeval limit = {30, 0}, none = {0, 0};
	long n;

	setsockopt(pair[0], SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
	n = receive();
	setsockopt(pair[0], SOL_SOCKET, SO_RCVTIMEO, &none, sizeof(none));
	return n;
}

static struct sockaddr_in address;
static int listener;

static void connect_to_listener(void)
{
	int fd = must("socket", socket(AF_INET, SOCK_STREAM, 0));

	must("connect", connect(fd, (struct sockaddr *)&address, sizeof(address)));
	close(fd);
}

static long accept_one(void)
{
	int fd = accept(listener, NULL, NULL);

	return fd < 0 ? fd : close(fd);
}

static void send_posix(void)
{
	must("mq_send", mq_send(posix_queue, "x", 1, 0));
}

static long receive_posix(void)
{
	char bytes[8];

	return mq_receive(posix_queue, bytes, sizeof(bytes), NULL);
}

static void send_system_v(void)
{
	struct message message = {1, "text"};

	must("msgsnd", msgsnd(queue, &message, 4, 0));
}

static long receive_system_v(void)
{
	struct message message;

	return msgrcv(queue, &message, sizeof(message.text), 0, 0);
}

static void raise_semaphore(void)
{
	must("semop", semop(semaphores, &(struct sembuf){0, 1, 0}, 1));
}

static long lower_semaphore(void)
{
	return semop(semaphores, &(struct sembuf){0, -1, 0}, 1);
}

static void post(void)
{
	must("sem_post", sem_post(&semaphore));
}

static long wait_semaphore(void)
{
	return sem_wait(&semaphore);
}

static long wait_semaphore_in_time(void)
{
	struct timespec at;

	clock_gettime(CLOCK_REALTIME, &at);
	at.tv_sec += 30;
	return sem_timedwait(&semaphore, &at);
}

static void wake_futex(void)
{
	while (syscall(SYS_futex, words, FUTEX_WAKE_PRIVATE, 1) != 1)
		msleep(1);
}

static long wait_futex(void)
{
	return syscall(SYS_futex, words, FUTEX_WAIT_PRIVATE, 0, NULL);
}

static void unlock_file(void)
{
	must("flock", flock(locked, LOCK_UN));
}

static long lock_file(void)
{
	int fd = must("open", open(path, O_RDWR)), result;

	must("flock", flock(locked, LOCK_EX));
	result = flock(fd, LOCK_EX);
	close(fd);
	return result;
}

static void send_blocked(void)
{
	must("pthread_kill", -pthread_kill(waiter, SIGUSR2));
}

static long wait_for_signal(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGUSR2);
	return sigwaitinfo(&set, NULL);
}

/* The signal is the kernel's own here: it sends it as it makes the descriptor ready. */
static void asynchronous(void)
{
	struct sigaction action = {.sa_handler = note};
	long i, right = 0;

	handled = 0;
	must("sigaction", sigaction(SIGIO, &action, NULL));
	must("F_SETOWN", fcntl(pair[0], F_SETOWN, getpid()));
	must("O_ASYNC", fcntl(pair[0], F_SETFL, O_ASYNC));
	for (i = 0; i < TIMES; i++) {
		pthread_t thread = start(make_ready, (void *)send_byte);

		right += receive() == 1;
		join(thread);
	}
	printf("O_ASYNC: %ld of %d, handled %s\n", right, TIMES, handled >= TIMES ? "all" : "some");
	must("O_ASYNC", fcntl(pair[0], F_SETFL, 0));
}

/* TCP's: a stream of AF_UNIX does not look again. */
static void in_sockets(void)
{
	socklen_t length = sizeof(address);

	address = (struct sockaddr_in){.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	listener = must("socket", socket(AF_INET, SOCK_STREAM, 0));
	must("bind", bind(listener, (struct sockaddr *)&address, length));
	must("listen", listen(listener, 8));
	must("getsockname", getsockname(listener, (struct sockaddr *)&address, &length));
	expect("accept", connect_to_listener, accept_one, 0);
	pair[1] = must("socket", socket(AF_INET, SOCK_STREAM, 0));
	must("connect", connect(pair[1], (struct sockaddr *)&address, length));
	pair[0] = must("accept", accept(listener, NULL, NULL));
	expect("recv", send_byte, receive, 1);
	expect("recvmsg", send_byte, receive_message, 1);
	expect("recvmmsg", send_byte, receive_messages, 1);
	expect("recv with a time limit", send_byte, receive_in_time, 1);
	asynchronous();
}

static void in_pipes(void)
{
	expect("read", write_pipe, read_pipe, 1);
	expect("readv", write_pipe, readv_pipe, 1);
	expect("poll", write_pipe, poll_pipe, 1);
	expect("poll for more", write_pipe, poll_urgent, 1);
	expect("select", write_pipe, select_pipe, 1);
	expect("epoll_wait", write_pipe, epoll_pipe, 1);
	expect("splice", write_pipe, splice_pipe, 1);
	expect("splice into a pipe", write_pipe, splice_into_pipe, 1);
	expect("write", drain_pipe, write_when_full, 1);
	expect("eventfd_read", add_event, read_event, 3);
}

static void in_queues(void)
{
	struct mq_attr attributes = {.mq_maxmsg = 4, .mq_msgsize = 8};
	char name[32];

	snprintf(name, sizeof(name), "/eintr-ready-%d", (int)getpid());
	posix_queue = must("mq_open", mq_open(name, O_CREAT | O_EXCL | O_RDWR, 0600, &attributes));
	mq_unlink(name);
	queue = must("msgget", msgget(IPC_PRIVATE, 0600));
	semaphores = must("semget", semget(IPC_PRIVATE, 1, 0600));
	expect("mq_receive", send_posix, receive_posix, 1);
	expect("msgrcv", send_system_v, receive_system_v, 4);
	expect("semop", raise_semaphore, lower_semaphore, 0);
	msgctl(queue, IPC_RMID, NULL);
	semctl(semaphores, 0, IPC_RMID);
}

static void in_locks(void)
{
	strcpy(path, "/tmp/eintr_ready.XXXXXX");
	locked = must("mkstemp", mkstemp(path));
	sem_init(&semaphore, 0, 0);
	expect("sem_wait", post, wait_semaphore, 0);
	expect("sem_timedwait", post, wait_semaphore_in_time, 0);
	expect("futex", wake_futex, wait_futex, 0);
	expect("flock", unlock_file, lock_file, 0);
	unlink(path);
}

int main(void)
{
	struct sigaction action = {.sa_handler = note};
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGUSR2);
	must("sigprocmask", sigprocmask(SIG_BLOCK, &set, NULL));
	must("sigaction", sigaction(SIGUSR1, &action, NULL));
	waiter = pthread_self();
	must("pipe", pipe(ends));
	event = must("eventfd", eventfd(0, 0));
	in_pipes();
	in_sockets();
	in_queues();
	in_locks();
	expect("sigwaitinfo", send_blocked, wait_for_signal, SIGUSR2);
	return 0;
}
