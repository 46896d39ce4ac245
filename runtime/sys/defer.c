#include "defer.h"

__thread struct deferred_signals deferred;
