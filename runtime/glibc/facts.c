#include "facts.h"
#include <stdatomic.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

static const struct {
	const char *name, *otherwise;
} facts[] = {
#define FACT(name, otherwise) [FACT_##name] = {#name, otherwise},
    GLIBC_FACTS(FACT)
#undef FACT
};

static _Atomic(const char *) unlike;

static bool is_to_fail(enum glibc_fact fact)
{
#ifdef TORTURE
	const char *name = secure_getenv("GREENLOAD_UNLIKE");

	return name && strcmp(name, facts[fact].name) == 0;
#else
	(void)fact;
	return false;
#endif
}

bool glibc_fact(enum glibc_fact fact, bool holds)
{
	const char *nothing = NULL;

	if (holds && !is_to_fail(fact))
		return true;
	atomic_compare_exchange_strong(&unlike, &nothing, facts[fact].otherwise);
	return false;
}

const char *glibc_unlike(void)
{
	return atomic_load(&unlike);
}
