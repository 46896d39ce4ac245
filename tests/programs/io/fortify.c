/* patch: all,file */
/* parks: read recv recvfrom poll ppoll readlink readlinkat */
/* Built with _FORTIFY_SOURCE these calls go by other names, with a check that a size fits; without, by their own. */
#include "tests/programs/say.h"
#include <mqueue.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/socket.h>

/* What fortified code calls where files are of 32 bits, and has no header for. */
int __open_2(const char *path, int flags);
int __openat_2(int dir, const char *path, int flags);
mqd_t __mq_open_2(const char *name, int flags);

static int two[2];

/* Read at run time, so that the compiler cannot tell whether it is right. */
static volatile size_t four = 4, nine = 9, one_fd = 1, two_fds = 2;
static volatile int plainly = O_RDONLY, creating = O_CREAT | O_WRONLY;

static int write_late(void *unused)
{
	(void)unused;
	msleep_once_parent_waits(30);
	return write(two[1], "x", 1) != 1;
}

#define LATE(what, call)                                                                                               \
	do {                                                                                                           \
		double start = now();                                                                                  \
		pid_t child = start_child(write_late, NULL);                                                           \
		say(what, call);                                                                                       \
		say_waited(what, start, 30);                                                                           \
		end_child(child);                                                                                      \
	} while (0)

/*
 * What fortified code must not get away with: each ends its process. In plain code it would be a bug for real, and so
 * it is where clang builds it, for which glibc's headers check no size up to 2.39.
 */
#if _FORTIFY_SOURCE > 0 && (!defined(__clang__) || __GLIBC_PREREQ(2, 40))
static int overflow(void *which)
{
	char bytes[8];
	struct pollfd fd = {two[0], POLLIN, 0};

	prctl(PR_SET_DUMPABLE, 0); /* a core of each would take its time */
	switch (*(char *)which) {
	case 'r':
		return (int)read(two[0], bytes, nine);
	case 'v':
		return (int)recv(two[0], bytes, nine, MSG_DONTWAIT);
	case 'f':
		return (int)recvfrom(two[0], bytes, nine, MSG_DONTWAIT, NULL, NULL);
	case 'p':
		return poll(&fd, two_fds, 0);
	case 'P':
		return ppoll(&fd, two_fds, &(struct timespec){0}, NULL);
	case 'l':
		return (int)readlink("link", bytes, nine);
	case 'L':
		return (int)readlinkat(AT_FDCWD, "link", bytes, nine);
	case 'q':
		return mq_open("/greenload-none", creating);
	case 'o':
		return open("created", creating);
	default:
		return openat(AT_FDCWD, "created", creating);
	}
}

static void overflow_all(void)
{
	for (const char *which = "rvfpPlLqoO"; *which; which++)
		end_child(start_child(overflow, (void *)which));
}
#else
static void overflow_all(void)
{
}
#endif

int main(void)
{
	char bytes[8];
	struct pollfd fd[1];

	must("socketpair", socketpair(AF_UNIX, SOCK_STREAM, 0, two));
	fd[0] = (struct pollfd){two[0], POLLIN, 0};
	LATE("read", read(two[0], bytes, four));
	LATE("recv", recv(two[0], bytes, four, 0));
	LATE("recvfrom", recvfrom(two[0], bytes, four, 0, NULL, NULL));
	LATE("poll", poll(fd, one_fd, 5000));
	say("recv", recv(two[0], bytes, four, 0));
	LATE("ppoll", ppoll(fd, one_fd, &(struct timespec){5, 0}, NULL));
	must("symlink", symlink("linked to", "link"));
	say("readlink", (int)readlink("link", bytes, four));
	say("readlink missing", (int)readlink("missing", bytes, four));
	say("readlinkat", (int)readlinkat(AT_FDCWD, "link", bytes, four));
	printf("%.4s\n", bytes);
	say("open", open("/dev/null", plainly));
	say("openat", openat(AT_FDCWD, "/dev/null", plainly));
	say("open missing", open("missing", plainly));
	say("__open_2", __open_2("/dev/null", plainly));
	say("__openat_2", __openat_2(AT_FDCWD, "/dev/null", plainly));
	say("__open_2 missing", __open_2("missing", plainly));
	say("__mq_open_2 missing", __mq_open_2("/greenload-none", plainly));
	overflow_all();
	say_whether("created", access("created", F_OK) == 0);
	return two_fds == 2 && nine == 9 && (creating & O_CREAT) ? 0 : 1;
}
