/* A limit on time, and a cancellation, with the clean-up that both allow. */
#include <errno.h>
#include <greenload.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static void *work(void *name)
{
	if (green_sleep(10) < 0)
		printf("%s: %s\n", (char *)name, strerrorname_np(errno));
	green_shield_begin(); /* what must be waited for, whatever comes */
	green_sleep(0.1);
	printf("%s: cleaned up\n", (char *)name);
	green_shield_end();
	return NULL;
}

int main(void)
{
	green_t *g = green_spawn(work, "the cancelled");
	struct green_timeout limit;
	int ends[2];
	char byte;

	if (green_with_timeout(0.2, work, "the late", NULL) < 0)
		puts("it was late");
	green_kill_wait(g, -1);
	green_join(g, -1, NULL);
	green_timeout_begin(&limit, 0.1);
	if (pipe(ends) == 0 && read(ends[0], &byte, 1) < 0 && green_timeout_end(&limit) < 0)
		puts("a plain read ends, too");
	return 0;
}
