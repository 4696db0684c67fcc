// SPDX-License-Identifier: GPL-2.0
#include "../scenario.h"

const struct scenario registry_scenarios[] = {
	{ 0 }
};
