/*
 * Receivers of POSIX message queues, and notifications. The kernel sends no notification of a message that a receiver
 * waits for, and it knows only the receivers that wait in the kernel. So a receiver waits by poll(2) only while no
 * process is registered at the queue. Otherwise, and once this process is about to register, an offload thread waits in
 * the kernel.
 */
#ifndef PRELOAD_IPC_MQ_NOTIFY_H
#define PRELOAD_IPC_MQ_NOTIFY_H

#include "runtime/sched/wait_cleanup.h"
#include <mqueue.h>
#include <stdbool.h>

/* A waiting receiver, on its stack. */
struct receiver {
	struct wait_record stay; /* first */
	_Atomic int *count;
};

/* True if a receiver at this queue must wait in the kernel. Leaves errno alone. */
bool waits_in_kernel(mqd_t queue);

/* To be called around a wait in the kernel, and around one by poll. */
void receiver_begins(struct receiver *receiver, bool is_in_kernel);
void receiver_ends(struct receiver *receiver);

#endif
