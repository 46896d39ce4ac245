/* A pipeline of generators over a file of a million lines: read, search, number; each line goes through all of it. */
#include <greenload.h>
#include <stdio.h>
#include <string.h>

static void *lines(green_gen_t *gen, void *file)
{
	static char line[64];

	while (fgets(line, sizeof(line), file)) {
		if (green_gen_yield(gen, line, NULL) < 0)
			break;
	}
	return NULL;
}

static void *matching(green_gen_t *gen, void *from)
{
	void *line;

	while (green_gen_next(from, &line) > 0) {
		if (strstr(line, "99999") && green_gen_yield(gen, line, NULL) < 0)
			break;
	}
	return NULL;
}

int main(void)
{
	FILE *file = tmpfile();
	green_gen_t *all = green_gen_new(lines, file), *some = green_gen_new(matching, all);
	void *line;

	for (int i = 0; i < 1000000; i++)
		fprintf(file, "line %d\n", i);
	rewind(file);
	for (int n = 1; green_gen_next(some, &line) > 0; n++)
		printf("%d: %s", n, (char *)line);
	return green_gen_close(some) < 0 || green_gen_close(all) < 0;
}
