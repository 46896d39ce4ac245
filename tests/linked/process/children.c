/* Many greenlets that wait for children: for one each, for any, for the same; and those that give up. */
#include "children.h"
#include "tests/os_threads.h"
#include "tests/tasks.h"
#include <pthread.h>
#include <sys/resource.h>

enum { MANY = 1000, SOME = 200 };

static long ticks;

static void *tick(void *unused)
{
	while (green_sleep(0.001) == 0)
		ticks++;
	return unused;
}

static int waiting, ended;

static void *wait_for_one(void *arg)
{
	int status = -1, number = (int)(long)arg;
	pid_t child = make_child(number % 251);

	waiting++;
	expect_equal("waitpid", waitpid(child, &status, 0), child);
	expect_equal("its status", status, number % 251 << 8);
	ended++;
	return NULL;
}

/* Each for its own. The main greenlet looks around meanwhile. */
static void wait_for_each(int n)
{
	static green_t *g[MANY];
	int i, before = count_entries("/proc/self/fd"), low = dup(0);

	close(low);
	make_gate();
	waiting = ended = 0;
	for (i = 0; i < n; i++)
		g[i] = must_spawn(wait_for_one, (void *)(long)i);
	while (waiting < n)
		green_sleep(0.001);
	ticks = 0;
	green_sleep(0.05);
	expect("the others go on", ticks > 0);
	expect_equal("nobody has ended", ended, 0);
	expect_equal("the lowest descriptor is the program's", dup(0), gate[1] + 1);
	close(gate[1] + 1);
	let_them_end();
	for (i = 0; i < n; i++)
		must_join(g[i]);
	expect_equal("all have ended", ended, n);
	expect_equal("descriptors", count_entries("/proc/self/fd"), before);
}

static void with_few_descriptors(void)
{
	struct rlimit before, few;

	must("getrlimit", getrlimit(RLIMIT_NOFILE, &before));
	few = before;
	few.rlim_cur = 300;
	must("setrlimit", setrlimit(RLIMIT_NOFILE, &few));
	wait_for_each(SOME);
	must("setrlimit", setrlimit(RLIMIT_NOFILE, &before));
}

static char collected[SOME];
static int failed;

/* An OS thread counts too. */
static void count_in(int *counter, int n)
{
	__atomic_add_fetch(counter, n, __ATOMIC_SEQ_CST);
}

static void *wait_for_any(void *with_waitid)
{
	siginfo_t info = {0};
	int status = 0;

	waiting++;
	if (with_waitid ? waitid(P_ALL, 0, &info, WEXITED) < 0 : wait(&status) < 0) {
		expect_equal("errno", errno, ECHILD);
		count_in(&failed, 1);
	} else {
		collected[with_waitid ? info.si_status : WEXITSTATUS(status)]++;
	}
	return NULL;
}

/* More of them than children, some by another call: each child is found once, and the others are told at the end. */
static void wait_for_all(void)
{
	green_t *g[SOME + 10];
	int i;

	make_gate();
	for (i = 0; i < SOME; i++)
		make_child(i);
	waiting = failed = 0;
	for (i = 0; i < SOME + 10; i++)
		g[i] = must_spawn(wait_for_any, i % 3 ? NULL : g);
	while (waiting < SOME + 10)
		green_sleep(0.001);
	green_sleep(0.02);
	expect_equal("nobody has failed", failed, 0);
	expect("helpers are shared", count_os_threads() < 8);
	let_them_end();
	for (i = 0; i < SOME + 10; i++)
		must_join(g[i]);
	for (i = 0; i < SOME; i++)
		expect_equal("times a child was found", collected[i], 1);
	expect_equal("in vain", failed, 10);
}

static pid_t the_child;

static void *wait_for_it(void *unused)
{
	int status, error;
	pid_t child = waitpid(the_child, &status, 0);

	error = errno;
	count_in(&failed, child < 0 && error == ECHILD);
	count_in(&ended, child == the_child && status == 7 << 8);
	return unused;
}

static void *wait_for_group(void *unused)
{
	siginfo_t info;

	if (waitid(P_PGID, (id_t)getpgrp(), &info, WEXITED | WSTOPPED) == 0)
		count_in(&ended, info.si_pid == the_child && info.si_status == 7);
	else
		count_in(&failed, errno == ECHILD);
	return unused;
}

/* The same child by other names, in a native thread too: one has it, the others see it gone. */
static void wait_for_the_same(void)
{
	static void *(*const ways[])(void *) = {wait_for_it, wait_for_any, wait_for_group, wait_for_it, wait_for_group};
	green_t *g[5];
	pthread_t thread;
	int i;

	make_gate();
	memset(collected, 0, sizeof(collected));
	failed = ended = 0;
	the_child = make_child(7);
	must("pthread_create", -pthread_create(&thread, NULL, wait_for_it, NULL));
	for (i = 0; i < 5; i++)
		g[i] = must_spawn(ways[i], NULL);
	green_sleep(0.02);
	let_them_end();
	for (i = 0; i < 5; i++)
		must_join(g[i]);
	pthread_join(thread, NULL);
	expect_equal("who had it", ended + collected[7], 1);
	expect_equal("who did not", failed, 5);
}

static void *give_up(void *any)
{
	expect_failure("a killed wait", waitpid(any ? -1 : the_child, NULL, any ? WUNTRACED : 0), ECANCELED);
	return any;
}

/* However often they give up: what they waited for is left to the next, and nobody is left behind. */
static void wait_in_vain(void)
{
	int i, status = 0, before = count_entries("/proc/self/fd");
	green_t *g;

	make_gate();
	the_child = make_child(9);
	for (i = 0; i < 60; i++) {
		g = must_spawn(give_up, i % 2 ? &g : NULL);
		green_sleep(0.001);
		must("green_kill", green_kill(g));
		must_join(g);
	}
	expect("no more helpers than kinds of waits", count_os_threads() < 8);
	let_them_end();
	green_sleep(0.05);
	expect_equal("the child is still there", waitpid(the_child, &status, 0), the_child);
	expect_equal("its status", status, 9 << 8);
	expect_equal("descriptors", count_entries("/proc/self/fd"), before);
}

int main(void)
{
	green_t *ticker;

	if (!can_have_tasks(MANY + 50))
		return skip("the system does not allow so many processes");
	ticker = must_spawn(tick, NULL);
	wait_for_each(MANY);
	wait_for_all();
	wait_for_the_same();
	wait_in_vain();
	with_few_descriptors(); /* the helpers that it takes stay for some seconds */
	green_kill(ticker);
	must_join(ticker);
	return verdict();
}
