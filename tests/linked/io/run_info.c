/* Reports of what the greenlets do; looking at them changes nothing. */
#include "tests/linked/expect.h"

static int ends[2];
static green_event_t *event;

static void *read_one(void *unused)
{
	char byte;

	must("read", read(ends[0], &byte, 1));
	return unused;
}

static void *wait_for_event(void *unused)
{
	must("green_event_wait", green_event_wait(event, 100));
	return unused;
}

static void *spawn_reader(void *reader)
{
	*(green_t **)reader = must_spawn(read_one, NULL);
	must("green_event_wait", green_event_wait(event, -1));
	return NULL;
}

static green_t *spawn_named(const char *name, green_fn *fn, void *arg)
{
	green_t *g = green_spawn_with(&(struct green_options){.name = name}, fn, arg);

	must("green_spawn_with", g ? 0 : -1);
	return g;
}

static void has(const char *report, const char *text)
{
	if (strstr(report, text))
		return;
	printf("\"%s\" is not in the report:\n%s", text, report);
	failures++;
}

static char *report_by(int (*print)(FILE *stream))
{
	char *text = NULL;
	size_t size;
	FILE *stream = open_memstream(&text, &size);

	must("open_memstream", stream ? 0 : -1);
	must("print", print(stream));
	fclose(stream);
	return text;
}

static const char *waits_for_event(const char *who)
{
	static char text[100];

	snprintf(text, sizeof(text), "%s waits for the event %p for ", who, (void *)event);
	return text;
}

static void looks(const char *read_line)
{
	char *tree = report_by(green_print_tree), *info = report_by(green_print_run_info);

	has(tree, "#0 main runs\n");
	has(tree, waits_for_event("\n  #1 parent"));
	has(tree, read_line);
	has(tree, waits_for_event("\n  #2 patient"));
	has(tree, " s, 9"); /* and how long it would */
	has(tree, "\n  #4 is to begin for ");
	has(info, "\n      green_event_wait+");
	has(info, "run_info+");
	free(tree);
	free(info);
}

int main(void)
{
	green_t *parent, *patient, *reader, *late;
	char line[100];
	int i;

	char *text = report_by(green_print_tree);

	has(text, "no greenlets\n");
	free(text);
	must("pipe", pipe(ends));
	event = green_event_new();
	parent = spawn_named("parent", spawn_reader, &reader);
	patient = spawn_named("patient", wait_for_event, NULL);
	green_sleep(0.01);
	late = green_spawn_later(1000, read_one, NULL);
	snprintf(line, sizeof(line), "\n    #3 waits to read from descriptor %d for ", ends[0]);
	for (i = 0; i < 3; i++)
		looks(line);
	expect_failure("no stream", green_print_tree(NULL), EINVAL);
	must("green_kill_wait", green_kill_wait(late, -1));
	must_join(late);
	green_event_set(event);
	must("write", write(ends[1], "x", 1));
	must_join(parent);
	must_join(patient);
	must_join(reader);
	return verdict();
}
