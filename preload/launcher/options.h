/* The launcher's own command line. */
#ifndef PRELOAD_LAUNCHER_OPTIONS_H
#define PRELOAD_LAUNCHER_OPTIONS_H

#include <stdbool.h>

/* The settings for the library, by the environment variables of the same names; NULL: not given, left unchanged. */
struct options {
	const char *patch; /* checked list of words */
	const char *stats; /* "-" for stderr, or an absolute path */
	const char *stack; /* bytes, in decimal */
	const char *slice; /* milliseconds, in decimal */
	const char *check; /* only check this process */
	bool explain;      /* only print what would be intercepted */
	bool no_follow;    /* programs that the command executes are not preloaded */
	char *
	    *command; /* the command and its arguments, NULL at the end; at least one, unless a process is looked at */
};

/*
 * Reads the options before the command; the command's own options are not read. Does not return from --help and
 * --version, nor from an error: an unknown option, an argument that is missing or invalid, no command.
 */
struct options read_options(int argc, char **argv);

#endif
