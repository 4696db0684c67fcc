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
exec /program --name guest --timeout "$seconds" --lower-fs "$lower" --disk /dev/vdb --disk /dev/vdc \
	--trace-file "/results/guest-$lower.trace" "$@"
