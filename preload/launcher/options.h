/* The launcher's own command line. */
#ifndef PRELOAD_LAUNCHER_OPTIONS_H
#define PRELOAD_LAUNCHER_OPTIONS_H

#include <stdbool.h>

/* What the library is told in the environment variables of the same names; NULL: not given, leave them as they are. */
struct options {
	const char *patch; /* checked list of words */
	const char *stats; /* "-" for stderr, or an absolute path */
	const char *stack; /* bytes, in decimal */
	const char *slice; /* milliseconds, in decimal */
	const char *check; /* only look at this process */
	bool explain;      /* only say what would be intercepted */
	bool no_follow;    /* what the command executes is not preloaded */
	char *
	    *command; /* the command and its arguments, NULL at the end; at least one, unless a process is looked at */
};

/*
 * Reads the options before the command; the command's own are its own. Does not return from --help and --version, nor
 * from anything wrong: an unknown option, an argument that is missing or makes no sense, no command.
 */
struct options read_options(int argc, char **argv);

#endif
