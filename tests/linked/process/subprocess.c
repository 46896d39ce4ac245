/* Child processes: what they write, what they are fed, their time, their end. */
#include "tests/linked/expect.h"
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>

static void says(const char *command, const char *input, const char *out, const char *err, int exit_status)
{
	struct green_output output;

	must("green_shell", green_shell(command, input, strlen(input), 20, &output));
	expect(command, strcmp(output.out, out) == 0 && output.out_size == strlen(out));
	expect(command, strcmp(output.err, err) == 0 && output.err_size == strlen(err));
	expect(command, WIFEXITED(output.status) && WEXITSTATUS(output.status) == exit_status);
	green_output_free(&output);
}

/* More than all pipes hold, in both directions. */
static void large(void)
{
	enum { SIZE = 3000000 };
	char *input = malloc(SIZE);
	struct green_output output;
	size_t i;

	for (i = 0; i < SIZE; i++)
		input[i] = (char)(i * 7);
	must("green_shell", green_shell("tee /dev/stderr", input, SIZE, 50, &output));
	expect("all of it comes back", output.out_size == SIZE && memcmp(output.out, input, SIZE) == 0);
	expect("twice", output.err_size == SIZE && memcmp(output.err, input, SIZE) == 0);
	green_output_free(&output);
	must("green_shell", green_shell("exec <&-; sleep 0.01", input, SIZE, 20, &output));
	expect("nobody reads the input", output.status == 0);
	green_output_free(&output);
	free(input);
}

static char file[] = "/tmp/subprocess.XXXXXX";

static void *wait_in_shell(void *unused)
{
	struct green_output output;
	char command[100];

	snprintf(command, sizeof(command), "echo >>%s; while [ -e %s ]; do sleep 0.05; done", file, file);
	expect_equal("green_shell", green_shell(command, NULL, 0, 20, &output), 0);
	green_output_free(&output);
	return unused;
}

/* None ends before all five have begun. */
static void at_once(void)
{
	green_t *list[5];
	struct stat lines = {0};
	int i, fd = (int)must("mkstemp", mkstemp(file));

	for (i = 0; i < 5; i++)
		list[i] = must_spawn(wait_in_shell, NULL);
	while (fstat(fd, &lines) == 0 && lines.st_size < 5)
		green_sleep(0.001);
	unlink(file);
	close(fd);
	must("green_gather", green_gather(list, 5, -1, NULL));
}

/* Only a limit that lets the child begin shows that what it wrote is kept. */
static void too_long(void)
{
	struct green_output output;
	bool has_begun = false;
	double limit, since;

	for (limit = 0.1; !has_begun && limit < 20; limit *= 2) {
		since = now();
		expect_failure(
		    "time limit", green_shell("echo begun; exec sleep 100", NULL, 0, limit, &output), ETIMEDOUT);
		expect("it was killed", now() - since < limit + 20);
		expect_failure("no child is left", waitpid(-1, NULL, WNOHANG), ECHILD);
		has_begun = output.out && strcmp(output.out, "begun\n") == 0;
		green_output_free(&output);
	}
	expect("what came before is there", has_begun);
}

static void *run_long(void *unused)
{
	struct green_output output;

	expect_failure("killed", green_shell("exec sleep 100", NULL, 0, -1, &output), ECANCELED);
	green_output_free(&output);
	return unused;
}

static void killed(void)
{
	green_t *g = must_spawn(run_long, NULL);

	green_sleep(0.02);
	must("green_kill", green_kill(g));
	must_join(g);
	expect_failure("no child is left", waitpid(-1, NULL, WNOHANG), ECHILD);
}

static void by_hand(void)
{
	const char *const argv[] = {"cat", NULL};
	green_child_t *child = green_child_new(argv, GREEN_STDIN | GREEN_STDOUT);
	char text[6] = "";
	int status;

	must("green_child_new", child ? 0 : -1);
	expect("it has a number", green_child_pid(child) > 0);
	expect_failure("not a pipe", green_child_fd(child, 2), EBADF);
	expect_failure("no such", green_child_fd(child, 3), EINVAL);
	must("write", write(green_child_fd(child, 0), "hello", 5));
	expect_equal("read", read_whole(green_child_fd(child, 1), text, 5), 5);
	expect("it answers", strcmp(text, "hello") == 0);
	expect_failure("it lives", green_child_wait(child, 0.01, &status), ETIMEDOUT);
	must("green_child_close_pipe", green_child_close_pipe(child, 0));
	must("green_child_wait", green_child_wait(child, -1, &status));
	must("green_child_wait", green_child_wait(child, 0, &status));
	expect_equal("status", status, 0);
	expect_failure("it is gone", green_child_kill(child, SIGTERM), ESRCH);
	green_child_free(child);
	child = green_child_new(argv, GREEN_STDIN);
	must("green_child_kill", green_child_kill(child, SIGTERM));
	must("green_child_wait", green_child_wait(child, -1, &status));
	expect("by a signal", WIFSIGNALED(status) && WTERMSIG(status) == SIGTERM);
	green_child_free(child);
}

/* The time limit ends the wait, and not the child. */
static void by_hand_in_time(void)
{
	const char *const argv[] = {"sh", "-c", "echo begun; read line; echo $line >&2", NULL};
	green_child_t *child = green_child_new(argv, GREEN_STDIN | GREEN_STDOUT | GREEN_STDERR);
	struct green_output output;

	must("green_child_new", child ? 0 : -1);
	must("green_child_communicate", green_child_communicate(child, "some line\n", 10, 10, &output));
	expect("its output", output.out_size == 6 && strcmp(output.out, "begun\n") == 0);
	expect("its errors", output.err_size == 10 && strcmp(output.err, "some line\n") == 0);
	expect_equal("its status", output.status, 0);
	green_output_free(&output);
	green_child_free(child);
	child = green_child_new((const char *[]){"sleep", "100", NULL}, GREEN_STDOUT);
	expect_failure("too long", green_child_communicate(child, NULL, 0, 0.02, &output), ETIMEDOUT);
	expect("it lives on", green_child_kill(child, 0) == 0 && output.status == -1);
	green_output_free(&output);
	green_child_free(child);
	expect_failure("no child", green_child_communicate(NULL, NULL, 0, 0, &output), EINVAL);
}

static void refused(void)
{
	const char *const nothing[] = {"/does/not/exist", NULL}, *const none[] = {NULL};
	struct green_output output;

	expect_failure("no such program", green_run(nothing, NULL, 0, 1, &output), ENOENT);
	expect_failure("no program", green_run(none, NULL, 0, 1, &output), EINVAL);
	expect_failure("no command", green_shell(NULL, NULL, 0, 1, &output), EINVAL);
	expect_failure("no output", green_shell("true", NULL, 0, 1, NULL), EINVAL);
	expect("no child", !green_child_new(nothing, 8) && errno == EINVAL);
	expect_failure("NULL", green_child_wait(NULL, 0, NULL), EINVAL);
	green_child_free(NULL);
	green_output_free(NULL);
}

static void *do_all(void *unused)
{
	says("echo out; echo err >&2; exit 3", "", "out\n", "err\n", 3);
	says("cat", "input", "input", "", 0);
	says("true", "nobody reads this", "", "", 0);
	large();
	too_long();
	by_hand();
	by_hand_in_time();
	refused();
	return unused;
}

int main(void)
{
	do_all(NULL); /* without greenlets, by an OS thread */
	must_join(must_spawn(do_all, NULL));
	at_once();
	killed();
	return verdict();
}
