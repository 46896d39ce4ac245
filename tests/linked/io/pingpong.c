/* A thousand greenlets that play ping-pong by blocking reads and writes, over socket pairs and over pipes. */
#include "tests/linked/expect.h"
#include <sys/resource.h>
#include <sys/socket.h>

enum { PAIRS = 500, ROUNDS = 50 };

struct player {
	int in, out;
	int first;
};

static void *play(void *arg)
{
	struct player *player = arg;
	int ball = 0, round;

	for (round = 0; round < ROUNDS; round++) {
		if (player->first || round)
			expect_equal("write", write(player->out, &ball, sizeof(ball)), sizeof(ball));
		expect_equal("read", read_whole(player->in, &ball, sizeof(ball)), sizeof(ball));
		ball++;
	}
	if (!player->first)
		expect_equal("last write", write(player->out, &ball, sizeof(ball)), sizeof(ball));
	expect_equal("ball", ball, player->first ? 2 * ROUNDS : 2 * ROUNDS - 1);
	close(player->in);
	if (player->out != player->in)
		close(player->out);
	return NULL;
}

static struct player players[2 * PAIRS];

static void pair_by_sockets(struct player *two)
{
	int ends[2];

	must("socketpair", socketpair(AF_UNIX, SOCK_STREAM, 0, ends));
	two[0] = (struct player){ends[0], ends[0], 1};
	two[1] = (struct player){ends[1], ends[1], 0};
}

static void pair_by_pipes(struct player *two)
{
	int there[2], back[2];

	must("pipe", pipe(there));
	must("pipe", pipe(back));
	two[0] = (struct player){back[0], there[1], 1};
	two[1] = (struct player){there[0], back[1], 0};
}

static void play_all(void (*pair)(struct player *two))
{
	green_t *g[2 * PAIRS];
	int i;

	for (i = 0; i < PAIRS; i++)
		pair(&players[2 * i]);
	for (i = 0; i < 2 * PAIRS; i++)
		g[i] = must_spawn(play, &players[i]);
	for (i = 0; i < 2 * PAIRS; i++)
		must_join(g[i]);
}

int main(void)
{
	struct rlimit limit;

	must("getrlimit", getrlimit(RLIMIT_NOFILE, &limit));
	limit.rlim_cur = limit.rlim_max;
	must("setrlimit", setrlimit(RLIMIT_NOFILE, &limit));
	if (limit.rlim_max < 4 * PAIRS + 100)
		return skip("the limit of descriptors is too low");
	play_all(pair_by_sockets);
	play_all(pair_by_pipes);
	return verdict();
}
