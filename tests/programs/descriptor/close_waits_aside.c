/* threads */
/*
 * A call that has two descriptors, or waits for more than that of its own to be ready: each of them is closed, or
 * another file put in its place, while the call waits. It goes on with the files that it has begun with.
 */
#include "waiting.h"
#include <netinet/in.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/un.h>

enum { SIZE = 2 << 20 };

static char path[] = "closeXXXXXX";
static unsigned char content[SIZE];
static int in, out;
static long result;
static int error;
static off_t at, *position;
static char bytes[16];

static void came_to(long n)
{
	result = n;
	error = errno;
}

static void say_result(const char *what)
{
	errno = error;
	say(what, result);
}

static void by_close(int it)
{
	must("close", close(it));
}

static void by_dup2(int it)
{
	int other = must("open", open("/dev/null", O_RDWR));

	must("dup2", dup2(other, it));
	close(other);
}

static void (*const ways[])(int it) = {by_close, by_dup2};
static const char *const way_names[] = {"close", "dup2"};

enum { WAYS = sizeof(ways) / sizeof(*ways) };

static void *sends_a_file(void *unused)
{
	begin();
	came_to(sendfile(out, in, position, SIZE));
	return unused;
}

static void *splices(void *unused)
{
	begin();
	came_to(splice(in, NULL, out, NULL, 1, 0));
	return unused;
}

static void *sends_some_of_a_file(void *unused)
{
	begin();
	came_to(sendfile(out, in, NULL, 1));
	return unused;
}

static void *tees(void *unused)
{
	begin();
	came_to(tee(in, out, 1, 0));
	return unused;
}

static void *peeks_at_all(void *unused)
{
	begin();
	came_to(recv(in, bytes, 8, MSG_PEEK | MSG_WAITALL));
	return unused;
}

static struct sockaddr_un peer = {.sun_family = AF_UNIX, .sun_path = "\0close_waits_aside."};

static void *sends_to_a_full_peer(void *unused)
{
	begin();
	came_to(sendto(out, "late", 4, 0, (const struct sockaddr *)&peer, sizeof(peer)));
	return unused;
}

/* All that comes until the end, or until as much as that has come; says how much of it is not what the file has. */
static void drain(int fd, long most)
{
	static unsigned char piece[65536];
	long got = 0, wrong = 0, n;

	while (got < most && (n = read(fd, piece, sizeof(piece))) > 0) {
		for (long i = 0; i < n; i++)
			wrong += piece[i] != content[(got + i) % SIZE];
		got += n;
	}
	say("bytes", got);
	say("wrong", wrong);
}

static void send_file_to(const char *what, void (*make)(int ends[2]), bool with_position, int way)
{
	int ends[2], file = must("open", open(path, O_RDONLY)), twin = must("dup", dup(file));
	pthread_t thread;

	make(ends);
	printf("%s, %s\n", what, way_names[way]);
	in = file;
	out = ends[1];
	at = 0;
	position = with_position ? &at : NULL;
	thread = start_waiting(sends_a_file, NULL);
	ways[way](in);
	drain(ends[0], SIZE);
	join(thread);
	say_result("sendfile");
	say("position", with_position ? at : lseek(twin, 0, SEEK_CUR));
	if (way == 1)
		close(file);
	close(twin);
	close(ends[0]);
	close(ends[1]);
}

static void pipe_of(int ends[2])
{
	must("pipe", pipe(ends));
}

static void pair_of(int ends[2])
{
	must("socketpair", socketpair(AF_UNIX, SOCK_STREAM, 0, ends));
}

static void tcp_of(int ends[2])
{
	int listener = must("socket", socket(AF_INET, SOCK_STREAM, 0)), small = 4096;
	struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t size = sizeof(address);

	must("bind", bind(listener, (struct sockaddr *)&address, size));
	must("listen", listen(listener, 8));
	must("getsockname", getsockname(listener, (struct sockaddr *)&address, &size));
	ends[0] = must("socket", socket(AF_INET, SOCK_STREAM, 0));
	must("SO_RCVBUF", setsockopt(ends[0], SOL_SOCKET, SO_RCVBUF, &small, sizeof(small)));
	must("connect", connect(ends[0], (struct sockaddr *)&address, size));
	ends[1] = must("accept", accept(listener, NULL, NULL));
	must("SO_SNDBUF", setsockopt(ends[1], SOL_SOCKET, SO_SNDBUF, &small, sizeof(small)));
	close(listener);
}

/* Between two pipes: the source is empty, or the target full; the other end is closed under the call. */
static void between_pipes(const char *what, void *(*call)(void *), bool is_full, int way)
{
	static char much[65536];
	int source[2], target[2];
	pthread_t thread;
	long filled = 0;

	pipe_of(source);
	pipe_of(target);
	printf("%s, %s, %s\n", what, is_full ? "full" : "empty", way_names[way]);
	if (is_full) {
		must("write", write(source[1], "d", 1));
		filled = write_at_once(target[1], much, sizeof(much));
		say("filled", filled);
	}
	in = call == sends_some_of_a_file ? must("open", open(path, O_RDONLY)) : source[0];
	out = target[1];
	thread = start_waiting(call, NULL);
	ways[way](is_full ? in : out);
	if (is_full)
		for (long got = 0; got < filled; got += must("read", read(target[0], much, (size_t)(filled - got))))
			;
	else
		must("write", write(source[1], "d", 1));
	join(thread);
	say_result(what);
	say("arrived", read(target[0], bytes, sizeof(bytes)));
	say_whether("it is the same", !memcmp(bytes, call == sends_some_of_a_file ? (const char *)content : "d", 1));
	if (is_full || way == 1)
		close(out);
	if (!is_full || way == 1)
		close(in);
	if (in != source[0])
		close(source[0]);
	close(source[1]);
	close(target[0]);
}

static void peek_under(int way)
{
	pthread_t thread;
	int ends[2];

	tcp_of(ends);
	printf("peek at all, %s\n", way_names[way]);
	must("write", write(ends[1], "ab", 2));
	in = ends[0];
	thread = start_waiting(peeks_at_all, NULL);
	ways[way](in);
	must("write", write(ends[1], "cdefgh", 6));
	join(thread);
	errno = error;
	say_bytes("recv", result, bytes);
	if (way == 1)
		close(in);
	close(ends[1]);
}

static void send_under(int way)
{
	int full = must("socket", socket(AF_UNIX, SOCK_DGRAM, 0)), sent = 0, got = 0;
	pthread_t thread;

	printf("datagram to a full peer, %s\n", way_names[way]);
	snprintf(peer.sun_path + 1, sizeof(peer.sun_path) - 1, "close_waits_aside.%d", getpid());
	must("bind", bind(full, (const struct sockaddr *)&peer, sizeof(peer)));
	out = must("socket", socket(AF_UNIX, SOCK_DGRAM, 0));
	while (sendto(out, "full", 4, MSG_DONTWAIT, (const struct sockaddr *)&peer, sizeof(peer)) == 4)
		sent++;
	thread = start_waiting(sends_to_a_full_peer, NULL);
	ways[way](out);
	while (got <= sent && recv(full, bytes, sizeof(bytes), 0) == 4)
		got++;
	join(thread);
	say_result("sendto");
	printf("last: %.4s\n", bytes);
	say("more than before", got - sent);
	if (way == 1)
		close(out);
	close(full);
}

int main(void)
{
	int file = must("mkstemp", mkstemp(path));

	setvbuf(stdout, NULL, _IOLBF, 0);
	must("sem_init", sem_init(&begins, 0, 0));
	fill(content, 1, SIZE);
	must("write", write(file, content, SIZE));
	close(file);
	for (int way = 0; way < WAYS; way++) {
		send_file_to("sendfile into a socket", pair_of, false, way);
		send_file_to("sendfile into a socket, from a position", pair_of, true, way);
		send_file_to("sendfile into TCP", tcp_of, false, way);
		between_pipes("splice", splices, false, way);
		between_pipes("splice", splices, true, way);
		between_pipes("sendfile into a pipe", sends_some_of_a_file, true, way);
		between_pipes("tee", tees, false, way);
		between_pipes("tee", tees, true, way);
		peek_under(way);
		send_under(way);
	}
	unlink(path);
	return 0;
}
