/* How the launcher says no: one line and a status. */
#ifndef PRELOAD_LAUNCHER_REFUSE_H
#define PRELOAD_LAUNCHER_REFUSE_H

/* As env(1) and nohup(1) have them; the two first ones are answers of --check. */
enum status {
	NOT_LOADED = 1,   /* the process does not have the library */
	NOT_ACTIVE = 3,   /* it has, and no greenlets */
	OUR_FAILURE = 2,  /* wrong options, or greenload itself is not in order */
	CANNOT_RUN = 126, /* the command was found and cannot be run under greenload; the process cannot be looked at */
	NOT_FOUND = 127,  /* the command, or an interpreter that it needs, was not found; there is no such process */
};

/* Prints "greenload: " and the message on one line of stderr and exits with the status. */
void refuse(enum status status, const char *format, ...) __attribute__((noreturn, format(printf, 2, 3)));

/* The status for a system call that failed with this errno: NOT_FOUND for ENOENT, CANNOT_RUN for the others. */
enum status status_of(int error);

/* Puts a question mark in the place of each control character of the text, and returns it. */
char *masked(char *text);

/* The formatted text in memory of its own; refuses where there is none. */
char *formatted(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
