/* threads */
/* The resolver's state is each thread's own, and an ended thread's leaves nothing open. */
#include "names.h"
#include <dirent.h>
#include <pthread.h>

enum { ROUNDS = 100, TOGETHER = 4 };

static _Atomic int found, kept;

static int count_open(void)
{
	DIR *directory = opendir("/proc/self/fd");
	int count = 0;

	while (readdir(directory))
		count++;
	closedir(directory);
	return count;
}

static void *use_state(void *number)
{
	unsigned char answer[512];
	int own = 3 + (int)(long)number;

	ask_name_server(5, own);
	_res.options |= RES_STAYOPEN;
	found += res_query("host-1.test", ns_c_in, ns_t_a, answer, sizeof(answer)) > 0;
	kept += _res.retry == own;
	if (number)
		_res.options |= RES_USEVC;
	return NULL;
}

/* Nothing but what is set before the first use. */
static void *wish(void *unused)
{
	(void)unused;
	_res.retry = 9;
	return NULL;
}

static void go_round(void)
{
	pthread_t threads[TOGETHER];
	long i;

	for (i = 0; i < TOGETHER; i++)
		must("create", -pthread_create(&threads[i], NULL, i ? use_state : wish, (void *)i));
	for (i = 0; i < TOGETHER; i++)
		pthread_join(threads[i], NULL);
}

int main(void)
{
	pid_t server = start_name_server(0);
	unsigned char answer[512];
	int before, i;

	ask_name_server(5, 2);
	go_round();
	before = count_open();
	for (i = 1; i < ROUNDS; i++)
		go_round();
	say("found", found);
	say("kept", kept);
	say("more open", count_open() - before);
	say("retries of main", _res.retry);
	say_whether("main finds", res_query("host-1.test", ns_c_in, ns_t_a, answer, sizeof(answer)) > 0);
	end_name_server(server);
	return 0;
}
