/* Two shell commands at once, and one that takes too long. */
#include <errno.h>
#include <greenload.h>
#include <stdio.h>

static void *run(void *command)
{
	struct green_output output;

	if (green_shell(command, NULL, 0, 1.5, &output) < 0)
		printf("%s: %s\n", (char *)command, errno == ETIMEDOUT ? "takes too long" : "failed");
	else
		printf("%s: %s", (char *)command, output.out);
	green_output_free(&output);
	return NULL;
}

int main(void)
{
	green_t *list[] = {green_spawn(run, "sleep 0.6; echo slow"), green_spawn(run, "sleep 0.3; echo quick"),
	    green_spawn(run, "sleep 100")};

	return green_gather(list, 3, -1, NULL) < 0;
}
