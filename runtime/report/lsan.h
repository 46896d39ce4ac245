/* What LeakSanitizer must know, lest it takes for lost what only a greenlet has a pointer to. */
#ifndef RUNTIME_REPORT_LSAN_H
#define RUNTIME_REPORT_LSAN_H

/* With the first hub. Where the process has that sanitizer, it is shown our stacks before it looks, at the end. */
void leaks_prepare(void);

#endif
