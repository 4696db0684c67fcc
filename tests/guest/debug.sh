#!/bin/busybox sh
# shellcheck shell=dash
# SPDX-License-Identifier: GPL-2.0
#
# In the guest with the debug kernel (make guest-debug): the scenarios that fit PATTERN..., or all, on ext4.
# tools/guest looks for what the kernel has to say, and for what was leaked.
#
#   debug.sh SECONDS PATTERN...    SECONDS: what a scenario may take

seconds=$1
shift
# The scenarios nth/... say what fails; each allocation and each copy can, and nothing is said of it in the log.
for kind in failslab fail_page_alloc fail_usercopy; do
	echo 0 >/sys/kernel/debug/$kind/verbose || exit 1
	[ ! -e /sys/kernel/debug/$kind/ignore-gfp-wait ] || echo N >/sys/kernel/debug/$kind/ignore-gfp-wait
done
echo N >/sys/kernel/debug/fail_page_alloc/ignore-gfp-highmem
echo 0 >/sys/kernel/debug/fail_page_alloc/min-order

exec /program --name guest --timeout "$seconds" --lower-fs ext4 --disk /dev/vdb --disk /dev/vdc \
	--trace-file /results/debug-ext4.trace "$@"
