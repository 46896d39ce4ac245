/* parks: select pselect */
/* Hundreds of descriptors, most of them above FD_SETSIZE: the kernel takes sets of any size. */
#include "pairs.h"
#include "sets.h"

static int above(void)
{
	return ends[PAIRS - 1][1] + 1;
}

static struct set all_ends(void)
{
	struct set set = {{0}};

	for (int i = 0; i < PAIRS; i++)
		add_fd(add_fd(&set, ends[i][0]), ends[i][1]);
	return set;
}

static int write_to_some(void *arg)
{
	(void)arg;
	msleep(40);
	for (int i = 100; i < PAIRS; i += 200)
		if (write(ends[i][0], "!", 1) != 1)
			return 1;
	return write(ends[PAIRS - 1][1], "!", 1) != 1;
}

static void say_set(const char *what, int answer, const struct set *set)
{
	say(what, answer);
	for (int i = 0; i < PAIRS; i++)
		for (int k = 0; k < 2; k++)
			if (has_fd(set, ends[i][k]))
				printf("  end %d of %d\n", k, i);
}

int main(void)
{
	struct set reads, writes, excepts;
	struct timeval limit = {0, 30000};
	double began;
	pid_t child;

	open_pairs();
	say_whether("fits the sets", above() < SET_WORDS * WORD_BITS);
	reads = all_ends();
	began = now();
	say_set("none", select(above(), fds_of(&reads), NULL, NULL, &limit), &reads);
	say_waited("none", began, 30);
	child = start_child(write_to_some, NULL);
	reads = excepts = all_ends();
	say_whether("some", select(above(), fds_of(&reads), NULL, fds_of(&excepts), NULL) > 0);
	say("exceptions", set_size(&excepts));
	end_child(child);
	reads = all_ends();
	say_set("all of them", pselect(above(), fds_of(&reads), NULL, NULL, NULL, NULL), &reads);
	reads = just(ends[0][0]);
	writes = all_ends();
	say("all writable", pselect(above(), fds_of(&reads), fds_of(&writes), NULL, NULL, NULL));
	reads = just(ends[PAIRS - 2][1]);
	child = write_later(ends[PAIRS - 2][0]);
	say_set("one far up", pselect(above(), fds_of(&reads), NULL, NULL, &(struct timespec){20, 0}, NULL), &reads);
	end_child(child);
	return 0;
}
