/* The launcher's command line: an argument a line. */
#include "fuzz.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

static jmp_buf out;

static _Noreturn void leave(int status)
{
	longjmp(out, status + 1);
}

#define exit(status) leave(status)
#include "preload/launcher/options.c"
#undef exit

/* A refusal ends the launcher, and here the run. */
void refuse(enum status status, const char *format, ...)
{
	char line[4096];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(line, sizeof(line), format, arguments);
	va_end(arguments);
	leave(status);
}

char *formatted(const char *format, ...)
{
	static char text[1 << 16];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	return strdup(text);
}

enum { MOST = 64 };

static void check_accepted(const struct options *options)
{
	must(options->check || *options->command);
	if (options->patch)
		must(checked_patch(options->patch));
	if (options->stack)
		must(strtoull(options->stack, NULL, 10) >= SMALLEST_STACK);
	if (options->slice)
		must(strtoull(options->slice, NULL, 10) < 1000000);
	if (options->stats)
		must(*options->stats == '/' || strcmp(options->stats, "-") == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	char *text = malloc(size + 1), *rest = text, name[] = "greenload", *arguments[MOST + 2] = {name};
	int count = 1;
	struct options options;

	must(text);
	memcpy(text, bytes, size);
	text[size] = '\0';
	while (rest && count <= MOST)
		arguments[count++] = strsep(&rest, "\n");
	arguments[count] = NULL;
	opterr = 0;
	optind = 0;
	if (setjmp(out) == 0) {
		options = read_options(count, arguments);
		check_accepted(&options);
	}
	free(text);
	return 0;
}
