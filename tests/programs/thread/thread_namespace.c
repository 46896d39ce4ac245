/* threads and helpers */
/* Modules with a libc of their own, by dlmopen: where they wait for what is the program's, other threads run. */
#include "tests/programs/deep_use.h"

static void *open_elsewhere(const char *path)
{
	return dlmopen(LM_ID_NEWLM, path, RTLD_NOW);
}

static void *open_here(const char *path)
{
	return dlmopen(LM_ID_BASE, path, RTLD_LAZY);
}

static void *wait_and_use(void *unused)
{
	while (!deep)
		msleep(1);
	use();
	return unused;
}

static void *fork_in_module(void *unused)
{
	(void)unused;
	return (void *)(long)deep->fork_one();
}

/* One that is there already, when the module is loaded. */
int main(void)
{
	pthread_t thread = start(wait_and_use, NULL);

	prepare();
	msleep(20);
	load("deep.so", open_elsewhere);
	join(thread);
	use();
	say("fork", (long)join(start(fork_in_module, NULL)));
	load("deep_lazy.so", open_here);
	use();
	say_whether("no such module", !dlmopen(LM_ID_NEWLM, "no-such-module.so", RTLD_NOW));
	say_whether("it says so", strstr(dlerror(), "no-such-module.so"));
	return 0;
}
