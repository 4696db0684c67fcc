// SPDX-License-Identifier: GPL-2.0
#include "../scenario.h"

const struct scenario limit_scenarios[] = {
	{ 0 }
};
