#!/bin/busybox sh
# shellcheck shell=dash
# SPDX-License-Identifier: GPL-2.0
#
# In the guest (make guest): the scenarios that fit PATTERN..., or all.
#
#   scenarios.sh SECONDS LOWER PATTERN...    SECONDS: what a scenario may take; LOWER: ext4, tmpfs or overlay

seconds=$1
lower=$2
shift 2
# Dirty pages wait for who asks for them, as in the box: a write-back by the clock would be one more WRITE here and there.
# (0 does not turn it off: what becomes dirty would be written at once.)
echo 360000 >/proc/sys/vm/dirty_writeback_centisecs
exec /program --name guest --timeout "$seconds" --lower-fs "$lower" --disk /dev/vdb --disk /dev/vdc \
	--trace-file "/results/guest-$lower.trace" "$@"
