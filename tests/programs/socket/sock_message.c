/* parks: recvmsg sendmsg */
/* recvmsg and sendmsg: pieces, addresses, descriptors, on streams and not. */
#include "tests/programs/sock.h"

static unsigned char large[2 << 20];

/* Very uneven pieces, some empty, more than any short array would hold. */
static size_t cut(struct iovec *pieces, size_t most)
{
	const size_t length = sizeof(large);
	size_t n, done = 0, part;

	for (n = 0; n < most && done < length; n++, done += part) {
		part = n % 7 == 3 ? 0 : n % 5 * 997 + n;
		if (part > length - done || n + 1 == most)
			part = length - done;
		pieces[n] = (struct iovec){large + done, part};
	}
	return n;
}

static void try_large_send(int pair[2])
{
	static struct iovec pieces[700], before[700];
	struct msghdr msg = {.msg_iov = pieces, .msg_iovlen = cut(pieces, 700)};
	size_t count = msg.msg_iovlen;
	pid_t child = take_later(pair);

	fill(large, 0, sizeof(large));
	memcpy(before, pieces, sizeof(pieces));
	say("sendmsg of 2 MiB in many pieces", sendmsg(pair[0], &msg, 0));
	say_whether("header and pieces as before",
	    !memcmp(before, pieces, sizeof(pieces)) && msg.msg_iov == pieces && msg.msg_iovlen == count);
	shutdown(pair[0], SHUT_WR);
	end_child(child);
	close(pair[0]);
}

static int send_in_parts(void *arg)
{
	const int *pair = arg;

	close(pair[0]);
	fill(large, 0, sizeof(large));
	msleep(LATER);
	for (size_t done = 0; done < sizeof(large); done += sizeof(large) / 8) {
		msleep(2);
		if (send(pair[1], large + done, sizeof(large) / 8, 0) != (ssize_t)sizeof(large) / 8)
			return 1;
	}
	return 0;
}

static void try_large_receive(int pair[2])
{
	static struct iovec pieces[700], before[700];
	struct msghdr msg = {.msg_iov = pieces, .msg_iovlen = cut(pieces, 700)};
	pid_t child = start_child(send_in_parts, pair);

	close(pair[1]);
	memset(large, 0, sizeof(large));
	memcpy(before, pieces, sizeof(pieces));
	say("recvmsg(MSG_WAITALL) of 2 MiB in many pieces", recvmsg(pair[0], &msg, MSG_WAITALL));
	say_whether("every byte in its place", is_filled(large, 0, sizeof(large)));
	say_whether("pieces as before", !memcmp(before, pieces, sizeof(pieces)) && msg.msg_iov == pieces);
	end_child(child);
	close(pair[0]);
}

static void try_later(int pair[2])
{
	char first[4] = "", second[8] = "";
	struct iovec pieces[2] = {{first, 3}, {second, 7}};
	struct msghdr msg = {.msg_iov = pieces, .msg_iovlen = 2, .msg_flags = MSG_OOB};
	double start = now();
	pid_t child = talk_later(pair, "abcdefghij", NULL, 0);

	say("recvmsg blocks", recvmsg(pair[0], &msg, MSG_WAITALL));
	say_waited("recvmsg", start, LATER - 1);
	printf("%s %s\n", first, second);
	say("flags", msg.msg_flags & ~MSG_EOR);
	end_child(child);
	say("recvmsg at the end", recvmsg(pair[0], &msg, 0));
	close(pair[0]);
}

union control {
	struct cmsghdr header;
	char bytes[CMSG_SPACE(4 * sizeof(int))];
};

static ssize_t send_descriptor(int to, int fd, const char *bytes)
{
	union control control = {
	    .header = {.cmsg_len = CMSG_LEN(sizeof(fd)), .cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS}};
	struct iovec piece = {(char *)bytes, strlen(bytes)};
	struct msghdr msg = {
	    .msg_iov = &piece, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = CMSG_SPACE(sizeof(fd))};

	memcpy(CMSG_DATA(&control.header), &fd, sizeof(fd));
	return sendmsg(to, &msg, 0);
}

static int send_plain_then_descriptor(void *arg)
{
	const int *pair = arg;
	int pipes[2];

	close(pair[0]);
	msleep(LATER);
	must("send", send(pair[1], "plain ", 6, 0));
	msleep(LATER);
	must("pipe", pipe(pipes));
	must("write", write(pipes[1], "!", 1));
	must("sendmsg", send_descriptor(pair[1], pipes[0], "with it "));
	msleep(LATER);
	must("send", send(pair[1], "after", 5, 0));
	return 0;
}

static int descriptor_in(struct msghdr *msg)
{
	struct cmsghdr *part = CMSG_FIRSTHDR(msg);
	int fd = -1;

	if (part && part->cmsg_level == SOL_SOCKET && part->cmsg_type == SCM_RIGHTS)
		memcpy(&fd, CMSG_DATA(part), sizeof(fd));
	return fd;
}

/* A descriptor ends what MSG_WAITALL waits for, even if it is not the first thing to come. */
static void try_descriptors(void)
{
	int pair[2], fd;
	union control control;
	char bytes[64] = "";
	struct iovec piece = {bytes, sizeof(bytes)};
	struct msghdr msg = {
	    .msg_iov = &piece, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof(control)};
	pid_t child;
	ssize_t n;

	unix_pair(pair, SOCK_STREAM);
	child = start_child(send_plain_then_descriptor, pair);
	close(pair[1]);
	n = recvmsg(pair[0], &msg, MSG_WAITALL);
	say_bytes("recvmsg(MSG_WAITALL) with a descriptor", n, bytes);
	fd = descriptor_in(&msg);
	memset(bytes, 0, sizeof(bytes));
	say_bytes("read from it", read(fd, bytes, sizeof(bytes)), bytes);
	msg.msg_controllen = sizeof(control);
	n = recvmsg(pair[0], &msg, MSG_WAITALL);
	say_bytes("recvmsg(MSG_WAITALL)", n, bytes);
	say("ancillary data", (long)msg.msg_controllen);
	end_child(child);
	close(pair[0]);
}

static int take_with_descriptors(void *arg)
{
	const int *pair = arg;
	union control control;
	static char bytes[1 << 18];
	struct iovec piece = {bytes, sizeof(bytes)};
	int descriptors = 0;
	ssize_t n;

	close(pair[0]);
	msleep(LATER);
	do {
		struct msghdr msg = {
		    .msg_iov = &piece, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof(control)};

		n = recvmsg(pair[1], &msg, 0);
		descriptors += n > 0 && descriptor_in(&msg) >= 0;
	} while (n > 0);
	return descriptors;
}

/* However many attempts a send takes, the descriptor goes once. */
static void try_large_with_descriptor(void)
{
	char *bytes = malloc(1 << 20);
	int pair[2];
	pid_t child;

	memset(bytes, 'x', 1 << 20);
	bytes[(1 << 20) - 1] = '\0';
	unix_pair(pair, SOCK_STREAM);
	set_option(pair[0], SO_SNDBUF, 65536);
	child = start_child(take_with_descriptors, pair);
	close(pair[1]);
	say("sendmsg of 1 MiB with a descriptor", send_descriptor(pair[0], 0, bytes));
	close(pair[0]);
	printf("descriptors, as the child counts them: ");
	fflush(stdout);
	end_child(child);
	free(bytes);
}

/* What is large does not fit, whatever the system's usual size of buffers. */
static void unix_stream(int pair[2])
{
	unix_pair(pair, SOCK_STREAM);
	set_option(pair[0], SO_SNDBUF, 65536);
}

static void try_all(void (*make)(int pair[2]))
{
	int pair[2];

	make(pair);
	try_later(pair);
	make(pair);
	try_large_send(pair);
	make(pair);
	try_large_receive(pair);
}

int main(void)
{
	printf("TCP\n");
	try_all(tcp_pair);
	printf("AF_UNIX\n");
	try_all(unix_stream);
	try_descriptors();
	try_large_with_descriptor();
	return 0;
}
