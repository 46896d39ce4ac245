#include "runtime/sys/cancellable_syscall.h"
#include "arch.h"

/* The code lies in one piece, so that a signal handler can tell whether the call is still ahead. */
__asm__(".text\n"
	".globl cancellable_syscall, syscall_ahead, syscall_done, syscall_left\n"
	".hidden cancellable_syscall, syscall_ahead, syscall_done, syscall_left\n"
	".type cancellable_syscall, %function\n"
	"cancellable_syscall:\n"
	".cfi_startproc\n"
	"	hint 34\n" /* bti c */
	"	mov x9, x0\n"
	"	mov x10, x1\n"
	"	ldr x8, [x10]\n"
	"	ldp x0, x1, [x10, 8]\n"
	"	ldp x2, x3, [x10, 24]\n"
	"	ldp x4, x5, [x10, 40]\n"
	"syscall_ahead:\n"
	"	ldr w11, [x9]\n"
	"	cbnz w11, syscall_left\n"
	"	svc 0\n"
	"syscall_done:\n"
	"	ret\n"
	"syscall_left:\n"
	"	mov x0, -4\n" /* -EINTR */
	"	ret\n"
	".cfi_endproc\n"
	".size cancellable_syscall, . - cancellable_syscall\n");

void set_context_pc(ucontext_t *context, uintptr_t pc)
{
	context->uc_mcontext.pc = pc;
}
