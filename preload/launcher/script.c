#include "script.h"
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#define BLANKS " \t"

bool read_head(const char *path, struct head *head)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	ssize_t n;

	*head = (struct head){0};
	if (fd < 0)
		return false;
	n = pread(fd, head->bytes, HEAD_SIZE, 0);
	close(fd);
	head->length = n > 0 ? (size_t)n : 0;
	return n >= 0;
}

/* Copies length bytes, fewer than HEAD_SIZE, and terminates them. */
static void copy_word(char to[HEAD_SIZE], const char *from, size_t length)
{
	memcpy(to, from, length);
	to[length] = '\0';
}

/* The rest of the line without leading and trailing blanks. */
static void copy_argument(char to[HEAD_SIZE], const char *rest)
{
	size_t length;

	rest += strspn(rest, BLANKS);
	length = strcspn(rest, "\n");
	while (length && strchr(BLANKS, rest[length - 1]))
		length--;
	copy_word(to, rest, length);
}

bool read_interpreter(const struct head *head, struct interpreter *interpreter)
{
	const char *path;
	size_t length;

	if (memcmp(head->bytes, "#!", 2) != 0)
		return false;
	path = head->bytes + 2 + strspn(head->bytes + 2, BLANKS);
	length = strcspn(path, BLANKS "\n");
	if (!length || path + length == head->bytes + HEAD_SIZE)
		return false; /* a path that is missing, or cut off where the kernel stops reading */
	copy_word(interpreter->path, path, length);
	copy_argument(interpreter->argument, path + length);
	return true;
}

static bool is_env(const char *path)
{
	const char *slash = strrchr(path, '/');

	return strcmp(slash ? slash + 1 : path, "env") == 0;
}

/* The text after -S, or NULL. */
static const char *after_split_option(const char *argument)
{
	static const char *const spellings[] = {"-S", "-vS", "--split-string="};

	for (size_t i = 0; i < sizeof spellings / sizeof *spellings; i++)
		if (strncmp(argument, spellings[i], strlen(spellings[i])) == 0)
			return argument + strlen(spellings[i]);
	return NULL;
}

bool names_command_for_env(const struct interpreter *interpreter, char command[HEAD_SIZE])
{
	const char *word = interpreter->argument, *split = after_split_option(word);
	size_t length = strlen(word);

	if (!is_env(interpreter->path))
		return false;
	if (split) {
		word = split + strspn(split, BLANKS);
		length = strcspn(word, BLANKS);
		while (length && memchr(word, '=', length)) {
			word += length + strspn(word + length, BLANKS);
			length = strcspn(word, BLANKS);
		}
	}
	copy_word(command, word, length);
	/* Only env understands its other options, and what -S quotes or expands. */
	return length && *command != '-' && !strpbrk(command, split ? "\"'\\$" : "=");
}

bool is_text(const struct head *head)
{
	const char *end = memchr(head->bytes, '\n', head->length);

	return !memchr(head->bytes, '\0', end ? (size_t)(end - head->bytes) : head->length);
}
