/* Talking to a child process until it closes its pipes. */
#include "child.h"
#include "runtime/greenload.h"
#include "runtime/sched/hub.h"
#include "runtime/sys/fail.h"
#include "seconds.h"
#include <limits.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PORTION 65536

/* What has been read from one of the child's pipes. */
struct text {
	char *bytes;
	size_t size, room;
};

struct talk {
	struct green_child *child;
	const char *input;
	size_t left;
	struct text texts[2]; /* of its descriptors 1 and 2 */
};

static int make_room(struct text *text)
{
	size_t room = text->room ? 2 * text->room : PORTION;
	char *bytes;

	if (text->room - text->size > PORTION / 2)
		return 0;
	bytes = realloc(text->bytes, room);
	if (!bytes)
		return ENOMEM;
	text->bytes = bytes;
	text->room = room;
	return 0;
}

/* The pipe is readable, so this does not block. */
static int take(struct talk *talk, int of)
{
	struct text *text = &talk->texts[of - 1];
	int error = make_room(text);
	ssize_t n;

	if (error)
		return error;
	n = read(talk->child->fds[of], text->bytes + text->size, text->room - text->size - 1);
	if (n < 0)
		return errno == EAGAIN ? 0 : errno;
	text->size += (size_t)n;
	if (!n)
		green_child_close_pipe(talk->child, of);
	return 0;
}

/*
 * A write without a reader must not end the program: SIGPIPE is pending for this OS thread only, and is consumed here.
 */
static ssize_t write_quietly(int fd, const void *bytes, size_t size)
{
	uint64_t sigpipe = signal_bit(SIGPIPE), before = 0;
	struct timespec at_once = {0};
	long n;

	raw_syscall(SYS_rt_sigprocmask, SIG_BLOCK, (long)&sigpipe, (long)&before, sizeof(before), 0, 0);
	n = raw_syscall(SYS_write, fd, (long)bytes, (long)size, 0, 0, 0);
	if (n == -EPIPE && !(before & sigpipe))
		raw_syscall(SYS_rt_sigtimedwait, (long)&sigpipe, 0, (long)&at_once, sizeof(sigpipe), 0, 0);
	raw_syscall(SYS_rt_sigprocmask, SIG_SETMASK, (long)&before, 0, sizeof(before), 0, 0);
	return n;
}

/* Writes no more than a pipe takes atomically, which does not block if the pipe is writable. */
static int give(struct talk *talk)
{
	size_t size = talk->left < PIPE_BUF ? talk->left : PIPE_BUF;
	ssize_t n = size ? write_quietly(talk->child->fds[0], talk->input, size) : 0;

	if (n < 0 && n != -EPIPE && n != -EAGAIN && n != -EINTR)
		return (int)-n;
	if (n > 0) {
		talk->input += n;
		talk->left -= (size_t)n;
	}
	if (!talk->left || n == -EPIPE)
		green_child_close_pipe(talk->child, 0);
	return 0;
}

static int go_on(struct talk *talk, const struct pollfd *entries)
{
	int of, error = 0;

	for (of = 0; of < 3 && !error; of++) {
		if (entries[of].fd >= 0 && entries[of].revents)
			error = of ? take(talk, of) : give(talk);
	}
	return error;
}

static bool has_pipes(const struct green_child *child)
{
	return child->fds[0] >= 0 || child->fds[1] >= 0 || child->fds[2] >= 0;
}

static int talk_until_closed(struct talk *talk, const struct wait_options *until)
{
	struct green_child *child = talk->child;
	int error = 0, ready;

	if (child->fds[0] >= 0 && !talk->left)
		green_child_close_pipe(child, 0);
	while (has_pipes(child) && !error) {
		struct pollfd entries[3] = {
		    {.fd = child->fds[0], .events = POLLOUT},
		    {.fd = child->fds[1], .events = POLLIN},
		    {.fd = child->fds[2], .events = POLLIN},
		};

		ready = green_wait_fds(entries, 3, seconds_until(until));
		if (ready <= 0)
			error = ready ? errno : ETIMEDOUT;
		else
			error = go_on(talk, entries);
	}
	return error;
}

static void end_text(struct text *text, char **bytes, size_t *size)
{
	if (text->bytes)
		text->bytes[text->size] = '\0';
	*bytes = text->bytes;
	*size = text->size;
}

int green_child_communicate(
    green_child_t *child, const void *input, size_t size, double timeout, struct green_output *output)
{
	struct talk talk = {.child = child, .input = input, .left = size};
	struct wait_options until = wait_options_of(timeout, NULL, NULL);
	int error, i;

	if (!output)
		return fail(EINVAL);
	*output = (struct green_output){.status = -1};
	if (!tool_is(child, CHILD) || (!input && size) || is_no_time(timeout))
		return fail(EINVAL);
	error = talk_until_closed(&talk, &until);
	for (i = 0; i < 2 && !error; i++)
		error = make_room(&talk.texts[i]);
	if (!error && green_child_wait(child, seconds_until(&until), &output->status) < 0)
		error = errno;
	end_text(&talk.texts[0], &output->out, &output->out_size);
	end_text(&talk.texts[1], &output->err, &output->err_size);
	return fail(error);
}

void green_output_free(struct green_output *output)
{
	if (!output)
		return;
	free(output->out);
	free(output->err);
	*output = (struct green_output){.status = -1};
}

int green_run(const char *const *argv, const void *input, size_t size, double timeout, struct green_output *output)
{
	green_child_t *child;
	int answer, error;

	if (!output)
		return fail(EINVAL);
	*output = (struct green_output){.status = -1};
	child = green_child_new(argv, GREEN_STDIN | GREEN_STDOUT | GREEN_STDERR);
	if (!child)
		return -1;
	answer = green_child_communicate(child, input, size, timeout, output);
	error = errno;
	green_child_free(child);
	errno = error;
	return answer;
}

int green_shell(const char *command, const void *input, size_t size, double timeout, struct green_output *output)
{
	const char *const argv[] = {"/bin/sh", "-c", command, NULL};

	return command ? green_run(argv, input, size, timeout, output) : fail(EINVAL);
}
