# SPDX-License-Identifier: GPL-2.0
#
# fusebox-host as a 32-bit program (`make guest-32`). The box itself has 64 bits.
set(CMAKE_SYSTEM_PROCESSOR i686)
set(CMAKE_C_COMPILER i686-linux-gnu-gcc)
set(CMAKE_LIBRARY_ARCHITECTURE i386-linux-gnu)
# As Debian compiles libfuse: offsets have 64 bits, times have 32.
set(CMAKE_C_FLAGS_INIT -D_FILE_OFFSET_BITS=64)
include("${CMAKE_CURRENT_LIST_DIR}/sysroot.cmake")
