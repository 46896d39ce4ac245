/* A library whose thread-local variables lie in every thread's static block. */

int *static_counter(void);

static __thread int counter __attribute__((tls_model("initial-exec"))) = 41;

int *static_counter(void)
{
	return &counter;
}
