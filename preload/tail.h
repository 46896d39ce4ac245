/*
 * A function that returns twice, as setjmp does, must be called with the stack as its caller left it. So ours calls
 * first(a, b) with its two arguments, and then goes on to the function that this answers, as if that had been called.
 */
#ifndef TAIL_H
#define TAIL_H

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
#elif defined(__aarch64__)
#define CALLS_FIRST(name, first)                                                                                       \
	__asm__(".text\n"                                                                                              \
		".globl " #name "\n"                                                                                   \
		".type " #name ", %function\n"                                                                         \
		".p2align 4\n" #name ":\n"                                                                             \
		"	stp x0, x1, [sp, #-32]!\n"                                                                           \
		"	str x30, [sp, #16]\n"                                                                                \
		"	bl " #first "\n"                                                                               \
		"	mov x16, x0\n"                                                                                       \
		"	ldr x30, [sp, #16]\n"                                                                                \
		"	ldp x0, x1, [sp], #32\n"                                                                             \
		"	br x16\n"                                                                                            \
		".size " #name ", . - " #name "\n");
#else
/* Then libc's own is found, and what it saves is taken for the mask. */
#define CALLS_FIRST(name, first)
#endif

#endif
