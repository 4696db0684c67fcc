// SPDX-License-Identifier: GPL-2.0
/*
 * Kernel: drivers/base/devres.c. No driver core: lib/string_helpers.c and lib/bitmap.c refer to
 * these, no filesystem calls them.
 */
#include <linux/device.h>
#include <core/run.h>

void *devres_alloc(dr_release_t release, size_t size, gfp_t gfp)
{
	unmodelled("devres_alloc");
}

void devres_free(void *res)
{
	unmodelled("devres_free");
}

void devres_add(struct device *dev, void *res)
{
	unmodelled("devres_add");
}

int devm_add_action_or_reset(struct device *dev, void (*action)(void *data), void *data)
{
	unmodelled("devm_add_action_or_reset");
}
