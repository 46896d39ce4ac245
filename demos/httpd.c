/*
 * httpd: a small HTTP/1.1 server in plain blocking code, a greenlet for each connection.
 *
 * It answers every GET with the same body, after a while: a server to try clients with.
 */
#include <arpa/inet.h>
#include <err.h>
#include <greenload.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#define PATIENCE     30 /* seconds that a client may be silent, or not take what we send */
#define REQUEST_SIZE 8192

struct response {
	char *bytes;
	size_t size, head_size;
};

static struct response keep_alive, closing;
static unsigned delay; /* milliseconds */
static unsigned body_size = 2048;

static struct response make_response(const char *connection)
{
	struct response r = {.bytes = malloc(body_size + 200)};

	if (!r.bytes)
		err(1, "a body of %u bytes", body_size);
	r.head_size = (size_t)sprintf(r.bytes,
	    "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: %u\r\nConnection: %s\r\n\r\n", body_size,
	    connection);
	r.size = r.head_size + body_size;
	for (size_t i = 0; i < body_size; i++)
		r.bytes[r.head_size + i] = "0123456789abcdefghijklmnopqrstuvwxyz\n"[i % 37];
	return r;
}

static bool write_all(int fd, const char *bytes, size_t size)
{
	while (size > 0) {
		ssize_t n = write(fd, bytes, size);

		if (n < 0)
			return false;
		bytes += n;
		size -= (size_t)n;
	}
	return true;
}

/* Sends a last word and waits until the client has got it: to close at once could destroy it on its way. */
static void refuse(int fd, const char *status)
{
	char bytes[1024];
	int size = snprintf(
	    bytes, sizeof(bytes), "HTTP/1.1 %s\r\nContent-Length: 0\r\nConnection: close\r\n\r\n", status);

	if (!write_all(fd, bytes, (size_t)size) || shutdown(fd, SHUT_WR))
		return;
	for (int reads = 0; reads < 100 && read(fd, bytes, sizeof(bytes)) > 0; reads++)
		;
}

/* True when a line of the head starts with this name and has this word in it. */
static bool has_field(const char *head, const char *name, const char *word)
{
	const char *line = strcasestr(head, name);
	const char *found = line ? strcasestr(line, word) : NULL;

	return found && found < line + strlen(name) + strcspn(line + strlen(name), "\r\n");
}

/* Answers one request, whose head this is. True when the connection stays open for the next. */
static bool answer(int fd, const char *head)
{
	bool is_head = strncmp(head, "HEAD ", 5) == 0, is_get = strncmp(head, "GET ", 4) == 0;
	const struct response *r = &keep_alive;
	const char *version = strstr(head, " HTTP/1.");

	if (!version || version > head + strcspn(head, "\r\n"))
		return refuse(fd, "400 Bad Request"), false;
	if (!is_get && !is_head)
		return refuse(fd, "405 Method Not Allowed\r\nAllow: GET, HEAD"), false;
	if (strcasestr(head, "\ncontent-length:") || strcasestr(head, "\ntransfer-encoding:"))
		return refuse(fd, "413 Content Too Large"), false;
	if (version[8] == '0' ? !has_field(head, "\nconnection:", "keep-alive")
			      : has_field(head, "\nconnection:", "close"))
		r = &closing;
	if (delay)
		usleep(delay * 1000);
	return write_all(fd, r->bytes, is_head ? r->head_size : r->size) && r == &keep_alive;
}

/* Reads up to the end of the next request's head and makes a string of it. Returns its length, 0 for no more. */
static size_t read_head(int fd, char *buffer, size_t *have)
{
	char *end;
	ssize_t n;

	while (!(end = memmem(buffer, *have, "\r\n\r\n", 4))) {
		if (*have == REQUEST_SIZE)
			return refuse(fd, "431 Request Header Fields Too Large"), 0;
		n = read(fd, buffer + *have, REQUEST_SIZE - *have);
		if (n <= 0)
			return 0;
		*have += (size_t)n;
	}
	end[3] = '\0';
	return (size_t)(end + 4 - buffer);
}

static void *serve(void *arg)
{
	int fd = (int)(intptr_t)arg;
	const struct timeval patience = {.tv_sec = PATIENCE};
	char buffer[REQUEST_SIZE];
	size_t have = 0, length;

	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience));
	while ((length = read_head(fd, buffer, &have)) > 0 && answer(fd, buffer)) {
		have -= length;
		memmove(buffer, buffer + length, have);
	}
	close(fd);
	return NULL;
}

static int listen_on(uint16_t port)
{
	struct sockaddr_in address = {
	    .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t length = sizeof(address);
	int fd = socket(AF_INET, SOCK_STREAM, 0), on = 1;

	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	if (bind(fd, (struct sockaddr *)&address, length) || listen(fd, SOMAXCONN) ||
	    getsockname(fd, (struct sockaddr *)&address, &length))
		err(1, "port %u", port);
	printf("listening on http://127.0.0.1:%u/\n", ntohs(address.sin_port));
	fflush(stdout);
	return fd;
}

static unsigned number(const char *text, unsigned most)
{
	unsigned n;
	char rest;

	if (sscanf(text, "%u%c", &n, &rest) != 1 || n > most)
		errx(2, "%s is not a number between 0 and %u", text, most);
	return n;
}

int main(int argc, char **argv)
{
	uint16_t port = 0;
	bool wrong = false;
	struct rlimit files;

	for (int option; (option = getopt(argc, argv, "p:d:s:")) != -1;)
		if (option == 'p')
			port = (uint16_t)number(optarg, UINT16_MAX);
		else if (option == 'd')
			delay = number(optarg, 3600000);
		else if (option == 's')
			body_size = number(optarg, 1 << 30);
		else
			wrong = true;
	if (wrong || optind < argc)
		errx(2, "usage: httpd [-p PORT] [-d MILLISECONDS] [-s BYTES]");
	signal(SIGPIPE, SIG_IGN);
	if (getrlimit(RLIMIT_NOFILE, &files) == 0) {
		files.rlim_cur = files.rlim_max;
		setrlimit(RLIMIT_NOFILE, &files);
	}
	keep_alive = make_response("keep-alive");
	closing = make_response("close");
	for (int listener = listen_on(port);;) {
		int fd = accept(listener, NULL, NULL);

		if (fd >= 0 && green_detach(green_spawn(serve, (void *)(intptr_t)fd)) == 0)
			continue;
		if (fd >= 0)
			close(fd);
		usleep(10000); /* out of descriptors or memory: some will be back when a client has gone */
	}
}
