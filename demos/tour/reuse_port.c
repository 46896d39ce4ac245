/* Four processes, each with its greenlets, on one port; the kernel deals the connections out. */
#include <greenload.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

static const struct green_server_options shared = {.reuse_port = true};

static void tell_number(int fd, void *number)
{
	send(fd, number, 1, 0);
}

static pid_t start(green_server_t *first, char number)
{
	pid_t child = fork();

	if (child)
		return child;
	close(green_server_fd(first));
	green_stream_server(green_server_address(first), &shared, tell_number, &number);
	return green_sleep(1e6);
}

int main(void)
{
	green_server_t *server = green_stream_server("127.0.0.1:0", &shared, tell_number, "\3");
	pid_t children[] = {start(server, 0), start(server, 1), start(server, 2)};
	int i, fd, answers[4] = {0};
	char number;

	while (!answers[0] || !answers[1] || !answers[2] || !answers[3]) {
		if ((fd = green_connect(green_server_address(server))) >= 0 && read(fd, &number, 1) == 1)
			answers[(int)number]++;
		close(fd);
	}
	for (i = 0; i < 3; i++)
		kill(children[i], SIGKILL), waitpid(children[i], NULL, 0);
	return puts("each has answered") < 0;
}
