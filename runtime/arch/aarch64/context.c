/* The switch on AArch64: the registers that a call preserves, and FPCR, which is a thread's own. */
#include "runtime/stack/context.h"
#include <stdint.h>
#include <string.h>
#include <ucontext.h>

const bool context_is_public = false;

/* What context_swap stores, lowest address first. */
struct frame {
	uint64_t x19_to_x30[12];
	uint64_t d8_to_d15[8];
	uint64_t fpcr, unused;
};

/* Where the library is compiled so, a return address is signed while it lies on a stack, by the key that the compiler
 * takes. */
#if __ARM_FEATURE_PAC_DEFAULT & 1
#define SIGN         "	hint #25\n	.cfi_negate_ra_state\n" /* paciasp */
#define AUTHENTICATE "	hint #29\n	.cfi_negate_ra_state\n" /* autiasp */
#define SIGN_X17     "hint #8"                                  /* pacia1716 */
#elif __ARM_FEATURE_PAC_DEFAULT & 2
#define SIGN         "	.cfi_b_key_frame\n	hint #27\n	.cfi_negate_ra_state\n" /* pacibsp */
#define AUTHENTICATE "	hint #31\n	.cfi_negate_ra_state\n"                         /* autibsp */
#define SIGN_X17     "hint #10"                                                         /* pacib1716 */
#else
#define SIGN         ""
#define AUTHENTICATE ""
#define SIGN_X17     ""
#endif

/* The same as context_swap() does it, for when the stack has come to sp. */
static uint64_t signed_address(uint64_t address, uint64_t sp)
{
	register uint64_t x17 __asm__("x17") = address, x16 __asm__("x16") = sp;

	__asm__(SIGN_X17 : "+r"(x17) : "r"(x16));
	return x17;
}

__asm__(".text\n"
	".globl context_swap\n"
	".hidden context_swap\n"
	".type context_swap, %function\n"
	".globl context_enter\n"
	".hidden context_enter\n"
	".type context_enter, %function\n"
	".globl context_leave\n"
	".hidden context_leave\n"
	".type context_leave, %function\n"
	".p2align 5\n"
	"context_swap:\n"
	"context_enter:\n"
	"context_leave:\n"
	".cfi_startproc\n"
	"	hint #34\n" /* bti c */
    SIGN "	sub sp, sp, #176\n"
	"	.cfi_adjust_cfa_offset 176\n"
	"	stp x19, x20, [sp, #0]\n"
	"	stp x21, x22, [sp, #16]\n"
	"	stp x23, x24, [sp, #32]\n"
	"	stp x25, x26, [sp, #48]\n"
	"	stp x27, x28, [sp, #64]\n"
	"	stp x29, x30, [sp, #80]\n"
	"	.cfi_rel_offset x29, 80\n"
	"	.cfi_rel_offset x30, 88\n"
	"	stp d8, d9, [sp, #96]\n"
	"	stp d10, d11, [sp, #112]\n"
	"	stp d12, d13, [sp, #128]\n"
	"	stp d14, d15, [sp, #144]\n"
	"	mrs x9, fpcr\n"
	"	str x9, [sp, #160]\n"
	"	mov x10, sp\n"
	"	str x10, [x0]\n"
	"	mov sp, x1\n"
	"	ldr x10, [sp, #160]\n"
	"	cmp x9, x10\n"
	"	b.eq 1f\n"
	"	msr fpcr, x10\n"
	"1:	ldp x19, x20, [sp, #0]\n"
	"	ldp x21, x22, [sp, #16]\n"
	"	ldp x23, x24, [sp, #32]\n"
	"	ldp x25, x26, [sp, #48]\n"
	"	ldp x27, x28, [sp, #64]\n"
	"	ldp x29, x30, [sp, #80]\n"
	"	ldp d8, d9, [sp, #96]\n"
	"	ldp d10, d11, [sp, #112]\n"
	"	ldp d12, d13, [sp, #128]\n"
	"	ldp d14, d15, [sp, #144]\n"
	"	add sp, sp, #176\n"
	"	.cfi_adjust_cfa_offset -176\n" AUTHENTICATE "	mov x0, x2\n" /* the result that is handed over */
	"	ret\n"
	".cfi_endproc\n"
	".size context_swap, . - context_swap\n");

bool context_visit(const struct context *c, void (*visit)(void *arg), void *arg)
{
	(void)c;
	(void)visit;
	(void)arg;
	return false;
}

void context_make(struct context *c, void *low, size_t size, void (*entry)(void))
{
	ucontext_t described;
	struct frame *frame;

	/* makecontext reads the stack and the link only, so getcontext and its system call are not needed. */
	described.uc_stack.ss_sp = low;
	described.uc_stack.ss_size = size;
	described.uc_link = NULL;
	makecontext(&described, entry, 0);

	frame = (struct frame *)described.uc_mcontext.sp - 1;
	memset(frame, 0, sizeof(*frame));
	/* x19 is what makecontext leaves for its own start code, the link register where we go. */
	frame->x19_to_x30[0] = described.uc_mcontext.regs[19];
	frame->x19_to_x30[11] = signed_address(described.uc_mcontext.pc, (uintptr_t)(frame + 1));
	__asm__("mrs %0, fpcr" : "=r"(frame->fpcr));
	c->saved = frame;
}

void *context_to_enter(const struct context *made)
{
	return made->saved;
}

uintptr_t context_frame(const struct context *c)
{
	return ((const struct frame *)c->saved)->x19_to_x30[10];
}
