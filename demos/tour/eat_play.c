/* Two activities take turns while each other waits: three and a half seconds of sleep in two. */
#include <greenload.h>
#include <stdio.h>
#include <unistd.h>

static void *eat(void *unused)
{
	puts("eat: start");
	usleep(1000000);
	puts("eat: still hungry");
	usleep(1000000);
	puts("eat: done");
	return unused;
}

static void *play(void *unused)
{
	puts("play: start");
	usleep(500000);
	puts("play: one more round");
	usleep(1000000);
	puts("play: done");
	return unused;
}

int main(void)
{
	green_t *both[] = {green_spawn(eat, NULL), green_spawn(play, NULL)};

	return green_gather(both, 2, -1, NULL) < 0;
}
