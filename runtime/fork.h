/* fork: in the child only the calling greenlet lives on. The others are forgotten, not unwound. */
#ifndef FORK_H
#define FORK_H

/* Has the child of any later fork tidied up; the first call does. */
void fork_prepare(void);

#endif
