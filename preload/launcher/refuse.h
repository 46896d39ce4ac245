/* How the launcher reports a refusal: one line and a status. */
#ifndef PRELOAD_LAUNCHER_REFUSE_H
#define PRELOAD_LAUNCHER_REFUSE_H

/* As in env(1) and nohup(1); the first two are results of --check. */
enum status {
	NOT_LOADED = 1,   /* the process does not have the library */
	NOT_ACTIVE = 3,   /* it does, and has no greenlets */
	OUR_FAILURE = 2,  /* wrong options, or a fault of greenload itself */
	CANNOT_RUN = 126, /* the command cannot be run under greenload; the process cannot be examined */
	NOT_FOUND = 127,  /* the command, or an interpreter that it needs, was not found; there is no such process */
};

/* Prints "greenload: " and the message on one line of stderr and exits with the status. */
void refuse(enum status status, const char *format, ...) __attribute__((noreturn, format(printf, 2, 3)));

/* The status for a system call that failed with this errno: NOT_FOUND for ENOENT, CANNOT_RUN for the others. */
enum status status_of(int error);

/* Replaces each control character of the text by a question mark, and returns the text. */
char *masked(char *text);

/* The formatted text, allocated; refuses if there is no memory. */
char *formatted(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
