/* threads and helpers */
/*
 * An ignored SIGPIPE or SIGXFSZ that a thread blocks is pending for it, whichever call has earned it and whatever the
 * other threads block; one that the thread does not block is gone.
 */
#include "tests/programs/threads.h"
#include <sys/resource.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>

enum { LIMIT = 1 << 20 };

static char path[] = "/tmp/earnedXXXXXX";
static int file, source, full_source[2], broken_pipe[2], broken_pair[2];
static int expected;

static void change(int how, int signo)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, signo);
	must("pthread_sigmask", -pthread_sigmask(how, &set, NULL));
}

static void show(const char *call, long result)
{
	const struct timespec at_once = {0, 0};
	siginfo_t info = {0};
	sigset_t set;

	say(call, result);
	sigemptyset(&set);
	sigaddset(&set, expected);
	if (sigtimedwait(&set, &info, &at_once) < 0)
		puts("nothing pending");
	else
		printf("pending: %s %s\n", sigabbrev_np(info.si_signo),
		    info.si_pid == getpid() ? "of this process" : "of another");
}

/* The kernel's answer is EFBIG, with a signal where the limit is the process's. */
static void exceed(void)
{
	struct iovec part = {"x", 1};
	off_t at = LIMIT;
	off64_t at64 = LIMIT;

	show("pwrite", pwrite(file, "x", 1, LIMIT));
	show("pwritev", pwritev(file, &part, 1, LIMIT));
	show("pwritev2", pwritev2(file, &part, 1, LIMIT, 0));
	must("lseek", lseek(file, LIMIT, SEEK_SET));
	show("write", write(file, "x", 1));
	show("writev", writev(file, &part, 1));
	show("pwritev2 in place", pwritev2(file, &part, 1, -1, 0));
	show("ftruncate", ftruncate(file, LIMIT + 1));
	show("truncate", truncate(path, LIMIT + 1));
	show("fallocate", fallocate(file, 0, LIMIT, 1));
	errno = posix_fallocate(file, LIMIT, 1);
	show("posix_fallocate", errno ? -1 : 0);
	show("sendfile", sendfile(file, source, NULL, 1));
	show("splice", splice(full_source[0], NULL, file, &at64, 1, 0));
	at64 = LIMIT;
	show("copy_file_range", copy_file_range(source, NULL, file, &at64, 1, 0));
	at64 = LIMIT;
	show("copy_file_range, long", copy_file_range(source, NULL, file, &at64, 1 << 20, 0));
	show("raw pwrite", syscall(SYS_pwrite64, file, "x", 1, at));
	show("raw pwritev", syscall(SYS_pwritev, file, &part, 1, at, 0));
	show("raw ftruncate", syscall(SYS_ftruncate, file, at + 1));
	show("less", ftruncate(file, LIMIT));
}

static void break_pipes(void)
{
	struct iovec part = {"x", 1};
	struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
	struct mmsghdr messages = {.msg_hdr = message};

	show("write", write(broken_pipe[1], "x", 1));
	show("writev", writev(broken_pipe[1], &part, 1));
	show("pwritev2 in place", pwritev2(broken_pipe[1], &part, 1, -1, 0));
	show("vmsplice", vmsplice(broken_pipe[1], &part, 1, 0));
	show("vmsplice, at once", vmsplice(broken_pipe[1], &part, 1, SPLICE_F_NONBLOCK));
	show("tee", tee(full_source[0], broken_pipe[1], 1, 0));
	show("splice", splice(full_source[0], NULL, broken_pipe[1], NULL, 1, 0));
	show("splice of a file", splice(source, &(off64_t){0}, broken_pipe[1], NULL, 1, 0));
	show("sendfile", sendfile(broken_pipe[1], source, &(off_t){0}, 1));
	show("splice into a socket", splice(full_source[0], NULL, broken_pair[0], NULL, 1, 0));
	show("sendfile into a socket", sendfile(broken_pair[0], source, &(off_t){0}, 1));
	show("send", send(broken_pair[0], "x", 1, 0));
	show("sendto", sendto(broken_pair[0], "x", 1, 0, NULL, 0));
	show("sendmsg", sendmsg(broken_pair[0], &message, 0));
	show("sendmmsg", sendmmsg(broken_pair[0], &messages, 1, 0));
	show("MSG_NOSIGNAL", send(broken_pair[0], "x", 1, MSG_NOSIGNAL));
	show("raw", syscall(SYS_write, broken_pair[0], "x", 1));
	show("no pipe", pwrite(broken_pipe[1], "x", 1, 0));
	show("not open", write(-1, "x", 1));
}

static void *earn_all(void *is_blocked)
{
	expected = SIGXFSZ;
	if (is_blocked)
		change(SIG_BLOCK, SIGXFSZ);
	exceed();
	expected = SIGPIPE;
	if (is_blocked)
		change(SIG_BLOCK, SIGPIPE);
	break_pipes();
	return NULL;
}

int main(void)
{
	struct rlimit limit = {LIMIT, LIMIT};
	static char block[4096];
	int ends[2];

	setvbuf(stdout, NULL, _IOLBF, 0);
	source = must("open", open("/proc/self/exe", O_RDONLY));
	file = must("mkstemp", mkstemp(path));
	must("pipe", pipe(ends) | pipe(full_source) | pipe(broken_pipe));
	must("socketpair", socketpair(AF_UNIX, SOCK_STREAM, 0, broken_pair));
	must("write", write(full_source[1], block, sizeof(block)));
	close(broken_pipe[0]);
	close(broken_pair[1]);
	must("setrlimit", setrlimit(RLIMIT_FSIZE, &limit));
	signal(SIGXFSZ, SIG_IGN);
	signal(SIGPIPE, SIG_IGN);
	puts("blocked");
	join(start(earn_all, &limit));
	puts("open");
	join(start(earn_all, NULL));
	earn_all(NULL);
	unlink(path);
	return 0;
}
