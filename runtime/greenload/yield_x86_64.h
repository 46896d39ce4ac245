/*
 * green_gen_yield() inlined into its caller. It alternates with green_gen_send(), and a processor that predicts returns
 * from a stack of calls mispredicts each time if both are functions: on an x86-64 that costs as much as all the rest.
 * The library's function is called instead in code without optimisation, for an analyser, which does not look through
 * assembler, and if code may use more registers than these.
 */
#ifndef GREENLOAD_YIELD_X86_64_H
#define GREENLOAD_YIELD_X86_64_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

/* The first members of a generator; compiled into programs, so this layout never changes. */
struct green_gen_head {
	uintptr_t turn; /* whose turn it is: the owner's thread pointer, + 0 for the owner, + 1 for the generator */
	void *inside;   /* where it resumes: its rbp and address lie there; valid while it does not run */
	void *outside;  /* where its caller resumes: r15 to r12, rbx, rbp and address; valid while it runs */
	void **yielded; /* where the caller wants the yielded value; NULL: nowhere */
	void **sent;    /* where it wants the value sent to it; NULL: nowhere */
};

/* The library's function, for the cases that are not handled here. */
int green_gen_yield_unusual(green_gen_t *gen, void *value, void **sent) __asm__("green_gen_yield");

/*
 * Resumes the caller, and returns when it asks again. Leaf functions use 128 bytes below their stack pointer; rbx, like
 * rbp, may be the register from which a compiler addresses its variables.
 */
extern __inline __attribute__((__gnu_inline__, __always_inline__)) int green_gen_switch_(struct green_gen_head *head)
{
	void **inside = &head->inside, *outside = head->outside;
	int result;

	__asm__ volatile("leaq -128(%%rsp), %%rsp\n\t"
			 "pushq %%rbx\n\t"
			 "leaq 1f(%%rip), %%rax\n\t"
			 "pushq %%rax\n\t"
			 "pushq %%rbp\n\t"
			 "movq %%rsp, (%1)\n\t"
			 "movq %2, %%rsp\n\t"
			 "movl $1, %%eax\n\t"
			 "popq %%r15\n\t"
			 "popq %%r14\n\t"
			 "popq %%r13\n\t"
			 "popq %%r12\n\t"
			 "popq %%rbx\n\t"
			 "popq %%rbp\n\t"
			 "ret\n"
			 "1:\tpopq %%rbx\n\t"
			 "leaq 128(%%rsp), %%rsp"
			 : "=a"(result), "+D"(inside), "+S"(outside)
			 :
			 : "rcx", "rdx", "r8", "r9", "r10", "r11", "r12", "r13", "r14", "r15", "xmm0", "xmm1", "xmm2",
			 "xmm3", "xmm4", "xmm5", "xmm6", "xmm7", "xmm8", "xmm9", "xmm10", "xmm11", "xmm12", "xmm13",
			 "xmm14", "xmm15", "mm0", "mm1", "mm2", "mm3", "mm4", "mm5", "mm6", "mm7", "st", "st(1)",
			 "st(2)", "st(3)", "st(4)", "st(5)", "st(6)", "st(7)", "cc", "memory");
	return result;
}

extern __inline __attribute__((__gnu_inline__, __always_inline__)) int green_gen_yield(
    green_gen_t *gen, void *value, void **sent)
{
	struct green_gen_head *head = (struct green_gen_head *)gen;
	uintptr_t caller;

	__asm__("movq %%fs:0, %0" : "=r"(caller));
	if (!head || head->turn != caller + 1)
		return green_gen_yield_unusual(gen, value, sent);
	if (head->yielded)
		*head->yielded = value;
	head->sent = sent;
	head->turn = caller;
	return green_gen_switch_(head);
}

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif
#endif
