/* Servers of streams and datagrams, and the developer's. */
#include "tests/linked/expect.h"
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>

static int at_once, most;

/* Sends back what it reads until the client says no more. */
static void echo(int fd, void *unused)
{
	char text[100];
	ssize_t n;

	(void)unused;
	if (++at_once > most)
		most = at_once;
	while ((n = read(fd, text, sizeof(text))) > 0) {
		if (write(fd, text, (size_t)n) != n)
			break;
	}
	at_once--;
}

static int connect_to(const green_server_t *server)
{
	return (int)must("green_connect", green_connect(green_server_address(server)));
}

static void expect_echo(int fd)
{
	char text[6] = "";

	must("write", write(fd, "hello", 5));
	expect_equal("read", read_whole(fd, text, 5), 5);
	expect("what comes back", strcmp(text, "hello") == 0);
}

static void *be_client(void *server)
{
	int fd = connect_to(server);

	expect_echo(fd);
	green_sleep(0.005);
	close(fd);
	return NULL;
}

static void serves_many(void)
{
	enum { CLIENTS = 50, AT_ONCE = 7 };
	green_server_t *server = green_stream_server(
	    "127.0.0.1:0", &(struct green_server_options){.max_clients = AT_ONCE}, echo, NULL);
	green_t *clients[CLIENTS];
	int i;

	must("green_stream_server", server ? 0 : -1);
	most = 0;
	for (i = 0; i < CLIENTS; i++)
		clients[i] = must_spawn(be_client, server);
	must("green_gather", green_gather(clients, CLIENTS, -1, NULL));
	expect_equal("clients at once", most, AT_ONCE);
	expect_failure("not stopped", green_server_free(server), EBUSY);
	must("green_server_stop", green_server_stop(server, -1));
	must("green_server_stop", green_server_stop(server, -1));
	expect_equal("its socket is closed", green_server_fd(server), -1);
	must("green_server_free", green_server_free(server));
}

static void *close_later(void *fd)
{
	green_sleep(0.02);
	expect_echo((int)(intptr_t)fd);
	close((int)(intptr_t)fd);
	return NULL;
}

/* The one is waited for, the other killed. */
static void stops_gracefully(void)
{
	green_server_t *server = green_stream_server("[::1]:0", NULL, echo, NULL);
	green_t *client;
	int fd;

	if (!server) /* there may be no IPv6 */
		server = green_stream_server("localhost:0", NULL, echo, NULL);
	must("green_stream_server", server ? 0 : -1);
	green_server_stop(server, -1);
	green_server_free(server);

	server = green_stream_server("localhost:0", NULL, echo, NULL);
	must("green_stream_server", server ? 0 : -1);
	fd = connect_to(server);
	expect_echo(fd);
	expect_equal("clients", (long)green_server_clients(server), 1);
	client = must_spawn(close_later, (void *)(intptr_t)fd);
	must("green_server_stop", green_server_stop(server, -1));
	must_join(client);
	must("green_server_free", green_server_free(server));

	server = green_stream_server("127.0.0.1:0", NULL, echo, NULL);
	fd = connect_to(server);
	expect_echo(fd);
	expect_failure("a client stays", green_server_stop(server, 0.02), ETIMEDOUT);
	expect_equal("it was killed", (long)green_server_clients(server), 0);
	must("green_server_free", green_server_free(server));
	close(fd);
}

static char directory[] = "/tmp/serversXXXXXX", path[sizeof(directory) + sizeof("/socket")];

static void remove_directory(void)
{
	unlink(path);
	rmdir(directory);
}

static void on_unix_sockets(void)
{
	char address[sizeof("unix:") + sizeof(path)];
	green_server_t *server;
	int fd, left_behind = (int)must("socket", socket(AF_UNIX, SOCK_STREAM, 0));
	struct sockaddr_un at = {.sun_family = AF_UNIX};

	must("mkdtemp", mkdtemp(directory) ? 0 : -1);
	atexit(remove_directory);
	snprintf(path, sizeof(path), "%s/socket", directory);
	snprintf(address, sizeof(address), "unix:%s", path);
	snprintf(at.sun_path, sizeof(at.sun_path), "%s", path);
	must("bind", bind(left_behind, (struct sockaddr *)&at, sizeof(at)));
	close(left_behind);
	server = green_stream_server(address, NULL, echo, NULL);
	must("green_stream_server", server ? 0 : -1);
	expect("in use", !green_stream_server(address, NULL, echo, NULL) && errno == EADDRINUSE);
	fd = connect_to(server);
	expect_echo(fd);
	close(fd);
	must("green_server_stop", green_server_stop(server, -1));
	must("green_server_free", green_server_free(server));
	expect_failure("the path is gone", access(path, F_OK), ENOENT);
	must("rmdir", rmdir(directory));
}

static void answer(
    int fd, const void *data, size_t size, const struct sockaddr *from, socklen_t from_size, void *prefix)
{
	char text[100];
	int n = snprintf(text, sizeof(text), "%s%.*s", (char *)prefix, (int)size, (const char *)data);

	green_sleep(0.001);
	must("sendto", sendto(fd, text, (size_t)n, 0, from, from_size));
}

static void answers_datagrams(void)
{
	green_server_t *server = green_datagram_server("127.0.0.1:0", NULL, answer, "re: ");
	struct sockaddr_in address = {.sin_family = AF_INET};
	int fd = (int)must("socket", socket(AF_INET, SOCK_DGRAM, 0)), i;
	char text[20] = "";

	must("green_datagram_server", server ? 0 : -1);
	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	address.sin_port = htons((uint16_t)green_server_port(server));
	must("connect", connect(fd, (struct sockaddr *)&address, sizeof(address)));
	for (i = 0; i < 10; i++)
		must("send", send(fd, "what?", 5, 0));
	for (i = 0; i < 10; i++)
		expect_equal("recv", recv(fd, text, sizeof(text) - 1, 0), 9);
	expect("the answer", strcmp(text, "re: what?") == 0);
	close(fd);
	must("green_server_stop", green_server_stop(server, -1));
	must("green_server_free", green_server_free(server));
}

static void opens_a_backdoor(void)
{
	green_server_t *server = green_backdoor_server("127.0.0.1:0");
	int fd;
	char text[2000] = "";

	must("green_backdoor_server", server ? 0 : -1);
	fd = connect_to(server);
	must("write", write(fd, "count\r\ntree\nquit\n", 17));
	read_whole(fd, text, sizeof(text) - 1);
	expect("help", strstr(text, "quit   closes"));
	expect("count", strstr(text, "> 3\n") || strstr(text, "> 4\n")); /* of another test, one may be about to end */
	expect("main", strstr(text, "> #0 main "));
	expect("tree", strstr(text, "  #") && strstr(text, " server waits to read from descriptor"));
	close(fd);
	must("green_server_stop", green_server_stop(server, -1));
	must("green_server_free", green_server_free(server));
}

static void refused(void)
{
	expect("no port", !green_stream_server("127.0.0.1", NULL, echo, NULL) && errno == EINVAL);
	expect("no address", !green_stream_server(NULL, NULL, echo, NULL) && errno == EINVAL);
	expect("no path", !green_stream_server("unix:", NULL, echo, NULL) && errno == EINVAL);
	expect("no function", !green_stream_server("127.0.0.1:0", NULL, NULL, NULL) && errno == EINVAL);
	expect("not ours", !green_stream_server("192.0.2.1:0", NULL, echo, NULL) && errno == EADDRNOTAVAIL);
	expect_failure("NULL", green_server_stop(NULL, 0), EINVAL);
	expect_failure("no address", green_connect(NULL), EINVAL);
	expect_failure("no port", green_connect("localhost"), EINVAL);
	expect_failure("nobody is there", green_connect("unix:/does/not/exist"), ENOENT);
	expect_equal("NULL", green_server_free(NULL), 0);
	expect_equal("NULL", green_server_port(NULL) + green_server_fd(NULL), -2);
}

int main(void)
{
	serves_many();
	stops_gracefully();
	on_unix_sockets();
	answers_datagrams();
	opens_a_backdoor();
	refused();
	return verdict();
}
