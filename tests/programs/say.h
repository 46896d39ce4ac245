/* Helpers shared by the test programs: each prints what its calls answer, and nothing that varies between two runs. */
#ifndef SAY_H
#define SAY_H

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* Stops a compiler from leaving out the parts of an array that no code uses: clang gives them no room on the stack. */
static inline void keep_whole(volatile void *array)
{
	__asm__ volatile("" : : "r"(array) : "memory");
}

/* Prints what a call answered, with errno's name if it failed, and returns it. */
static inline long say(const char *what, long answer)
{
	int error = errno;

	if (answer < 0)
		printf("%s: %ld %s\n", what, answer, strerrorname_np(error));
	else
		printf("%s: %ld\n", what, answer);
	return answer;
}

/* The same for a call that answers with an error number. */
static inline int say_error(const char *what, int error)
{
	printf("%s: %s\n", what, error ? strerrorname_np(error) : "0");
	return error;
}

/* Prints the n bytes a call brought, n negative if it failed; returns n. */
static inline long say_bytes(const char *what, long n, const char *bytes)
{
	if (n < 0)
		return say(what, n);
	printf("%s: %ld '%.*s'\n", what, n, (int)n, bytes);
	return n;
}

static inline void say_whether(const char *what, bool holds)
{
	printf("%s: %s\n", what, holds ? "yes" : "no");
}

/* Ends the program if a call that only prepares the ground has failed; else returns what it answered. */
static inline int must(const char *what, long answer)
{
	if (answer >= 0)
		return (int)answer;
	perror(what);
	exit(99);
}

static inline double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* Prints whether at least ms have passed since then. The bound above is generous: machines are busy. */
static inline void say_waited(const char *what, double since, int ms)
{
	double passed = (now() - since) * 1000;

	printf("%s: %s\n", what, passed < ms ? "did not wait" : passed > ms + 3000 ? "waited too long" : "waited");
}

static inline void msleep(int ms)
{
	struct timespec left = {ms / 1000, ms % 1000 * 1000000L};

	while (nanosleep(&left, &left) < 0 && errno == EINTR)
		;
}

/* Runs task(arg) in a child process, which ends with what it returns. */
static inline pid_t start_child(int (*task)(void *arg), void *arg)
{
	pid_t child;

	fflush(stdout);
	child = must("fork", fork());
	if (child)
		return child;
	alarm(60);
	_exit(task(arg));
}

/* Until this process, or thread of the system's, sleeps: so it has come as far as the call that it is to wait in. */
static inline void until_asleep(pid_t id)
{
	char name[64], state;
	FILE *status;

	snprintf(name, sizeof(name), "/proc/%d/stat", (int)id);
	do {
		msleep(10);
		state = 0;
		status = fopen(name, "r");
		must(name, status && fscanf(status, "%*d (%*[^)]) %c", &state) == 1 ? 0 : -1);
		fclose(status);
	} while (state != 'S');
}

/* In a child: until the parent waits, and ms longer. */
static inline void msleep_once_parent_waits(int ms)
{
	until_asleep(getppid());
	msleep(ms);
}

/* Until another thread is inside one of the stream's functions. */
static inline void until_locked(FILE *stream)
{
	msleep(20);
	while (ftrylockfile(stream) == 0) {
		funlockfile(stream);
		msleep(1);
	}
}

/* Waits for a child, prints how it ended and returns its status. */
static inline int end_child(pid_t child)
{
	int status;

	while (waitpid(child, &status, 0) < 0)
		if (errno != EINTR)
			return (int)say("waitpid", -1);
	if (WIFSIGNALED(status))
		printf("child: signal %d\n", WTERMSIG(status));
	else
		printf("child: %d\n", WEXITSTATUS(status));
	return status;
}

/* How often ring_every()'s handler ran. */
static volatile sig_atomic_t rings __attribute__((unused));

static inline void count_ring(int signo)
{
	(void)signo;
	rings++;
}

/*
 * SIGALRM every ms milliseconds until stop_ringing(), so that one of them surely falls into the call that is to be
 * interrupted. The handler has these flags: SA_RESTART or 0.
 */
static inline void ring_by(void (*handler)(int signo), int ms, int flags)
{
	struct sigaction action = {.sa_handler = handler, .sa_flags = flags};
	struct itimerval every = {{0, ms * 1000L}, {0, ms * 1000L}};

	rings = 0;
	must("sigaction", sigaction(SIGALRM, &action, NULL));
	must("setitimer", setitimer(ITIMER_REAL, &every, NULL));
}

static inline void ring_every(int ms, int flags)
{
	ring_by(count_ring, ms, flags);
}

static inline void stop_ringing(void)
{
	must("setitimer", setitimer(ITIMER_REAL, &(struct itimerval){0}, NULL));
}

static inline void set_nonblocking(int fd, bool on)
{
	int flags = must("F_GETFL", fcntl(fd, F_GETFL));

	must("F_SETFL", fcntl(fd, F_SETFL, on ? flags | O_NONBLOCK : flags & ~O_NONBLOCK));
}

/* Writes n bytes, or as many as fit, without waiting and in one piece, as a pipe holds less in many. */
static inline long write_at_once(int fd, const void *bytes, size_t n)
{
	ssize_t written;

	set_nonblocking(fd, true);
	written = write(fd, bytes, n);
	set_nonblocking(fd, false);
	return written;
}

/* Bytes that show where they come from: a lost, doubled or misplaced one is seen. */
static inline unsigned char byte_at(size_t position)
{
	return (unsigned char)(position * 7 + position / 251);
}

static inline void fill(unsigned char *bytes, size_t position, size_t n)
{
	for (size_t i = 0; i < n; i++)
		bytes[i] = byte_at(position + i);
}

static inline bool is_filled(const unsigned char *bytes, size_t position, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (bytes[i] != byte_at(position + i))
			return false;
	return true;
}

/*
 * Reads until this many bytes have come, or no more will. What was written in one piece may be read in several: only a
 * single byte surely comes whole.
 */
static inline long read_enough(int fd, void *bytes, size_t enough)
{
	size_t total = 0;
	ssize_t n = 1;

	while (total < enough && (n = read(fd, (char *)bytes + total, enough - total)) > 0)
		total += (size_t)n;
	return total > 0 ? (long)total : n;
}

/* Reads fd to its end, resting ms after each piece; returns how many bytes of fill()'s came, -1 if others did. */
static inline long read_slowly(int fd, size_t piece, int ms)
{
	static unsigned char bytes[1 << 16];
	size_t total = 0;
	ssize_t n;

	while ((n = read(fd, bytes, piece < sizeof(bytes) ? piece : sizeof(bytes))) > 0) {
		if (!is_filled(bytes, total, (size_t)n))
			return -1;
		total += (size_t)n;
		msleep(ms);
	}
	return n < 0 ? -1 : (long)total;
}

#endif
