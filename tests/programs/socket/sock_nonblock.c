/* never parks: recv recvfrom recvmsg recvmmsg send sendto sendmsg sendmmsg accept accept4 connect */
/* Who does not want to wait does not: MSG_DONTWAIT, O_NONBLOCK. */
#include "tests/programs/sock.h"

static void try_receive(int fd, int flags)
{
	char byte;
	struct iovec piece = {&byte, 1};
	struct mmsghdr message = {.msg_hdr = {.msg_iov = &piece, .msg_iovlen = 1}};

	say("recv", recv(fd, &byte, 1, flags));
	say("recv(MSG_WAITALL)", recv(fd, &byte, 1, flags | MSG_WAITALL));
	say("recv(MSG_PEEK)", recv(fd, &byte, 1, flags | MSG_PEEK));
	say("recvfrom", recvfrom(fd, &byte, 1, flags, NULL, NULL));
	say("recvmsg", recvmsg(fd, &message.msg_hdr, flags));
	say("recvmmsg", recvmmsg(fd, &message, 1, flags, NULL));
	say("recvmmsg(MSG_WAITFORONE)", recvmmsg(fd, &message, 1, flags | MSG_WAITFORONE, NULL));
}

/* Fills what the kernel will hold; what a stream takes of the last send is its own business. */
static void try_send(int fd, int flags)
{
	static char bytes[65536];
	struct iovec piece = {bytes, sizeof(bytes)};
	struct mmsghdr message = {.msg_hdr = {.msg_iov = &piece, .msg_iovlen = 1}};

	while (send(fd, bytes, sizeof(bytes), flags) > 0)
		;
	say("send", send(fd, bytes, sizeof(bytes), flags));
	say("sendto", sendto(fd, bytes, sizeof(bytes), flags, NULL, 0));
	say("sendmsg", sendmsg(fd, &message.msg_hdr, flags));
	say("sendmmsg", sendmmsg(fd, &message, 1, flags));
}

static void try_accept_and_connect(void)
{
	struct sockaddr_in where;
	int listener = listening_socket(&where, 1), fd = must("socket", socket(AF_INET, SOCK_STREAM, 0)), peer;
	struct pollfd writable = {.fd = fd, .events = POLLOUT};
	char byte;

	set_nonblocking(listener, true);
	set_nonblocking(fd, true);
	say("accept", accept(listener, NULL, NULL));
	say("accept4", accept4(listener, NULL, NULL, SOCK_NONBLOCK));
	say("connect", connect(fd, (struct sockaddr *)&where, sizeof(where)));
	poll(&writable, 1, 5000);
	say("connect again", connect(fd, (struct sockaddr *)&where, sizeof(where)));
	say("connect once more", connect(fd, (struct sockaddr *)&where, sizeof(where)));
	poll(&(struct pollfd){.fd = listener, .events = POLLIN}, 1, 5000);
	peer = must("accept4", accept4(listener, NULL, NULL, SOCK_NONBLOCK));
	say("recv on what accept4 made non-blocking", recv(peer, &byte, 1, 0));
	close(peer);
	close(fd);
	close(listener);
}

static void try_pair(const char *what, int type)
{
	int pair[2];

	printf("%s\n", what);
	unix_pair(pair, type);
	set_option(pair[0], SO_SNDBUF, 200000);
	try_receive(pair[0], MSG_DONTWAIT);
	try_send(pair[0], MSG_DONTWAIT);
	set_nonblocking(pair[0], true);
	try_receive(pair[0], 0);
	try_send(pair[0], 0);
	close(pair[0]);
	close(pair[1]);
}

int main(void)
{
	try_pair("stream", SOCK_STREAM);
	try_pair("datagrams", SOCK_DGRAM);
	try_pair("packets", SOCK_SEQPACKET);
	try_accept_and_connect();
	return 0;
}
