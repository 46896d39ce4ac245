/* The names here are part of the description's format; those of the C objects may change. */
#include "description.h"
#include "options.h"
#include "runtime/sched/hub.h"
#include "stats.h"
#include <stddef.h>

#define ENTRY(title, kind, type, value)                                                                                \
	{                                                                                                              \
		title, kind, sizeof(type), value                                                                       \
	}
#define VARIABLE(title, object) ENTRY(title, DESCRIBED_VARIABLE, __typeof__(object), (uintptr_t)&object)
#define FIELD(title, type, member)                                                                                     \
	ENTRY(title, DESCRIBED_FIELD, __typeof__(((type *)0)->member), offsetof(type, member))

static const struct description_entry entries[] = {
    VARIABLE("is_ready", options_are_read),                             /* the constructor has run */
    VARIABLE("threads_stay_threads", call_is_off[CALL_pthread_create]), /* as GREENLOAD_PATCH says */
    VARIABLE("native_threads", native_threads),                         /* were to be greenlets */
    VARIABLE("libc", libc_outcome), /* a string: whether it is patched, or why not */
    VARIABLE("workers", all_hubs),  /* the first of a list, which only grows */
    FIELD("worker.next", struct hub, next),
    FIELD("worker.is_main", struct hub, os.is_main),      /* its OS thread lives as long as the process */
    FIELD("worker.thread_id", struct hub, os.tid),        /* as the process sees it */
    FIELD("worker.thread_word", struct hub, os.tid_word), /* the address of an int: the same, until the thread ends */
    FIELD("worker.greenlets", struct hub, alive),         /* that have not ended, the main one included */
};

const struct description greenload_description = {
    .magic = DESCRIPTION_MAGIC,
    .version = DESCRIPTION_VERSION,
    .size = sizeof(greenload_description),
    .entry_size = sizeof(entries[0]),
    .entry_count = sizeof(entries) / sizeof(entries[0]),
    .entries = (uintptr_t)entries,
    .release = GREENLOAD_VERSION,
};
