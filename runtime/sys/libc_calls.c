#include "libc_calls.h"

struct libc_calls libc_calls;
