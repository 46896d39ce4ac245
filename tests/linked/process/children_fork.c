/* fork and close_range while greenlets wait for children. */
#include "children.h"

static pid_t the_child;

static void *wait_calmly(void *unused)
{
	int status;

	expect_equal("waitpid", waitpid(the_child, &status, 0), the_child);
	return unused;
}

static void *end_soon(void *status)
{
	usleep(1000);
	return status;
}

/* In the child of a fork: nothing of its parent's waits, and waits of its own. */
static int live_on(int descriptors)
{
	int status = 0;
	pid_t child;

	failures = 0;
	expect_equal("descriptors of the child", count_entries("/proc/self/fd"), descriptors);
	child = (pid_t)must("fork", fork());
	if (!child) {
		must_join(must_spawn(end_soon, NULL));
		_exit(5);
	}
	must_join(must_spawn(end_soon, NULL));
	expect_equal("a grandchild", wait(&status), child);
	expect_equal("its status", status, 5 << 8);
	expect_failure("no other", wait(&status), ECHILD);
	fflush(stdout);
	return failures;
}

static void *wait_in_group(void *unused)
{
	siginfo_t info;

	expect_failure("a killed wait", waitid(P_PGID, (id_t)the_child, &info, WEXITED | WSTOPPED), ECANCELED);
	return unused;
}

/* Whatever the program closes, too. */
static void fork_while_others_wait(void)
{
	green_t *g, *other;
	int status = 0, descriptors;
	pid_t child;

	make_gate();
	descriptors = count_entries("/proc/self/fd");
	the_child = make_child(0);
	must("setpgid", setpgid(the_child, the_child));
	g = must_spawn(wait_calmly, NULL);
	other = must_spawn(wait_in_group, NULL);
	green_sleep(0.01);
	fflush(stdout);
	expect_equal("the waits have one", count_entries("/proc/self/fd"), descriptors + 1);
	child = (pid_t)must("fork", fork());
	if (!child)
		_exit(live_on(descriptors));
	expect_equal("the child that was forked meanwhile", waitpid(child, &status, 0), child);
	expect_equal("the child's verdict", status, 0);
	must("close_range", close_range((unsigned)gate[1] + 1, ~0u, 0));
	green_sleep(0.01);
	green_kill(other);
	must_join(other);
	let_them_end();
	must_join(g);
}

int main(void)
{
	must_join(must_spawn(end_soon, NULL));
	fork_while_others_wait();
	fork_while_others_wait();
	return verdict();
}
