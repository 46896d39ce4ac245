/* A server that shows the developer what the program is doing. */
#include "runtime/lifecycle/greenlet.h"
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char help[] = "tree   the greenlets, below those that spawned them\n"
			   "calls  the same, with the calls that each is in\n"
			   "count  how many there are\n"
			   "quit   closes this connection\n";

static int print_help(FILE *stream)
{
	return fputs(help, stream);
}

static int print_count(FILE *stream)
{
	return fprintf(stream, "%zu\n", green_count());
}

static const struct {
	const char *name;
	int (*print)(FILE *stream);
} commands[] = {{"tree", green_print_tree}, {"calls", green_print_run_info}, {"count", print_count}};

/* Prints to memory first, as the connection may be slow. */
static bool answer(int fd, int (*print)(FILE *stream))
{
	char *text = NULL;
	size_t size = 0, done = 0;
	ssize_t n = 1;
	FILE *stream = open_memstream(&text, &size);

	if (!stream)
		return false;
	print(stream);
	fputs("> ", stream);
	fclose(stream);
	while (done < size && n > 0) {
		n = send(fd, text + done, size - done, MSG_NOSIGNAL);
		done += n > 0 ? (size_t)n : 0;
	}
	free(text);
	return n > 0;
}

static bool obey(int fd, const char *line)
{
	size_t i;

	if (strcmp(line, "quit") == 0)
		return false;
	for (i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
		if (strcmp(line, commands[i].name) == 0)
			return answer(fd, commands[i].print);
	}
	return answer(fd, print_help);
}

static bool obey_each(int fd, char *text, size_t *size)
{
	char *end;

	while ((end = memchr(text, '\n', *size))) {
		size_t length = (size_t)(end + 1 - text);

		*end = '\0';
		text[strcspn(text, "\r")] = '\0';
		if (!obey(fd, text))
			return false;
		*size -= length;
		memmove(text, end + 1, *size);
	}
	return true;
}

static void serve(int fd, void *unused)
{
	char text[256];
	size_t size = 0;
	ssize_t n;

	(void)unused;
	if (!answer(fd, print_help))
		return;
	while (size < sizeof(text) && (n = read(fd, text + size, sizeof(text) - size)) > 0) {
		size += (size_t)n;
		if (!obey_each(fd, text, &size))
			return;
	}
}

green_server_t *green_backdoor_server(const char *address)
{
	static const struct green_server_options few = {.max_clients = 10};

	return green_stream_server(address, &few, serve, NULL);
}
