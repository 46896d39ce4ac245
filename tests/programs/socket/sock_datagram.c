/* parks: recv recvfrom send sendto sendmsg */
/* Datagrams and packets keep their bounds; a full queue blocks who sends. */
#include "tests/programs/sock.h"

#define MANY 200

static int reply(void *arg)
{
	int fd = *(int *)arg;
	struct sockaddr_in from;
	socklen_t length = sizeof(from);
	char bytes[64];
	ssize_t n = recvfrom(fd, bytes, sizeof(bytes), 0, (struct sockaddr *)&from, &length);

	msleep_once_parent_waits(LATER);
	must("sendto", sendto(fd, bytes, (size_t)n, 0, (struct sockaddr *)&from, length));
	must("sendto", sendto(fd, "", 0, 0, (struct sockaddr *)&from, length));
	msleep_once_parent_waits(LATER);
	must("sendto", sendto(fd, "cut short", 9, 0, (struct sockaddr *)&from, length));
	must("sendto", sendto(fd, "cut short", 9, 0, (struct sockaddr *)&from, length));
	return 0;
}

static void try_udp(void)
{
	struct sockaddr_in where, mine, from = {.sin_port = 0};
	int server = bound_socket(SOCK_DGRAM, &where), fd = bound_socket(SOCK_DGRAM, &mine);
	socklen_t length = sizeof(from);
	char bytes[64] = "";
	struct iovec piece = {bytes, 3};
	struct msghdr msg = {.msg_iov = &piece, .msg_iovlen = 1};
	pid_t child = start_child(reply, &server);

	say("sendto", sendto(fd, "question", 8, 0, (struct sockaddr *)&where, sizeof(where)));
	say_bytes(
	    "recvfrom", recvfrom(fd, bytes, sizeof(bytes), MSG_WAITALL, (struct sockaddr *)&from, &length), bytes);
	say_whether("from the server", from.sin_port == where.sin_port && length == sizeof(from));
	say("recv of nothing", recv(fd, bytes, sizeof(bytes), 0));
	say("recv(MSG_TRUNC)", recv(fd, bytes, 3, MSG_TRUNC));
	say_bytes("recvmsg", recvmsg(fd, &msg, 0), bytes);
	say_whether("truncated", msg.msg_flags & MSG_TRUNC);
	end_child(child);
	close(server);
	msleep(10);
	must("connect", connect(fd, (struct sockaddr *)&where, sizeof(where)));
	say("send to a port that is closed", send(fd, "x", 1, 0));
	say("recv learns it", recv(fd, bytes, 1, 0));
	close(fd);
}

static int take_many(void *arg)
{
	int fd = *(int *)arg, n;
	unsigned char bytes[1000];

	msleep_once_parent_waits(LATER);
	for (n = 0; n < MANY; n++) {
		if (recv(fd, bytes, sizeof(bytes), 0) != 1000 || !is_filled(bytes, (size_t)n * 1000, 1000))
			return 1;
		if (n % 50 == 0)
			msleep(5);
	}
	return 0;
}

static int send_many(int fd, const struct sockaddr_un *to, socklen_t length)
{
	unsigned char bytes[1000];
	struct iovec piece = {bytes, sizeof(bytes)};
	struct msghdr msg = {.msg_name = (void *)to, .msg_namelen = length, .msg_iov = &piece, .msg_iovlen = 1};
	int n;

	for (n = 0; n < MANY; n++) {
		fill(bytes, (size_t)n * 1000, 1000);
		if ((n % 2 ? sendmsg(fd, &msg, 0) : sendto(fd, bytes, 1000, 0, (const struct sockaddr *)to, length)) !=
		    1000)
			break;
	}
	return n;
}

/* Unconnected: nothing about the sender's own socket tells when the receiver's queue has room. */
static void try_full_queue(void)
{
	struct sockaddr_un where;
	socklen_t length = unix_address(&where, "sock_datagram");
	int server = must("socket", socket(AF_UNIX, SOCK_DGRAM, 0)),
	    fd = must("socket", socket(AF_UNIX, SOCK_DGRAM, 0));
	pid_t child;

	must("bind", bind(server, (struct sockaddr *)&where, length));
	child = start_child(take_many, &server);
	say("sendto and sendmsg to a full queue", send_many(fd, &where, length));
	end_child(child);
	child = start_child(take_many, &server);
	must("connect", connect(fd, (struct sockaddr *)&where, length));
	say("and connected to it", send_many(fd, NULL, 0));
	end_child(child);
	set_time_limit(fd, SO_SNDTIMEO, LATER);
	while (send(fd, "x", 1, 0) == 1)
		;
	say("send, time over", send(fd, "x", 1, 0));
	close(fd);
	fd = must("socket", socket(AF_UNIX, SOCK_DGRAM, 0));
	set_time_limit(fd, SO_SNDTIMEO, LATER);
	say("sendto, time over", sendto(fd, "x", 1, 0, (struct sockaddr *)&where, length));
	say("sendto(MSG_DONTWAIT)", sendto(fd, "x", 1, MSG_DONTWAIT, (struct sockaddr *)&where, length));
	close(server);
	say("sendto nobody", sendto(fd, "x", 1, 0, (struct sockaddr *)&where, length));
	close(fd);
}

static void try_packets(void)
{
	int pair[2];
	pid_t child;
	char bytes[64] = "";

	unix_pair(pair, SOCK_SEQPACKET);
	child = talk_later(pair, "packet one", "packet two", MSG_EOR);
	say_bytes("recv(MSG_WAITALL) of a packet", recv(pair[0], bytes, 64, MSG_WAITALL), bytes);
	say_bytes("recv of half a packet", recv(pair[0], bytes, 6, 0), bytes);
	say("at the end", recv(pair[0], bytes, 64, 0));
	end_child(child);
	close(pair[0]);
	unix_pair(pair, SOCK_SEQPACKET);
	child = start_child(take_many, &pair[1]);
	say("packets to a full queue", send_many(pair[0], NULL, 0));
	end_child(child);
	close(pair[0]);
	close(pair[1]);
}

static void try_send_blocks(void)
{
	int pair[2], n;
	pid_t child;
	unsigned char bytes[1000];

	unix_pair(pair, SOCK_SEQPACKET);
	child = start_child(take_many, &pair[1]);
	for (n = 0; n < MANY; n++) {
		fill(bytes, (size_t)n * 1000, 1000);
		if (send(pair[0], bytes, 1000, 0) != 1000)
			break;
	}
	say("send to a full queue", n);
	end_child(child);
}

int main(void)
{
	try_udp();
	try_full_queue();
	try_packets();
	try_send_blocks();
	return 0;
}
