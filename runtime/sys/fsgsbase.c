/* On x86-64, whether the thread pointer can be written without a system call. */
#ifdef __x86_64__
#include "arch.h"
#include "auxv.h"

#ifndef HWCAP2_FSGSBASE
#define HWCAP2_FSGSBASE (1 << 1)
#endif

bool has_fsgsbase;

__attribute__((constructor(101))) static void find_fsgsbase(void)
{
	has_fsgsbase = auxv_value(AT_HWCAP2) & HWCAP2_FSGSBASE;
}
#endif
