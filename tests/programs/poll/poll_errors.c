/* never parks: poll ppoll */
/* Bad arguments are found before any wait. */
#include "ready.h"
#include <sys/resource.h>

int main(void)
{
	const struct timespec bad[] = {{-1, 0}, {0, -1}, {0, 1000000000}, {1, 2000000000}};
	struct rlimit limit;
	struct pollfd *fds = calloc(4096, sizeof(*fds)), closed = {.fd = -1, .events = POLLIN};
	volatile nfds_t many = 4096, one = 1;
	int ends[2];

	must("pipe", pipe(ends));
	for (nfds_t i = 0; i < many; i++)
		fds[i] = (struct pollfd){.fd = ends[0], .events = POLLIN};
	say("wild array", poll(wild_pointer(), one, 5000));
	say("wild array, ppoll", ppoll(wild_pointer(), one, NULL, NULL));
	say("wild mask", ppoll(fds, one, NULL, wild_pointer()));
	for (int i = 0; i < 4; i++)
		say("not a time", ppoll(fds, one, &bad[i], NULL));
	say("not a time, no descriptor", ppoll(NULL, 0, &bad[0], NULL));
	must("getrlimit", getrlimit(RLIMIT_NOFILE, &limit));
	limit.rlim_cur = 256;
	must("setrlimit", setrlimit(RLIMIT_NOFILE, &limit));
	say("more than may be open", poll(fds, many, 5000));
	say("more than may be open, ppoll", ppoll(fds, many, NULL, NULL));
	for (int fd = 200; fd < 202; fd++) {
		closed.fd = fd;
		say_polled("closed", poll(&closed, one, 5000), &closed, 1);
		say_polled("closed, ppoll", ppoll(&closed, one, NULL, NULL), &closed, 1);
	}
	return 0;
}
