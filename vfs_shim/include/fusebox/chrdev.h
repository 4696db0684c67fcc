/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Start and end of the character drivers of the box.
 */
#ifndef FUSEBOX_CHRDEV_H
#define FUSEBOX_CHRDEV_H

int misc_init(void);
void misc_exit(void);
int chr_dev_init(void);
void chr_dev_exit(void);
void fcntl_init(void);

#endif
