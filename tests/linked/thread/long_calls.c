/*
 * Calls in which a helper OS thread waits: a killed greenlet's comes to its end and takes nothing; others run; they go
 * on when the program wants the signal to itself that ends them; and there may be many.
 */
#include "any_moment.h"
#include <fcntl.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/msg.h>

enum { MANY = 60, ROUNDS = 200 };

static int queue, lock_held, lock_wanted;

struct message {
	long type;
	char byte;
};

static void *receive(void *unused)
{
	struct message m;

	expect_failure("msgrcv", msgrcv(queue, &m, 1, 0, 0), ECANCELED);
	return unused;
}

static void *receive_one(void *taken)
{
	struct message m;

	expect_equal("msgrcv", msgrcv(queue, &m, 1, 0, 0), 1);
	++*(int *)taken;
	return NULL;
}

static void *lock_file(void *unused)
{
	expect_failure("flock", flock(lock_wanted, LOCK_EX), ECANCELED);
	return unused;
}

static void send_one(void)
{
	must("msgsnd", msgsnd(queue, &(struct message){1, 'x'}, 1, 0));
}

static long messages(void)
{
	struct msqid_ds state;

	must("msgctl", msgctl(queue, IPC_STAT, &state));
	return (long)state.msg_qnum;
}

/* At any moment: before a helper has the call, in the midst of it, while the message comes. */
static void kill_at_any_moment(void)
{
	for (int i = 0; i < ROUNDS; i++) {
		kill_in_round(i, receive);
		send_one();
		expect_equal("the message is still there", messages(), 1);
		must("msgrcv", msgrcv(queue, &(struct message){0}, 1, 0, IPC_NOWAIT));
	}
}

static void kill_who_waits_for_lock(void)
{
	green_t *g;

	must("flock", flock(lock_held, LOCK_EX));
	g = must_spawn(lock_file, NULL);
	green_sleep(0.01);
	green_kill(g);
	must_join(g);
	must("flock", flock(lock_held, LOCK_UN));
	expect_equal("free", flock(lock_held, LOCK_EX | LOCK_NB), 0);
}

static void ignore(int signo)
{
	(void)signo;
}

/* All that it could be; when the last is gone nothing ends a call. */
static void take_signals_away(void)
{
	struct sigaction action = {.sa_handler = ignore, .sa_flags = SA_RESTART};
	green_t *waiting[MANY];
	int taken = 0, signo, i;

	for (i = 0; i < MANY; i++)
		waiting[i] = must_spawn(receive_one, &taken);
	green_sleep(0.02);
	for (signo = SIGRTMAX; signo >= SIGRTMIN; signo--)
		must("sigaction", sigaction(signo, &action, NULL));
	expect_equal("taken", taken, 0);
	for (i = 0; i < MANY; i++)
		send_one();
	for (i = 0; i < MANY; i++)
		must_join(waiting[i]);
	expect_equal("taken", taken, MANY);
	expect_equal("left", messages(), 0);
}

static void remove_queue(void)
{
	msgctl(queue, IPC_RMID, NULL);
}

int main(void)
{
	char name[] = "/tmp/long_calls.XXXXXX";

	lock_held = (int)must("mkstemp", mkstemp(name));
	lock_wanted = (int)must("open", open(name, O_RDWR));
	unlink(name);
	queue = msgget(IPC_PRIVATE, IPC_CREAT | 0600);
	if (queue < 0)
		return skip("no message queue is to be had");
	atexit(remove_queue);
	kill_at_any_moment();
	kill_who_waits_for_lock();
	take_signals_away();
	return verdict();
}
