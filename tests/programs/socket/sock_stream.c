/* parks: recv recvfrom send */
/* recv and send on streams: at once, later, in parts, to the end, and large. */
#include "tests/programs/sock.h"
#include <netinet/tcp.h>

static unsigned char large[4 << 20];

static void try_at_once(int pair[2])
{
	char bytes[16] = "";

	say("send", send(pair[0], "hello", 5, 0));
	say_bytes("take", take(pair[1], bytes, 5), bytes);
	say("sendto without an address", sendto(pair[0], "world", 5, 0, NULL, 0));
	say_bytes("take", take(pair[1], bytes, 5), bytes);
	say("send nothing", send(pair[0], "", 0, 0));
}

static void try_later(int pair[2])
{
	double start = now();
	pid_t child = talk_later(pair, "one", "two", 0);
	char bytes[16] = "";

	say("recv blocks", recv(pair[0], bytes, 1, 0));
	say_waited("recv", start, LATER - 1);
	say_bytes("then the rest", take(pair[0], bytes + 1, 2) + 1, bytes);
	say_bytes("recvfrom blocks", recvfrom(pair[0], bytes, 1, 0, NULL, NULL), bytes);
	say_bytes("to the end", take(pair[0], bytes, sizeof(bytes)), bytes);
	say("recv at the end", recv(pair[0], bytes, sizeof(bytes), 0));
	end_child(child);
	say("recv at the end", recv(pair[0], bytes, sizeof(bytes), MSG_DONTWAIT));
	close(pair[0]);
}

static void try_waitall(int pair[2])
{
	pid_t child = talk_later(pair, "first ", "second", 0);
	char bytes[32] = "";

	say_bytes("recv(MSG_WAITALL)", recv(pair[0], bytes, 12, MSG_WAITALL), bytes);
	end_child(child);
	say("recv(MSG_WAITALL) at the end", recv(pair[0], bytes, 12, MSG_WAITALL));
	close(pair[0]);
}

static void try_waitall_short(int pair[2])
{
	pid_t child = talk_later(pair, "first ", "second", 0);
	char bytes[32] = "";
	struct sockaddr_storage from;
	socklen_t length = sizeof(from);

	say_bytes("recvfrom(MSG_WAITALL) until the end",
	    recvfrom(pair[0], bytes, 32, MSG_WAITALL, (struct sockaddr *)&from, &length), bytes);
	end_child(child);
	close(pair[0]);
}

static void try_large(int pair[2])
{
	pid_t child = take_later(pair);

	fill(large, 0, sizeof(large));
	say("send of 4 MiB", send(pair[0], large, sizeof(large), 0));
	shutdown(pair[0], SHUT_WR);
	end_child(child);
	close(pair[0]);
}

static int send_large(void *arg)
{
	const int *pair = arg;
	size_t done, part = 100000;

	close(pair[0]);
	fill(large, 0, sizeof(large));
	for (done = 0; done < sizeof(large); done += part) {
		if (done + part > sizeof(large))
			part = sizeof(large) - done;
		msleep(1);
		if (send(pair[1], large + done, part, 0) != (ssize_t)part)
			return 1;
	}
	return 0;
}

static void try_large_waitall(int pair[2])
{
	pid_t child = start_child(send_large, pair);

	close(pair[1]);
	memset(large, 0, sizeof(large));
	say("recv(MSG_WAITALL) of 4 MiB", recv(pair[0], large, sizeof(large), MSG_WAITALL));
	say_whether("every byte in its place", is_filled(large, 0, sizeof(large)));
	end_child(child);
	close(pair[0]);
}

static void try_closed_peer(int pair[2])
{
	char bytes[4];

	signal(SIGPIPE, SIG_IGN);
	close(pair[1]);
	say("recv from a closed peer", recv(pair[0], bytes, 4, 0));
	send(pair[0], "x", 1, 0);
	poll(&(struct pollfd){.fd = pair[0]}, 1, 5000); /* for the peer's answer */
	say("send to a closed peer", send(pair[0], "x", 1, 0));
	say("send(MSG_NOSIGNAL)", send(pair[0], "x", 1, MSG_NOSIGNAL));
	close(pair[0]);
}

static void try_all(void (*make)(int pair[2]))
{
	void (*const tries[])(int pair[2]) = {
	    try_later, try_waitall, try_waitall_short, try_large, try_large_waitall, try_closed_peer};
	int pair[2];

	make(pair);
	try_at_once(pair);
	try_at_once((int[2]){pair[1], pair[0]});
	close(pair[0]);
	close(pair[1]);
	for (size_t i = 0; i < sizeof(tries) / sizeof(tries[0]); i++) {
		make(pair);
		tries[i](pair);
	}
}

static void unix_stream(int pair[2])
{
	unix_pair(pair, SOCK_STREAM);
}

int main(void)
{
	printf("TCP\n");
	try_all(tcp_pair);
	printf("AF_UNIX\n");
	try_all(unix_stream);
	return 0;
}
