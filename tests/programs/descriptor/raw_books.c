/* parks: read recvfrom */
/* syscall() with the numbers of the calls that open, close and change descriptors, of sockets, and of other calls. */
#include "tests/programs/late.h"
#include <linux/close_range.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>

/* Each of these must find its way to the books, or the read after it waits, or does not, where it should not. */
static void descriptors(void)
{
	int yes = 1, fd;

	must("pipe", pipe(ends));
	fd = ends[0];
	read_late("blocking", fd);
	say("fcntl", syscall(SYS_fcntl, fd, F_SETFL, O_NONBLOCK));
	say_empty("non-blocking", fd);
	say("fcntl", syscall(SYS_fcntl, fd, F_SETFL, 0));
	read_late("blocking", fd);
	say("ioctl", syscall(SYS_ioctl, fd, FIONBIO, &yes));
	say_empty("non-blocking", fd);
	say("close", syscall(SYS_close, fd));
	say_empty("closed", fd);
	close(ends[1]);
	must("pipe", pipe(ends));
	read_late("blocking", fd);
	say("dup", syscall(SYS_dup, fd));
	say("dup3", syscall(SYS_dup3, fd, 20, O_CLOEXEC));
	say("fcntl of a twin", syscall(SYS_fcntl, 20, F_SETFL, O_NONBLOCK));
	say_empty("non-blocking", fd);
	say("close_range", syscall(SYS_close_range, 15, 25, 0));
	say_empty("closed", 20);
	say("openat", syscall(SYS_openat, AT_FDCWD, "file", O_CREAT | O_WRONLY, 0600));
}

static void sockets(void)
{
	struct timeval limit = {0, 30000};
	char bytes[8];

	must("socketpair", socketpair(AF_UNIX, SOCK_STREAM, 0, ends));
	read_late("socket", ends[0]);
	say("setsockopt", syscall(SYS_setsockopt, ends[0], SOL_SOCKET, SO_RCVTIMEO, &limit, (long)sizeof(limit)));
	say("recvfrom", syscall(SYS_recvfrom, ends[0], bytes, 8L, 0L, NULL, NULL));
	say("sendto", syscall(SYS_sendto, ends[1], "a", 1L, 0L, NULL, 0L));
	say("recvfrom", syscall(SYS_recvfrom, ends[0], bytes, 8L, 0L, NULL, NULL));
	say("recvfrom, told not to wait", syscall(SYS_recvfrom, ends[0], bytes, 8L, (long)MSG_DONTWAIT, NULL, NULL));
	say("shutdown", syscall(SYS_shutdown, ends[1], SHUT_WR));
	say("recvfrom", syscall(SYS_recvfrom, ends[0], bytes, 8L, 0L, NULL, NULL));
	say("socket", syscall(SYS_socket, AF_INET, SOCK_STREAM, 0));
	say("accept4", syscall(SYS_accept4, ends[0], NULL, NULL, 0));
	say("connect", syscall(SYS_connect, ends[0], bytes, 1L));
}

static void others(void)
{
	char *page = (char *)syscall(
	    SYS_mmap, NULL, 4096L, (long)(PROT_READ | PROT_WRITE), (long)(MAP_PRIVATE | MAP_ANONYMOUS), -1L, 0L);

	page[4095] = 'x';
	say_whether("mmap", page[0] == 0);
	say_whether("getpid", syscall(SYS_getpid) == getpid());
	say("no such call", syscall(100000L));
	say("nor this", syscall(-1L));
	say("nor that", syscall(515L));
}

int main(void)
{
	descriptors();
	sockets();
	others();
	return 0;
}
