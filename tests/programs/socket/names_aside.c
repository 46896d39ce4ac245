/* parks: getaddrinfo_a gai_suspend */
/* Look-ups that go on while the caller does other things: getaddrinfo_a and those that ask after them. */
#include "tests/programs/say.h"
#include <arpa/inet.h>
#include <netdb.h>
#include <stdatomic.h>

enum { REQUESTS = 3 };

static struct addrinfo hints = {.ai_family = AF_INET, .ai_socktype = SOCK_STREAM, .ai_flags = AI_NUMERICHOST};
static struct gaicb requests[REQUESTS] = {
    {.ar_name = "127.0.0.1", .ar_service = "80", .ar_request = &hints},
    {.ar_name = "not a number", .ar_request = &hints},
    {.ar_name = "127.0.0.3", .ar_service = "81", .ar_request = &hints},
};
static struct gaicb *list[] = {&requests[0], &requests[1], NULL, &requests[2]};
static volatile sig_atomic_t notes;
static atomic_bool is_slow, is_awaited;

void *__libc_malloc(size_t size);

/* Holds up libc's own threads, which look up, until somebody waits for them. */
void *malloc(size_t size)
{
	if (is_slow && gettid() != getpid()) {
		while (!is_awaited)
			msleep(1);
		msleep(20);
	}
	return __libc_malloc(size);
}

static void say_answer(const char *what, int error)
{
	printf("%s: %s\n", what, error ? gai_strerror(error) : "0");
}

static void say_request(struct gaicb *request)
{
	struct sockaddr_in *address;

	say_answer(request->ar_name, gai_error(request));
	if (gai_error(request) != 0)
		return;
	address = (struct sockaddr_in *)request->ar_result->ai_addr;
	printf("%s port %d\n", inet_ntoa(address->sin_addr), ntohs(address->sin_port));
	freeaddrinfo(request->ar_result);
}

static void say_all(void)
{
	int i;

	for (i = 0; i < REQUESTS; i++)
		say_request(&requests[i]);
}

static void at_once(void)
{
	say_answer("wait for all", getaddrinfo_a(GAI_WAIT, list, 4, NULL));
	say_all();
	say_answer("suspend on what is done", gai_suspend((const struct gaicb *const *)list, 4, NULL));
	say_answer("cancel of what is done", gai_cancel(&requests[0]));
	say_answer("no such mode", getaddrinfo_a(99, list, 4, NULL));
}

/*
 * Each by itself: where one of several requests ends while gai_suspend returns for another, glibc's own worker writes
 * to a stack frame that is gone.
 */
static void suspend_on_each(void)
{
	int answer, i;

	is_awaited = true;
	for (i = 0; i < REQUESTS; i++) {
		const struct gaicb *one[] = {&requests[i]};

		do
			answer = gai_suspend(one, 1, &(struct timespec){5, 0});
		while (answer == 0);
		say_answer("until it is done", answer);
	}
}

static void take_note(int signo)
{
	(void)signo;
	notes++;
}

static void later(void)
{
	struct sigevent event = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGUSR1};
	double start = now();

	signal(SIGUSR1, take_note);
	is_slow = true;
	say_answer("begin", getaddrinfo_a(GAI_NOWAIT, list, 4, &event));
	suspend_on_each();
	while (!notes && now() - start < 5)
		msleep(5);
	say("notes", notes);
	say_all();
}

int main(void)
{
	at_once();
	later();
	return 0;
}
