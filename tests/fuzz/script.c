/* The launcher's reading of the first line of a script, and of env's arguments there. */
#include "preload/launcher/script.h"
#include "fuzz.h"
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	struct head head = {.length = size < HEAD_SIZE ? size : HEAD_SIZE};
	struct interpreter interpreter;
	char command[HEAD_SIZE];

	memcpy(head.bytes, bytes, head.length);
	is_text(&head);
	if (!read_interpreter(&head, &interpreter))
		return 0;
	must(*interpreter.path && strlen(interpreter.path) < HEAD_SIZE && strlen(interpreter.argument) < HEAD_SIZE);
	if (names_command_for_env(&interpreter, command))
		must(strlen(command) < HEAD_SIZE);
	return 0;
}
