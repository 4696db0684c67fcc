/* SPDX-License-Identifier: GPL-2.0 */
/* Kernel: include/linux/device.h. A device is a name: there is no driver core. */
#ifndef _DEVICE_H_
#define _DEVICE_H_

#include <linux/types.h>
#include <linux/kobject.h>
#include <linux/err.h>

struct device {
	struct kobject kobj;
	struct device *parent;
	const char *init_name;
	void *driver_data;
	dev_t devt;
};

struct attribute_group;

/*
 * Kernel: drivers/base/devres.c. Taken library code refers to managed resources; there is nothing
 * that could own them.
 */
typedef void (*dr_release_t)(struct device *dev, void *res);
void *devres_alloc(dr_release_t release, size_t size, gfp_t gfp);
void devres_free(void *res);
void devres_add(struct device *dev, void *res);
int devm_add_action_or_reset(struct device *dev, void (*action)(void *data), void *data);

static inline const char *dev_name(const struct device *dev)
{
	return dev->init_name ? dev->init_name : "(unnamed)";
}

#endif
