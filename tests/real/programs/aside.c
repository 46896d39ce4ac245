/* Look-ups by getaddrinfo_a, which take a while: while gai_suspend waits for them, and it is told to wait long, another
 * thread goes on. */
#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { REQUESTS = 16 };

static struct addrinfo hints = {.ai_family = AF_INET, .ai_socktype = SOCK_STREAM};
static struct gaicb requests[REQUESTS], silent = {.ar_name = "one.silent.test", .ar_request = &hints};
static struct gaicb *list[REQUESTS];
static atomic_int ticks;
static atomic_bool over;

static void *tick(void *unused)
{
	while (!over) {
		usleep(10000);
		ticks++;
	}
	return unused;
}

static void expect(const char *what, bool holds)
{
	if (holds)
		return;
	fprintf(stderr, "%s: no\n", what);
	exit(1);
}

static bool is_right(struct gaicb *request, unsigned number)
{
	const struct sockaddr_in *found;

	if (gai_error(request) != 0)
		return false;
	found = (const struct sockaddr_in *)request->ar_result->ai_addr;
	return ntohl(found->sin_addr.s_addr) == 0x7f020000 + number;
}

static void begin(int mode)
{
	static char names[REQUESTS][32];
	int i;

	for (i = 0; i < REQUESTS; i++) {
		snprintf(names[i], sizeof(names[i]), "n-%d.slow.test", i);
		requests[i] = (struct gaicb){.ar_name = names[i], .ar_request = &hints};
		list[i] = &requests[i];
	}
	expect("begun", getaddrinfo_a(mode, list, REQUESTS, NULL) == 0);
}

static void all_are_right(void)
{
	unsigned i;

	for (i = 0; i < REQUESTS; i++)
		expect("the right answer", is_right(&requests[i], i));
}

/*
 * For each by itself: where one of several requests ends while gai_suspend returns for another, glibc's own worker
 * writes to a stack frame that is gone.
 */
static void suspend_on_each(void)
{
	int answer, i;

	for (i = 0; i < REQUESTS; i++) {
		do
			answer = gai_suspend((const struct gaicb *const *)&list[i], 1, NULL);
		while (answer == 0);
		expect("it is done", answer == EAI_ALLDONE);
	}
}

static void suspend_until_done(void)
{
	int answer, before = ticks;

	begin(GAI_NOWAIT);
	/* Which of the two depends on the glibc. */
	answer = gai_suspend((const struct gaicb *const *)list, REQUESTS, &(struct timespec){0, 60000000});
	expect("too short a limit is over", answer == EAI_AGAIN || answer == EAI_SYSTEM);
	expect("soon", ticks < before + 15);
	suspend_on_each();
	expect("the other thread went on", ticks >= before + 10);
	all_are_right();
}

static void note(int signo)
{
	(void)signo;
}

/* A signal ends the wait; what is being asked cannot be taken back. */
static void interrupt(void)
{
	struct gaicb *only = &silent;
	struct sigaction action = {.sa_handler = note};

	sigaction(SIGALRM, &action, NULL);
	expect("begun", getaddrinfo_a(GAI_NOWAIT, &only, 1, NULL) == 0);
	ualarm(100000, 0);
	expect("interrupted", gai_suspend((const struct gaicb *const *)&only, 1, NULL) == EAI_INTR);
	expect("not taken back", gai_cancel(only) == EAI_NOTCANCELED);
	expect("asked still", gai_error(only) == EAI_INPROGRESS);
}

int main(void)
{
	pthread_t ticker;
	int before;

	pthread_create(&ticker, NULL, tick, NULL);
	suspend_until_done();
	before = ticks;
	begin(GAI_WAIT);
	all_are_right();
	expect("the other thread went on", ticks >= before + 10);
	interrupt();
	over = true;
	pthread_join(ticker, NULL);
	return 0;
}
