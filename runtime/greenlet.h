/* The greenlet, as the rest of the runtime and the hooks see it. */
#ifndef GREENLET_H
#define GREENLET_H

#include "greenload.h"
#include "hub.h"

#endif
