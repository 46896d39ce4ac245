#include "launcher_refuse.h"
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

/* File names may hold anything: a line stays a line, and a terminal is told nothing. */
static void mask_control_characters(char *text)
{
	for (; *text; text++)
		if ((unsigned char)*text < ' ' || *text == 0x7f)
			*text = '?';
}

void refuse(enum status status, const char *format, ...)
{
	char message[16384];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(message, sizeof message, format, arguments);
	va_end(arguments);
	mask_control_characters(message);
	fprintf(stderr, "greenload: %s\n", message);
	exit(status);
}

enum status status_of(int error)
{
	return error == ENOENT ? NOT_FOUND : CANNOT_RUN;
}

char *formatted(const char *format, ...)
{
	va_list arguments;
	char *text;

	va_start(arguments, format);
	if (vasprintf(&text, format, arguments) < 0)
		refuse(OUR_FAILURE, "out of memory");
	va_end(arguments);
	return text;
}
