/* parks: semop semtimedop */
/* System V's semaphores: taken, several at once, timed, undone, removed, interrupted, and what they refuse. */
#include "tests/programs/say.h"
#include <sys/sem.h>

static int id;

static int change(short by, short flags)
{
	struct sembuf one = {0, by, flags};

	return semop(id, &one, 1);
}

static int give_late(void *unused)
{
	struct sembuf both[] = {{0, 1, 0}, {1, 1, 0}};
	(void)unused;

	msleep_once_parent_waits(50);
	return semop(id, both, 2);
}

static int remove_late(void *unused)
{
	(void)unused;
	msleep_once_parent_waits(50);
	return semctl(id, 0, IPC_RMID);
}

/* Once more, in case the program ends early. */
static void remove_set(void)
{
	semctl(id, 0, IPC_RMID);
}

static void say_values(void)
{
	printf("values: %d %d\n", semctl(id, 0, GETVAL), semctl(id, 1, GETVAL));
}

static void say_wait(const char *what, const struct timespec *limit, struct sembuf *operations, size_t n)
{
	double start = now();
	pid_t child = start_child(give_late, NULL);

	errno = 0;
	say(what, limit ? semtimedop(id, operations, n, limit) : semop(id, operations, n));
	say_error("errno", errno);
	say_waited(what, start, 30);
	end_child(child);
	say_values();
}

static void wait_for_it(void)
{
	struct sembuf take[] = {{0, -1, 0}, {1, -1, 0}}, mixed[] = {{0, -1, 0}, {1, -1, IPC_NOWAIT}};
	struct timespec later = {5, 0};

	say_wait("take one", NULL, take, 1);
	say_wait("take another", &later, take, 1);
	must("semctl", semctl(id, 1, SETVAL, 0));
	say_wait("take both", NULL, take, 2);
	say_wait("take both", &later, take, 2);
	say_wait("one not to wait for", NULL, mixed, 2);
}

static void time_out(void)
{
	struct timespec limit = {0, 60000000}, zero = {0, 0}, wrong = {0, 1000000000}, negative = {-1, 0};
	struct sembuf take = {0, -1, 0};
	double start = now();

	say("timed out", semtimedop(id, &take, 1, &limit));
	say_waited("it", start, 60);
	say("zero", semtimedop(id, &take, 1, &zero));
	say("wrong", semtimedop(id, &take, 1, &wrong));
	say("negative", semtimedop(id, &take, 1, &negative));
	say("nowhere", semtimedop(id, &take, 1, (struct timespec *)16));
}

static void refuse(void)
{
	struct sembuf take = {0, -1, 0}, beyond = {9, 1, 0};

	say("not to wait", change(-1, IPC_NOWAIT));
	say("no set", semop(-1, &take, 1));
	say("none", semop(id, &take, 0));
	say("too many", semop(id, &take, 1u << 20));
	say("from nowhere", semop(id, (struct sembuf *)16, 1));
	say("beyond", semop(id, &beyond, 1));
}

static int take_and_end(void *unused)
{
	(void)unused;
	return change(-1, SEM_UNDO);
}

static void undo(void)
{
	say("give", change(1, 0));
	end_child(start_child(take_and_end, NULL));
	say_values();
	say("for zero, not to wait", change(0, IPC_NOWAIT));
	say("take", change(-1, 0));
	say("for zero", change(0, 0));
}

static void interrupt(void)
{
	ring_every(20, 0);
	say("interrupted", change(-1, 0));
	ring_every(20, SA_RESTART);
	say("never restarted", change(-1, 0));
	stop_ringing();
	say("give", change(1, 0));
	say_values();
	say("take", change(-1, 0));
}

int main(void)
{
	pid_t child;

	id = must("semget", semget(IPC_PRIVATE, 2, IPC_CREAT | 0600));
	atexit(remove_set);
	must("semctl", semctl(id, 0, SETVAL, 0));
	must("semctl", semctl(id, 1, SETVAL, 0));
	wait_for_it();
	must("semctl", semctl(id, 0, SETVAL, 0));
	time_out();
	refuse();
	undo();
	interrupt();
	child = start_child(remove_late, NULL);
	say("removed", change(-1, 0));
	end_child(child);
	return 0;
}
