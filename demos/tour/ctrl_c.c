/* Ctrl-C cancels everything, and everything cleans up. Here the signal comes by itself. */
#include <greenload.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

static void *work(void *name)
{
	while (usleep(50000) == 0)
		;
	printf("%s cleans up\n", (char *)name);
	return NULL;
}

static void stop(int signo, void *group)
{
	printf("signal %d\n", signo);
	green_group_kill(group, -1);
}

static void *press_ctrl_c(void *unused)
{
	kill(getpid(), SIGINT);
	return unused;
}

int main(void)
{
	green_group_t *group = green_group_new();

	green_on_signal(SIGINT, stop, group);
	green_group_spawn(group, work, "one", -1);
	green_group_spawn(group, work, "two", -1);
	green_detach(green_spawn_later(0.2, press_ctrl_c, NULL));
	green_group_join(group, -1);
	puts("all have ended");
	return 0;
}
