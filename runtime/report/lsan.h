/* What LeakSanitizer must know, so that it does not report as leaked what only a greenlet points to. */
#ifndef RUNTIME_REPORT_LSAN_H
#define RUNTIME_REPORT_LSAN_H

/*
 * Called with the first hub. If the process has LeakSanitizer, registers our stacks with it before its check at exit.
 */
void leaks_prepare(void);

#endif
