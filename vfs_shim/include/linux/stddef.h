/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Kernel: include/linux/stddef.h, taken; its enum { false, true } must not meet libc's macros of
 * these names.
 */
#ifdef FUSEBOX_LIBC_STAGE
#include <uapi/linux/stddef.h>
#else
#pragma push_macro("false")
#pragma push_macro("true")
#undef false
#undef true
#include_next <linux/stddef.h>
#pragma pop_macro("true")
#pragma pop_macro("false")
#endif
