/* parks: recvmmsg sendmmsg */
/* recvmmsg and sendmmsg: several messages in one call. */
#include "tests/programs/sock.h"

#define MANY 300

static struct mmsghdr messages[MANY];
static struct iovec pieces[MANY];
static unsigned char bytes[MANY][1000];

static void prepare(size_t length)
{
	for (int i = 0; i < MANY; i++) {
		pieces[i] = (struct iovec){bytes[i], length};
		messages[i] = (struct mmsghdr){.msg_hdr = {.msg_iov = &pieces[i], .msg_iovlen = 1}};
	}
}

static void say_messages(const char *what, int n)
{
	say(what, n);
	for (int i = 0; i < n && i < 5; i++)
		printf("  %.*s\n", (int)messages[i].msg_len, (char *)bytes[i]);
}

static void try_receive(const char *what, int flags, struct timespec *timeout, int count, const char *second)
{
	int pair[2];
	pid_t child;
	double start = now();

	unix_pair(pair, SOCK_DGRAM);
	child = talk_later(pair, "first", second, 0);
	prepare(1000);
	say_messages(what, recvmmsg(pair[0], messages, (unsigned)count, flags, timeout));
	say_waited("recvmmsg", start, LATER - 1);
	end_child(child);
	close(pair[0]);
}

static int talk_again(void *arg)
{
	const int *pair = arg;

	msleep_once_parent_waits(400);
	return send(pair[1], "second", 6, 0) != 6;
}

/* The time is looked at when a message comes, not before. */
static void try_time_over(void)
{
	struct timespec little = {0, 300000000};
	int pair[2];
	pid_t child;

	unix_pair(pair, SOCK_DGRAM);
	must("send", send(pair[1], "first", 5, 0));
	child = start_child(talk_again, pair);
	prepare(1000);
	say_messages("recvmmsg, time over before the second", recvmmsg(pair[0], messages, 3, 0, &little));
	say_whether("no time is left", !little.tv_sec && !little.tv_nsec);
	end_child(child);
	close(pair[0]);
	close(pair[1]);
}

static void try_timeouts(void)
{
	struct timespec plenty = {100, 0}, none = {0, 0};

	try_receive("recvmmsg with time", 0, &plenty, 2, "second");
	say_whether("time is left", plenty.tv_sec > 90 && plenty.tv_sec < 100);
	try_receive("recvmmsg without time", 0, &none, 2, "second");
	try_time_over();
}

static int take_many(void *arg)
{
	int fd = *(int *)arg, n;
	unsigned char message[1000];

	msleep_once_parent_waits(LATER);
	for (n = 0; n < MANY; n++)
		if (recv(fd, message, sizeof(message), 0) != 1000 || !is_filled(message, (size_t)n * 1000, 1000))
			return 1;
	return 0;
}

static void fill_messages(void)
{
	prepare(1000);
	for (int i = 0; i < MANY; i++)
		fill(bytes[i], (size_t)i * 1000, 1000);
}

static void say_lengths(size_t length)
{
	bool all = true;

	for (int i = 0; i < MANY; i++)
		all &= messages[i].msg_len == length;
	say_whether("every length is right", all);
}

static void try_send(int type)
{
	int pair[2];
	pid_t child;

	unix_pair(pair, type);
	child = start_child(take_many, &pair[1]);
	fill_messages();
	say("sendmmsg to a full queue", sendmmsg(pair[0], messages, MANY, 0));
	say_lengths(1000);
	end_child(child);
	close(pair[0]);
	close(pair[1]);
}

static void try_send_to_address(void)
{
	struct sockaddr_un where;
	socklen_t length = unix_address(&where, "sock_many");
	int server = must("socket", socket(AF_UNIX, SOCK_DGRAM, 0)),
	    fd = must("socket", socket(AF_UNIX, SOCK_DGRAM, 0));
	pid_t child;

	must("bind", bind(server, (struct sockaddr *)&where, length));
	child = start_child(take_many, &server);
	fill_messages();
	for (int i = 0; i < MANY; i++) {
		messages[i].msg_hdr.msg_name = &where;
		messages[i].msg_hdr.msg_namelen = length;
	}
	say("sendmmsg to an address", sendmmsg(fd, messages, MANY, 0));
	end_child(child);
	close(fd);
	close(server);
}

static int take_stream(void *arg)
{
	int *pair = arg;

	close(pair[0]);
	msleep_once_parent_waits(LATER);
	return read_slowly(pair[1], 4096, 0) != MANY * 1000L;
}

/* On a stream: each message is sent whole before the next. */
static void try_stream(void (*make)(int pair[2]))
{
	int pair[2];
	pid_t child;

	make(pair);
	set_option(pair[0], SO_SNDBUF, 20000);
	child = start_child(take_stream, pair);
	close(pair[1]);
	fill_messages();
	say("sendmmsg on a stream", sendmmsg(pair[0], messages, MANY, 0));
	say_lengths(1000);
	close(pair[0]);
	end_child(child);
}

static void try_receive_stream(void)
{
	int pair[2];
	pid_t child;

	unix_pair(pair, SOCK_STREAM);
	child = talk_later(pair, "abcdef", "ghijklmno", 0);
	prepare(4);
	say_messages("recvmmsg(MSG_WAITALL) on a stream", recvmmsg(pair[0], messages, 5, MSG_WAITALL, NULL));
	end_child(child);
	close(pair[0]);
}

static void try_partial(void)
{
	int pair[2];

	unix_pair(pair, SOCK_DGRAM);
	fill_messages();
	messages[2].msg_hdr.msg_iov = (struct iovec *)16;
	say("sendmmsg, third is bad", sendmmsg(pair[0], messages, 4, 0));
	say("sendmmsg, first is bad", sendmmsg(pair[0], messages + 2, 2, 0));
	prepare(1000);
	messages[1].msg_hdr.msg_iov = (struct iovec *)16;
	say("recvmmsg, second is bad", recvmmsg(pair[1], messages, 4, 0, NULL));
	close(pair[0]);
	close(pair[1]);
}

static void unix_stream(int pair[2])
{
	unix_pair(pair, SOCK_STREAM);
}

int main(void)
{
	try_receive("recvmmsg", 0, NULL, 2, "second");
	try_receive("recvmmsg(MSG_WAITFORONE)", MSG_WAITFORONE, NULL, 5, NULL);
	try_timeouts();
	try_send(SOCK_DGRAM);
	try_send(SOCK_SEQPACKET);
	try_send_to_address();
	try_stream(tcp_pair);
	try_stream(unix_stream);
	try_receive_stream();
	try_partial();
	return 0;
}
