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

static inline const char *dev_name(const struct device *dev)
{
	return dev->init_name ? dev->init_name : "(unnamed)";
}

#endif
