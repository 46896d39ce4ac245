/* Reports of what each thread waits for, on stderr, for the user who asked for them. */
#ifndef RUNTIME_REPORT_REPORT_H
#define RUNTIME_REPORT_REPORT_H

#include <signal.h>
#include <stdbool.h>

/*
 * From now on, reports a deadlock, in which no thread can ever run again, once. On SIGQUIT, unless the program handles
 * that itself, reports what each thread waits for, and the program continues. name_of_call translates the number in
 * `wait.call` of a greenlet, less 1, to a name.
 */
void report_prepare(const char *(*name_of_call)(unsigned call));

/* True for the action that report_prepare() has set for SIGQUIT. */
bool report_handles(const struct sigaction *action);

#endif
