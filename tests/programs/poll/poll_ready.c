/* never parks: poll ppoll */
/* What is ready at once, in every state a descriptor can be in, and a time limit of nothing. */
#include "ready.h"
#include <netinet/in.h>

static void pipes(void)
{
	int empty[2], full[2], widowed[2], deaf[2];
	struct pollfd fds[10];

	must("pipe", pipe(empty));
	must("pipe", pipe(full));
	must("pipe", pipe(widowed));
	must("pipe", pipe(deaf));
	must("write", write(full[1], "abc", 3));
	must("write", write(widowed[1], "abc", 3));
	close(widowed[1]);
	close(deaf[0]);
	fds[0] = (struct pollfd){.fd = empty[0], .events = POLLIN, .revents = -1};
	fds[1] = (struct pollfd){.fd = empty[1], .events = POLLOUT};
	fds[2] = (struct pollfd){.fd = full[0], .events = POLLIN | POLLRDNORM};
	fds[3] = (struct pollfd){.fd = full[0], .events = 0, .revents = -1};
	fds[4] = (struct pollfd){.fd = full[0], .events = POLLIN | POLLOUT};
	fds[5] = (struct pollfd){.fd = widowed[0], .events = POLLIN};
	fds[6] = (struct pollfd){.fd = widowed[0], .events = 0};
	fds[7] = (struct pollfd){.fd = deaf[1], .events = POLLOUT | POLLWRNORM};
	fds[8] = (struct pollfd){.fd = -1, .events = POLLIN, .revents = -1};
	fds[9] = (struct pollfd){.fd = deaf[0], .events = POLLIN};
	say_polled("pipes", poll(fds, 10, -1), fds, 10);
	say_polled("pipes, ppoll", ppoll(fds, 10, NULL, NULL), fds, 10);
}

static void files(void)
{
	int file = regular_file();
	struct pollfd fds[5] = {{.fd = file, .events = POLLIN | POLLOUT}, {.fd = file, .events = POLLIN},
	    {.fd = opened("/dev/null"), .events = POLLIN | POLLOUT | POLLPRI},
	    {.fd = opened("/dev/zero"), .events = POLLOUT}, {.fd = open(".", O_RDONLY), .events = POLLIN}};

	say_polled("files", poll(fds, 5, 1000), fds, 5);
	say_polled("files, ppoll", ppoll(fds, 5, &(struct timespec){1, 0}, NULL), fds, 5);
}

/* What the peer did last has come, and all before it. */
static void until_half_closed(int fd)
{
	struct pollfd half_closed = {.fd = fd, .events = POLLRDHUP};

	while (poll(&half_closed, 1, 0) == 0)
		msleep(1);
}

static void urgent(void)
{
	struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t size = sizeof(address);
	int listener = must("socket", socket(AF_INET, SOCK_STREAM, 0)), client, server;
	struct pollfd fds[4];

	must("bind", bind(listener, (struct sockaddr *)&address, size));
	must("listen", listen(listener, 1));
	must("getsockname", getsockname(listener, (struct sockaddr *)&address, &size));
	client = must("socket", socket(AF_INET, SOCK_STREAM, 0));
	fds[0] = (struct pollfd){.fd = client, .events = POLLIN | POLLOUT};
	say_polled("unconnected", poll(fds, 1, 1000), fds, 1);
	must("connect", connect(client, (struct sockaddr *)&address, size));
	server = must("accept", accept(listener, NULL, NULL));
	must("send", send(client, "!", 1, MSG_OOB));
	shutdown(client, SHUT_WR);
	until_half_closed(server);
	for (int i = 0; i < 4; i++)
		fds[i].fd = server;
	fds[0].events = POLLPRI;
	fds[1].events = POLLRDHUP;
	fds[2].events = POLLOUT;
	fds[3].events = POLLIN | POLLPRI | POLLRDHUP;
	say_polled("urgent and half closed", poll(fds, 4, 1000), fds, 4);
	close(client);
	close(server);
	close(listener);
}

static void no_time(void)
{
	static const struct timespec zero;
	int ends[2];
	struct pollfd fd;

	must("pipe", pipe(ends));
	fd = (struct pollfd){.fd = ends[0], .events = POLLIN};
	say_polled("no time", poll(&fd, 1, 0), &fd, 1);
	say_polled("no time, ppoll", ppoll(&fd, 1, &zero, NULL), &fd, 1);
	say("no time, no descriptor", poll(NULL, 0, 0));
	say("no time, no descriptor, ppoll", ppoll(NULL, 0, &zero, NULL));
	must("write", write(ends[1], "!", 1));
	say_polled("no time, but ready", poll(&fd, 1, 0), &fd, 1);
	say_polled("no time, but ready, ppoll", ppoll(&fd, 1, &zero, NULL), &fd, 1);
}

int main(void)
{
	pipes();
	files();
	urgent();
	no_time();
	return 0;
}
