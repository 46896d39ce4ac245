/*
 * A name server for one program: a child that answers on a port of its own, each question a fixed time after it came,
 * all of them at once if need be. The resolver goes by what the calling thread's `_res` says.
 *
 *	host-N.test    127.1.0.N, and back (in-addr.arpa of 127.1.0.N)
 *	long.test      only by TCP, as the answer does not fit
 *	silent.test    no answer at all
 *	any other      no such name
 */
#ifndef NAMES_H
#define NAMES_H

#include "tests/programs/say.h"
#include <arpa/inet.h>
#include <arpa/nameser.h>
#include <netdb.h>
#include <netinet/in.h>
#include <nss.h>
#include <poll.h>
#include <resolv.h>
#include <stdint.h>
#include <sys/socket.h>

enum { HELD = 1024, ANSWER = 1024 };

/* Answers to be, in the order in which they are due. */
struct held {
	double due;
	struct sockaddr_in to;
	size_t length;
	unsigned char bytes[ANSWER];
};

struct name_server {
	int datagrams, stream;
	double seconds;
	struct held held[HELD];
	unsigned begun, ended;
};

static struct name_server name_server;
static in_port_t name_server_port;

static inline int bind_locally(int type, in_port_t port)
{
	struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = port, .sin_addr = {htonl(INADDR_LOOPBACK)}};
	int fd = must("socket", socket(AF_INET, type, 0));

	if (bind(fd, (struct sockaddr *)&address, sizeof(address)) == 0)
		return fd;
	close(fd);
	return -1;
}

static inline in_port_t port_of(int fd)
{
	struct sockaddr_in address = {0};
	socklen_t length = sizeof(address);

	must("getsockname", getsockname(fd, (struct sockaddr *)&address, &length));
	return address.sin_port;
}

/* The same port for both ways, which some other program may have for one. */
static inline void open_name_server(void)
{
	do {
		name_server.datagrams = bind_locally(SOCK_DGRAM, 0);
		name_server_port = port_of(name_server.datagrams);
		name_server.stream = bind_locally(SOCK_STREAM, name_server_port);
	} while (name_server.stream < 0 && close(name_server.datagrams) == 0);
	must("listen", listen(name_server.stream, 16));
}

static inline unsigned get16(const unsigned char *bytes)
{
	return (unsigned)bytes[0] << 8 | bytes[1];
}

static inline void put16(unsigned number, unsigned char *bytes)
{
	bytes[0] = (unsigned char)(number >> 8);
	bytes[1] = (unsigned char)number;
}

/* One record to the question asked, which stands right behind the header. */
static inline size_t add_record(unsigned char *answer, size_t at, uint16_t type, const void *data, uint16_t length)
{
	put16(0xc000 | NS_HFIXEDSZ, answer + at);
	put16(type, answer + at + 2);
	put16(ns_c_in, answer + at + 4);
	put16(0, answer + at + 6);
	put16(60, answer + at + 8);
	put16(length, answer + at + 10);
	memcpy(answer + at + 12, data, length);
	put16(get16(answer + 6) + 1, answer + 6);
	return at + 12 + length;
}

static inline size_t add_name(unsigned char *answer, size_t at, const char *name)
{
	unsigned char packed[256];

	return add_record(
	    answer, at, ns_t_ptr, packed, (uint16_t)ns_name_compress(name, packed, sizeof(packed), NULL, NULL));
}

static inline size_t add_address(unsigned char *answer, size_t at, unsigned host)
{
	struct in_addr address = {htonl(0x7f010000 + host)};

	return add_record(answer, at, ns_t_a, &address, sizeof(address));
}

/* Turns a question into its answer and returns the length; 0: none is given. */
static inline size_t answer_question(unsigned char *message, size_t length, bool by_tcp)
{
	char name[256], again[256];
	int end = ns_name_uncompress(message, message + length, message + NS_HFIXEDSZ, name, sizeof(name));
	unsigned host, type;
	int whole = 0;
	size_t at;

	if (length < NS_HFIXEDSZ || end < 0 || strcmp(name, "silent.test") == 0)
		return 0;
	at = NS_HFIXEDSZ + (size_t)end + 4;
	type = get16(message + at - 4);
	message[2] = 0x81;
	message[3] = 0x80;
	memset(message + 6, 0, 6);
	if (strcmp(name, "long.test") == 0) {
		message[2] |= by_tcp ? 0 : 2;
		return by_tcp && type == ns_t_a ? add_address(message, at, 77) : at;
	}
	if (sscanf(name, "host-%u.test", &host) == 1)
		return type == ns_t_a ? add_address(message, at, host) : at;
	if (sscanf(name, "%u.0.1.127.in-addr.arpa%n", &host, &whole) == 1 && whole > 0) {
		snprintf(again, sizeof(again), "host-%u.test", host);
		return add_name(message, at, again);
	}
	message[3] |= ns_r_nxdomain;
	return at;
}

static inline void hold_answer(void)
{
	struct held *held = &name_server.held[name_server.begun % HELD];
	socklen_t length = sizeof(held->to);
	ssize_t n = recvfrom(name_server.datagrams, held->bytes, 512, 0, (struct sockaddr *)&held->to, &length);

	if (n <= 0)
		return;
	held->length = answer_question(held->bytes, (size_t)n, false);
	held->due = now() + name_server.seconds;
	if (held->length > 0)
		name_server.begun++;
}

static inline void give_answers(void)
{
	struct held *held;

	for (; name_server.ended != name_server.begun; name_server.ended++) {
		held = &name_server.held[name_server.ended % HELD];
		if (held->due > now())
			return;
		sendto(name_server.datagrams, held->bytes, held->length, 0, (struct sockaddr *)&held->to,
		    sizeof(held->to));
	}
}

/* One connection at a time, and one question after the other. */
static inline void answer_stream(void)
{
	unsigned char bytes[2 + ANSWER];
	int fd = accept(name_server.stream, NULL, NULL);
	size_t length;

	while (recv(fd, bytes, 2, MSG_WAITALL) == 2) {
		length = get16(bytes);
		if (length > 512 || recv(fd, bytes + 2, length, MSG_WAITALL) != (ssize_t)length)
			break;
		length = answer_question(bytes + 2, length, true);
		put16((unsigned)length, bytes);
		msleep((int)(name_server.seconds * 1000));
		if (write(fd, bytes, length + 2) < 0)
			break;
	}
	close(fd);
}

static inline int serve_names(void *unused)
{
	struct pollfd fds[] = {{name_server.datagrams, POLLIN, 0}, {name_server.stream, POLLIN, 0}};

	(void)unused;
	while (poll(fds, 2, name_server.ended == name_server.begun ? -1 : 1) >= 0) {
		if (fds[0].revents)
			hold_answer();
		if (fds[1].revents)
			answer_stream();
		give_answers();
	}
	return 1;
}

/* For each thread: its questions go to the server, and to nobody else. A question gets so many seconds and tries. */
static inline void ask_name_server(int seconds, int tries)
{
	must("res_init", res_init());
	_res.options &= ~(unsigned long)(RES_DEFNAMES | RES_DNSRCH);
	_res.retrans = seconds;
	_res.retry = tries;
	_res.nscount = 1;
	_res.nsaddr_list[0] = (struct sockaddr_in){
	    .sin_family = AF_INET, .sin_port = name_server_port, .sin_addr = {htonl(INADDR_LOOPBACK)}};
}

/* Ended by kill(). Its answers take so many milliseconds. */
static inline pid_t start_name_server(int ms)
{
	must("nss", __nss_configure_lookup("hosts", "files dns"));
	name_server.seconds = ms / 1000.0;
	open_name_server();
	return start_child(serve_names, NULL);
}

static inline void end_name_server(pid_t server)
{
	kill(server, SIGTERM);
	end_child(server);
}

#endif
