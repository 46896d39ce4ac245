/* threads and helpers */
/*
 * Cancellation in calls that wait, and have done nothing yet: it ends the thread, deferred or asynchronous, and leaves
 * nothing waiting behind.
 */
#include "tests/programs/threads.h"
#include <aio.h>
#include <mqueue.h>
#include <poll.h>
#include <pthread.h>
#include <semaphore.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/msg.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <threads.h>

static int ends[2], full[2], two[2], listening, locked, queue, epoll;
static int event;
static mqd_t mailbox;
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t never = PTHREAD_COND_INITIALIZER;
static pthread_t main_thread;
static sem_t empty;
static FILE *in;
static char bytes[300000];
static struct iovec iov = {bytes, sizeof(bytes)};
static sigset_t usr1, none;
static pid_t child;

static void call_read(void)
{
	say("read", read(ends[0], bytes, 1));
}

static void call_readv(void)
{
	say("readv", readv(ends[0], &iov, 1));
}

static void call_write(void)
{
	say("write", write(full[1], bytes, sizeof(bytes)));
}

static void call_recvmsg(void)
{
	say("recvmsg", recvmsg(two[1], &(struct msghdr){.msg_iov = &iov, .msg_iovlen = 1}, 0));
}

static void call_send(void)
{
	send(two[1], bytes, sizeof(bytes), 0);
}

static void call_accept(void)
{
	accept(listening, NULL, NULL);
}

static void call_poll(void)
{
	poll(&(struct pollfd){ends[0], POLLIN, 0}, 1, -1);
}

static void call_select(void)
{
	fd_set set;

	FD_ZERO(&set);
	FD_SET(ends[0], &set);
	select(ends[0] + 1, &set, NULL, NULL, NULL);
}

static void call_epoll_wait(void)
{
	epoll_wait(epoll, &(struct epoll_event){0}, 1, -1);
}

static void call_pause(void)
{
	pause();
}

static void call_sigsuspend(void)
{
	sigsuspend(&none);
}

static void call_sigwaitinfo(void)
{
	sigwaitinfo(&usr1, NULL);
}

static void call_nanosleep(void)
{
	nanosleep(&(struct timespec){20, 0}, NULL);
}

static void call_waitpid(void)
{
	waitpid(child, NULL, 0);
}

static void call_wait(void)
{
	wait(NULL);
}

static void call_waitid(void)
{
	waitid(P_ALL, 0, &(siginfo_t){0}, WEXITED);
}

static void call_mq_receive(void)
{
	mq_receive(mailbox, bytes, sizeof(bytes), NULL);
}

static void call_msgrcv(void)
{
	msgrcv(queue, bytes, 1, 0, 0);
}

static void call_open(void)
{
	say("open", open("fifo", O_RDONLY));
}

static void call_openat(void)
{
	say("openat", openat(AT_FDCWD, "fifo", O_WRONLY));
}

static void call_creat(void)
{
	creat("fifo", 0600);
}

static void call_fcntl(void)
{
	struct flock lock = {.l_type = F_WRLCK};

	fcntl(locked, F_OFD_SETLKW, &lock);
}

static void call_lockf(void)
{
	lockf(locked, F_LOCK, 0);
}

static void call_aio_suspend(void)
{
	static struct aiocb request;
	const struct aiocb *list[] = {&request};

	request.aio_fildes = ends[0];
	request.aio_buf = bytes;
	request.aio_nbytes = 1;
	aio_read(&request);
	aio_suspend(list, 1, NULL);
}

static void call_clock_nanosleep(void)
{
	say_error("clock_nanosleep", clock_nanosleep(CLOCK_MONOTONIC, 0, &(struct timespec){20, 0}, NULL));
}

static void call_clock_nanosleep_until(void)
{
	struct timespec at;

	clock_gettime(CLOCK_REALTIME, &at);
	at.tv_sec += 20;
	say_error("clock_nanosleep", clock_nanosleep(CLOCK_REALTIME, TIMER_ABSTIME, &at, NULL));
}

static void call_clock_nanosleep_by_work(void)
{
	say_error("clock_nanosleep", clock_nanosleep(CLOCK_PROCESS_CPUTIME_ID, 0, &(struct timespec){20, 0}, NULL));
}

static void call_thrd_sleep(void)
{
	thrd_sleep(&(struct timespec){20, 0}, NULL);
}

static void call_sem_wait(void)
{
	sem_wait(&empty);
}

static void call_sem_clockwait(void)
{
	struct timespec at;

	clock_gettime(CLOCK_MONOTONIC, &at);
	at.tv_sec += 20;
	sem_clockwait(&empty, CLOCK_MONOTONIC, &at);
}

static void unlock(void *unused)
{
	(void)unused;
	say_error("unlock", pthread_mutex_unlock(&mutex));
}

static void call_cond_wait(void)
{
	pthread_mutex_lock(&mutex);
	pthread_cleanup_push(unlock, NULL);
	pthread_cond_wait(&never, &mutex);
	pthread_cleanup_pop(1);
}

/* The cancellation comes while it has the mutex, which another waits for, and which it takes again before it ends. */
static void call_cond_timedwait(void)
{
	struct timespec at;

	clock_gettime(CLOCK_REALTIME, &at);
	at.tv_sec += 20;
	pthread_mutex_lock(&mutex);
	pthread_cleanup_push(unlock, NULL);
	pthread_cond_timedwait(&never, &mutex, &at);
	pthread_cleanup_pop(1);
}

static void call_join(void)
{
	pthread_join(main_thread, NULL);
}

static void call_timedjoin(void)
{
	struct timespec at;

	clock_gettime(CLOCK_REALTIME, &at);
	at.tv_sec += 20;
	pthread_timedjoin_np(main_thread, NULL, &at);
}

static void call_ppoll(void)
{
	ppoll(&(struct pollfd){ends[0], POLLIN, 0}, 1, NULL, &none);
}

static void call_pselect(void)
{
	fd_set set;

	FD_ZERO(&set);
	FD_SET(ends[0], &set);
	pselect(ends[0] + 1, &set, NULL, NULL, NULL, &none);
}

static void call_splice(void)
{
	splice(ends[0], NULL, full[1], NULL, 1, 0);
}

static void call_tee(void)
{
	tee(ends[0], full[1], 1, 0);
}

static void call_eventfd_read(void)
{
	eventfd_t value;

	eventfd_read(event, &value);
}

static void call_recvmmsg(void)
{
	recvmmsg(two[1], &(struct mmsghdr){.msg_hdr = {.msg_iov = &iov, .msg_iovlen = 1}}, 1, 0, NULL);
}

static void call_sigwait(void)
{
	int signo;

	sigwait(&usr1, &signo);
}

static void call_fgetc(void)
{
	fgetc(in);
}

static void call_system(void)
{
	say("system", system("exec sleep 20"));
}

static void clean_up(void *what)
{
	printf("%s: cleaned up\n", (const char *)what);
}

struct point {
	const char *name;
	void (*call)(void);
};

static int type;

static const struct point points[] = {{"read", call_read}, {"readv", call_readv}, {"write", call_write},
    {"recvmsg", call_recvmsg}, {"send", call_send}, {"accept", call_accept}, {"poll", call_poll},
    {"select", call_select}, {"epoll_wait", call_epoll_wait}, {"pause", call_pause}, {"sigsuspend", call_sigsuspend},
    {"sigwaitinfo", call_sigwaitinfo}, {"nanosleep", call_nanosleep}, {"waitpid", call_waitpid}, {"wait", call_wait},
    {"waitid", call_waitid}, {"mq_receive", call_mq_receive}, {"msgrcv", call_msgrcv}, {"open", call_open},
    {"openat", call_openat}, {"creat", call_creat}, {"fcntl", call_fcntl}, {"lockf", call_lockf},
    {"aio_suspend", call_aio_suspend}, {"clock_nanosleep", call_clock_nanosleep},
    {"clock_nanosleep until", call_clock_nanosleep_until}, {"clock_nanosleep by work", call_clock_nanosleep_by_work},
    {"thrd_sleep", call_thrd_sleep}, {"sem_wait", call_sem_wait}, {"sem_clockwait", call_sem_clockwait},
    {"pthread_cond_wait", call_cond_wait}, {"pthread_cond_timedwait", call_cond_timedwait}, {"pthread_join", call_join},
    {"pthread_timedjoin_np", call_timedjoin}, {"ppoll", call_ppoll}, {"pselect", call_pselect}, {"splice", call_splice},
    {"tee", call_tee}, {"eventfd_read", call_eventfd_read}, {"recvmmsg", call_recvmmsg}, {"sigwait", call_sigwait},
    {"fgetc", call_fgetc}, {"system", call_system}};

enum { POINTS = sizeof(points) / sizeof(*points) };

static void *pass(void *point)
{
	const struct point *p = point;

	pthread_cleanup_push(clean_up, (void *)p->name);
	pthread_setcanceltype(type, NULL);
	p->call();
	printf("%s: came back\n", p->name);
	pthread_cleanup_pop(0);
	return NULL;
}

static int wait_for_parent(void *ready)
{
	char byte;

	return read(*(int *)ready, &byte, 1) != 0;
}

static int holding[2];

/* A record that another process has locked, which ends with this one. */
static int hold_lock(void *told)
{
	struct flock lock = {.l_type = F_WRLCK};
	int *both = told;

	close(holding[1]);
	must("fcntl", fcntl(locked, F_SETLK, &lock));
	must("write", write(both[1], "x", 1));
	return wait_for_parent(&holding[0]);
}

static void prepare(void)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX, .sun_path = "socket"};
	struct mq_attr attributes = {.mq_maxmsg = 1, .mq_msgsize = 16};
	char name[32], byte;
	int told[2];

	must("pipe", pipe(ends));
	must("pipe", pipe(full));
	while (write_at_once(full[1], bytes, sizeof(bytes)) > 0)
		;
	must("pipe", pipe(told));
	must("pipe", pipe(holding));
	must("socketpair", socketpair(AF_UNIX, SOCK_STREAM, 0, two));
	while (write_at_once(two[1], bytes, sizeof(bytes)) > 0)
		;
	listening = must("socket", socket(AF_UNIX, SOCK_STREAM, 0));
	must("bind", bind(listening, (struct sockaddr *)&address, sizeof(address)));
	must("listen", listen(listening, 1));
	must("mkfifo", mkfifo("fifo", 0600));
	locked = must("open", open("locked", O_CREAT | O_RDWR, 0600));
	child = start_child(hold_lock, told);
	must("read", read(told[0], &byte, 1));
	close(holding[0]);
	event = must("eventfd", eventfd(0, 0));
	in = fdopen(dup(ends[0]), "r");
	sem_init(&empty, 0, 0);
	main_thread = pthread_self();
	epoll = must("epoll_create1", epoll_create1(0));
	queue = must("msgget", msgget(IPC_PRIVATE, IPC_CREAT | 0600));
	snprintf(name, sizeof(name), "/cancel_points-%d", (int)getpid());
	mailbox = must("mq_open", mq_open(name, O_CREAT | O_RDWR, 0600, &attributes));
	mq_unlink(name);
	sigemptyset(&none);
	sigemptyset(&usr1);
	sigaddset(&usr1, SIGUSR1);
	pthread_sigmask(SIG_BLOCK, &usr1, NULL);
}

static void remove_queue(void)
{
	msgctl(queue, IPC_RMID, NULL);
}

static void cancel_at(const struct point *point)
{
	pthread_t thread;
	void *result;

	must("pthread_create", -pthread_create(&thread, NULL, pass, (void *)point));
	msleep_once_others_wait(10);
	pthread_cancel(thread);
	must("pthread_join", -pthread_join(thread, &result));
	printf("%s: %s\n", point->name, result == PTHREAD_CANCELED ? "cancelled" : "ended");
}

int main(void)
{
	prepare();
	atexit(remove_queue);
	for (type = PTHREAD_CANCEL_DEFERRED; type <= PTHREAD_CANCEL_ASYNCHRONOUS; type++) {
		for (int i = 0; i < POINTS; i++)
			cancel_at(&points[i]);
	}
	say("a reader is there", open("fifo", O_WRONLY | O_NONBLOCK));
	must("msgsnd", msgsnd(queue, &(long[2]){1}, 1, 0));
	say("the message is there", msgrcv(queue, bytes, 1, 0, IPC_NOWAIT));
	close(holding[1]);
	end_child(child);
	return 0;
}
