#include "refuse.h"
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

/* File names may contain anything: the message stays one line, and no control character reaches a terminal. */
char *masked(char *text)
{
	for (char *c = text; *c; c++)
		if ((unsigned char)*c < ' ' || *c == 0x7f)
			*c = '?';
	return text;
}

void refuse(enum status status, const char *format, ...)
{
	char message[16384];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(message, sizeof message, format, arguments);
	va_end(arguments);
	fprintf(stderr, "greenload: %s\n", masked(message));
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
