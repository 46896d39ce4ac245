/* threads and helpers */
/*
 * A process that is stopped and continued while its threads wait: without any handler some of the calls fail with EINTR
 * on Linux, as signal(7) lists them. The others go on.
 */
#include "tests/programs/threads.h"
#include <linux/futex.h>
#include <mqueue.h>
#include <netinet/in.h>
#include <poll.h>
#include <semaphore.h>
#include <sys/epoll.h>
#include <sys/file.h>
#include <sys/msg.h>
#include <sys/select.h>
#include <sys/sem.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/time.h>

enum { LONG = 30, SHORT_MS = 1500 };

static sigset_t blocked;
static int semaphores, queue, started[2];
static char file[] = "/tmp/stop_continue.XXXXXX";

static struct timespec in_a_while(clockid_t clock)
{
	struct timespec at;

	clock_gettime(clock, &at);
	at.tv_sec += SHORT_MS / 1000;
	return at;
}

static void limit_time(int fd, int option)
{
	struct timeval limit = {LONG, 0};

	must("setsockopt", setsockopt(fd, SOL_SOCKET, option, &limit, sizeof(limit)));
}

static int socket_with_limit(int option)
{
	int pair[2];

	must("socketpair", socketpair(AF_UNIX, SOCK_STREAM, 0, pair));
	limit_time(pair[0], option);
	return pair[0];
}

/* These end with EINTR. */

static long wait_for_events(void)
{
	struct epoll_event one;

	return epoll_wait(epoll_create1(0), &one, 1, LONG * 1000);
}

static long wait_for_events_for_ever(void)
{
	struct epoll_event one;

	return epoll_pwait(epoll_create1(0), &one, 1, -1, &blocked);
}

static long receive_in_time(void)
{
	char byte;

	return recv(socket_with_limit(SO_RCVTIMEO), &byte, 1, 0);
}

static long read_in_time(void)
{
	char byte;

	return read(socket_with_limit(SO_RCVTIMEO), &byte, 1);
}

static long receive_message_in_time(void)
{
	struct msghdr message = {0};

	return recvmsg(socket_with_limit(SO_RCVTIMEO), &message, 0);
}

static long send_in_time(void)
{
	int fd = socket_with_limit(SO_SNDTIMEO);
	static const char much[1 << 16];

	while (send(fd, much, sizeof(much), MSG_DONTWAIT) > 0)
		;
	return send(fd, "x", 1, 0);
}

static long accept_in_time(void)
{
	int fd = must("socket", socket(AF_INET, SOCK_STREAM, 0));

	must("listen", listen(fd, 1));
	limit_time(fd, SO_RCVTIMEO);
	return accept(fd, NULL, NULL);
}

static long lower_semaphore(void)
{
	return semop(semaphores, &(struct sembuf){0, -1, 0}, 1);
}

static long lower_semaphore_in_time(void)
{
	struct timespec limit = {LONG, 0};

	return semtimedop(semaphores, &(struct sembuf){0, -1, 0}, 1, &limit);
}

static long wait_for_signal(void)
{
	return sigwaitinfo(&blocked, NULL);
}

static long wait_for_signal_in_time(void)
{
	struct timespec limit = {LONG, 0};

	return sigtimedwait(&blocked, NULL, &limit);
}

/* These go on, and end when their time is over. */

static long sleep_a_while(void)
{
	struct timespec span = {SHORT_MS / 1000, SHORT_MS % 1000 * 1000000l};

	return nanosleep(&span, NULL);
}

static long poll_a_while(void)
{
	return poll(NULL, 0, SHORT_MS);
}

static long select_a_while(void)
{
	struct timeval limit = {SHORT_MS / 1000, SHORT_MS % 1000 * 1000};

	return select(0, NULL, NULL, NULL, &limit);
}

static long wait_for_post(void)
{
	struct timespec at = in_a_while(CLOCK_REALTIME);
	sem_t semaphore;

	sem_init(&semaphore, 0, 0);
	return sem_timedwait(&semaphore, &at);
}

static long wait_for_futex(void)
{
	struct timespec limit = {SHORT_MS / 1000, 0};
	int word = 0;

	return syscall(SYS_futex, &word, FUTEX_WAIT_PRIVATE, 0, &limit);
}

static long receive_posix(void)
{
	struct mq_attr attributes = {.mq_maxmsg = 1, .mq_msgsize = 8};
	struct timespec at = in_a_while(CLOCK_REALTIME);
	char name[40], bytes[8];
	mqd_t posix_queue;

	snprintf(name, sizeof(name), "/stop-continue-%d", (int)getpid());
	posix_queue = must("mq_open", mq_open(name, O_CREAT | O_EXCL | O_RDWR, 0600, &attributes));
	mq_unlink(name);
	return mq_timedreceive(posix_queue, bytes, sizeof(bytes), NULL, &at);
}

static void *write_later(void *end)
{
	msleep(SHORT_MS);
	must("write", write(*(int *)end, "x", 1));
	return NULL;
}

/* What has no time limit goes on until it has what it waits for. */
static long read_pipe(void)
{
	int ends[2];
	pthread_t writer;
	char byte;
	long n;

	must("pipe", pipe(ends));
	writer = start(write_later, &ends[1]);
	n = read(ends[0], &byte, 1);
	join(writer);
	return n;
}

static long receive_for_ever(void)
{
	int pair[2];
	pthread_t writer;
	char byte;
	long n;

	must("socketpair", socketpair(AF_UNIX, SOCK_STREAM, 0, pair));
	writer = start(write_later, &pair[1]);
	n = recv(pair[0], &byte, 1, 0);
	join(writer);
	return n;
}

static void *send_later(void *unused)
{
	struct {
		long type;
		char text[4];
	} message = {1, "abc"};

	msleep(SHORT_MS);
	must("msgsnd", msgsnd(queue, &message, 3, 0));
	return unused;
}

static long receive_system_v(void)
{
	struct {
		long type;
		char text[8];
	} message;
	pthread_t sender = start(send_later, NULL);
	long n = msgrcv(queue, &message, sizeof(message.text), 0, 0);

	join(sender);
	return n;
}

static void *unlock_later(void *fd)
{
	msleep(SHORT_MS);
	must("flock", flock(*(int *)fd, LOCK_UN));
	return NULL;
}

static long lock_file(void)
{
	int mine = must("open", open(file, O_RDWR)), others = must("open", open(file, O_RDWR));
	pthread_t unlocker;
	long result;

	must("flock", flock(others, LOCK_EX));
	unlocker = start(unlock_later, &others);
	result = flock(mine, LOCK_EX);
	join(unlocker);
	return result;
}

static int end_later(void *unused)
{
	(void)unused;
	msleep(SHORT_MS);
	return 5;
}

static long wait_for_child(void)
{
	pid_t child = fork();
	int status;

	if (!child)
		_exit(end_later(NULL));
	return waitpid(child, &status, 0) == child ? WEXITSTATUS(status) : -1;
}

static struct wait {
	const char *name;
	long (*run)(void);
	long result;
	int error;
} waits[] = {
    {"epoll_wait", wait_for_events, 0, 0},
    {"epoll_pwait", wait_for_events_for_ever, 0, 0},
    {"recv in time", receive_in_time, 0, 0},
    {"read in time", read_in_time, 0, 0},
    {"recvmsg in time", receive_message_in_time, 0, 0},
    {"send in time", send_in_time, 0, 0},
    {"accept in time", accept_in_time, 0, 0},
    {"semop", lower_semaphore, 0, 0},
    {"semtimedop", lower_semaphore_in_time, 0, 0},
    {"sigwaitinfo", wait_for_signal, 0, 0},
    {"sigtimedwait", wait_for_signal_in_time, 0, 0},
    {"nanosleep", sleep_a_while, 0, 0},
    {"poll", poll_a_while, 0, 0},
    {"select", select_a_while, 0, 0},
    {"sem_timedwait", wait_for_post, 0, 0},
    {"futex", wait_for_futex, 0, 0},
    {"mq_timedreceive", receive_posix, 0, 0},
    {"read", read_pipe, 0, 0},
    {"recv", receive_for_ever, 0, 0},
    {"msgrcv", receive_system_v, 0, 0},
    {"flock", lock_file, 0, 0},
    {"waitpid", wait_for_child, 0, 0},
};

enum { WAITS = sizeof(waits) / sizeof(waits[0]) };

static void *run_wait(void *arg)
{
	struct wait *w = arg;

	w->result = w->run();
	w->error = errno;
	return NULL;
}

/* In a child, which the parent stops and continues. */
static int wait_in_all_ways(void *unused)
{
	pthread_t threads[WAITS];
	int i;

	(void)unused;
	for (i = 0; i < WAITS; i++)
		threads[i] = start(run_wait, &waits[i]);
	must("write", write(started[1], "x", 1));
	for (i = 0; i < WAITS; i++)
		join(threads[i]);
	for (i = 0; i < WAITS; i++) {
		errno = waits[i].error;
		say(waits[i].name, waits[i].result);
	}
	fflush(stdout);
	return 0;
}

/* Again and again, as a thread may not wait yet at the first time. False once it has ended. */
static bool stop_and_continue(pid_t child, int *status)
{
	msleep(50);
	must("kill", kill(child, SIGSTOP));
	while (waitpid(child, status, WUNTRACED) < 0 && errno == EINTR)
		;
	if (!WIFSTOPPED(*status))
		return false;
	must("kill", kill(child, SIGCONT));
	return true;
}

static void *do_nothing(void *unused)
{
	return unused;
}

int main(void)
{
	pid_t child;
	int status;
	char byte;

	sigemptyset(&blocked);
	sigaddset(&blocked, SIGUSR1);
	must("sigprocmask", sigprocmask(SIG_BLOCK, &blocked, NULL));
	must("pipe", pipe(started));
	close(must("mkstemp", mkstemp(file)));
	semaphores = must("semget", semget(IPC_PRIVATE, 1, 0600));
	queue = must("msgget", msgget(IPC_PRIVATE, 0600));
	join(start(do_nothing, NULL));
	child = start_child(wait_in_all_ways, NULL);
	must("read", read(started[0], &byte, 1));
	while (stop_and_continue(child, &status))
		;
	printf("child: %d\n", WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status));
	semctl(semaphores, 0, IPC_RMID);
	msgctl(queue, IPC_RMID, NULL);
	unlink(file);
	return 0;
}
