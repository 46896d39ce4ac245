/* The greenlet, as the hooks see it. */
#ifndef GREENLET_H
#define GREENLET_H

#include "greenload.h"
#include "hub.h"
#include "spare.h"

#endif
