/* parks: rename open */
/* patch: all,file */
/* helpers: rename access */
/* A process that has given up its privileges is refused what it may not see, whoever makes the call for it. */
#include "tests/programs/say.h"
#include <grp.h>
#include <sys/stat.h>

enum { NOBODY = 65534 };

static char directory[] = "/tmp/set_ids_files.XXXXXX";

static void look(const char *what)
{
	char path[64];
	struct stat status;

	puts(what);
	snprintf(path, sizeof(path), "%s/file", directory);
	say("stat", stat(path, &status));
	say("access", access(path, R_OK));
	say("rename", rename(path, path));
	snprintf(path, sizeof(path), "%s/fifo", directory);
	say("open", open(path, O_RDONLY | O_NONBLOCK) < 0 ? -1 : 0);
	if (geteuid() != 0)
		say("open", open(path, O_RDONLY)); /* may wait: not where it is refused */
}

static void open_fifo(void)
{
	char path[64];
	pid_t child;

	snprintf(path, sizeof(path), "%s/fifo", directory);
	child = must("fork", fork());
	if (!child) {
		msleep_once_parent_waits(20);
		_exit(open(path, O_WRONLY) < 0);
	}
	say_whether("open", open(path, O_RDONLY) >= 0);
	end_child(child);
}

static int give_up_for_good(void *unused)
{
	(void)unused;
	must("setgroups", setgroups(0, NULL));
	must("setgid", setgid(NOBODY));
	must("setuid", setuid(NOBODY));
	look("for good");
	fflush(stdout);
	return 0;
}

int main(void)
{
	char file[64], fifo[64];

	if (geteuid() != 0) {
		puts("skipped: only the superuser has privileges to give up");
		return 0;
	}
	must("mkdtemp", mkdtemp(directory) ? 0 : -1);
	snprintf(file, sizeof(file), "%s/file", directory);
	must("close", close(must("open", open(file, O_CREAT | O_WRONLY, 0600))));
	snprintf(fifo, sizeof(fifo), "%s/fifo", directory);
	must("mkfifo", mkfifo(fifo, 0600));
	open_fifo();
	look("as it is");
	must("seteuid", seteuid(NOBODY));
	look("effective user");
	must("seteuid", seteuid(0));
	look("as before");
	end_child(start_child(give_up_for_good, NULL));
	unlink(file);
	unlink(fifo);
	rmdir(directory);
	return 0;
}
