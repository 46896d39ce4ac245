/* threads and helpers */
/* A filter refuses a system call before the program begins, as in containers and services: each that might matter. */
#include "cases.h"
#include "operations.h"

static void run_anew(int index)
{
	char name[16];

	refuse_case(index);
	snprintf(name, sizeof(name), "%d", index);
	execl("/proc/self/exe", "refused_start", name, (char *)NULL);
	perror("execl");
	_exit(97);
}

int main(int count, char **arguments)
{
	char name[32];

	if (count > 1) {
		snprintf(name, sizeof(name), "file.%s", arguments[1]);
		do_all(name);
	} else {
		run_matrix(run_anew, 0, CALLS * ERRORS);
	}
	return 0;
}
