/* parks: select pselect */
/* What becomes ready later, or not at all within the time limit. */
#include "sets.h"

static int one[2], two[2];

static void data_later(void)
{
	struct set reads = just(one[0]), writes = {{0}}, excepts;
	struct timeval limit = {20, 0};
	pid_t child;
	char byte;

	add_fd(&reads, two[0]);
	excepts = reads;
	child = write_later(two[1]);
	say("second of two", select(two[0] + 1, fds_of(&reads), fds_of(&writes), fds_of(&excepts), &limit));
	say_whether("first", has_fd(&reads, one[0]));
	say_whether("second", has_fd(&reads, two[0]));
	say("exceptions", set_size(&excepts));
	say_whether("less of the limit is left", limit.tv_sec < 20 && (limit.tv_sec > 0 || limit.tv_usec > 0));
	end_child(child);
	must("read", read(two[0], &byte, 1));
	add_fd(&reads, one[0]);
	add_fd(&reads, two[0]);
	child = write_later(one[1]);
	say("first, pselect", pselect(two[0] + 1, fds_of(&reads), NULL, NULL, NULL, NULL));
	say_whether("first", has_fd(&reads, one[0]));
	say_whether("second", has_fd(&reads, two[0]));
	end_child(child);
	must("read", read(one[0], &byte, 1));
}

/* One set in two places is what libc's and the kernel's order of writing makes of it. */
static void same_set_twice(void)
{
	struct set set = just(one[0]);
	pid_t child = write_later(one[1]);
	char byte;

	say("one set twice", select(one[0] + 1, fds_of(&set), NULL, fds_of(&set), NULL));
	say("what it holds", set_size(&set));
	end_child(child);
	must("read", read(one[0], &byte, 1));
}

static void time_over(void)
{
	struct set set = just(one[0]);
	struct timeval limit = {0, 30000};
	struct timespec span = {0, 30000000};
	double began = now();

	say("time over", select(one[0] + 1, fds_of(&set), NULL, NULL, &limit));
	say_waited("select", began, 30);
	say("set", set_size(&set));
	say_whether("no time left", limit.tv_sec == 0 && limit.tv_usec == 0);
	set = just(one[0]);
	began = now();
	say("time over, pselect", pselect(one[0] + 1, fds_of(&set), NULL, NULL, &span, NULL));
	say_waited("pselect", began, 30);
	say("set", set_size(&set));
	say_whether("limit untouched", span.tv_sec == 0 && span.tv_nsec == 30000000);
}

static void sleeps(void)
{
	struct set none = {{0}};
	struct timeval limit = {0, 30000};
	double began = now();

	say("no set", select(0, NULL, NULL, NULL, &limit));
	say_waited("no set", began, 30);
	began = now();
	say("empty sets", pselect(200, fds_of(&none), fds_of(&none), NULL, &(struct timespec){0, 30000000}, NULL));
	say_waited("empty sets", began, 30);
	began = now();
	for (int i = 0; i < 20; i++) {
		limit = (struct timeval){0, 100};
		select(0, NULL, NULL, NULL, &limit);
	}
	say_waited("20 times 0.1 ms", began, 2);
}

/* A hang-up is nothing to who waits to write or for exceptions; nor is a file that is always readable. */
static void nothing_asked(void)
{
	struct set writes, excepts;
	int widowed[2], file = regular_file();
	clock_t cpu = clock();
	double began = now();

	must("pipe", pipe(widowed));
	close(widowed[1]);
	writes = just(widowed[0]);
	excepts = just(widowed[0]);
	add_fd(&excepts, file);
	add_fd(&excepts, one[0]);
	say("nothing asked",
	    pselect(200, NULL, fds_of(&writes), fds_of(&excepts), &(struct timespec){0, 150000000}, NULL));
	say_waited("nothing asked", began, 150);
	say_rested("nothing asked", cpu, 150);
	say("writes", set_size(&writes));
	say("exceptions", set_size(&excepts));
}

/* What is ready, but not below nfds: it is cleared all the same, as its word is. */
static void beyond_nfds(void)
{
	struct set reads = just(one[0]);
	clock_t cpu = clock();
	double began = now();

	must("write", write(two[1], "!", 1));
	add_fd(&reads, two[0]);
	say("beyond nfds", pselect(two[0], fds_of(&reads), NULL, NULL, &(struct timespec){0, 150000000}, NULL));
	say_waited("beyond nfds", began, 150);
	say_rested("beyond nfds", cpu, 150);
	say("set", set_size(&reads));
}

/* A hang-up that nobody asked about, but something else becomes ready. */
static void hang_up_aside(void)
{
	struct set reads = just(one[0]), excepts;
	int widowed[2];
	pid_t child = write_later(one[1]);

	must("pipe", pipe(widowed));
	close(widowed[1]);
	excepts = just(widowed[0]);
	say("a hang-up aside", select(200, fds_of(&reads), NULL, fds_of(&excepts), NULL));
	say("reads", set_size(&reads));
	say("exceptions", set_size(&excepts));
	end_child(child);
}

/* Old programs say select(getdtablesize(), ...): the sets are looked at no further than there can be descriptors. */
static void nfds_beyond_the_set(void)
{
	char *pages = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	fd_set *set = (void *)(pages + 4096 - sizeof(fd_set));
	struct timeval limit = {0, 30000};
	double began = now();
	pid_t child;

	must("mmap", pages == MAP_FAILED ? -1 : 0);
	must("mprotect", mprotect(pages + 4096, 4096, PROT_NONE));
	FD_SET(one[0], set);
	say("nfds beyond the set", select(20000, set, NULL, NULL, &limit));
	say_waited("nfds beyond the set", began, 30);
	FD_SET(one[0], set);
	child = write_later(one[1]);
	say("nfds beyond the set", pselect(20000, set, NULL, NULL, NULL, NULL));
	say_whether("found", FD_ISSET(one[0], set));
	end_child(child);
}

int main(void)
{
	must("pipe", pipe(one));
	must("pipe", pipe(two));
	data_later();
	same_set_twice();
	time_over();
	sleeps();
	nothing_asked();
	beyond_nfds();
	hang_up_aside();
	must("read", read(one[0], &(char){0}, 1));
	nfds_beyond_the_set();
	return 0;
}
