# SPDX-License-Identifier: GPL-2.0
#
# The box for arm64 (`make arm64`): Debian's cross compiler, and qemu-user to run what comes of it.
set(CMAKE_SYSTEM_PROCESSOR aarch64)
set(CMAKE_C_COMPILER aarch64-linux-gnu-gcc)
set(CMAKE_LIBRARY_ARCHITECTURE aarch64-linux-gnu)
include("${CMAKE_CURRENT_LIST_DIR}/sysroot.cmake")
set(CMAKE_CROSSCOMPILING_EMULATOR qemu-aarch64-static -L "${FUSEBOX_SYSROOT}")
