/*
 * Hundreds of greenlets in calls that last until somebody else comes, each on a helper OS thread: they hold up neither
 * a call that surely ends, nor the one that ends theirs.
 */
#include "tests/linked/expect.h"
#include "tests/tasks.h"
#include <fcntl.h>
#include <stdint.h>
#include <sys/file.h>
#include <sys/msg.h>
#include <sys/stat.h>

enum { OF_EACH = 200, PATIENCE = 50 };

static int queue, held, ended;
static char directory[] = "/tmp/stuck.XXXXXX", lock_path[64], fifo[64];

struct message {
	long type;
	char byte;
};

static void *receive(void *unused)
{
	struct message m;

	expect_equal("msgrcv", msgrcv(queue, &m, 1, 0, 0), 1);
	ended++;
	return unused;
}

static void *lock_file(void *unused)
{
	int fd = (int)must("open", open(lock_path, O_RDWR | O_CLOEXEC));

	expect_equal("flock", flock(fd, LOCK_EX), 0);
	ended++;
	close(fd);
	return unused;
}

static void *open_fifo(void *unused)
{
	int fd = open(fifo, O_RDONLY | O_CLOEXEC);

	expect("open", fd >= 0);
	ended++;
	close(fd);
	return unused;
}

static void write_through(void)
{
	int fd = (int)must("open", open(lock_path, O_RDWR | O_CLOEXEC));

	must("write", write(fd, "x", 1));
	expect_equal("fsync", fsync(fd), 0);
	close(fd);
}

static void *open_other_side(void *unused)
{
	(void)unused;
	return (void *)(intptr_t)must("open", open(fifo, O_WRONLY | O_CLOEXEC));
}

/* The other side stays open until all have come: some may open theirs only now. */
static void end_all(green_t **stuck, int count)
{
	int fd;

	for (int i = 0; i < OF_EACH; i++)
		must("msgsnd", msgsnd(queue, &(struct message){1, 'x'}, 1, 0));
	must("flock", flock(held, LOCK_UN));
	fd = (int)(intptr_t)must_join(must_spawn(open_other_side, NULL));
	for (int i = 0; i < count; i++)
		must_join(stuck[i]);
	close(fd);
}

static void remove_all(void)
{
	msgctl(queue, IPC_RMID, NULL);
	unlink(lock_path);
	unlink(fifo);
	rmdir(directory);
}

static void prepare(void)
{
	must("mkdtemp", mkdtemp(directory) ? 0 : -1);
	atexit(remove_all);
	snprintf(lock_path, sizeof(lock_path), "%s/lock", directory);
	snprintf(fifo, sizeof(fifo), "%s/fifo", directory);
	queue = (int)must("msgget", msgget(IPC_PRIVATE, 0600));
	held = (int)must("open", open(lock_path, O_RDWR | O_CREAT | O_CLOEXEC, 0600));
	must("flock", flock(held, LOCK_EX));
	must("mkfifo", mkfifo(fifo, 0600));
}

int main(void)
{
	static green_t *stuck[3 * OF_EACH];

	alarm(PATIENCE);
	if (!can_have_tasks(3 * OF_EACH + 10))
		return skip("the system does not allow so many OS threads");
	prepare();
	for (int i = 0; i < 3 * OF_EACH; i++)
		stuck[i] = must_spawn(i % 3 == 0 ? receive : i % 3 == 1 ? lock_file : open_fifo, NULL);
	green_sleep(0.05);
	write_through();
	expect_equal("none has ended", ended, 0);
	end_all(stuck, 3 * OF_EACH);
	expect_equal("all have ended", ended, 3 * OF_EACH);
	return verdict();
}
