#include "options.h"
#include "refuse.h"
#include <ctype.h>
#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define SMALLEST_STACK (16ULL << 10)
#define LARGEST_STACK  (1ULL << 40) /* no address space holds many of these; larger numbers are a mistake */

static const char words[][16] = {
    "socket", "dns", "time", "select", "thread", "os", "subprocess", "signal", "queue", "file", "aio", "libc"};

static const char usage[] =
    "Usage: greenload [options] [--] command [args...]\n"
    "       greenload --check PID\n"
    "Runs the command so that calls which would block let its other greenlets run.\n"
    "\n"
    "  --patch=LIST    what to make concurrent: all (the default), or some of socket,dns,\n"
    "                  time,select,thread,os,subprocess,signal,queue,file,aio,libc; -word\n"
    "                  takes one out\n"
    "  --slice=MS      milliseconds of CPU time that a thread may compute while others wait,\n"
    "                  5 unless said otherwise; 0: as long as it likes\n"
    "  --stats[=FILE]  print statistics as JSON at exit, on stderr or to FILE\n"
    "  --stack=SIZE    stack of a greenlet in bytes, or with K, M or G; at least 16K\n"
    "  --explain       do not run the command, print which of its calls are taken and which not\n"
    "  --no-follow     leave alone what the command itself executes\n"
    "  --check PID     print whether a process runs with the library, and with how many greenlets\n"
    "  --help          print this text\n"
    "  --version       print the version\n"
    "\n"
    "Exit status: 127 command not found, 126 it cannot be run, 2 wrong use; else the command's.\n"
    "Of --check: 0 active, 1 not loaded, 3 loaded and not active, 126 not to be seen, 127 no process.\n";

static _Noreturn void print_and_exit(const char *text)
{
	if (fputs(text, stdout) == EOF || fflush(stdout) == EOF)
		refuse(OUR_FAILURE, "cannot write to standard output: %s", strerror(errno));
	exit(0);
}

static bool is_word(const char *word, size_t length)
{
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (strlen(words[i]) == length && memcmp(words[i], word, length) == 0)
			return true;
	return false;
}

static bool is_all(const char *word, size_t length)
{
	return length == 3 && memcmp(word, "all", 3) == 0;
}

/* A comma list of `all`, words, and words with a minus before them. */
static const char *checked_patch(const char *list)
{
	for (const char *word = list;; word++) {
		size_t length = strcspn(word, ",");
		bool minus = *word == '-';

		if (!is_word(word + minus, length - minus) && (minus || !is_all(word, length)))
			refuse(OUR_FAILURE, "--patch: unknown word '%.*s', see greenload --help", (int)length, word);
		word += length;
		if (!*word)
			return list;
	}
}

/* The power of 1024 that a suffix stands for, -1 for an unknown one. */
static int power_of(const char *suffix)
{
	static const char suffixes[] = "KMG";
	const char *found;

	if (!*suffix)
		return 0;
	found = strchr(suffixes, toupper((unsigned char)*suffix));
	return found && !suffix[1] ? (int)(found - suffixes) + 1 : -1;
}

/* Digits and an optional suffix. A sign or a space, which strtoull would accept, is an error. */
static const char *checked_stack(const char *text)
{
	char *suffix;
	unsigned long long size;
	int power;

	errno = 0;
	size = strtoull(text, &suffix, 10);
	power = power_of(suffix);
	if (*text < '0' || *text > '9' || power < 0)
		refuse(OUR_FAILURE, "--stack: '%s' is not a size, as 65536, 256K or 1M are", text);
	if (errno == ERANGE || size > LARGEST_STACK >> 10 * power)
		refuse(OUR_FAILURE, "--stack: '%s' is too large, the most is 1024G", text);
	size <<= 10 * power;
	if (size < SMALLEST_STACK)
		refuse(OUR_FAILURE, "--stack: '%s' is too small, the least is 16K", text);
	return formatted("%llu", size);
}

static const char *checked_slice(const char *text)
{
	size_t digits = strspn(text, "0123456789");

	if (digits == 0 || text[digits] || digits > 6)
		refuse(OUR_FAILURE, "--slice: '%s' is not a number of milliseconds below 1000000", text);
	return text;
}

/* The command may change its directory before it ends: a relative path counts from the directory at the start. */
static char *absolute(const char *path)
{
	char *here, *result;

	if (*path == '/')
		return formatted("%s", path);
	here = getcwd(NULL, 0);
	if (!here)
		refuse(OUR_FAILURE, "--stats: no current directory for '%s': %s", path, strerror(errno));
	result = formatted("%s/%s", here, path);
	free(here);
	return result;
}

/* True, with errno set, if the library would fail to write. Does not open the file: a FIFO's reader would notice. */
static bool cannot_write(const char *path)
{
	struct stat st;
	char *directory;
	bool cannot;

	if (stat(path, &st) == 0) {
		errno = EISDIR;
		return S_ISDIR(st.st_mode) || access(path, W_OK) < 0;
	}
	if (errno != ENOENT)
		return true;
	directory = formatted("%.*s", (int)(strrchr(path, '/') + 1 - path), path);
	cannot = access(directory, W_OK | X_OK) < 0;
	free(directory);
	return cannot;
}

static const char *checked_stats(const char *file)
{
	char *path;

	if (!file || !*file || strcmp(file, "-") == 0)
		return "-";
	path = absolute(file);
	if (cannot_write(path))
		refuse(OUR_FAILURE, "--stats: cannot write '%s': %s", file, strerror(errno));
	return path;
}

static void take_option(struct options *options, int letter)
{
	switch (letter) {
	case 'h':
		print_and_exit(usage);
	case 'v':
		print_and_exit("greenload " GREENLOAD_VERSION "\n");
	case 'p':
		options->patch = checked_patch(optarg);
		break;
	case 's':
		options->stats = checked_stats(optarg);
		break;
	case 'k':
		options->stack = checked_stack(optarg);
		break;
	case 'l':
		options->slice = checked_slice(optarg);
		break;
	case 'c':
		options->check = optarg;
		break;
	case 'e':
		options->explain = true;
		break;
	case 'n':
		options->no_follow = true;
		break;
	default: /* getopt_long has printed what is wrong */
		exit(OUR_FAILURE);
	}
}

struct options read_options(int argc, char **argv)
{
	static const struct option known[] = {
	    {"help", no_argument, NULL, 'h'},
	    {"version", no_argument, NULL, 'v'},
	    {"patch", required_argument, NULL, 'p'},
	    {"stats", optional_argument, NULL, 's'},
	    {"stack", required_argument, NULL, 'k'},
	    {"slice", required_argument, NULL, 'l'},
	    {"check", required_argument, NULL, 'c'},
	    {"explain", no_argument, NULL, 'e'},
	    {"no-follow", no_argument, NULL, 'n'},
	    {0},
	};
	static char name[] = "greenload";
	struct options options = {0};
	int letter;

	if (argc > 0)
		argv[0] = name; /* the prefix of getopt_long's messages */
	while ((letter = getopt_long(argc, argv, "+", known, NULL)) != -1)
		take_option(&options, letter);
	if (options.check && optind < argc)
		refuse(OUR_FAILURE, "--check takes one process and no command, see greenload --help");
	if (!options.check && optind >= argc)
		refuse(OUR_FAILURE, "no command given, see greenload --help");
	options.command = argv + optind;
	return options;
}
