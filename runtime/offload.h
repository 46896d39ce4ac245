/* Helper OS threads, for calls that cannot park. They start on demand and end after some seconds without work. */
#ifndef OFFLOAD_H
#define OFFLOAD_H

/*
 * Runs job(arg) on a helper OS thread, all signals blocked, while the calling greenlet is parked; returns when the
 * job has ended: neither a kill nor a signal cuts it short. Where no helper can be had (EAGAIN), and where the caller
 * is not a greenlet, the job runs right here. errno is the caller's own and is left alone: a job hands back its own.
 */
void offload(void (*job)(void *arg), void *arg);

#endif
