#include "mineaction/code_lists.h"
