/* Reports of who waits where, on stderr: for the user who asked for them. */
#ifndef RUNTIME_REPORT_REPORT_H
#define RUNTIME_REPORT_REPORT_H

#include <signal.h>
#include <stdbool.h>

/*
 * From now on, where nothing can ever run again that is reported, once; and on SIGQUIT, unless the program takes that
 * itself, who waits where, and the program goes on. name_of_call tells the name of what waits_in in a greenlet says.
 */
void report_prepare(const char *(*name_of_call)(unsigned call));

/* True for the action that report_prepare() has set for SIGQUIT. */
bool report_handles(const struct sigaction *action);

#endif
