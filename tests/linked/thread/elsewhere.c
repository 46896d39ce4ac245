/* On an OS thread without greenlets: what is refused there, and what works. */
#include "tests/linked/expect.h"
#include <poll.h>
#include <pthread.h>
#include <signal.h>

static green_t *sleeper;
static green_server_t *server;
static green_group_t *group;
static green_queue_t *queue;
static green_event_t *event;
static green_result_t *result;

static void *sleep_long(void *unused)
{
	green_sleep(1000);
	return unused;
}

static void note(green_t *g, void *arg)
{
	(void)g;
	(void)arg;
}

static void ignore(int signo, void *arg)
{
	(void)signo;
	(void)arg;
}

static void serve(int fd, void *unused)
{
	(void)fd;
	(void)unused;
}

static void refuses_greenlets(void)
{
	void *one = NULL;

	expect_failure("join", green_join(sleeper, 0, NULL), EINVAL);
	expect_failure("detach", green_detach(sleeper), EINVAL);
	expect_failure("link", green_link(sleeper, note, NULL), EINVAL);
	expect_failure("unlink", green_unlink(sleeper, note, NULL), EINVAL);
	expect_failure("wait", green_wait(&sleeper, 1, 1, 0), EINVAL);
	expect_failure("wait_for", green_wait_for(sleeper, 0, NULL), EINVAL);
	expect_failure("gather", green_gather(&sleeper, 1, 0, &one), EINVAL);
	expect_failure("kill_wait", green_kill_wait(sleeper, 0), EINVAL);
	expect("iwait", !green_iwait(&sleeper, 1) && errno == EINVAL);
	expect_failure("shield", green_shield_begin(), EINVAL);
}

static void refuses_others(void)
{
	expect_failure("server_stop", green_server_stop(server, 0), EPERM);
	expect_failure("group_join", green_group_join(group, 0), EPERM);
	expect_failure("group_kill", green_group_kill(group, 0), EPERM);
	expect("group_spawn", !green_group_spawn(group, sleep_long, NULL, 0) && errno == EPERM);
	expect("imap", !green_group_imap(group, sleep_long, (void *[]){NULL}, 1) && errno == EPERM);
	expect("apply_async", !green_group_apply_async(group, sleep_long, NULL, 0) && errno == EPERM);
	expect_failure("on_signal", green_on_signal(SIGUSR1, ignore, NULL), EPERM);
	expect_failure("on_signal", green_on_signal(SIGUSR2, NULL, NULL), EPERM);
}

static void waits_natively(void)
{
	struct pollfd none = {.fd = -1};
	char element = 'a';

	expect_equal("count", (long)green_count(), 0);
	expect("self", !green_self());
	expect_equal("idle", green_idle(), 0);
	expect_equal("sleep", green_sleep(0.001), 0);
	expect_equal("wait_fds", green_wait_fds(&none, 1, 0.001), 0);
	expect_failure("event", green_event_wait(event, 0.001), ETIMEDOUT);
	expect_failure("result", green_result_get(result, 0.001, NULL), ETIMEDOUT);
	expect_equal("put", green_queue_put(queue, &element, 0), 0);
	expect_failure("put", green_queue_put(queue, &element, 0.001), ETIMEDOUT);
	expect_equal("get", green_queue_get(queue, &element, 0), 0);
	expect_failure("queue_join", green_queue_join(queue, 0.001), ETIMEDOUT);
	expect_equal("kill", green_kill(sleeper), 0); /* from any OS thread */
	expect_equal("set", green_event_set(event), 0);
}

static void *be_elsewhere(void *unused)
{
	refuses_greenlets();
	refuses_others();
	waits_natively();
	expect_equal("still none", (long)green_count(), 0);
	return unused;
}

int main(void)
{
	pthread_t thread;

	sleeper = must_spawn(sleep_long, NULL);
	group = green_group_new();
	must("green_group_spawn", green_group_spawn(group, sleep_long, NULL, -1) ? 0 : -1);
	server = green_stream_server("127.0.0.1:0", NULL, serve, NULL);
	must("green_on_signal", green_on_signal(SIGUSR2, ignore, NULL));
	queue = green_queue_new(1, 1);
	event = green_event_new();
	result = green_result_new();
	must("a server and the others", server && queue && event && result ? 0 : -1);
	must("pthread_create", pthread_create(&thread, NULL, be_elsewhere, NULL) ? -1 : 0);
	must("green_event_wait", green_event_wait(event, 100));
	pthread_join(thread, NULL);
	must_join(sleeper);
	must("green_group_kill", green_group_kill(group, -1));
	must("green_server_stop", green_server_stop(server, -1));
	must("green_on_signal", green_on_signal(SIGUSR2, NULL, NULL));
	must("green_queue_free", green_queue_free(queue));
	must("green_group_free", green_group_free(group));
	must("green_server_free", green_server_free(server));
	must("green_event_free", green_event_free(event));
	must("green_result_free", green_result_free(result));
	return verdict();
}
