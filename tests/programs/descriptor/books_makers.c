/* parks: read mq_receive */
/* The calls that make a descriptor: what each of them makes waits, or does not, as it should, whatever had its number.
 */
#include "tests/programs/late.h"
#include <mqueue.h>
#include <poll.h>
#include <stdint.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/fanotify.h>
#include <sys/inotify.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/pidfd.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>

static int number = -1;

/* Before each, a pipe has the number, and somebody has waited for it. */
static void leave_a_number(void)
{
	must("pipe", pipe(ends));
	read_late("pipe", ends[0]);
	number = ends[0];
	close(ends[0]);
}

static int here(const char *what, int fd)
{
	printf("%s: %s\n", what, fd < 0 ? strerrorname_np(errno) : fd == number ? "there" : "elsewhere");
	return fd;
}

static void done(int fd)
{
	close(fd);
	close(ends[1]);
}

static int add_late(void *fd)
{
	uint64_t one = 1;

	msleep_once_parent_waits(LATE);
	return write(*(int *)fd, &one, sizeof(one)) != sizeof(one);
}

static void counter(bool by_number)
{
	uint64_t count = 0;
	pid_t child;
	int fd;

	leave_a_number();
	fd = here("eventfd", by_number ? (int)syscall(SYS_eventfd2, 0, 0) : eventfd(0, 0));
	child = start_child(add_late, &fd);
	say("read", read(fd, &count, sizeof(count)));
	end_child(child);
	done(fd);
}

static void timer(bool by_number)
{
	struct itimerspec soon = {.it_value = {0, LATE * 1000000}};
	uint64_t count = 0;
	int fd;

	leave_a_number();
	fd = here("timerfd",
	    by_number ? (int)syscall(SYS_timerfd_create, CLOCK_MONOTONIC, 0) : timerfd_create(CLOCK_MONOTONIC, 0));
	must("timerfd_settime", timerfd_settime(fd, 0, &soon, NULL));
	say("read", read(fd, &count, sizeof(count)));
	say("expirations", (long)count);
	done(fd);
}

static int signal_late(void *unused)
{
	(void)unused;
	msleep_once_parent_waits(LATE);
	return kill(getppid(), SIGUSR1) != 0;
}

static void signals(void)
{
	struct signalfd_siginfo info;
	sigset_t set;
	pid_t child;
	int fd;

	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	must("sigprocmask", sigprocmask(SIG_BLOCK, &set, NULL));
	leave_a_number();
	fd = here("signalfd", signalfd(-1, &set, 0));
	say_whether("signalfd of the same", signalfd(fd, &set, 0) == fd);
	child = start_child(signal_late, NULL);
	say("read", read(fd, &info, sizeof(info)));
	end_child(child);
	done(fd);
}

static int touch_late(void *unused)
{
	(void)unused;
	msleep_once_parent_waits(LATE);
	return close(open("there", O_CREAT | O_WRONLY, 0600)) != 0;
}

static void changes(int (*make)(void))
{
	char bytes[512];
	pid_t child;
	int fd;

	unlink("there");
	leave_a_number();
	fd = here("inotify", make());
	must("inotify_add_watch", inotify_add_watch(fd, ".", IN_CREATE));
	child = start_child(touch_late, NULL);
	say_whether("read", read(fd, bytes, sizeof(bytes)) > 0);
	end_child(child);
	done(fd);
}

static int inotify_1(void)
{
	return inotify_init1(IN_CLOEXEC);
}

static int inotify_by_number(void)
{
	return (int)syscall(SYS_inotify_init1, 0);
}

static int end_late(void *unused)
{
	(void)unused;
	msleep_once_parent_waits(LATE);
	return 0;
}

static void processes(void)
{
	struct pollfd entry = {.events = POLLIN};
	int fd, got;
	pid_t child;

	leave_a_number();
	child = start_child(end_late, NULL);
	fd = entry.fd = here("pidfd_open", pidfd_open(child, 0));
	say("poll", poll(&entry, 1, 5000));
	end_child(child);
	done(fd);
	fd = must("pidfd_open", pidfd_open(getpid(), 0));
	leave_a_number();
	got = pidfd_getfd(fd, ends[1], 0);
	say_whether("pidfd_getfd", got == number || (got < 0 && errno == EPERM));
	close(got);
	close(fd);
	close(ends[1]);
}

static void memory(void)
{
	char bytes[4] = "";
	int fd;

	leave_a_number();
	fd = here("memfd_create", memfd_create("memory", 0));
	say("write", write(fd, "abc", 3));
	say("pread", pread(fd, bytes, 3, 0));
	say("read at the end", read(fd, bytes, 3));
	done(fd);
}

static int epoll_create_1(int unused)
{
	(void)unused;
	return epoll_create1(EPOLL_CLOEXEC);
}

static void events(int (*make)(int))
{
	struct epoll_event event = {.events = EPOLLIN};
	double start;
	pid_t child;
	int fd, old;

	leave_a_number();
	old = ends[1];
	fd = here("epoll", make(1));
	close(old);
	must("pipe", pipe(ends));
	must("epoll_ctl", epoll_ctl(fd, EPOLL_CTL_ADD, ends[0], &event));
	start = now();
	child = start_child(write_late, NULL);
	say("epoll_wait", epoll_wait(fd, &event, 1, 5000));
	take_late(start, child);
	close(ends[0]);
	done(fd);
}

static int send_late(void *name)
{
	mqd_t queue = mq_open(name, O_WRONLY);

	msleep_once_parent_waits(LATE);
	return mq_send(queue, "m", 1, 0) != 0;
}

static void queue(void)
{
	struct mq_attr attributes = {.mq_maxmsg = 2, .mq_msgsize = 8};
	char name[40], bytes[8];
	pid_t child;
	int fd;

	snprintf(name, sizeof(name), "/greenload-%d", (int)getpid());
	leave_a_number();
	fd = mq_open(name, O_CREAT | O_EXCL | O_RDWR, 0600, &attributes);
	if (fd < 0) {
		printf("skipped: no message queue\n");
		done(fd);
		return;
	}
	here("mq_open", fd);
	child = start_child(send_late, name);
	say("mq_receive", mq_receive(fd, bytes, sizeof(bytes), NULL));
	end_child(child);
	say("mq_close", mq_close(fd));
	say("mq_close again", mq_close(fd));
	say("mq_close of nothing", mq_close(-1));
	mq_unlink(name);
	close(ends[1]);
}

/* A message brings a descriptor; a terminal's other side is opened by its number. */
static void from_elsewhere(void)
{
	union {
		struct cmsghdr part;
		char room[CMSG_SPACE(sizeof(int))];
	} control = {.part = {CMSG_LEN(sizeof(int)), SOL_SOCKET, SCM_RIGHTS}};
	char byte = 'x', bytes[8];
	struct iovec one = {&byte, 1};
	struct msghdr msg = {
	    .msg_iov = &one, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof(control)};
	int pair[2], sent[2], fd, master, unlocked = 0;

	must("socketpair", socketpair(AF_UNIX, SOCK_STREAM, 0, pair));
	must("pipe2", pipe2(sent, O_NONBLOCK));
	memcpy(CMSG_DATA(&control.part), &sent[0], sizeof(int));
	must("sendmsg", sendmsg(pair[0], &msg, 0));
	leave_a_number();
	must("recvmsg", recvmsg(pair[1], &msg, 0));
	memcpy(&fd, CMSG_DATA(&control.part), sizeof(int));
	here("received", fd);
	say_empty("non-blocking", fd);
	done(fd);
	close(sent[0]);
	close(sent[1]);
	close(pair[0]);
	close(pair[1]);
	master = open("/dev/ptmx", O_RDWR | O_NOCTTY);
	if (master < 0 || ioctl(master, TIOCSPTLCK, &unlocked) < 0) {
		printf("skipped: no terminal\n");
		return;
	}
	leave_a_number();
	fd = here("by ioctl", ioctl(master, TIOCGPTPEER, O_RDWR | O_NOCTTY | O_NONBLOCK));
	say("non-blocking", read(fd, bytes, sizeof(bytes)));
	done(fd);
	close(master);
}

int main(void)
{
	counter(false);
	counter(true);
	timer(false);
	timer(true);
	signals();
	changes(inotify_init);
	changes(inotify_1);
	changes(inotify_by_number);
	processes();
	memory();
	events(epoll_create);
	events(epoll_create_1);
	queue();
	from_elsewhere();
	say_whether("fanotify_init", fanotify_init(0, 1u << 20) < 0);
	return 0;
}
