// SPDX-License-Identifier: GPL-2.0
#include "../scenario.h"

const struct scenario suid_scenarios[] = {
	{ 0 }
};
