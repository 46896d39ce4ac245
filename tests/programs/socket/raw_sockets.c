/* parks: accept4 recvmsg sendmsg recvmmsg sendmmsg */
/* syscall() with the numbers of the calls on sockets that raw_books leaves out. */
#include "tests/programs/say.h"
#include <arpa/inet.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/syscall.h>

static int two[2];
static struct sockaddr_in address;
static unsigned char much[400000];

static int connect_late(void *unused)
{
	int fd = must("socket", socket(AF_INET, SOCK_STREAM, 0));

	(void)unused;
	until_asleep(getppid());
	msleep(30);
	return connect(fd, (struct sockaddr *)&address, sizeof(address));
}

static int listener(int type)
{
	socklen_t length = sizeof(address);
	int fd = must("socket", socket(AF_INET, type, 0));

	address = (struct sockaddr_in){.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
	must("bind", bind(fd, (struct sockaddr *)&address, sizeof(address)));
	must("getsockname", getsockname(fd, (struct sockaddr *)&address, &length));
	return fd;
}

static void accept_late(const char *what, int fd, long number)
{
	struct sockaddr_in from = {0};
	socklen_t length = sizeof(from);
	double start = now();
	pid_t child = start_child(connect_late, NULL);
	long peer = syscall(number, fd, &from, &length, 0L);

	say_whether(what, peer >= 0);
	say_whether("from loopback", from.sin_addr.s_addr == htonl(INADDR_LOOPBACK) && length == sizeof(from));
	say_waited(what, start, 30);
	close((int)peer);
	end_child(child);
}

static void accept_and_connect(void)
{
	int fd = listener(SOCK_STREAM), other = must("socket", socket(AF_INET, SOCK_STREAM, 0));

	must("listen", listen(fd, 5));
#ifdef SYS_accept
	accept_late("accept", fd, SYS_accept);
#endif
	accept_late("accept4", fd, SYS_accept4);
	say("connect", syscall(SYS_connect, other, &address, (long)sizeof(address)));
	say("connect again", syscall(SYS_connect, other, &address, (long)sizeof(address)));
	close(other);
	close(fd);
	other = must("socket", socket(AF_INET, SOCK_STREAM, 0));
	fd = listener(SOCK_STREAM); /* it does not listen yet */
	say("connect to nobody", syscall(SYS_connect, other, &address, (long)sizeof(address)));
	close(other);
	close(fd);
}

static int send_late(void *unused)
{
	(void)unused;
	until_asleep(getppid());
	msleep(30);
	return write(two[1], "late", 4) != 4;
}

static int read_late(void *unused)
{
	(void)unused;
	close(two[1]);
	until_asleep(getppid());
	msleep(30);
	return read_slowly(two[0], 65536, 0) != sizeof(much);
}

static void receive(const char *what, long number, void *message, long c, long d)
{
	double start = now();
	pid_t child = start_child(send_late, NULL);

	say(what, syscall(number, two[0], message, c, d, NULL));
	say_waited(what, start, 30);
	end_child(child);
}

static void send_much(const char *what, long number, void *message, long c, long d)
{
	pid_t child;

	must("socketpair", socketpair(AF_UNIX, SOCK_STREAM, 0, two));
	must("SO_SNDBUF", setsockopt(two[1], SOL_SOCKET, SO_SNDBUF, &(int){65536}, sizeof(int)));
	child = start_child(read_late, NULL);
	close(two[0]);
	say(what, syscall(number, two[1], message, c, d));
	close(two[1]);
	end_child(child);
}

static void messages(void)
{
	char bytes[16];
	struct iovec iov = {bytes, sizeof(bytes)};
	struct mmsghdr message = {.msg_hdr = {.msg_iov = &iov, .msg_iovlen = 1}};

	say("socketpair", syscall(SYS_socketpair, (long)AF_UNIX, (long)SOCK_STREAM, 0L, two));
	receive("recvmsg", SYS_recvmsg, &message.msg_hdr, 0, 0);
	receive("recvmmsg", SYS_recvmmsg, &message, 1, 0);
	say("its length", message.msg_len);
	say("recvmsg, told not to wait", syscall(SYS_recvmsg, two[0], &message.msg_hdr, (long)MSG_DONTWAIT));
	close(two[0]);
	say("sendmsg to a closed one", syscall(SYS_sendmsg, two[1], &message.msg_hdr, (long)MSG_NOSIGNAL));
	close(two[1]);
	fill(much, 0, sizeof(much));
	iov = (struct iovec){much, sizeof(much)};
	send_much("sendmsg", SYS_sendmsg, &message.msg_hdr, 0, 0);
	send_much("sendmmsg", SYS_sendmmsg, &message, 1, 0);
	say("its length", message.msg_len);
}

static void others(void)
{
	struct epoll_event event = {.events = EPOLLIN};
	long epoll = syscall(SYS_epoll_create1, 0L);
	int ends[2];

#ifdef SYS_pipe
	say("pipe", syscall(SYS_pipe, ends));
	close(ends[0]);
	close(ends[1]);
#endif
	say("pipe2", syscall(SYS_pipe2, ends, (long)O_CLOEXEC));
	say("epoll_ctl", syscall(SYS_epoll_ctl, epoll, (long)EPOLL_CTL_ADD, ends[0], &event));
	say("epoll_ctl again", syscall(SYS_epoll_ctl, epoll, (long)EPOLL_CTL_ADD, ends[0], &event));
	must("write", write(ends[1], "x", 1));
	say("epoll_wait", epoll_wait((int)epoll, &event, 1, 5000));
	say("shutdown of no socket", syscall(SYS_shutdown, ends[0], (long)SHUT_RD));
}

int main(void)
{
	accept_and_connect();
	messages();
	others();
	return 0;
}
