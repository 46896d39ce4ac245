/* x86-64: the thread pointer is FS base, glibc's thread descriptor starts there and static TLS lies below it. */
#ifndef ARCH_H
#define ARCH_H

#include <asm/prctl.h>
#include <setjmp.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <ucontext.h>

#define TLS_BELOW_THREAD_POINTER 1

/* The kernel lets user code write FS base (AT_HWCAP2); set before the first switch. */
extern bool has_fsgsbase;

/* A system call that no hook sees; returns -errno on failure. */
static inline long raw_syscall(long number, long a, long b, long c, long d, long e, long f)
{
	register long r10 __asm__("r10") = d;
	register long r8 __asm__("r8") = e;
	register long r9 __asm__("r9") = f;
	long result;

	__asm__ volatile("syscall"
			 : "=a"(result)
			 : "a"(number), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9)
			 : "rcx", "r11", "memory");
	return result;
}

static inline void *thread_pointer(void)
{
	void *tp;

	__asm__ volatile("mov %%fs:0, %0" : "=r"(tp));
	return tp;
}

static inline void set_thread_pointer(void *tp)
{
	if (__builtin_expect(has_fsgsbase, 1))
		__asm__ volatile("wrfsbase %0" : : "r"(tp) : "memory");
	else
		raw_syscall(SYS_arch_prctl, ARCH_SET_FS, (long)tp, 0, 0, 0, 0);
}

/*
 * Makes libc take its locks in the thread of this pointer: here it goes by a word of each thread's own, which
 * pthread_create sets for its caller and its child only.
 */
static inline void mark_not_alone(void *tp)
{
	*(int *)((char *)tp + 0x18) = 1;
}

/* The words at the thread pointer that the ABI fixes: itself twice, and the two guards, which all threads have alike.
 */
static inline void init_thread_header(void *tp, const void *own)
{
	char *to = tp;
	const char *from = own;

	*(void **)to = tp;
	*(void **)(to + 0x10) = tp;
	mark_not_alone(tp);
	*(uintptr_t *)(to + 0x28) = *(const uintptr_t *)(from + 0x28);
	*(uintptr_t *)(to + 0x30) = *(const uintptr_t *)(from + 0x30);
}

/* That it is as the ABI has it, and the word above is where it is known to be. */
static inline bool thread_header_is_known(void *tp)
{
	const char *header = tp;

	return *(void *const *)header == tp && *(void *const *)(header + 0x10) == tp &&
	       *(const unsigned *)(header + 0x18) <= 1;
}

/* Where the thread pointer keeps the address of the dynamic thread vector. */
static inline void **thread_vector(void *tp)
{
	return (void **)((char *)tp + 8);
}

/* In a context's entry: makecontext has put its own start code behind it, where the unwinder stops. */
#define OUTERMOST_FRAME() ((void)0)

static inline void relax(void)
{
	__builtin_ia32_pause();
}

/* Whether the code of all programs keeps the chain of frames: compilers use the frame pointer for something else unless
 * they are told. */
#define PROGRAMS_CHAIN_FRAMES false

/* The record of a frame: the frame of the caller, and where the call returns to. */
static inline void *const *frame_record(uintptr_t frame)
{
	return (void *const *)frame;
}

/* A return address as it stands in a frame, without a signature. */
static inline void *code_address(void *returns_to)
{
	return returns_to;
}

/* The frame pointer of a context that was described. */
static inline uintptr_t interrupted_frame(const ucontext_t *context)
{
	return (uintptr_t)context->uc_mcontext.gregs[REG_RBP];
}

/* Where a signal has interrupted the thread. */
static inline uintptr_t context_pc(const ucontext_t *context)
{
	return (uintptr_t)context->uc_mcontext.gregs[REG_RIP];
}

/* Where its stack had come to. */
static inline uintptr_t context_sp(const ucontext_t *context)
{
	return (uintptr_t)context->uc_mcontext.gregs[REG_RSP];
}

/* What the system call has answered that it was about to return from. */
static inline long context_result(const ucontext_t *context)
{
	return (long)context->uc_mcontext.gregs[REG_RAX];
}

/* Where the stack had come to of what setjmp has saved; 0 where that is not known. libc hides it by the guard, and
 * turns it. */
static inline uintptr_t jump_sp(const struct __jmp_buf_tag *buffer)
{
	uintptr_t sp = (uintptr_t)buffer->__jmpbuf[6];

	__asm__("ror $17, %0\n\txor %%fs:0x30, %0" : "+r"(sp) : : "cc");
	return sp;
}

#endif
