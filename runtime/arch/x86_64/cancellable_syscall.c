#include "runtime/sys/cancellable_syscall.h"
#include "arch.h"

/* The code lies in one piece, so that a signal handler can tell whether the call is still ahead. */
__asm__(".text\n"
	".globl cancellable_syscall, syscall_ahead, syscall_done, syscall_left\n"
	".hidden cancellable_syscall, syscall_ahead, syscall_done, syscall_left\n"
	".type cancellable_syscall, @function\n"
	"cancellable_syscall:\n"
	".cfi_startproc\n"
	"	endbr64\n"
	"	movq %rdi, %rcx\n"
	"	movq %rsi, %r11\n"
	"	movq (%r11), %rax\n"
	"	movq 8(%r11), %rdi\n"
	"	movq 16(%r11), %rsi\n"
	"	movq 24(%r11), %rdx\n"
	"	movq 32(%r11), %r10\n"
	"	movq 40(%r11), %r8\n"
	"	movq 48(%r11), %r9\n"
	"syscall_ahead:\n"
	"	cmpl $0, (%rcx)\n"
	"	jne syscall_left\n"
	"	syscall\n"
	"syscall_done:\n"
	"	ret\n"
	"syscall_left:\n"
	"	movq $-4, %rax\n" /* -EINTR */
	"	ret\n"
	".cfi_endproc\n"
	".size cancellable_syscall, . - cancellable_syscall\n");

void set_context_pc(ucontext_t *context, uintptr_t pc)
{
	context->uc_mcontext.gregs[REG_RIP] = (greg_t)pc;
}
