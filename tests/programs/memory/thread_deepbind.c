/* threads */
/* Modules that find libc before anybody else, by RTLD_DEEPBIND: their waits are as the program's own. */
#include "tests/programs/deep_use.h"

static void *open_now(const char *path)
{
	return dlopen(path, RTLD_NOW | RTLD_DEEPBIND);
}

static void *open_lazily(const char *path)
{
	return dlopen(path, RTLD_LAZY | RTLD_DEEPBIND);
}

static void *load_and_use(void *unused)
{
	load("deep_lazy.so", open_lazily);
	use();
	return unused;
}

int main(void)
{
	prepare();
	load("deep.so", open_now);
	printf("whose: %s\n", whose());
	use();
	join(start(load_and_use, NULL));
	return 0;
}
