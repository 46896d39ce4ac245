/* parks: msgsnd msgrcv */
/* System V's message queues: full, empty, by type, removed, interrupted, and what they refuse. */
#include "tests/programs/say.h"
#include <sys/msg.h>

#define SIZE 4000

struct message {
	long type;
	char text[SIZE];
};

static struct message it = {1, "one"};

static int send_late(void *id)
{
	msleep_once_parent_waits(50);
	return msgsnd(*(int *)id, &(struct message){3, "late"}, 5, 0);
}

static int take_late(void *id)
{
	msleep_once_parent_waits(50);
	return msgrcv(*(int *)id, &it, SIZE, 1, 0) != SIZE;
}

static int remove_late(void *id)
{
	msleep_once_parent_waits(50);
	return msgctl(*(int *)id, IPC_RMID, NULL);
}

static int made;

/* Once more, in case the program ends early. */
static void remove_queue(void)
{
	msgctl(made, IPC_RMID, NULL);
}

static void wait_both_ways(int id)
{
	double start = now();
	pid_t child = start_child(send_late, &id);
	int sent = 0;

	errno = 0;
	say_bytes("receive", msgrcv(id, &it, SIZE, 0, 0), it.text);
	say_error("errno", errno);
	printf("type: %ld\n", it.type);
	say_waited("receive", start, 50);
	end_child(child);

	must("msgsnd", msgsnd(id, &(struct message){1, "another"}, 8, 0));
	child = start_child(send_late, &id);
	say_bytes("by type", msgrcv(id, &it, SIZE, 3, 0), it.text);
	end_child(child);
	say_bytes("the other", msgrcv(id, &it, SIZE, 0, 0), it.text);

	it.type = 1;
	while (msgsnd(id, &it, SIZE, IPC_NOWAIT) == 0)
		sent++;
	say("full", msgsnd(id, &it, SIZE, IPC_NOWAIT));
	start = now();
	child = start_child(take_late, &id);
	say("send to full", msgsnd(id, &it, SIZE, 0));
	say_waited("send", start, 50);
	end_child(child);
	while (sent-- > 0)
		must("msgrcv", msgrcv(id, &it, SIZE, 1, IPC_NOWAIT));
}

static void refuse(int id)
{
	say("empty", msgrcv(id, &it, SIZE, 0, IPC_NOWAIT));
	say("no queue", msgrcv(-1, &it, SIZE, 0, 0));
	say("no queue", msgsnd(-1, &it, SIZE, 0));
	say("no type", msgsnd(id, &(struct message){0, ""}, 1, 0));
	say("too long", msgsnd(id, &it, 1 << 20, 0));
	say("from nowhere", msgsnd(id, (void *)16, 1, 0));
	must("msgsnd", msgsnd(id, &(struct message){1, "longer"}, 7, 0));
	say("too small", msgrcv(id, &it, 2, 0, 0));
	say_bytes("cut", msgrcv(id, &it, 2, 0, MSG_NOERROR), it.text);
}

static void interrupt(int id)
{
	ring_every(20, 0);
	say("interrupted", msgrcv(id, &it, SIZE, 0, 0));
	ring_every(20, SA_RESTART);
	say("never restarted", msgrcv(id, &it, SIZE, 0, 0));
	stop_ringing();
	must("msgsnd", msgsnd(id, &(struct message){1, "kept"}, 5, 0));
	say_bytes("nobody took it", msgrcv(id, &it, SIZE, 0, IPC_NOWAIT), it.text);
}

int main(void)
{
	int id = must("msgget", msgget(IPC_PRIVATE, IPC_CREAT | 0600));
	pid_t child;

	made = id;
	atexit(remove_queue);
	wait_both_ways(id);
	refuse(id);
	interrupt(id);
	child = start_child(remove_late, &id);
	say("removed", msgrcv(id, &it, SIZE, 0, 0));
	end_child(child);
	return 0;
}
