#include "defer.h"

__thread struct held held;
