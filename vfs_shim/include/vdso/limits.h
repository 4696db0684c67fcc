/* SPDX-License-Identifier: GPL-2.0 */
/* INT_MAX and so on: libc's, which the preprocessor can compare. */
#ifndef __VDSO_LIMITS_H
#define __VDSO_LIMITS_H
#endif
