#include "geo/geometry.h"
