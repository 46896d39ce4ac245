/*
 * A system call that a signal surely ends, whenever it comes: before, in the midst of it, or after. A piece of code for
 * each machine, see arch/.
 */
#ifndef RUNTIME_SYS_CANCELLABLE_SYSCALL_H
#define RUNTIME_SYS_CANCELLABLE_SYSCALL_H

#include <stdatomic.h>
#include <stdint.h>
#include <ucontext.h>

/* Makes the call with this number and six arguments unless the flag is set: then -EINTR. Else as the kernel answers. */
long cancellable_syscall(const _Atomic uint32_t *flag, const long call[7]) __attribute__((visibility("hidden")));

/*
 * Where a handler has interrupted cancellable_syscall(): from syscall_ahead up to syscall_done the call has not been
 * made, or is to be made anew; at syscall_left the code goes on that says -EINTR.
 */
extern const char syscall_ahead[] __attribute__((visibility("hidden")));
extern const char syscall_done[] __attribute__((visibility("hidden")));
extern const char syscall_left[] __attribute__((visibility("hidden")));

/* Where the code goes on that a handler has interrupted. */
void set_context_pc(ucontext_t *context, uintptr_t pc);

#endif
