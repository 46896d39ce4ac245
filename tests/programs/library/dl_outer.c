/* A library with variables in static TLS, a constructor that waits, and another library in a directory of its own. */
#include <dlfcn.h>
#include <time.h>

int *outer_variable(void);
int *outer_zero(void);
int open_inner(void);

static __thread int variable __attribute__((tls_model("initial-exec"))) = 42;
static __thread int zero __attribute__((tls_model("initial-exec")));

__attribute__((constructor)) static void wait(void)
{
	struct timespec t = {0, 10000000};

	nanosleep(&t, NULL);
}

int *outer_variable(void)
{
	return &variable;
}

int *outer_zero(void)
{
	return &zero;
}

/* Found by this library's RUNPATH alone. */
int open_inner(void)
{
	void *inner = dlopen("dl_inner.so", RTLD_NOW);
	int (*answer)(void) = inner ? (int (*)(void))dlsym(inner, "inner_answer") : (void *)0;

	return answer ? answer() : -1;
}
