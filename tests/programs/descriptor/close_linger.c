/* threads and helpers */
/*
 * The close of a socket with SO_LINGER waits until the peer has what was sent, the time is over, or a signal comes.
 * Only the caller waits: here the peer is read by another thread. It is the close of the last descriptor that waits,
 * however that is closed, and whether it has O_NONBLOCK or not; the number is free at once.
 */
#include "waiting.h"
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <setjmp.h>
#include <sys/socket.h>

static int fd, peer; /* the two ends; that which lingers has data that the other has no room for */
static long unread;
static long result;
static int error;
static atomic_bool is_being_read;
static bool has_waited; /* the call has returned once the peer was read */
static FILE *stream;

/* Small ones, for little data; and small segments, lest a window that is smaller than one be probed by a timer. */
static void set_sizes(int s)
{
	int room = 1 << 14, segment = 536;

	must("SO_SNDBUF", setsockopt(s, SOL_SOCKET, SO_SNDBUF, &room, sizeof(room)));
	must("SO_RCVBUF", setsockopt(s, SOL_SOCKET, SO_RCVBUF, &room, sizeof(room)));
	must("TCP_MAXSEG", setsockopt(s, IPPROTO_TCP, TCP_MAXSEG, &segment, sizeof(segment)));
}

static void set_linger(int s, int on, int seconds)
{
	struct linger linger = {on, seconds};

	must("SO_LINGER", setsockopt(s, SOL_SOCKET, SO_LINGER, &linger, sizeof(linger)));
}

/* Writes until nothing more goes away. */
static long fill_up(int s)
{
	static char bytes[1 << 14];
	long total = 0, before = -1, n;

	set_nonblocking(s, true);
	while (total != before) {
		before = total;
		while ((n = write(s, bytes, sizeof(bytes))) > 0)
			total += n;
		msleep(5);
	}
	set_nonblocking(s, false);
	return total;
}

/* The one end of a connection is `fd`, the other `peer`; seconds of linger are set on the listening socket, if not 0.
 */
static void connect_both(int inherited)
{
	int listener = must("socket", socket(AF_INET, SOCK_STREAM, 0));
	struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t size = sizeof(at);

	set_sizes(listener);
	if (inherited)
		set_linger(listener, 1, inherited);
	must("bind", bind(listener, (struct sockaddr *)&at, size));
	must("listen", listen(listener, 8));
	must("getsockname", getsockname(listener, (struct sockaddr *)&at, &size));
	peer = must("socket", socket(AF_INET, SOCK_STREAM, 0));
	set_sizes(peer);
	must("connect", connect(peer, (struct sockaddr *)&at, size));
	fd = must("accept", accept(listener, NULL, NULL));
	must("close", close(listener));
	atomic_store(&is_being_read, false);
}

static void connect_lingering(int seconds)
{
	connect_both(0);
	set_linger(fd, 1, seconds);
	unread = fill_up(fd);
}

static void came_to(long n)
{
	result = n;
	error = errno;
	has_waited = atomic_load(&is_being_read);
}

static void *closes(void *unused)
{
	begin();
	errno = 0;
	came_to(close(fd));
	return unused;
}

static void *closes_by_number(void *unused)
{
	begin();
	errno = 0;
	came_to(syscall(SYS_close, fd));
	return unused;
}

static void *closes_range(void *unused)
{
	begin();
	errno = 0;
	came_to(close_range((unsigned)fd, (unsigned)fd, 0));
	return unused;
}

static void *closes_from(void *unused)
{
	begin();
	errno = 0;
	closefrom(fd);
	came_to(0);
	return unused;
}

static void *puts_another(void *unused)
{
	int other = must("open", open("/dev/null", O_RDWR));

	begin();
	errno = 0;
	came_to(dup2(other, fd) == fd ? 0 : -1);
	close(other);
	return unused;
}

static void *puts_another_by_dup3(void *unused)
{
	int other = must("open", open("/dev/null", O_RDWR));

	begin();
	errno = 0;
	came_to(dup3(other, fd, O_CLOEXEC) == fd ? 0 : -1);
	close(other);
	return unused;
}

static void *closes_stream(void *unused)
{
	begin();
	errno = 0;
	came_to(fclose(stream));
	return unused;
}

static void *opens_stream_anew(void *unused)
{
	begin();
	errno = 0;
	stream = freopen("/dev/null", "r", stream);
	came_to(stream ? 0 : -1);
	return unused;
}

static void *reads(void *unused)
{
	char byte;

	begin();
	errno = 0;
	came_to(read(fd, &byte, 1));
	return unused;
}

static void read_peer(int s, long there)
{
	static char bytes[1 << 14];
	long got = 0, n;

	atomic_store(&is_being_read, true);
	while ((n = read(s, bytes, sizeof(bytes))) > 0)
		got += n;
	say_whether("the peer gets it all", got == there);
	say("and the end", n);
	close(s);
}

static void say_result(const char *what)
{
	errno = error;
	say(what, result);
	printf("errno %s, waited for the peer: %s\n", error ? strerrorname_np(error) : "0", has_waited ? "yes" : "no");
}

/* Another thread closes it by this call; this one reads what is there meanwhile. */
static void close_by(const char *what, void *(*call)(void *))
{
	pthread_t thread = start_waiting(call, NULL);

	read_peer(peer, unread);
	join(thread);
	say_result(what);
}

static void all_ways(void)
{
	static const struct {
		const char *what;
		void *(*call)(void *);
	} ways[] = {{"close", closes}, {"close by number", closes_by_number}, {"close_range", closes_range},
	    {"dup2", puts_another}, {"dup3", puts_another_by_dup3}};
	size_t i;
	int number;

	for (i = 0; i < sizeof(ways) / sizeof(*ways); i++) {
		connect_lingering(30);
		close_by(ways[i].what, ways[i].call);
		close(fd);
	}
	connect_lingering(30);
	number = fd;
	fd = must("dup", fcntl(number, F_DUPFD, 200));
	close(number);
	close_by("closefrom", closes_from);
}

static void streams(void)
{
	connect_lingering(30);
	stream = fdopen(fd, "r");
	close_by("fclose", closes_stream);
	connect_lingering(30);
	stream = fdopen(fd, "r");
	close_by("freopen", opens_stream_anew);
	if (stream)
		fclose(stream);
}

/* Where the option is not set by the number that is closed last. */
static void not_by_its_number(void)
{
	struct iovec one = {"x", 1};
	char space[CMSG_SPACE(sizeof(int))] = {0}, byte;
	struct iovec into = {&byte, 1};
	struct msghdr msg = {.msg_iov = &one, .msg_iovlen = 1, .msg_control = space, .msg_controllen = sizeof(space)};
	struct cmsghdr *part = CMSG_FIRSTHDR(&msg);
	int twin, ends[2];

	connect_both(30);
	unread = fill_up(fd);
	close_by("of the listening socket", closes);

	connect_lingering(30);
	twin = must("dup", dup(fd));
	close(fd);
	fd = twin;
	close_by("of a duplicate", closes);

	connect_both(0);
	twin = must("dup", dup(fd));
	set_linger(fd, 1, 30);
	unread = fill_up(fd);
	close(fd);
	fd = twin;
	close_by("set by a duplicate", closes);

	connect_lingering(30);
	must("socketpair", socketpair(AF_UNIX, SOCK_STREAM, 0, ends));
	part->cmsg_level = SOL_SOCKET;
	part->cmsg_type = SCM_RIGHTS;
	part->cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(part), &fd, sizeof(int));
	must("sendmsg", sendmsg(ends[0], &msg, 0));
	close(fd);
	msg.msg_iov = &into;
	must("recvmsg", recvmsg(ends[1], &msg, 0));
	part = CMSG_FIRSTHDR(&msg);
	must("a descriptor", part ? 0 : -1);
	memcpy(&fd, CMSG_DATA(part), sizeof(int));
	close(ends[0]);
	close(ends[1]);
	close_by("received", closes);
}

static void close_here(const char *what)
{
	double since = now();
	int answer = close(fd);

	say(what, answer);
	say_whether("at once", now() - since < 5);
	close(peer);
}

static void without_wait(void)
{
	int twin;

	connect_both(0);
	set_linger(fd, 1, 30);
	set_linger(fd, 0, 0);
	fill_up(fd);
	close_here("no linger any more");
	connect_lingering(0);
	close_here("a time of 0");
	connect_lingering(30);
	twin = must("dup", dup(fd));
	close_here("not the last descriptor");
	set_linger(twin, 0, 0);
	close(twin);
	connect_lingering(30);
	twin = peer;
	peer = -1;
	close(twin); /* with data that nobody has read: the connection is reset */
	close_here("no peer any more");
	say("close of what is not open", close(fd));
}

static void time_is_over(void)
{
	double since;

	connect_lingering(1);
	since = now();
	say("close", close(fd));
	say_waited("until the time is over", since, 1000);
	close(peer);
	connect_lingering(1);
	set_nonblocking(fd, true);
	since = now();
	say("close of a non-blocking socket", close(fd));
	say_waited("until the time is over", since, 1000);
	close(peer);
}

static void the_number_is_free(void)
{
	pthread_t thread;
	int twin;

	connect_lingering(30);
	thread = start_waiting(closes, NULL);
	twin = must("dup", fcntl(peer, F_DUPFD, fd));
	say_whether("the number is free", twin == fd);
	close(twin);
	must("dup2", dup2(must("open", open("/dev/null", O_RDONLY)), fd));
	say("read of the new file", read(fd, &error, 1));
	say("close of the new file", close(fd));
	read_peer(peer, unread);
	join(thread);
	say_result("close of the old one");
}

static int first_peer;

static void *reads_first_peer(void *there)
{
	static char bytes[1 << 14];
	long got = 0, n;

	while ((n = read(first_peer, bytes, sizeof(bytes))) > 0)
		got += n;
	return got == *(long *)there ? there : NULL;
}

/* One after the other, each of them with its time: which of them comes first is left to the kernel. */
static void two_in_a_range(void)
{
	long first_unread;
	pthread_t thread, other;
	int first;

	connect_lingering(30);
	first = must("dup", fcntl(fd, F_DUPFD, 300));
	close(fd);
	first_peer = peer;
	first_unread = unread;
	connect_lingering(30);
	must("dup", fcntl(fd, F_DUPFD, first + 1));
	close(fd);
	fd = first;
	thread = start_waiting(closes_from, NULL);
	other = start(reads_first_peer, &first_unread);
	read_peer(peer, unread);
	say_whether("the first one's gets it all, too", join(other));
	close(first_peer);
	join(thread);
	say_result("two");
}

static sigjmp_buf out;
static volatile sig_atomic_t jumps;
static atomic_int handled;

static void handle(int signo)
{
	(void)signo;
	atomic_fetch_add(&handled, 1);
	if (jumps)
		siglongjmp(out, 1);
}

static void *closes_and_jumps(void *unused)
{
	if (sigsetjmp(out, 1) == 0) {
		begin();
		close(fd);
		came_to(0);
	} else {
		came_to(-2);
	}
	return unused;
}

static void interrupted_by(const char *what, void *(*call)(void *))
{
	pthread_t thread;

	connect_lingering(30);
	thread = start_waiting(call, NULL);
	pthread_kill(thread, SIGUSR2); /* ignored */
	msleep(20);
	atomic_store(&handled, 0);
	pthread_kill(thread, SIGUSR1);
	join(thread);
	say_result(what);
	say("handlers", atomic_load(&handled));
	read_peer(peer, unread);
	close(fd);
}

static void interrupted(void)
{
	struct sigaction action = {.sa_handler = handle, .sa_flags = SA_RESTART};

	signal(SIGUSR2, SIG_IGN);
	must("sigaction", sigaction(SIGUSR1, &action, NULL));
	interrupted_by("close that is interrupted", closes);
	interrupted_by("dup2 that is interrupted", puts_another);
	interrupted_by("close_range that is interrupted", closes_range);
	jumps = true;
	interrupted_by("a jump out of it", closes_and_jumps);
	jumps = false;
}

/* From glibc 2.41 on a close that libc's own signal has cut short, and that has closed, does not end the thread. */
static void *closes_and_looks(void *unused)
{
	closes(unused);
	pthread_testcancel();
	return unused;
}

static void cancelled(void)
{
	pthread_t thread;
	void *end;

	connect_lingering(30);
	thread = start_waiting(closes_and_looks, NULL);
	pthread_cancel(thread);
	must("pthread_join", -pthread_join(thread, &end));
	/* From glibc 2.41 on, close may answer with EINTR first; the descriptor is gone in any case. */
	say_whether("cancelled or back", end == PTHREAD_CANCELED || end == NULL);
	say("it is closed", fcntl(fd, F_GETFD));
	read_peer(peer, unread);
}

/* The call that goes on with the file is the last to have it, and waits before it returns. */
static void under_a_read(void)
{
	pthread_t thread;

	connect_lingering(30);
	thread = start_waiting(reads, NULL);
	say("close under a read", close(fd));
	must("write", write(peer, "x", 1));
	msleep(50);
	read_peer(peer, unread);
	join(thread);
	say_result("read");
}

/* The child has nothing of it: the peer hears of the end though the child goes on. */
static void forked_meanwhile(void)
{
	pthread_t thread;
	int ends[2];
	pid_t child;
	char byte;

	connect_lingering(30);
	thread = start_waiting(closes, NULL);
	must("pipe", pipe(ends));
	fflush(stdout);
	child = must("fork", fork());
	if (child == 0) {
		close(ends[1]);
		close(peer);
		_exit(read(ends[0], &byte, 1) == 0 ? 0 : 1);
	}
	read_peer(peer, unread);
	join(thread);
	say_result("close while a child is made");
	close(ends[0]);
	close(ends[1]);
	end_child(child);
}

int main(void)
{
	sem_init(&begins, 0, 0);
	alarm(55);
	all_ways();
	streams();
	not_by_its_number();
	without_wait();
	time_is_over();
	the_number_is_free();
	two_in_a_range();
	interrupted();
	cancelled();
	under_a_read();
	forked_meanwhile();
	return 0;
}
