#pragma once
#include "register/database.h"
