/* One attempt to move bytes, made so that it cannot block; see blocking.h. Used by the families that read and write. */
#ifndef TRANSFER_H
#define TRANSFER_H

#include "blocking.h"

ssize_t attempt_read(struct blocking *call, void *buf, size_t count);
ssize_t attempt_readv(struct blocking *call, const struct iovec *iov, int count);
ssize_t attempt_write(struct blocking *call, const void *buf, size_t count);
ssize_t attempt_writev(struct blocking *call, const struct iovec *iov, int count);

#endif
