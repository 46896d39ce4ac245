/* Cancellation points. */
#ifndef CANCEL_H
#define CANCEL_H

/* Ends the calling greenlet if it was cancelled and lets that be; does not return then. */
void end_if_cancelled(void);

#endif
