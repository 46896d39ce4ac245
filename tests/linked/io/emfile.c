/* Without a descriptor for the event loop there are no greenlets, and the process goes on. */
#include "tests/linked/expect.h"
#include <fcntl.h>
#include <sys/resource.h>

static void *sleep_a_little(void *result)
{
	expect_equal("usleep", usleep(1000), 0);
	return result;
}

static void limit_descriptors(rlim_t most)
{
	struct rlimit limit;

	must("getrlimit", getrlimit(RLIMIT_NOFILE, &limit));
	limit.rlim_cur = most;
	must("setrlimit", setrlimit(RLIMIT_NOFILE, &limit));
}

static void spawn_in_vain(void)
{
	char byte = 0;
	int ends[2] = {-1, -1};

	errno = 0;
	expect("no greenlet", green_spawn(sleep_a_little, NULL) == NULL);
	expect_equal("errno", errno, EMFILE);
	expect("no main greenlet", green_self() == NULL);
	expect_equal("usleep goes on", usleep(100), 0);
	expect_failure("pipe", pipe(ends), EMFILE);
	expect_equal("write goes on", write(STDOUT_FILENO, &byte, 0), 0);
}

int main(void)
{
	int fds[64] = {0}, count = 0, i;

	limit_descriptors(40);
	while (count < 64 && (fds[count] = open("/dev/null", O_RDONLY)) >= 0)
		count++;
	spawn_in_vain();
	close(fds[--count]); /* one is not enough */
	errno = 0;
	expect("no greenlet with one descriptor", green_spawn(sleep_a_little, NULL) == NULL);
	expect_equal("errno with one descriptor", errno, EMFILE);
	for (i = 0; i < 4; i++)
		close(fds[--count]);
	expect("a greenlet's result", must_join(must_spawn(sleep_a_little, fds)) == fds);
	/* Once the loop is open, it needs no more. */
	while (count < 64 && (fds[count] = open("/dev/null", O_RDONLY)) >= 0)
		count++;
	expect("another's result", must_join(must_spawn(sleep_a_little, fds)) == fds);
	return verdict();
}
