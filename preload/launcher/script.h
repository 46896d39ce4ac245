/* Files that are run by another program. */
#ifndef PRELOAD_LAUNCHER_SCRIPT_H
#define PRELOAD_LAUNCHER_SCRIPT_H

#include <stdbool.h>
#include <stddef.h>

/* As many bytes of a file as the kernel looks at. */
#define HEAD_SIZE 256

/* The beginning of a file, with zeros behind it. */
struct head {
	char bytes[HEAD_SIZE + 1];
	size_t length;
};

struct interpreter {
	char path[HEAD_SIZE];
	char argument[HEAD_SIZE]; /* all that follows, as the kernel hands it over; "" where there is nothing */
};

/* False with errno set where the file cannot be opened or read. */
bool read_head(const char *path, struct head *head);

/* True and the interpreter where the kernel would run the file by its #! line. */
bool read_interpreter(const struct head *head, struct interpreter *interpreter);

/* True where the interpreter is env(1) and its argument tells which command it looks up; that is stored in command. */
bool names_command_for_env(const struct interpreter *interpreter, char command[HEAD_SIZE]);

/* True for a file that the shell would take for a script: no NUL before the first line's end. */
bool is_text(const struct head *head);

#endif
