/* The switch on x86-64: the registers that a call preserves, and the rounding modes, which are a thread's own. */
#include "runtime/stack/context.h"
#include <stdint.h>
#include <string.h>
#include <ucontext.h>

const bool context_is_public = true;

/* What context_swap pushes, lowest address first. */
struct frame {
	uint32_t mxcsr, x87_control;
	uintptr_t r15, r14, r13, r12, rbx, rbp, rip;
};

__asm__(
    ".macro save\n"
    "	pushq %rbp\n"
    "	.cfi_adjust_cfa_offset 8\n"
    "	.cfi_rel_offset %rbp, 0\n"
    "	pushq %rbx\n"
    "	.cfi_adjust_cfa_offset 8\n"
    "	.cfi_rel_offset %rbx, 0\n"
    "	pushq %r12\n"
    "	.cfi_adjust_cfa_offset 8\n"
    "	.cfi_rel_offset %r12, 0\n"
    "	pushq %r13\n"
    "	.cfi_adjust_cfa_offset 8\n"
    "	.cfi_rel_offset %r13, 0\n"
    "	pushq %r14\n"
    "	.cfi_adjust_cfa_offset 8\n"
    "	.cfi_rel_offset %r14, 0\n"
    "	pushq %r15\n"
    "	.cfi_adjust_cfa_offset 8\n"
    "	.cfi_rel_offset %r15, 0\n"
    ".endm\n"
    ".macro restore\n"
    "	popq %r15\n"
    "	.cfi_adjust_cfa_offset -8\n"
    "	popq %r14\n"
    "	.cfi_adjust_cfa_offset -8\n"
    "	popq %r13\n"
    "	.cfi_adjust_cfa_offset -8\n"
    "	popq %r12\n"
    "	.cfi_adjust_cfa_offset -8\n"
    "	popq %rbx\n"
    "	.cfi_adjust_cfa_offset -8\n"
    "	popq %rbp\n"
    "	.cfi_adjust_cfa_offset -8\n"
    ".endm\n"
    ".text\n"
    ".globl context_swap\n"
    ".hidden context_swap\n"
    ".type context_swap, @function\n"
    ".p2align 5\n"
    "context_swap:\n"
    ".cfi_startproc\n"
    "	endbr64\n"
    "	save\n"
    "	subq $8, %rsp\n"
    "	.cfi_adjust_cfa_offset 8\n"
    "	stmxcsr (%rsp)\n"
    "	fnstcw 4(%rsp)\n"
    "	movq %rsp, (%rdi)\n"
    /* Loading the control words is slow, and they are nearly always the same. */
    "	movl (%rsi), %eax\n"
    "	movzwl 4(%rsi), %ecx\n"
    "	cmpl (%rsp), %eax\n"
    "	jne 1f\n"
    "	cmpw 4(%rsp), %cx\n"
    "	jne 1f\n"
    "2:	movq %rsi, %rsp\n"
    "	addq $8, %rsp\n"
    "	.cfi_adjust_cfa_offset -8\n"
    "	restore\n"
    "	ret\n"
    "	.cfi_adjust_cfa_offset 56\n"
    "1:	ldmxcsr (%rsi)\n"
    "	fldcw 4(%rsi)\n"
    "	jmp 2b\n"
    ".cfi_endproc\n"
    ".size context_swap, . - context_swap\n"
    /*
     * Between a generator and its caller: returns to where the other side was called from by a jump. A processor
     * predicts returns by the calls before, and would be wrong each time; of indirect jumps it learns where they
     * lead. What is stored for context_leave(), and its other half, is in the programs, too: greenload/yield_x86_64.h.
     */
    ".globl context_enter\n"
    ".hidden context_enter\n"
    ".type context_enter, @function\n"
    ".p2align 5\n"
    "context_enter:\n"
    ".cfi_startproc\n"
    "	endbr64\n"
    "	save\n"
    "	movq %rsp, (%rdi)\n"
    "	movq %rsi, %rsp\n"
    "	movl %edx, %eax\n"
    "	popq %rbp\n"
    "	popq %rcx\n"
    "	notrack jmp *%rcx\n"
    ".cfi_endproc\n"
    ".size context_enter, . - context_enter\n"
    ".globl context_leave\n"
    ".hidden context_leave\n"
    ".type context_leave, @function\n"
    ".p2align 5\n"
    "context_leave:\n"
    ".cfi_startproc\n"
    "	endbr64\n"
    "	pushq %rbx\n"
    "	pushq %r12\n"
    "	pushq %r13\n"
    "	pushq %r14\n"
    "	pushq %r15\n"
    "	leaq 1f(%rip), %rax\n"
    "	pushq %rax\n"
    "	pushq %rbp\n"
    "	movq %rsp, (%rdi)\n"
    "	movq %rsi, %rsp\n"
    "	movl %edx, %eax\n"
    "	restore\n"
    "	popq %rcx\n"
    "	notrack jmp *%rcx\n"
    "1:	popq %r15\n"
    "	popq %r14\n"
    "	popq %r13\n"
    "	popq %r12\n"
    "	popq %rbx\n"
    "	popq %rcx\n"
    "	notrack jmp *%rcx\n"
    ".cfi_endproc\n"
    ".size context_leave, . - context_leave\n"
    ".purgem save\n"
    ".purgem restore\n");

static __thread struct {
	void (*visit)(void *arg);
	void *arg, *back;
} visitor;

/* Where the context would have gone on is its return address. */
static void receive_visitor(void)
{
	void *nowhere;

	visitor.visit(visitor.arg);
	context_swap(&nowhere, visitor.back);
}

/* A frame that leads to the visit takes the place of the context's own, a word below it, and that is put back after. */
bool context_visit(const struct context *c, void (*visit)(void *arg), void *arg)
{
	struct frame *frame = c->saved, own = *frame, ours = own;

	if (IS_SANITIZED) /* what it writes over may be marked as out of bounds for the code that runs there */
		return false;
	ours.rip = (uintptr_t)receive_visitor;
	memcpy((char *)frame - sizeof(void *), &ours, sizeof(ours));
	visitor.visit = visit;
	visitor.arg = arg;
	context_swap(&visitor.back, (char *)frame - sizeof(void *));
	*frame = own;
	return true;
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

	frame = (struct frame *)described.uc_mcontext.gregs[REG_RSP] - 1;
	memset(frame, 0, sizeof(*frame));
	frame->rbx = (uintptr_t)described.uc_mcontext.gregs[REG_RBX];
	frame->rip = (uintptr_t)described.uc_mcontext.gregs[REG_RIP];
	__asm__("stmxcsr %0" : "=m"(frame->mxcsr));
	__asm__("fnstcw %0" : "=m"(frame->x87_control));
	c->saved = frame;
}

void *context_to_enter(const struct context *made)
{
	return &((struct frame *)made->saved)->rbp;
}

uintptr_t context_frame(const struct context *c)
{
	return ((const struct frame *)c->saved)->rbp;
}
