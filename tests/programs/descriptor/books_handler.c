/* parks: read */
/* A signal handler closes the descriptor that a call waits for: restarted, the call finds it closed. */
#include "tests/programs/say.h"
#include <sys/socket.h>

static volatile int doomed;

static void close_it(int signo)
{
	int errno_before = errno;

	(void)signo;
	close(doomed);
	errno = errno_before;
}

static void doom(int fd)
{
	struct sigaction action = {.sa_handler = close_it, .sa_flags = SA_RESTART};
	struct itimerval soon = {{0, 30000}, {0, 100000}};

	doomed = fd;
	must("sigaction", sigaction(SIGALRM, &action, NULL));
	must("setitimer", setitimer(ITIMER_REAL, &soon, NULL));
}

int main(void)
{
	int ends[2], two[2];
	char bytes[8];

	must("pipe", pipe(ends));
	doom(ends[0]);
	say("pipe, restarted", read(ends[0], bytes, sizeof(bytes)));
	stop_ringing();
	must("socketpair", socketpair(AF_UNIX, SOCK_STREAM, 0, two));
	doom(two[0]);
	say("socket, restarted", read(two[0], bytes, sizeof(bytes)));
	stop_ringing();
	return 0;
}
