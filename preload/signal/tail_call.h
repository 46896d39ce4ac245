/*
 * Entries of functions whose frames must not lie between libc's function and its caller.
 *
 * A function that returns twice, as setjmp does, must be called with the stack as its caller left it. So our entry
 * calls first(a, b) with its two arguments, and then jumps to the function that first() returns, as if that had been
 * called.
 *
 * RETURNS_BY(name, before, after), where this is defined, is for swapcontext(): our entry calls before(a, b, &swap) and
 * then jumps to swap.go_to(a, b), too. That returns to after(&swap, result, position), whose result is returned to our
 * caller. position is the stack pointer with which our caller goes on. The address to which our caller's call returns,
 * and the swap, are in registers of the context that is saved: nothing else on the stack is ours.
 */
#ifndef PRELOAD_SIGNAL_TAIL_CALL_H
#define PRELOAD_SIGNAL_TAIL_CALL_H

#include <stddef.h>
#include <ucontext.h>

struct swap {
	void *go_to; /* not valid after the switch */
	struct wait_record *waits;
	const volatile struct handler_mark *handler; /* the innermost; not valid after a failure */
};

#if defined(__x86_64__)
#define CALLS_FIRST(name, first)                                                                                       \
	__asm__(".text\n"                                                                                              \
		".globl " #name "\n"                                                                                   \
		".type " #name ", @function\n"                                                                         \
		".p2align 4\n" #name ":\n"                                                                             \
		"	.cfi_startproc\n"                                                                                    \
		"	endbr64\n"                                                                                           \
		"	pushq %rdi\n"                                                                                        \
		"	.cfi_adjust_cfa_offset 8\n"                                                                          \
		"	pushq %rsi\n"                                                                                        \
		"	.cfi_adjust_cfa_offset 8\n"                                                                          \
		"	subq $8, %rsp\n"                                                                                     \
		"	.cfi_adjust_cfa_offset 8\n"                                                                          \
		"	call " #first "\n"                                                                             \
		"	addq $8, %rsp\n"                                                                                     \
		"	.cfi_adjust_cfa_offset -8\n"                                                                         \
		"	popq %rsi\n"                                                                                         \
		"	.cfi_adjust_cfa_offset -8\n"                                                                         \
		"	popq %rdi\n"                                                                                         \
		"	.cfi_adjust_cfa_offset -8\n"                                                                         \
		"	jmp *%rax\n"                                                                                         \
		"	.cfi_endproc\n"                                                                                      \
		".size " #name ", . - " #name "\n");

/* libc's function saves and restores the argument registers. A failed system call in it changes neither r8 nor r9. */
#define RETURNS_BY(name, before, after)                                                                                \
	__asm__(".text\n"                                                                                              \
		".globl " #name "\n"                                                                                   \
		".type " #name ", @function\n"                                                                         \
		".p2align 4\n" #name ":\n"                                                                             \
		"	.cfi_startproc\n"                                                                                    \
		"	endbr64\n"                                                                                           \
		"	pushq %rdi\n"                                                                                        \
		"	.cfi_adjust_cfa_offset 8\n"                                                                          \
		"	pushq %rsi\n"                                                                                        \
		"	.cfi_adjust_cfa_offset 8\n"                                                                          \
		"	subq $24, %rsp\n"                                                                                    \
		"	.cfi_adjust_cfa_offset 24\n"                                                                         \
		"	movq %rsp, %rdx\n"                                                                                   \
		"	call " #before "\n"                                                                            \
		"	popq %rax\n"                                                                                         \
		"	.cfi_adjust_cfa_offset -8\n"                                                                         \
		"	popq %r8\n"                                                                                          \
		"	.cfi_adjust_cfa_offset -8\n"                                                                         \
		"	popq %rcx\n"                                                                                         \
		"	.cfi_adjust_cfa_offset -8\n"                                                                         \
		"	popq %rsi\n"                                                                                         \
		"	.cfi_adjust_cfa_offset -8\n"                                                                         \
		"	popq %rdi\n"                                                                                         \
		"	.cfi_adjust_cfa_offset -8\n"                                                                         \
		"	movq (%rsp), %r9\n"                                                                                  \
		"	.cfi_register %rip, %r9\n"                                                                           \
		"	leaq 1f(%rip), %rdx\n"                                                                               \
		"	movq %rdx, (%rsp)\n"                                                                                 \
		"	jmp *%rax\n"                                                                                         \
		"	.cfi_def_cfa_offset 0\n"                                                                             \
		"	nop\n" /* the unwinder looks before the address to which a call returns */                     \
		"1:	endbr64\n"                                                                                         \
		"	movq %rsp, %rdx\n"                                                                                   \
		"	pushq %r9\n"                                                                                         \
		"	.cfi_adjust_cfa_offset 8\n"                                                                          \
		"	.cfi_offset %rip, -8\n"                                                                              \
		"	pushq %rcx\n"                                                                                        \
		"	.cfi_adjust_cfa_offset 8\n"                                                                          \
		"	pushq %r8\n"                                                                                         \
		"	.cfi_adjust_cfa_offset 8\n"                                                                          \
		"	pushq $0\n"                                                                                          \
		"	.cfi_adjust_cfa_offset 8\n"                                                                          \
		"	movq %rsp, %rdi\n"                                                                                   \
		"	movl %eax, %esi\n"                                                                                   \
		"	call " #after "\n"                                                                             \
		"	addq $24, %rsp\n"                                                                                    \
		"	.cfi_adjust_cfa_offset -24\n"                                                                        \
		"	ret\n"                                                                                               \
		"	.cfi_endproc\n"                                                                                      \
		".size " #name ", . - " #name "\n");
#elif defined(__aarch64__)
#define CALLS_FIRST(name, first)                                                                                       \
	__asm__(".text\n"                                                                                              \
		".globl " #name "\n"                                                                                   \
		".type " #name ", %function\n"                                                                         \
		".p2align 4\n" #name ":\n"                                                                             \
		"	.cfi_startproc\n"                                                                                    \
		"	hint #34\n" /* bti c */                                                                        \
		"	stp x0, x1, [sp, #-32]!\n"                                                                           \
		"	.cfi_adjust_cfa_offset 32\n"                                                                         \
		"	str x30, [sp, #16]\n"                                                                                \
		"	.cfi_rel_offset x30, 16\n"                                                                           \
		"	bl " #first "\n"                                                                               \
		"	mov x16, x0\n"                                                                                       \
		"	ldr x30, [sp, #16]\n"                                                                                \
		"	.cfi_restore x30\n"                                                                                  \
		"	ldp x0, x1, [sp], #32\n"                                                                             \
		"	.cfi_adjust_cfa_offset -32\n"                                                                        \
		"	br x16\n"                                                                                            \
		"	.cfi_endproc\n"                                                                                      \
		".size " #name ", . - " #name "\n");

/*
 * The swap and the address to which our caller's call returns are x2 to x4 of the context that is saved. libc loads
 * these registers of every context, because they hold the arguments with which a context of makecontext() starts, and
 * has no reason to store their values during a call.
 */
#define RETURNS_BY(name, before, after)                                                                                \
	_Static_assert(offsetof(ucontext_t, uc_mcontext.regs[2]) == 200, "as in the code below");                      \
	__asm__(".text\n"                                                                                              \
		".globl " #name "\n"                                                                                   \
		".type " #name ", %function\n"                                                                         \
		".p2align 4\n" #name ":\n"                                                                             \
		"	.cfi_startproc\n"                                                                                    \
		"	hint #34\n" /* bti c */                                                                        \
		"	stp x0, x1, [sp, #-64]!\n"                                                                           \
		"	.cfi_adjust_cfa_offset 64\n"                                                                         \
		"	str x30, [sp, #16]\n"                                                                                \
		"	.cfi_rel_offset x30, 16\n"                                                                           \
		"	add x2, sp, #32\n"                                                                                   \
		"	bl " #before "\n"                                                                              \
		"	ldr x2, [sp, #16]\n"                                                                                 \
		"	ldp x16, x3, [sp, #32]\n"                                                                            \
		"	ldr x4, [sp, #48]\n"                                                                                 \
		"	ldp x0, x1, [sp], #64\n"                                                                             \
		"	.cfi_adjust_cfa_offset -64\n"                                                                        \
		"	.cfi_register x30, x2\n"                                                                             \
		"	stp x2, x3, [x0, #200]\n"                                                                            \
		"	str x4, [x0, #216]\n"                                                                                \
		"	adr x30, 1f\n"                                                                                       \
		"	br x16\n"                                                                                            \
		"	.cfi_undefined x30\n"                                                                                \
		"	nop\n" /* the unwinder looks before the address to which a call returns */                     \
		"	.cfi_register x30, x2\n"                                                                             \
		"1:	hint #38\n" /* bti jc: libc's setcontext() branches here by a register */                      \
		"	mov x5, sp\n"                                                                                        \
		"	stp xzr, x3, [sp, #-32]!\n"                                                                          \
		"	.cfi_adjust_cfa_offset 32\n"                                                                         \
		"	stp x4, x2, [sp, #16]\n"                                                                             \
		"	.cfi_rel_offset x30, 24\n"                                                                           \
		"	mov w1, w0\n"                                                                                        \
		"	mov x2, x5\n"                                                                                        \
		"	mov x0, sp\n"                                                                                        \
		"	bl " #after "\n"                                                                               \
		"	ldr x30, [sp, #24]\n"                                                                                \
		"	.cfi_restore x30\n"                                                                                  \
		"	add sp, sp, #32\n"                                                                                   \
		"	.cfi_adjust_cfa_offset -32\n"                                                                        \
		"	ret\n"                                                                                               \
		"	.cfi_endproc\n"                                                                                      \
		".size " #name ", . - " #name "\n");
#else
/* Then the call goes to libc's own function, and the mask that it saves is used. */
#define CALLS_FIRST(name, first)
#endif

#endif
