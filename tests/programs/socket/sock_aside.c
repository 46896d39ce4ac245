/* parks: recv send */
/*
 * Besides the plain bytes: MSG_PEEK, MSG_OOB, MSG_TRUNC, the error queue, SO_RCVLOWAT, and errors that come after a
 * part.
 */
#include "tests/programs/sock.h"

static char large[MORE_THAN_FITS];

static void try_peek(void (*make)(int pair[2]))
{
	int pair[2];
	pid_t child;
	char bytes[32] = "";

	make(pair);
	child = talk_later(pair, "peek", NULL, 0);
	say_bytes("recv(MSG_PEEK)", recv(pair[0], bytes, 32, MSG_PEEK), bytes);
	say_bytes("recv(MSG_PEEK) again", recv(pair[0], bytes, 32, MSG_PEEK), bytes);
	say_bytes("take", take(pair[0], bytes, 32), bytes);
	say("recv(MSG_PEEK) at the end", recv(pair[0], bytes, 32, MSG_PEEK));
	end_child(child);
	close(pair[0]);
}

/* Only TCP waits for all. */
static void try_peek_all(void)
{
	int pair[2];
	pid_t child;
	char bytes[32] = "";
	struct iovec pieces[2] = {{bytes, 3}, {bytes + 3, 20}};
	struct msghdr msg = {.msg_iov = pieces, .msg_iovlen = 2};

	tcp_pair(pair);
	child = talk_later(pair, "first ", "second", 0);
	say_bytes("recv(MSG_PEEK | MSG_WAITALL)", recv(pair[0], bytes, 12, MSG_PEEK | MSG_WAITALL), bytes);
	memset(bytes, 0, sizeof(bytes));
	say_bytes("recvmsg(MSG_PEEK | MSG_WAITALL) to the end", recvmsg(pair[0], &msg, MSG_PEEK | MSG_WAITALL), bytes);
	say_bytes("take", take(pair[0], bytes, 32), bytes);
	end_child(child);
	close(pair[0]);
	tcp_pair(pair);
	set_time_limit(pair[0], SO_RCVTIMEO, LATER);
	must("send", send(pair[1], "abc", 3, 0));
	say("recv(MSG_PEEK | MSG_WAITALL), time over", recv(pair[0], bytes, 12, MSG_PEEK | MSG_WAITALL));
	set_time_limit(pair[0], SO_RCVTIMEO, 0);
	ring_every(LATER, SA_RESTART);
	say("recv(MSG_PEEK | MSG_WAITALL), interrupted", recv(pair[0], bytes, 12, MSG_PEEK | MSG_WAITALL));
	stop_ringing();
	close(pair[0]);
	close(pair[1]);
	unix_pair(pair, SOCK_STREAM);
	must("send", send(pair[1], "abc", 3, 0));
	say("recv(MSG_PEEK | MSG_WAITALL), AF_UNIX", recv(pair[0], bytes, 12, MSG_PEEK | MSG_WAITALL));
	close(pair[0]);
	close(pair[1]);
}

static void try_urgent(void)
{
	int pair[2];
	char byte;

	tcp_pair(pair);
	say("recv(MSG_OOB), none", recv(pair[0], &byte, 1, MSG_OOB));
	say("recv(MSG_ERRQUEUE), none", recv(pair[0], &byte, 1, MSG_ERRQUEUE));
	say("send(MSG_OOB)", send(pair[1], "!", 1, MSG_OOB));
	poll(&(struct pollfd){.fd = pair[0], .events = POLLPRI}, 1, 5000);
	say_bytes("recv(MSG_OOB)", recv(pair[0], &byte, 1, MSG_OOB), &byte);
	close(pair[0]);
	close(pair[1]);
	unix_pair(pair, SOCK_STREAM);
	say("recv(MSG_OOB), none, AF_UNIX", recv(pair[0], &byte, 1, MSG_OOB));
	close(pair[0]);
	close(pair[1]);
}

static void try_error_queue(void)
{
	struct sockaddr_in where;
	int pair[2], udp = bound_socket(SOCK_DGRAM, &where);
	pid_t child;
	char bytes[8];

	say("recv(MSG_ERRQUEUE), none, UDP", recv(udp, bytes, 8, MSG_ERRQUEUE));
	close(udp);
	unix_pair(pair, SOCK_DGRAM);
	child = talk_later(pair, "data", NULL, 0);
	say_bytes("recv(MSG_ERRQUEUE), no such queue", recv(pair[0], bytes, 8, MSG_ERRQUEUE), bytes);
	end_child(child);
	close(pair[0]);
}

static void try_low_water(void (*make)(int pair[2]))
{
	int pair[2];
	pid_t child;
	char bytes[32] = "";
	long n;

	make(pair);
	set_option(pair[0], SO_RCVLOWAT, 8);
	child = talk_later(pair, "first ", "second", 0);
	n = recv(pair[0], bytes, 32, 0);
	say_whether("recv, at least 8", n >= 8);
	say_bytes("take", n + take(pair[0], bytes + n, sizeof(bytes) - (size_t)n), bytes);
	end_child(child);
	close(pair[0]);
}

static void try_discard(void)
{
	int pair[2];
	pid_t child;
	char bytes[8] = "";

	tcp_pair(pair);
	child = talk_later(pair, "abcd", "efgh", 0);
	say("recv(MSG_TRUNC | MSG_WAITALL) discards", recv(pair[0], NULL, 6, MSG_TRUNC | MSG_WAITALL));
	say_bytes("take", take(pair[0], bytes, 8), bytes);
	end_child(child);
	close(pair[0]);
}

/* Ends with data that nobody has read: the other side gets a reset. */
static int take_little(void *arg)
{
	int *pair = arg;
	char bytes[1000];

	close(pair[0]);
	msleep(LATER);
	return recv(pair[1], bytes, sizeof(bytes), 0) <= 0;
}

/* The count comes first, the error with the next call; SIGPIPE only then. */
static void try_reset_while_sending(void (*make)(int pair[2]))
{
	int pair[2];
	pid_t child;
	ssize_t n;

	make(pair);
	child = start_child(take_little, pair);
	close(pair[1]);
	n = send(pair[0], large, sizeof(large), 0);
	say_whether("send, a part", n > 0 && (size_t)n < sizeof(large));
	signal(SIGPIPE, SIG_IGN);
	say("send, then", send(pair[0], large, 1, 0));
	say("send, after that", send(pair[0], large, 1, 0));
	signal(SIGPIPE, SIG_DFL);
	end_child(child);
	close(pair[0]);
}

static int send_and_reset(void *arg)
{
	int *pair = arg;
	struct linger at_once = {1, 0};

	close(pair[0]);
	msleep(LATER);
	must("send", send(pair[1], "abc", 3, 0));
	msleep(LATER);
	must("linger", setsockopt(pair[1], SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once)));
	return 0;
}

static void try_reset_while_receiving(void)
{
	int pair[2];
	pid_t child;
	char bytes[32];

	tcp_pair(pair);
	child = start_child(send_and_reset, pair);
	close(pair[1]);
	say("recv(MSG_WAITALL), a part", recv(pair[0], bytes, 32, MSG_WAITALL));
	say("recv, then", recv(pair[0], bytes, 32, MSG_WAITALL));
	say("recv, after that", recv(pair[0], bytes, 32, MSG_WAITALL));
	end_child(child);
	close(pair[0]);
}

static void unix_stream(int pair[2])
{
	unix_pair(pair, SOCK_STREAM);
}

int main(void)
{
	try_peek(tcp_pair);
	try_peek(unix_stream);
	try_peek_all();
	try_urgent();
	try_error_queue();
	try_low_water(tcp_pair);
	try_low_water(unix_stream);
	try_discard();
	try_reset_while_sending(tcp_pair);
	try_reset_while_sending(unix_stream);
	try_reset_while_receiving();
	return 0;
}
