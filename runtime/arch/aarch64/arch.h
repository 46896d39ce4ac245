/* AArch64: the thread pointer is TPIDR_EL0, static TLS lies above it and glibc's thread descriptor below. */
#ifndef ARCH_H
#define ARCH_H

#include "../tls_above.h"
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <ucontext.h>

/* A system call that no hook sees; returns -errno on failure. */
static inline long raw_syscall(long number, long a, long b, long c, long d, long e, long f)
{
	register long x8 __asm__("x8") = number;
	register long x0 __asm__("x0") = a;
	register long x1 __asm__("x1") = b;
	register long x2 __asm__("x2") = c;
	register long x3 __asm__("x3") = d;
	register long x4 __asm__("x4") = e;
	register long x5 __asm__("x5") = f;

	__asm__ volatile("svc 0" : "+r"(x0) : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4), "r"(x5) : "memory");
	return x0;
}

static inline void *thread_pointer(void)
{
	void *tp;

	__asm__ volatile("mrs %0, tpidr_el0" : "=r"(tp));
	return tp;
}

static inline void set_thread_pointer(void *tp)
{
	__asm__ volatile("msr tpidr_el0, %0" : : "r"(tp) : "memory");
}

/* Where the thread pointer keeps the address of the dynamic thread vector. */
static inline void **thread_vector(void *tp)
{
	return (void **)tp;
}

/* In a context's entry: the unwinder stops here. */
#define OUTERMOST_FRAME() __asm__ volatile(".cfi_undefined x30")

static inline void relax(void)
{
	__asm__ volatile("yield");
}

/* Whether the code of all programs keeps the chain of frames: the procedure call standard has the frame pointer always
 * be one. */
#define PROGRAMS_CHAIN_FRAMES true

/* The record of a frame: the frame of the caller, and where the call returns to. */
static inline void *const *frame_record(uintptr_t frame)
{
	return (void *const *)frame;
}

/* The frame pointer of a context that was described. */
static inline uintptr_t interrupted_frame(const ucontext_t *context)
{
	return (uintptr_t)context->uc_mcontext.regs[29];
}

/* Where a signal has interrupted the thread. */
static inline uintptr_t context_pc(const ucontext_t *context)
{
	return (uintptr_t)context->uc_mcontext.pc;
}

/* Where its stack had come to. */
static inline uintptr_t context_sp(const ucontext_t *context)
{
	return (uintptr_t)context->uc_mcontext.sp;
}

/* What the system call has answered that it was about to return from. */
static inline long context_result(const ucontext_t *context)
{
	return (long)context->uc_mcontext.regs[0];
}

/* The dynamic linker's: what libc hides saved registers with. */
extern const uintptr_t __pointer_chk_guard __attribute__((weak));

/* Where the stack had come to of what setjmp has saved; 0 where that is not known. libc hides it by the guard. */
static inline uintptr_t jump_sp(const struct __jmp_buf_tag *buffer)
{
	uintptr_t sp = &__pointer_chk_guard ? (uintptr_t)buffer->__jmpbuf[13] ^ __pointer_chk_guard : 0;

	return sp % 16 ? 0 : sp;
}

/* A return address as it stands in a frame, without the signature that it has where code signs such. */
static inline void *code_address(void *returns_to)
{
	register void *x30 __asm__("x30") = returns_to;

	__asm__("hint #7" : "+r"(x30)); /* xpaclri */
	return x30;
}

#endif
