/* Files that another program runs. */
#ifndef PRELOAD_LAUNCHER_SCRIPT_H
#define PRELOAD_LAUNCHER_SCRIPT_H

#include <stdbool.h>
#include <stddef.h>

/* The number of bytes of a file that the kernel reads to recognise it. */
#define HEAD_SIZE 256

/* The beginning of a file, with zeros behind it. */
struct head {
	char bytes[HEAD_SIZE + 1];
	size_t length;
};

struct interpreter {
	char path[HEAD_SIZE];
	char argument[HEAD_SIZE]; /* the rest of the line, as the kernel passes it; "" if there is none */
};

/* False with errno set if the file cannot be opened or read. */
bool read_head(const char *path, struct head *head);

/* True, with the interpreter, if the kernel would run the file by its #! line. */
bool read_interpreter(const struct head *head, struct interpreter *interpreter);

/* True if the interpreter is env(1) and its argument names the command that env looks up; that is stored in command. */
bool names_command_for_env(const struct interpreter *interpreter, char command[HEAD_SIZE]);

/* True for a file that the shell would treat as a script: no NUL before the end of the first line. */
bool is_text(const struct head *head);

#endif
