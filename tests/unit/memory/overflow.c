/* A greenlet that has used up its stack: one line, then the usual end. */
#include "tests/unit/suite.h"
#include <signal.h>
#include <stdio.h>
#include <string.h>

static __attribute__((noinline)) int descend(volatile char *above)
{
	volatile char frame[1000];

	frame[0] = above[0];
	return frame[0] ? descend(frame) + frame[0] : 0;
}

static void *use_up_stack(void *unused)
{
	char start = 1;

	return descend(&start) ? unused : NULL;
}

static void overflow(void *unused)
{
	struct green_options options = {.name = "glutton", .stack_size = 100000};

	(void)unused;
	green_spawn(do_nothing, NULL);
	green_join(green_spawn_with(&options, use_up_stack, NULL), -1, NULL);
}

static void overflow_on_recycled_stack(void *unused)
{
	must_join(must_spawn(do_nothing, NULL));
	must_join(must_spawn(do_nothing, NULL));
	(void)unused;
	must_join(must_spawn(use_up_stack, NULL));
}

static char *volatile first_page = (char *)8; /* as no compiler may know */

static void *touch_first_page(void *unused)
{
	*first_page = 1;
	return unused;
}

static void fault(void *unused)
{
	(void)unused;
	must_join(must_spawn(touch_first_page, NULL));
}

static void fault_on_main(void *unused)
{
	become_host();
	touch_first_page(unused);
}

static void own_handler(int signo)
{
	static const char words[] = "the program's own";

	(void)!write(STDERR_FILENO, words, sizeof(words) - 1);
	_exit(signo);
}

static void fault_with_own_handler(void *unused)
{
	signal(SIGSEGV, own_handler);
	fault(unused);
}

static char said[1000];

/* How a task's process ended; what it wrote to stderr is left in said. */
static int end_of(void (*task)(void *arg))
{
	int ends[2], status, fd = dup(STDERR_FILENO);
	size_t length = 0;
	ssize_t n;

	ck_assert_int_eq(pipe(ends), 0);
	dup2(ends[1], STDERR_FILENO);
	close(ends[1]);
	status = status_of_child(task, NULL);
	dup2(fd, STDERR_FILENO);
	while ((n = read(ends[0], said + length, sizeof(said) - 1 - length)) > 0)
		length += (size_t)n;
	said[length] = '\0';
	close(ends[0]);
	close(fd);
	return status;
}

START_TEST(is_named_with_the_remedy)
{
	int status = end_of(overflow);

	ck_assert(WIFSIGNALED(status));
	ck_assert_int_eq(WTERMSIG(status), SIGSEGV);
	ck_assert_ptr_nonnull(strstr(said, "\"glutton\""));
	ck_assert_ptr_nonnull(strstr(said, "GREENLOAD_STACK"));
	ck_assert_ptr_nonnull(strstr(said, "stack_size"));
	ck_assert_ptr_eq(strchr(said, '\n'), said + strlen(said) - 1);
}

START_TEST(guards_stay_on_recycled_stacks)
{
	ck_assert_int_eq(WTERMSIG(end_of(overflow_on_recycled_stack)), SIGSEGV);
	ck_assert_ptr_nonnull(strstr(said, "greenlet \"\""));
}

START_TEST(other_faults_are_not_ours)
{
	ck_assert_int_eq(WTERMSIG(end_of(fault)), SIGSEGV);
	ck_assert_str_eq(said, "");
	ck_assert_int_eq(WTERMSIG(end_of(fault_on_main)), SIGSEGV);
	ck_assert_str_eq(said, "");
}

START_TEST(programs_own_handler_stays)
{
	int status = end_of(fault_with_own_handler);

	ck_assert(WIFEXITED(status));
	ck_assert_int_eq(WEXITSTATUS(status), SIGSEGV);
	ck_assert_str_eq(said, "the program's own");
}

static void *look_at_handler(void *unused)
{
	struct sigaction action;
	stack_t stack;

	ck_assert_int_eq(sigaltstack(NULL, &stack), 0);
	ck_assert(!(stack.ss_flags & SS_DISABLE));
	ck_assert_int_eq(sigaction(SIGSEGV, NULL, &action), 0);
	ck_assert(action.sa_flags & SA_ONSTACK);
	return unused;
}

START_TEST(handler_has_a_stack)
{
	must_join(must_spawn(look_at_handler, NULL));
}

int main(void)
{
	const TTest *const tests[] = {is_named_with_the_remedy, guards_stay_on_recycled_stacks,
	    other_faults_are_not_ours, programs_own_handler_stays, handler_has_a_stack};

	return run_suite("overflow", tests, sizeof(tests) / sizeof(tests[0]));
}
