/* What the library reads in its environment variables: each value is given to all of them. */
#include "fuzz.h"
#include "preload/core/options.c"

size_t default_stack_size;
nanos slice_length;
bool stats_wanted;

void stats_start(const char *path)
{
	(void)path;
}

void report_prepare(const char *(*name_of)(unsigned call))
{
	(void)name_of;
}

const char *name_of_call(unsigned call)
{
	(void)call;
	return "";
}

void follow_children(char *times)
{
	(void)times;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	char *text = malloc(size + 1);

	must(text);
	memcpy(text, bytes, size);
	text[size] = '\0';
	if (*text)
		read_patch(text);
	must(!call_is_off[CALL_close]); /* that of no family */
	read_stack(text);
	must(!stack_asked_for || (stack_asked_for >= 16384 && stack_asked_for <= 1ull << 40));
	read_slice(text);
	must(slice_length < 1000000 * NANOS_PER_MSEC);
	free(text);
	return 0;
}
