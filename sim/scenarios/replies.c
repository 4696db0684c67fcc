// SPDX-License-Identifier: GPL-2.0
#include "../scenario.h"

const struct scenario reply_scenarios[] = {
	{ 0 }
};
