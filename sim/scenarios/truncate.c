// SPDX-License-Identifier: GPL-2.0
#include "../scenario.h"

const struct scenario truncate_scenarios[] = {
	{ 0 }
};
