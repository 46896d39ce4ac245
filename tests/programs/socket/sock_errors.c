/* never parks: recv recvfrom recvmsg recvmmsg send sendto sendmsg sendmmsg accept accept4 */
/* What cannot be done fails at once, as the manual pages say. */
#include "tests/programs/sock.h"

static char *const nowhere = (char *)16;

static void try_descriptor(const char *what, int fd)
{
	struct sockaddr_in where = loopback;
	char byte;
	struct iovec piece = {&byte, 1};
	struct mmsghdr message = {.msg_hdr = {.msg_iov = &piece, .msg_iovlen = 1}};

	printf("%s\n", what);
	say("recv", recv(fd, &byte, 1, 0));
	say("recvfrom", recvfrom(fd, &byte, 1, 0, NULL, NULL));
	say("recvmsg", recvmsg(fd, &message.msg_hdr, 0));
	say("recvmmsg", recvmmsg(fd, &message, 1, 0, NULL));
	say("send", send(fd, "x", 1, 0));
	say("sendto", sendto(fd, "x", 1, 0, NULL, 0));
	say("sendmsg", sendmsg(fd, &message.msg_hdr, 0));
	say("sendmmsg", sendmmsg(fd, &message, 1, 0));
	say("connect", connect(fd, (struct sockaddr *)&where, sizeof(where)));
	say("accept", accept(fd, NULL, NULL));
	say("accept4", accept4(fd, NULL, NULL, SOCK_CLOEXEC));
}

static void try_pointers(int pair[2])
{
	struct iovec piece = {nowhere, 4};
	struct msghdr msg = {.msg_iov = &piece, .msg_iovlen = 1};
	struct mmsghdr message = {.msg_hdr = msg};

	printf("wild pointers\n");
	must("write", write(pair[1], "some bytes", 10));
	must("poll", poll(&(struct pollfd){.fd = pair[0], .events = POLLIN}, 1, 5000));
	say("send", send(pair[0], nowhere, 4, 0));
	say("recv", recv(pair[0], nowhere, 4, 0));
	say("recv(MSG_WAITALL)", recv(pair[0], nowhere, 4, MSG_WAITALL));
	say("sendmsg", sendmsg(pair[0], &msg, 0));
	say("recvmsg", recvmsg(pair[0], &msg, 0));
	say("sendmmsg", sendmmsg(pair[0], &message, 1, 0));
	say("recvmmsg", recvmmsg(pair[0], &message, 1, 0, NULL));
	say("sendmsg, header", sendmsg(pair[0], (struct msghdr *)nowhere, 0));
	say("recvmsg, header", recvmsg(pair[0], (struct msghdr *)nowhere, 0));
	say("recvmsg(MSG_WAITALL), header", recvmsg(pair[0], (struct msghdr *)nowhere, MSG_WAITALL));
	say("sendmmsg, headers", sendmmsg(pair[0], (struct mmsghdr *)nowhere, 1, 0));
	say("recvmmsg, headers", recvmmsg(pair[0], (struct mmsghdr *)nowhere, 1, 0, NULL));
	msg.msg_iov = (struct iovec *)nowhere;
	say("sendmsg, pieces", sendmsg(pair[0], &msg, 0));
	say("recvmsg, pieces", recvmsg(pair[0], &msg, 0));
	say("recvmsg(MSG_WAITALL), pieces", recvmsg(pair[0], &msg, MSG_WAITALL));
}

static void try_sizes(int pair[2])
{
	static struct iovec pieces[2000];
	struct msghdr msg = {.msg_iov = pieces, .msg_iovlen = 2000};
	struct timespec never = {0, -1};
	struct mmsghdr message = {.msg_hdr = {.msg_iov = pieces, .msg_iovlen = 1}};

	printf("sizes\n");
	say("sendmsg of too many pieces", sendmsg(pair[0], &msg, 0));
	say("recvmsg into too many pieces", recvmsg(pair[0], &msg, 0));
	say("recvmsg into too many pieces", recvmsg(pair[0], &msg, MSG_WAITALL));
	say("sendmmsg of none", sendmmsg(pair[0], NULL, 0, 0));
	say("recvmmsg of none", recvmmsg(pair[0], NULL, 0, 0, NULL));
	say("recvmmsg, bad timeout", recvmmsg(pair[0], &message, 1, 0, &never));
	say("recvmmsg, wild timeout", recvmmsg(pair[0], &message, 1, 0, (struct timespec *)nowhere));
	say("send with an address", sendto(pair[0], "x", 1, 0, (const struct sockaddr *)&loopback, sizeof(loopback)));
}

static void try_states(void)
{
	struct sockaddr_in where;
	int fd = must("socket", socket(AF_INET, SOCK_STREAM, 0));
	int other = bound_socket(SOCK_DGRAM, &where);
	char byte;

	printf("states\n");
	signal(SIGPIPE, SIG_IGN);
	say("recv, not connected", recv(fd, &byte, 1, 0));
	say("send, not connected", send(fd, "x", 1, 0));
	say("accept, not listening", accept(fd, NULL, NULL));
	say("accept on datagrams", accept(other, NULL, NULL));
	say("send on datagrams to nobody", send(other, "x", 1, 0));
	close(other);
	other = listening_socket(&where, 1);
	say("recv, listening", recv(other, &byte, 1, 0));
	say("send, listening", send(other, "x", 1, 0));
	say("accept4, bad flags", accept4(other, NULL, NULL, 1));
	close(other);
	close(fd);
}

int main(void)
{
	int pair[2], pipes[2];

	try_descriptor("not open", 999);
	try_descriptor("negative", -1);
	must("pipe", pipe(pipes));
	try_descriptor("a pipe", pipes[0]);
	unix_pair(pair, SOCK_STREAM);
	try_pointers(pair);
	try_sizes(pair);
	close(pair[0]);
	close(pair[1]);
	tcp_pair(pair);
	try_pointers(pair);
	try_states();
	return 0;
}
