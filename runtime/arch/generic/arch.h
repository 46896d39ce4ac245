/* Where the thread pointer is an ordinary register. static TLS lies above it, glibc's thread descriptor below. */
#ifndef ARCH_H
#define ARCH_H

#include "../tls_above.h"
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <ucontext.h>

#if !defined(__riscv) || __riscv_xlen != 64
#error "greenload does not know how this machine keeps its thread pointer: add runtime/arch/MACHINE/arch.h"
#endif

/* A system call that no hook sees; returns -errno on failure. */
static inline long raw_syscall(long number, long a, long b, long c, long d, long e, long f)
{
	register long a7 __asm__("a7") = number;
	register long a0 __asm__("a0") = a;
	register long a1 __asm__("a1") = b;
	register long a2 __asm__("a2") = c;
	register long a3 __asm__("a3") = d;
	register long a4 __asm__("a4") = e;
	register long a5 __asm__("a5") = f;

	__asm__ volatile("ecall" : "+r"(a0) : "r"(a7), "r"(a1), "r"(a2), "r"(a3), "r"(a4), "r"(a5) : "memory");
	return a0;
}

static inline void *thread_pointer(void)
{
	void *tp;

	__asm__ volatile("mv %0, tp" : "=r"(tp));
	return tp;
}

static inline void set_thread_pointer(void *tp)
{
	__asm__ volatile("mv tp, %0" : : "r"(tp) : "memory");
}

/* The dynamic thread vector's address lies in the header just below the thread pointer. */
static inline void **thread_vector(void *tp)
{
	return (void **)tp - 2;
}

/* In a context's entry: makecontext has put its own start code behind it, where the unwinder stops. */
#define OUTERMOST_FRAME() ((void)0)

static inline void relax(void)
{
	__asm__ volatile("" : : : "memory");
}

/* Whether the code of all programs keeps the chain of frames: compilers use the frame pointer for something else unless
 * they are told. */
#define PROGRAMS_CHAIN_FRAMES false

/* The record of a frame: the frame of the caller, and where the call returns to. */
static inline void *const *frame_record(uintptr_t frame)
{
	return (void *const *)frame - 2;
}

/* A return address as it stands in a frame, without a signature. */
static inline void *code_address(void *returns_to)
{
	return returns_to;
}

/* The frame pointer of a context that was described. */
static inline uintptr_t interrupted_frame(const ucontext_t *context)
{
	return (uintptr_t)context->uc_mcontext.__gregs[REG_S0];
}

/* Where a signal has interrupted the thread. */
static inline uintptr_t context_pc(const ucontext_t *context)
{
	return (uintptr_t)context->uc_mcontext.__gregs[REG_PC];
}

/* Where its stack had come to. */
static inline uintptr_t context_sp(const ucontext_t *context)
{
	return (uintptr_t)context->uc_mcontext.__gregs[REG_SP];
}

/* What the system call has answered that it was about to return from. */
static inline long context_result(const ucontext_t *context)
{
	return (long)context->uc_mcontext.__gregs[REG_A0];
}

/* The same for what setjmp has saved, where that is known, else 0. */
static inline uintptr_t jump_sp(const struct __jmp_buf_tag *buffer)
{
	(void)buffer;
	return 0;
}

#endif
