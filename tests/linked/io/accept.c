/* Two hundred greenlets accept on one listening socket: each gets one connection, and answers on it. */
#include "tests/linked/net.h"

enum { WAITERS = 200 };

static int listener;
static struct sockaddr_in address;
static int served;

static void *serve_one(void *unused)
{
	char bytes[5];
	int fd = accept(listener, NULL, NULL);

	expect("accept", fd >= 0);
	expect_equal("recv", recv(fd, bytes, sizeof(bytes), MSG_WAITALL), sizeof(bytes));
	expect_equal("send", send(fd, bytes, sizeof(bytes), 0), sizeof(bytes));
	close(fd);
	served++;
	return unused;
}

static void *ask_one(void *unused)
{
	int fd = connect_to(&address);
	char answer[6] = "";

	expect_equal("first half", write(fd, "he", 2), 2);
	green_sleep(0.001);
	expect_equal("second half", write(fd, "llo", 3), 3);
	expect_equal("answer", recv(fd, answer, 5, MSG_WAITALL), 5);
	expect("the answer is the question", strcmp(answer, "hello") == 0);
	expect_equal("end", read(fd, answer, 1), 0);
	close(fd);
	return unused;
}

int main(void)
{
	green_t *servers[WAITERS], *clients[WAITERS];
	int i;

	listener = listen_anywhere(&address, WAITERS);
	for (i = 0; i < WAITERS; i++)
		servers[i] = must_spawn(serve_one, NULL);
	green_sleep(0.001);
	for (i = 0; i < WAITERS; i++)
		clients[i] = must_spawn(ask_one, NULL);
	for (i = 0; i < WAITERS; i++) {
		must_join(clients[i]);
		must_join(servers[i]);
	}
	expect_equal("served", served, WAITERS);
	return verdict();
}
