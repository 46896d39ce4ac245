/*
 * Thread-local variables of libraries that are loaded while greenlets live. The dynamic linker sets those that lie in
 * static TLS in the threads it knows of, once for all, and leaves the others to be set on their first use.
 */
#ifndef RUNTIME_SCHED_DLOPEN_TLS_H
#define RUNTIME_SCHED_DLOPEN_TLS_H

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <ucontext.h>

struct hub;

/* A number that grows with each library that has thread-local variables. */
size_t newest_module(void);

/*
 * Sets the variables in static TLS of the modules that came after that, in all greenlets of the hub but the main one,
 * whose thread the linker knows.
 */
void give_modules_since(struct hub *hub, size_t newest);

/*
 * Makes the stacks of greenlets executable if libc makes those of its threads so: once the program, or a library that
 * has been loaded since, asks for it (by a PT_GNU_STACK that says so, or by having none). After a library may have
 * come. Returns 0, or an errno value where the kernel forbids it.
 */
int stacks_follow_modules(void);

/*
 * For a handler of SIGSEGV: true if the fault was the first call of code on the calling greenlet's stack since a
 * library has come that asks for executable stacks; its constructors may make one while it is loaded. The access is to
 * be made again.
 */
bool stacks_follow_fault(const siginfo_t *info, const ucontext_t *context);

#endif
