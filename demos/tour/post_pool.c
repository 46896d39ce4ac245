/* 1 000 POST requests of a millisecond each, through ten connections that are kept alive. */
#include <greenload.h>
#include <stdio.h>
#include <string.h>

static const char request[] = "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 4\r\n\r\nitem";
static const char answer[] = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";
static green_queue_t *connections;

static void serve(int fd, void *served)
{
	for (char text[sizeof(request)]; recv(fd, text, sizeof(request) - 1, MSG_WAITALL) > 0; ++*(int *)served) {
		green_sleep(0.001);
		send(fd, answer, sizeof(answer) - 1, 0);
	}
}

static void *post(void *unused)
{
	char text[sizeof(answer)] = "";
	int fd;

	green_queue_get(connections, &fd, -1);
	send(fd, request, sizeof(request) - 1, 0);
	recv(fd, text, sizeof(answer) - 1, MSG_WAITALL);
	green_queue_put(connections, &fd, -1);
	return strcmp(text, answer) == 0 ? unused : green_fail(1);
}

int main(void)
{
	static void *args[1000];
	int fd, i, served = 0;
	green_server_t *server = green_stream_server("127.0.0.1:0", NULL, serve, &served);

	connections = green_queue_new(sizeof(int), 10);
	for (i = 0; i < 10 && (fd = green_connect(green_server_address(server))) >= 0; i++)
		green_queue_put(connections, &fd, 0);
	return green_group_map(green_pool_new(10), post, args, 1000, NULL) < 0 || printf("%d requests\n", served) < 0;
}
