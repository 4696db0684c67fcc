// SPDX-License-Identifier: GPL-2.0
#include "../scenario.h"

const struct scenario lifecycle_scenarios[] = {
	{ 0 }
};
