/* parks: recv recvfrom recvmsg recvmmsg send sendmsg accept */
/* Time limits (SO_RCVTIMEO, SO_SNDTIMEO) and signal handlers that end a call, with nothing done or with a part. */
#include "tests/programs/sock.h"

static char large[MORE_THAN_FITS];
static struct iovec piece = {large, sizeof(large)};
static struct mmsghdr message = {.msg_hdr = {.msg_iov = &piece, .msg_iovlen = 1}};

static void unix_stream(int pair[2])
{
	unix_pair(pair, SOCK_STREAM);
}

/* A part, and not all. */
static void say_part(const char *what, ssize_t n)
{
	if (n <= 0)
		say(what, n);
	else
		printf("%s: %s\n", what, (size_t)n < sizeof(large) ? "a part" : "all");
}

/* The first of them has begun to wait at start, or a little later. */
static void try_receive(int fd, double start)
{
	say("recv", recv(fd, large, 1, 0));
	say_waited("recv", start, LATER / 2);
	say("recv(MSG_WAITALL)", recv(fd, large, 2, MSG_WAITALL));
	say("recv(MSG_PEEK)", recv(fd, large, 2, MSG_PEEK));
	say("recvfrom", recvfrom(fd, large, 1, 0, NULL, NULL));
	say("recvmsg", recvmsg(fd, &message.msg_hdr, 0));
	say("recvmmsg", recvmmsg(fd, &message, 1, 0, NULL));
}

static void try_part(int pair[2])
{
	must("send", send(pair[1], "abc", 3, 0));
	say("recv(MSG_WAITALL), a part", recv(pair[0], large, 10, MSG_WAITALL));
	must("send", send(pair[1], "abc", 3, 0));
	say("recvmsg(MSG_WAITALL), a part", recvmsg(pair[0], &message.msg_hdr, MSG_WAITALL));
}

static void try_send(int fd)
{
	double start = now();

	say_part("send", send(fd, large, sizeof(large), 0));
	say_waited("send", start, LATER / 2);
	while (send(fd, large, sizeof(large), 0) > 0)
		;
	say("send, full", -1);
	while (sendmsg(fd, &message.msg_hdr, 0) > 0)
		;
	say("sendmsg, full", -1);
}

static void try_limits(void (*make)(int pair[2]))
{
	int pair[2];

	make(pair);
	set_time_limit(pair[0], SO_RCVTIMEO, LATER);
	set_time_limit(pair[0], SO_SNDTIMEO, LATER);
	try_receive(pair[0], now());
	try_part(pair);
	try_send(pair[0]);
	close(pair[0]);
	close(pair[1]);
}

static void try_interrupted(void (*make)(int pair[2]), int flags)
{
	int pair[2];
	double start;

	make(pair);
	start = now();
	ring_every(LATER, flags);
	if (!(flags & SA_RESTART))
		try_receive(pair[0], start);
	try_part(pair); /* with a part to return, SA_RESTART makes no difference */
	say_part("send", send(pair[0], large, sizeof(large), 0));
	while (!(flags & SA_RESTART) && send(pair[0], large, sizeof(large), 0) > 0)
		;
	say("send, full", flags & SA_RESTART ? 0 : -1);
	stop_ringing();
	close(pair[0]);
	close(pair[1]);
}

static int talks_to;

static void talk_after_rings(int signo)
{
	(void)signo;
	if (++rings == 2)
		send(talks_to, "!", 1, 0);
}

static void try_restarted(void)
{
	int pair[2];

	unix_stream(pair);
	talks_to = pair[1];
	ring_by(talk_after_rings, LATER, SA_RESTART);
	say("recv, restarted", recv(pair[0], large, 1, 0));
	stop_ringing();
	close(pair[0]);
	close(pair[1]);
	unix_stream(pair);
	set_time_limit(pair[0], SO_RCVTIMEO, 5000);
	ring_every(LATER, SA_RESTART);
	say("recv with a time limit, not restarted", recv(pair[0], large, 4, 0));
	stop_ringing();
	close(pair[0]);
	close(pair[1]);
}

static void try_accept(void)
{
	struct sockaddr_in where;
	int listener = listening_socket(&where, 1);

	ring_every(LATER, 0);
	say("accept, interrupted", accept(listener, NULL, NULL));
	stop_ringing();
	set_time_limit(listener, SO_RCVTIMEO, LATER);
	say("accept, time over", accept(listener, NULL, NULL));
	close(listener);
}

int main(void)
{
	printf("TCP, time limits\n");
	try_limits(tcp_pair);
	printf("AF_UNIX, time limits\n");
	try_limits(unix_stream);
	printf("TCP, signals\n");
	try_interrupted(tcp_pair, 0);
	printf("AF_UNIX, signals\n");
	try_interrupted(unix_stream, 0);
	printf("TCP, signals that restart\n");
	try_interrupted(tcp_pair, SA_RESTART);
	printf("AF_UNIX, signals that restart\n");
	try_interrupted(unix_stream, SA_RESTART);
	try_restarted();
	try_accept();
	return 0;
}
