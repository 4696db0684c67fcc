#!/bin/busybox sh
# shellcheck shell=dash
# SPDX-License-Identifier: GPL-2.0
#
# In the guest (make guest): the scenarios that fit PATTERN..., or all, with lower files on ext4, tmpfs and overlayfs.
#
#   scenarios.sh SECONDS PATTERN...    SECONDS: what a scenario may take

status=0
seconds=$1
shift
for lower in ext4 tmpfs overlay; do
	/program --name guest --timeout "$seconds" --lower-fs $lower --disk /dev/vdb --disk /dev/vdc \
		--trace-file /results/guest-$lower.trace "$@" || status=1
	# As the guest itself does at the end, which it may not come to.
	tar c -C /results . >/dev/vda
done
exit $status
