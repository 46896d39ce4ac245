/* never parks: select pselect */
/* What is ready at once, a time limit of nothing, and bad arguments. */
#include "sets.h"
#include <sys/resource.h>

static int empty[2], full[2], widowed[2], deaf[2], urgent[2];

static int largest(void)
{
	return urgent[1] > urgent[0] ? urgent[1] : urgent[0];
}

static void say_set(const char *what, const struct set *set)
{
	const struct {
		const char *name;
		int fd;
	} all[] = {{"empty", empty[0]}, {"into empty", empty[1]}, {"full", full[0]}, {"widowed", widowed[0]},
	    {"into deaf", deaf[1]}, {"socket", urgent[0]}};

	printf("  %s:", what);
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		if (has_fd(set, all[i].fd))
			printf(" %s,", all[i].name);
	printf(" %d in all\n", set_size(set));
}

static void fill_sets(struct set *reads, struct set *writes, struct set *excepts)
{
	*reads = *writes = *excepts = (struct set){{0}};
	add_fd(add_fd(add_fd(add_fd(reads, empty[0]), full[0]), widowed[0]), urgent[0]);
	add_fd(add_fd(add_fd(writes, empty[1]), deaf[1]), urgent[0]);
	add_fd(add_fd(add_fd(excepts, full[0]), widowed[0]), urgent[0]);
}

static void all_kinds(void)
{
	struct set reads, writes, excepts;
	struct timeval limit = {7, 2500000};

	fill_sets(&reads, &writes, &excepts);
	say("select", select(largest() + 1, fds_of(&reads), fds_of(&writes), fds_of(&excepts), &limit));
	say_set("for reading", &reads);
	say_set("for writing", &writes);
	say_set("exceptions", &excepts);
	say_whether("the limit is nearly untouched", limit.tv_sec == 9 || limit.tv_sec == 8);
	fill_sets(&reads, &writes, &excepts);
	say("pselect", pselect(largest() + 1, fds_of(&reads), fds_of(&writes), fds_of(&excepts), NULL, NULL));
	say_set("for reading", &reads);
	say_set("for writing", &writes);
	say_set("exceptions", &excepts);
}

static void no_time(void)
{
	struct set set = just(empty[0]);
	struct timeval none = {0, 0};

	say("no time", select(empty[0] + 1, fds_of(&set), NULL, NULL, &none));
	say_set("set", &set);
	set = just(empty[0]);
	say("no time, pselect", pselect(empty[0] + 1, fds_of(&set), NULL, NULL, &(struct timespec){0, 0}, NULL));
	say_set("set", &set);
	set = just(full[0]);
	say("no time, but ready", select(full[0] + 1, fds_of(&set), NULL, NULL, &none));
	say_set("set", &set);
	say("no time, no set", select(0, NULL, NULL, NULL, &none));
}

/* nfds says how far the sets are looked at, whatever they hold beyond; a process has so many descriptors only. */
static void reach(void)
{
	struct set set = just(full[0]);

	add_fd(&set, empty[0]);
	set.words[SET_WORDS - 1] = ~0ul;
	say("beyond nfds", select(full[0] + 1, fds_of(&set), NULL, NULL, NULL));
	say_whether("found", has_fd(&set, full[0]));
	say_whether("the rest as it was", set.words[SET_WORDS - 1] == ~0ul);
}

static void errors(void)
{
	struct set set = just(full[0]);
	struct timeval limit = {5, 0};

	say("wild set", select(full[0] + 1, wild_pointer(), NULL, NULL, &limit));
	say("wild third set", select(full[0] + 1, fds_of(&set), NULL, wild_pointer(), NULL));
	say_whether("the first as it was", has_fd(&set, full[0]));
	say("wild set, pselect", pselect(full[0] + 1, NULL, wild_pointer(), NULL, NULL, NULL));
	say("wild mask", pselect(full[0] + 1, fds_of(&set), NULL, NULL, NULL, wild_pointer()));
	say("negative nfds", select(-1, fds_of(&set), NULL, NULL, NULL));
	say("negative nfds, pselect", pselect(-1, fds_of(&set), NULL, NULL, NULL, NULL));
	say("not a time", select(full[0] + 1, fds_of(&set), NULL, NULL, &(struct timeval){-1, 0}));
	say("not a time", select(full[0] + 1, fds_of(&set), NULL, NULL, &(struct timeval){0, -1}));
	say("not a time", pselect(full[0] + 1, fds_of(&set), NULL, NULL, &(struct timespec){0, 1000000000}, NULL));
	say_whether("the set as it was", has_fd(&set, full[0]));
	close(full[0]);
	say("closed", select(full[0] + 1, fds_of(&set), NULL, NULL, NULL));
	say("closed, pselect", pselect(full[0] + 1, NULL, NULL, fds_of(&set), NULL, NULL));
	say_whether("the set as it was", has_fd(&set, full[0]));
}

int main(void)
{
	must("pipe", pipe(empty));
	must("pipe", pipe(full));
	must("pipe", pipe(widowed));
	must("pipe", pipe(deaf));
	must("socketpair", socketpair(AF_UNIX, SOCK_STREAM, 0, urgent));
	must("write", write(full[1], "!", 1));
	close(widowed[1]);
	close(deaf[0]);
	all_kinds();
	no_time();
	reach();
	errors();
	return 0;
}
