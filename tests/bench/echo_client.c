/*
 * echo_client PORT CONNECTIONS MILLISECONDS PID: one message under way on each connection, for that long after a
 * warm-up; checks what comes back. The CPU time is that of the server, process PID, all its OS threads.
 */
#include "echo.h"
#include <string.h>
#include <sys/epoll.h>

#define BATCH         512
#define WARM_UP_NANOS 100000000u

struct connection {
	int fd;
	size_t received;
	char sent[MESSAGE_SIZE];
	char back[MESSAGE_SIZE];
};

struct reading {
	uint64_t time, cpu;
	size_t requests;
};

static size_t requests;

static void send_message(struct connection *c)
{
	c->received = 0;
	c->sent[requests % MESSAGE_SIZE]++;
	if (write(c->fd, c->sent, MESSAGE_SIZE) != MESSAGE_SIZE)
		err(1, "write to the server");
}

static void receive(struct connection *c)
{
	ssize_t n = read(c->fd, c->back + c->received, MESSAGE_SIZE - c->received);

	if (n <= 0)
		err(1, "read from the server: %zd", n);
	c->received += (size_t)n;
	if (c->received < MESSAGE_SIZE)
		return;
	if (memcmp(c->sent, c->back, MESSAGE_SIZE) != 0)
		errx(1, "the echo is not what was sent");
	requests++;
	send_message(c);
}

static void open_connection(struct connection *c, int epoll, in_port_t port)
{
	struct sockaddr_in address = loopback(port);
	struct epoll_event event = {.events = EPOLLIN, .data.ptr = c};

	c->fd = socket(AF_INET, SOCK_STREAM, 0);
	if (c->fd < 0 || connect(c->fd, (struct sockaddr *)&address, sizeof(address)) < 0)
		err(1, "connect");
	if (epoll_ctl(epoll, EPOLL_CTL_ADD, c->fd, &event) < 0)
		err(1, "epoll_ctl");
	send_message(c);
}

static void exchange_until(int epoll, uint64_t deadline)
{
	struct epoll_event ready[BATCH];

	while (now() < deadline) {
		int n = epoll_wait(epoll, ready, BATCH, 5000);

		if (n <= 0)
			err(1, "no answer from the server");
		for (int i = 0; i < n; i++)
			receive(ready[i].data.ptr);
	}
}

static struct reading take_reading(clockid_t cpu)
{
	return (struct reading){.time = now(), .cpu = read_clock(cpu), .requests = requests};
}

static void report(struct reading a, struct reading b)
{
	double done = (double)(b.requests - a.requests);

	print_figure("per_cpu_second", done * 1e9 / (double)(b.cpu - a.cpu), "requests/s");
	print_figure("per_second", done * 1e9 / (double)(b.time - a.time), "requests/s");
	print_figure("requests", (double)requests, "requests");
}

int main(int argc, char **argv)
{
	in_port_t port = (in_port_t)number_argument(argc, argv, 1, "port");
	size_t count = number_argument(argc, argv, 2, "connections");
	size_t milliseconds = number_argument(argc, argv, 3, "milliseconds");
	pid_t server = (pid_t)number_argument(argc, argv, 4, "process id of the server");
	struct connection *connections = calloc(count, sizeof(*connections));
	int epoll = epoll_create1(0);
	struct reading warm;
	clockid_t cpu;

	if (epoll < 0 || !connections)
		err(1, "cannot start");
	if (clock_getcpuclockid(server, &cpu) != 0)
		errx(1, "no process %d", (int)server);
	for (size_t i = 0; i < count; i++)
		open_connection(&connections[i], epoll, port);
	exchange_until(epoll, now() + WARM_UP_NANOS);
	warm = take_reading(cpu);
	exchange_until(epoll, warm.time + milliseconds * 1000000u);
	report(warm, take_reading(cpu));
	free(connections);
	return 0;
}
