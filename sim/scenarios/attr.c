// SPDX-License-Identifier: GPL-2.0
#include "../scenario.h"

const struct scenario attr_scenarios[] = {
	{ 0 }
};
