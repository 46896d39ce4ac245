/* parks: open */
/* A FIFO whose other side is not there, goes away, or comes late: whoever gives up waiting for it leaves nobody behind.
 */
#include "tests/programs/say.h"
#include <sys/stat.h>

static volatile sig_atomic_t pipes_broken;

static void take_note(int signo)
{
	(void)signo;
	pipes_broken++;
}

/* A reader that waits in open would be found by a writer that does not, and the other way round. */
static void look_for_others(void)
{
	char byte;
	int fd;

	say("a reader is there", open("fifo", O_WRONLY | O_NONBLOCK));
	fd = must("open", open("fifo", O_RDONLY | O_NONBLOCK));
	say("a writer is there", read(fd, &byte, 1));
	close(fd);
}

static void give_up(void)
{
	ring_every(20, 0);
	say("to read", open("fifo", O_RDONLY));
	stop_ringing();
	look_for_others();
	ring_every(20, 0);
	say("to write", open("fifo", O_WRONLY));
	stop_ringing();
	look_for_others();
	ring_every(20, 0);
	say_whether("as a stream", fopen("fifo", "r"));
	stop_ringing();
	look_for_others();
}

static int write_late(void *unused)
{
	int fd;

	(void)unused;
	until_asleep(getppid());
	msleep(60);
	fd = must("open", open("fifo", O_WRONLY));
	return write(fd, "hello\n", 6) != 6;
}

static void wait_on(void)
{
	char line[16] = "";
	double start = now();
	pid_t child = start_child(write_late, NULL);
	FILE *file;
	int fd;

	ring_every(20, SA_RESTART);
	say_whether("in spite of signals", (fd = open("fifo", O_RDONLY)) >= 0);
	stop_ringing();
	say_waited("open", start, 60);
	say("read", read_enough(fd, line, 6));
	say("end", read(fd, line, 1));
	close(fd);
	end_child(child);
	start = now();
	child = start_child(write_late, NULL);
	file = fopen("fifo", "r");
	say_waited("fopen", start, 60);
	say_whether("line", file && fgets(line, sizeof(line), file));
	printf("%s", line);
	say_whether("end", fgetc(file) == EOF && feof(file));
	fclose(file);
	end_child(child);
}

static int read_one(void *unused)
{
	char byte;
	int fd = must("open", open("fifo", O_RDONLY));

	(void)unused;
	return read(fd, &byte, 1) != 1;
}

static void lose_reader(void)
{
	struct sigaction action = {.sa_handler = take_note};
	static char much[200000];
	pid_t child = start_child(read_one, NULL);
	int fd = must("open", open("fifo", O_WRONLY));

	must("sigaction", sigaction(SIGPIPE, &action, NULL));
	say_whether("in part", write(fd, much, sizeof(much)) < (long)sizeof(much));
	say("signals", pipes_broken);
	end_child(child);
	say("write", write(fd, "x", 1));
	say("signals", pipes_broken);
	signal(SIGPIPE, SIG_IGN);
	say("write", write(fd, "x", 1));
	close(fd);
	look_for_others();
}

int main(void)
{
	must("mkfifo", mkfifo("fifo", 0600));
	look_for_others();
	give_up();
	wait_on();
	lose_reader();
	return 0;
}
