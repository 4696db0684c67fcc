/* SPDX-License-Identifier: GPL-2.0 */
/* Kernel: include/linux/stdarg.h; the compiler's own header has been read already. */
#include <stdarg.h>
