/* parks: read */
/* Reading streams on pipes, FIFOs, sockets and terminals whose other side takes its time. */
#include "tests/programs/say.h"
#include <poll.h>
#include <pty.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <wchar.h>

static int there;
static FILE *in;

/* The pieces come one by one, with some time between them; if there are none, it is the reader who ends. */
static int send_pieces(void *pieces)
{
	fclose(in);
	if (!*(char **)pieces)
		poll(&(struct pollfd){there, 0, 0}, 1, -1);
	for (char **piece = pieces; *piece; piece++) {
		msleep(40);
		if (write(there, *piece, strlen(*piece)) < 0)
			return 1;
	}
	return 0;
}

static pid_t begin(int here, int other, char **pieces)
{
	pid_t child;

	there = other;
	in = fdopen(here, "r");
	child = start_child(send_pieces, pieces);
	close(there);
	return child;
}

static pid_t begin_pipe(char **pieces)
{
	int ends[2];

	must("pipe", pipe(ends));
	return begin(ends[0], ends[1], pieces);
}

static void end(const char *what, pid_t child)
{
	say("error", ferror(in));
	say_whether("end of file", feof(in));
	fclose(in);
	printf("%s: ", what);
	end_child(child);
}

static void read_lines(void)
{
	pid_t child = begin_pipe((char *[]){"one\ntw", "o\nthree\n", "4;5;", "last", NULL});
	char line[16], *grown = NULL;
	size_t size = 0;

	say_bytes("fgets", fgets(line, sizeof(line), in) ? (long)strlen(line) - 1 : -1, line);
	say_bytes("fgets", fgets(line, sizeof(line), in) ? (long)strlen(line) - 1 : -1, line);
	say_bytes("getline", getline(&grown, &size, in) - 1, grown);
	say_bytes("getdelim", getdelim(&grown, &size, ';', in), grown);
	say_bytes("getdelim", getdelim(&grown, &size, ';', in), grown);
	say_bytes("getline", getline(&grown, &size, in), grown);
	say("at the end", getline(&grown, &size, in) < 0 ? 0 : 1);
	free(grown);
	end("lines", child);
}

static void read_characters(void)
{
	pid_t child = begin_pipe((char *[]){"a", "b", "c", "12 ", "34", "567", "890", NULL});
	int first = 0, second = 0;
	char bytes[8];

	say("getc", getc(in));
	say("fgetc", fgetc(in));
	say("ungetc", ungetc('z', in));
	say("fgetc", fgetc(in));
	say("fgetc", fgetc(in));
	say("fscanf", fscanf(in, "%d", &first));
	say("number", first);
	say("fread", (long)fread(bytes, 1, 3, in));
	say_bytes("what", 3, bytes);
	say("fscanf", fscanf(in, "%d", &second));
	say("number", second);
	say("fread", (long)fread(bytes, 4, 2, in));
	end("characters", child);
}

static void read_wide(void)
{
	pid_t child = begin_pipe((char *[]){"w", "ide\n", "x", NULL});
	wchar_t line[8];

	say_whether("fgetws", fgetws(line, 8, in) && wcscmp(line, L"wide\n") == 0);
	say("fgetwc", (long)fgetwc(in));
	say("fgetwc", fgetwc(in) == WEOF ? 0 : 1);
	end("wide", child);
}

static void read_unbuffered(void)
{
	pid_t child = begin_pipe((char *[]){"x", "yz", NULL});
	char bytes[4];

	setvbuf(in, NULL, _IONBF, 0);
	say("getc", getc(in));
	say("fread", (long)fread(bytes, 1, 2, in));
	say("getc", getc(in));
	end("unbuffered", child);
}

static void read_socket(void)
{
	int ends[2];
	pid_t child;
	char line[16];

	must("socketpair", socketpair(AF_UNIX, SOCK_STREAM, 0, ends));
	child = begin(ends[0], ends[1], (char *[]){"sock", "et\n", NULL});
	say_bytes("fgets", fgets(line, sizeof(line), in) ? (long)strlen(line) - 1 : -1, line);
	say_whether("no more", !fgets(line, sizeof(line), in));
	end("socket", child);
}

static void read_terminal(void)
{
	int master, tty;
	pid_t child;
	char line[16];

	must("openpty", openpty(&master, &tty, NULL, NULL, NULL));
	child = begin(tty, dup(master), (char *[]){"ter", "minal\n", NULL});
	say_bytes("fgets", fgets(line, sizeof(line), in) ? (long)strlen(line) - 1 : -1, line);
	fclose(in);
	close(master);
	end_child(child);
}

static int write_fifo(void *text)
{
	FILE *out;

	msleep(50);
	out = fopen("fifo", "w");
	msleep(50);
	return !out || fputs(text, out) < 0 || fclose(out);
}

static void read_fifo(void)
{
	char line[16];
	pid_t child;

	unlink("fifo");
	must("mkfifo", mkfifo("fifo", 0600));
	child = start_child(write_fifo, "named\n");
	in = fopen("fifo", "r");
	say_bytes("fgets", fgets(line, sizeof(line), in) ? (long)strlen(line) - 1 : -1, line);
	say_whether("no more", !fgets(line, sizeof(line), in));
	end("fifo", child);
	unlink("fifo");
}

/* A handler without SA_RESTART ends the read, and the stream has an error; with it the read goes on. */
static void read_interrupted(int flags)
{
	pid_t child;
	char line[16];

	ring_every(20, flags);
	child = begin_pipe(flags ? (char *[]){"", "", "", "late\n", NULL} : (char *[]){NULL});
	errno = 0;
	if (fgets(line, sizeof(line), in))
		say_bytes("fgets", (long)strlen(line) - 1, line);
	else
		printf("fgets: %s, error %d\n", strerrorname_np(errno), ferror(in));
	stop_ringing();
	say_whether("interrupted", rings > 0);
	fclose(in);
	end_child(child);
}

static void read_nonblocking(void)
{
	int ends[2];

	must("pipe", pipe(ends));
	set_nonblocking(ends[0], true);
	in = fdopen(ends[0], "r");
	errno = 0;
	say("getc", getc(in));
	puts(strerrorname_np(errno));
	fclose(in);
	close(ends[1]);
}

int main(void)
{
	read_lines();
	read_characters();
	read_wide();
	read_unbuffered();
	read_socket();
	read_terminal();
	read_fifo();
	signal(SIGPIPE, SIG_IGN);
	read_interrupted(SA_RESTART);
	read_interrupted(0);
	read_nonblocking();
	return 0;
}
