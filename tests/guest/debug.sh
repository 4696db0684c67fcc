#!/bin/busybox sh
# shellcheck shell=dash
# SPDX-License-Identifier: GPL-2.0
#
# In the guest with the debug kernel (make guest-debug): the scenarios that fit PATTERN..., or all, on ext4.
# tools/guest looks for what the kernel has to say; what was leaked is said after FUSE is unloaded.
#
#   debug.sh SECONDS PATTERN...    SECONDS: what a scenario may take

seconds=$1
shift
mount -t debugfs debugfs /sys/kernel/debug || exit 1
# What was allocated before is not ours.
echo clear >/sys/kernel/debug/kmemleak || exit 1

# Objects are grey for a while: the second scan tells.
cat >/after <<'AFTER'
#!/bin/busybox sh
echo scan >/sys/kernel/debug/kmemleak
sleep 6
echo scan >/sys/kernel/debug/kmemleak
leaks=$(grep -c '^unreferenced object' /sys/kernel/debug/kmemleak)
echo "# kmemleak: $leaks objects"
sed 's/^/# /' /sys/kernel/debug/kmemleak
[ "$leaks" = 0 ]
AFTER
chmod 755 /after

exec /program --name guest --timeout "$seconds" --lower-fs ext4 --disk /dev/vdb --disk /dev/vdc \
	--trace-file /results/debug-ext4.trace "$@"
