#include "runtime/sys/cancellable_syscall.h"
#include "arch.h"

/* The code lies in one piece, so that a signal handler can tell whether the call is still ahead. */
__asm__(".text\n"
	".globl cancellable_syscall, syscall_ahead, syscall_done, syscall_left\n"
	".hidden cancellable_syscall, syscall_ahead, syscall_done, syscall_left\n"
	".type cancellable_syscall, @function\n"
	"cancellable_syscall:\n"
	".cfi_startproc\n"
	"	mv t0, a0\n"
	"	mv t1, a1\n"
	"	ld a7, 0(t1)\n"
	"	ld a0, 8(t1)\n"
	"	ld a1, 16(t1)\n"
	"	ld a2, 24(t1)\n"
	"	ld a3, 32(t1)\n"
	"	ld a4, 40(t1)\n"
	"	ld a5, 48(t1)\n"
	"syscall_ahead:\n"
	"	lw t2, 0(t0)\n"
	"	bnez t2, syscall_left\n"
	"	ecall\n"
	"syscall_done:\n"
	"	ret\n"
	"syscall_left:\n"
	"	li a0, -4\n" /* -EINTR */
	"	ret\n"
	".cfi_endproc\n"
	".size cancellable_syscall, . - cancellable_syscall\n");

void set_context_pc(ucontext_t *context, uintptr_t pc)
{
	context->uc_mcontext.__gregs[REG_PC] = pc;
}
