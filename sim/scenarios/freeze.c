// SPDX-License-Identifier: GPL-2.0
#include "../scenario.h"

const struct scenario freeze_scenarios[] = {
	{ 0 }
};
