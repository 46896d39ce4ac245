/* threads */
/* The locks of streams between threads: one who waits inside a stream's function has it locked, and the others wait. */
#include "tests/programs/threads.h"

static int ends[2];
static FILE *in;

static void open_pipe(void)
{
	must("pipe", pipe(ends));
	in = fdopen(ends[0], "r");
}

static void close_pipe(void)
{
	close(ends[1]);
	fclose(in);
}

static void send_text(const char *text)
{
	must("write", write(ends[1], text, strlen(text)));
}

static void *get_line(void *unused)
{
	char line[32];

	(void)unused;
	return (void *)(long)(fgets(line, sizeof(line), in) ? atoi(line) : -1);
}

static void *get_char(void *unused)
{
	(void)unused;
	return (void *)(long)getc(in);
}

/* Each line goes to one reader, whole, whoever it is. */
static void share_lines(void)
{
	pthread_t readers[4];
	long sum = 0;

	open_pipe();
	for (int i = 0; i < 4; i++)
		readers[i] = start(get_line, NULL);
	for (int i = 0; i < 4; i++) {
		char text[8];

		msleep(10);
		snprintf(text, sizeof(text), "%d", 1 << i);
		send_text(text);
		msleep(10);
		send_text("\n");
	}
	for (int i = 0; i < 4; i++)
		sum += (long)join(readers[i]);
	say("lines", sum);
	close_pipe();
}

/* So do single characters, which libc reads without the lock in a process of one thread. */
static void share_characters(void)
{
	pthread_t readers[4];
	long sum = 0;

	open_pipe();
	for (int i = 0; i < 4; i++)
		readers[i] = start(get_char, NULL);
	for (int i = 0; i < 4; i++) {
		msleep(10);
		send_text("A");
	}
	for (int i = 0; i < 4; i++)
		sum += (long)join(readers[i]);
	say("characters", sum);
	close_pipe();
}

static void *take_stream(void *unused)
{
	(void)unused;
	flockfile(in);
	funlockfile(in);
	return NULL;
}

static void *try_stream(void *unused)
{
	(void)unused;
	return (void *)(long)(ftrylockfile(in) == 0);
}

static void lock_streams(void)
{
	pthread_t waiter;
	double start_time;

	open_pipe();
	flockfile(in);
	flockfile(in);
	say("tried by another", (long)join(start(try_stream, NULL)));
	say("tried by the owner", ftrylockfile(in));
	start_time = now();
	waiter = start(take_stream, NULL);
	for (int i = 0; i < 3; i++) {
		msleep(30);
		funlockfile(in);
	}
	join(waiter);
	say_waited("flockfile", start_time, 80);
	close_pipe();
}

/* Who closes a stream waits until nobody reads from it any more. */
static void *close_stream(void *unused)
{
	(void)unused;
	return (void *)(long)fclose(in);
}

static void close_while_read(void)
{
	pthread_t reader, closer;
	double start_time = now();

	open_pipe();
	reader = start(get_line, NULL);
	until_locked(in);
	closer = start(close_stream, NULL);
	msleep(60);
	send_text("7\n");
	say("read", (long)join(reader));
	say("closed", (long)join(closer));
	say_waited("close", start_time, 70);
	close(ends[1]);
}

enum { PRINTERS = 3, RECORDS = 200, RECORD = 40 };

static void *print_records(void *letter)
{
	char text[RECORD + 1];

	memset(text, *(char *)letter, RECORD);
	text[RECORD] = 0;
	for (int i = 0; i < RECORDS; i++)
		fprintf(in, "%.*s%s", RECORD / 2, text, text + RECORD / 2);
	return (void *)(long)fflush(in);
}

static bool is_whole(const char *record)
{
	for (int i = 1; i < RECORD; i++)
		if (record[i] != record[0])
			return false;
	return true;
}

/* What one call prints is not torn by others, however often somebody has to wait for the pipe. */
static void print_together(void)
{
	pthread_t printers[PRINTERS];
	char record[RECORD];
	long records = 0, torn = 0;

	must("pipe", pipe(ends));
	must("F_SETPIPE_SZ", fcntl(ends[1], F_SETPIPE_SZ, 4096));
	in = fdopen(ends[1], "w");
	for (int i = 0; i < PRINTERS; i++)
		printers[i] = start(print_records, &"abc"[i]);
	while (records < PRINTERS * RECORDS && read_enough(ends[0], record, RECORD) == RECORD) {
		torn += !is_whole(record);
		if (records++ % 50 == 0)
			msleep(5);
	}
	for (int i = 0; i < PRINTERS; i++)
		say("flushed", (long)join(printers[i]));
	say("records", records);
	say("torn", torn);
	fclose(in);
	close(ends[0]);
}

int main(void)
{
	share_lines();
	share_characters();
	lock_streams();
	close_while_read();
	print_together();
	return 0;
}
