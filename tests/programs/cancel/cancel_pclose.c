/* threads */
/* A thread that is cancelled while it waits in pclose for its child: it goes on until it has it, and ends after. */
#include "tests/programs/threads.h"
#include <pthread.h>
#include <semaphore.h>

static int go[2], status;
static sem_t begun;

static void *close_and_end(void *stream)
{
	sem_post(&begun);
	status = pclose(stream);
	pthread_testcancel();
	puts("not cancelled");
	return NULL;
}

int main(void)
{
	char command[64];
	pthread_t thread;
	void *result;

	sem_init(&begun, 0, 0);
	must("pipe", pipe(go));
	snprintf(command, sizeof(command), "exec %d>&-; read line <&%d; exit 3", go[1], go[0]);
	must("create", -pthread_create(&thread, NULL, close_and_end, popen(command, "r")));
	while (sem_wait(&begun) != 0)
		;
	msleep_once_others_wait(30);
	say_error("cancel", pthread_cancel(thread));
	msleep(50);
	say_error("it waits", pthread_tryjoin_np(thread, NULL));
	must("write", write(go[1], "\n", 1));
	say_error("join", pthread_join(thread, &result));
	say_whether("cancelled", result == PTHREAD_CANCELED);
	say_whether("ended by itself", WIFEXITED(status));
	say("status", WEXITSTATUS(status));
	return 0;
}
