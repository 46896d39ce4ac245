/*
 * Calls that do not wait, as they are given no time or find something at once, let others run whom the loop wakes. And
 * connects let the one accept that waits for them before the backlog of its socket overflows.
 */
#include "tests/linked/net.h"
#include <net/if.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/select.h>
#include <time.h>

enum { CALLS = 20000, CLIENTS = 200, BACKLOG = 128 };

static int bell, full, empty, on_full, on_empty;
static volatile bool answered, is_over;
static sem_t taken;

static void *answer(void *unused)
{
	uint64_t n;

	while (!is_over) {
		must("read", read(bell, &n, sizeof(n)));
		answered = true;
	}
	return unused;
}

static void by_nanosleep(void)
{
	nanosleep(&(struct timespec){0, 0}, NULL);
}

static void by_usleep(void)
{
	usleep(0);
}

static void by_sleep(void)
{
	sleep(0);
}

static void by_clock(void)
{
	clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &(struct timespec){1, 0}, NULL);
}

static void by_poll_of_nothing(void)
{
	poll(NULL, 0, 0);
}

static void by_poll(void)
{
	poll(&(struct pollfd){empty, POLLIN, 0}, 1, 0);
}

static void by_ppoll(void)
{
	ppoll(&(struct pollfd){empty, POLLIN, 0}, 1, &(struct timespec){0, 0}, NULL);
}

static void by_poll_that_finds(void)
{
	poll(&(struct pollfd){full, POLLIN, 0}, 1, -1);
}

static void select_on(int fd, bool waits)
{
	fd_set set;

	FD_ZERO(&set);
	FD_SET(fd, &set);
	select(fd + 1, &set, NULL, NULL, waits ? NULL : &(struct timeval){0, 0});
}

static void by_select(void)
{
	select_on(empty, false);
}

static void by_select_that_finds(void)
{
	select_on(full, true);
}

static void by_pselect(void)
{
	pselect(0, NULL, NULL, NULL, &(struct timespec){0, 0}, NULL);
}

static void by_epoll(void)
{
	epoll_wait(on_empty, &(struct epoll_event){0}, 1, 0);
}

static void by_epoll_that_finds(void)
{
	epoll_wait(on_full, &(struct epoll_event){0}, 1, -1);
}

static void by_epoll_pwait(void)
{
	epoll_pwait(on_empty, &(struct epoll_event){0}, 1, 0, NULL);
}

static void by_semaphore(void)
{
	sem_timedwait(&taken, &(struct timespec){1, 0});
}

static const struct {
	const char *what;
	void (*call)(void);
} ways[] = {{"nanosleep", by_nanosleep}, {"usleep", by_usleep}, {"sleep", by_sleep}, {"clock_nanosleep", by_clock},
    {"poll of nothing", by_poll_of_nothing}, {"poll", by_poll}, {"ppoll", by_ppoll},
    {"poll that finds something", by_poll_that_finds}, {"select", by_select},
    {"select that finds something", by_select_that_finds}, {"pselect", by_pselect}, {"epoll_wait", by_epoll},
    {"epoll_wait that finds something", by_epoll_that_finds}, {"epoll_pwait", by_epoll_pwait},
    {"sem_timedwait", by_semaphore}};

static int epoll_of(int fd)
{
	struct epoll_event event = {.events = EPOLLIN};
	int epoll = (int)must("epoll_create1", epoll_create1(0));

	must("epoll_ctl", epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event));
	return epoll;
}

static void ring(void)
{
	uint64_t one = 1;

	answered = false;
	must("write", write(bell, &one, sizeof(one)));
}

static void all_ways(void)
{
	green_t *g;
	size_t i;
	int n;

	bell = (int)must("eventfd", eventfd(0, 0));
	full = (int)must("eventfd", eventfd(1, 0));
	empty = (int)must("eventfd", eventfd(0, 0));
	on_full = epoll_of(full);
	on_empty = epoll_of(empty);
	sem_init(&taken, 0, 0);
	g = must_spawn(answer, NULL);
	green_sleep(0.002);
	for (i = 0; i < sizeof(ways) / sizeof(*ways); i++) {
		ring();
		for (n = 0; !answered && n < CALLS; n++)
			ways[i].call();
		expect_equal(ways[i].what, answered, true);
		green_sleep(0.001);
	}
	is_over = true;
	ring();
	must_join(g);
}

static struct sockaddr_in address;
static int listener;

static void *echo(void *arg)
{
	int s = (int)(long)arg;
	char byte;

	if (read(s, &byte, 1) == 1)
		must("write", write(s, &byte, 1));
	close(s);
	return NULL;
}

static void *accept_all(void *how)
{
	struct pollfd entry = {.fd = listener, .events = POLLIN};
	struct epoll_event event;
	int epoll = epoll_of(listener), i;

	for (i = 0; i < CLIENTS; i++) {
		if (how == (void *)1)
			must("poll", poll(&entry, 1, -1));
		else if (how == (void *)3)
			select_on(listener, true);
		else if (how == (void *)2)
			must("epoll_wait", epoll_wait(epoll, &event, 1, -1));
		green_detach(must_spawn(echo, (void *)must("accept", accept(listener, NULL, NULL))));
	}
	close(epoll);
	return NULL;
}

static void *client(void *unused)
{
	int s = (int)must("socket", socket(AF_INET, SOCK_STREAM, 0));
	char byte = 'x';

	must("connect", connect(s, (struct sockaddr *)&address, sizeof(address)));
	must("write", write(s, &byte, 1));
	expect_equal("read", read(s, &byte, 1), 1);
	close(s);
	return unused;
}

static void connect_all(long how)
{
	green_t *g, *clients[CLIENTS];
	int i;

	listener = listen_anywhere(&address, BACKLOG);
	g = must_spawn(accept_all, (void *)how);
	for (i = 0; i < CLIENTS; i++)
		clients[i] = must_spawn(client, NULL);
	for (i = 0; i < CLIENTS; i++)
		must_join(clients[i]);
	must_join(g);
	close(listener);
}

/* The torture build shuffles the ready queue, and lets all connect before the one that waits for them looks. */
#ifdef TORTURE
enum { IS_SHUFFLED = true };
#else
enum { IS_SHUFFLED = false };
#endif

/* The kernel counts for a network namespace. In one of our own no other process connects. */
static bool has_own_network(void)
{
	struct ifreq loopback = {.ifr_name = "lo", .ifr_flags = IFF_UP};
	int s;

	if (unshare(CLONE_NEWNET) != 0 && unshare(CLONE_NEWUSER | CLONE_NEWNET) != 0)
		return false;
	s = (int)must("socket", socket(AF_INET, SOCK_DGRAM, 0));
	must("SIOCSIFFLAGS", ioctl(s, SIOCSIFFLAGS, &loopback));
	close(s);
	return true;
}

/* How many connections have found a full backlog: of two lines, one has the names and the next the numbers. */
static long overflows(void)
{
	static char names[1 << 13], numbers[1 << 13];
	char *name, *number, *names_left = NULL, *numbers_left = NULL;
	FILE *file = fopen("/proc/net/netstat", "r");

	must("/proc/net/netstat", file ? 0 : -1);
	must("TcpExt", fgets(names, sizeof(names), file) && fgets(numbers, sizeof(numbers), file) ? 0 : -1);
	fclose(file);
	name = strtok_r(names, " ", &names_left);
	number = strtok_r(numbers, " ", &numbers_left);
	while (name && number && strcmp(name, "ListenOverflows") != 0) {
		name = strtok_r(NULL, " ", &names_left);
		number = strtok_r(NULL, " ", &numbers_left);
	}
	return must("ListenOverflows", name && number ? atol(number) : -1);
}

int main(void)
{
	bool counts = has_own_network();
	long how;

	all_ways();
	for (how = 0; how < 4; how++)
		connect_all(how);
	if (counts && !IS_SHUFFLED)
		expect_equal("overflows", overflows(), 0);
	return verdict();
}
