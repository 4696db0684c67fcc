// SPDX-License-Identifier: GPL-2.0
#include "../scenario.h"

const struct scenario abort_scenarios[] = {
	{ 0 }
};
