/*
 * What is used after it was released. In a debug build (make DEBUG=1) each of these ends the process; in any other it
 * is not found out, and nothing is tried but the one that tells the two apart.
 */
#include "tests/linked/expect.h"
#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>

static void *do_nothing(void *arg)
{
	return arg;
}

static green_t *joined(void)
{
	green_t *g = must_spawn(do_nothing, NULL);

	must_join(g);
	return g;
}

static void join_again(void)
{
	green_join(joined(), -1, NULL);
}

static void detach_joined(void)
{
	green_detach(joined());
}

static void kill_joined(void)
{
	green_kill(joined());
}

static void ask_joined(void)
{
	green_ready(joined());
}

static void free_twice(void)
{
	green_queue_t *queue = green_queue_new(1, 0);

	green_queue_free(queue);
	green_queue_free(queue);
}

static void set_freed(void)
{
	green_event_t *event = green_event_new();

	green_event_free(event);
	green_event_set(event);
}

static void take_for_another(void)
{
	green_queue_count((green_queue_t *)green_event_new());
}

static void close_twice(void)
{
	green_gen_t *gen = green_gen_new((green_gen_fn *)(void *)do_nothing, NULL);

	green_gen_close(gen);
	green_gen_close(gen);
}

static void kill_freed_group(void)
{
	green_group_t *group = green_group_new();

	green_group_free(group);
	green_group_kill(group, 0);
}

static void get_freed_result(void)
{
	green_result_t *result = green_result_new();

	green_result_free(result);
	green_result_get(result, 0, NULL);
}

static void call_freed_threads(void)
{
	green_threads_t *threads = green_threads_new(1);

	green_threads_free(threads);
	green_threads_call(threads, do_nothing, NULL, NULL);
}

static void send_to_closed(void)
{
	green_gen_t *gen = green_gen_new((green_gen_fn *)(void *)do_nothing, NULL);

	green_gen_close(gen);
	green_gen_next(gen, NULL);
}

static void serve(int fd, void *unused)
{
	(void)fd;
	(void)unused;
}

static void stop_freed_server(void)
{
	green_server_t *server = green_stream_server("127.0.0.1:0", NULL, serve, NULL);

	if (green_server_stop(server, -1) == 0 && green_server_free(server) == 0)
		green_server_stop(server, -1);
}

static void wait_for_freed_child(void)
{
	green_child_t *child = green_child_new((const char *[]){"true", NULL}, 0);

	green_child_free(child);
	green_child_wait(child, -1, NULL);
}

static void free_iwait_twice(void)
{
	green_iwait_t *iwait = must_spawn(do_nothing, NULL) ? green_iwait(NULL, 0) : NULL;

	green_iwait_free(iwait);
	green_iwait_free(iwait);
}

static void ask_freed_imap(void)
{
	green_group_t *group = green_group_new();
	green_imap_t *imap = green_group_imap(group, do_nothing, (void *[]){NULL}, 1);

	green_imap_free(imap);
	green_imap_next(imap, 0, NULL, NULL);
}

/* In a child, whose message is not for the tester. */
static bool ends_process(void (*misuse)(void))
{
	pid_t child = (pid_t)must("fork", fork());
	int status;

	if (!child) {
		dup2(open("/dev/null", O_WRONLY), STDERR_FILENO);
		misuse();
		_exit(0);
	}
	must("waitpid", waitpid(child, &status, 0));
	return WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT;
}

static bool is_debug_build(void)
{
#ifdef DEBUG
	return true;
#else
	return false;
#endif
}

int main(void)
{
	if (!is_debug_build())
		return skip("this is no debug build");
	expect("asking what was joined is found out", ends_process(ask_joined));
	expect("a second join is found out", ends_process(join_again));
	expect("detaching what was joined is found out", ends_process(detach_joined));
	expect("killing what was joined is found out", ends_process(kill_joined));
	expect("a second free is found out", ends_process(free_twice));
	expect("setting what was freed is found out", ends_process(set_freed));
	expect("another kind of object is found out", ends_process(take_for_another));
	expect("a second close is found out", ends_process(close_twice));
	expect("asking a closed generator is found out", ends_process(send_to_closed));
	expect("killing a freed group is found out", ends_process(kill_freed_group));
	expect("a freed result is found out", ends_process(get_freed_result));
	expect("a freed pool of threads is found out", ends_process(call_freed_threads));
	expect("stopping a freed server is found out", ends_process(stop_freed_server));
	expect("waiting for a freed child is found out", ends_process(wait_for_freed_child));
	expect("freeing the ends of greenlets twice is found out", ends_process(free_iwait_twice));
	expect("freed results of calls are found out", ends_process(ask_freed_imap));
	return verdict();
}
