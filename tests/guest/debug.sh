#!/bin/busybox sh
# shellcheck shell=dash
# SPDX-License-Identifier: GPL-2.0
#
# In the guest with the debug kernel (make guest-debug): the scenarios that fit PATTERN..., or all, on ext4; then faults
# in the set-up path. tools/guest looks for what the kernel has to say; what was leaked is said after FUSE is unloaded.
#
#   debug.sh SECONDS PATTERN...    SECONDS: what a scenario may take

status=0
seconds=$1
shift
mount -t debugfs debugfs /sys/kernel/debug || exit 1
# What was allocated before is not ours, and where an allocation is made to fail is no news.
echo clear >/sys/kernel/debug/kmemleak || exit 1
echo 0 >/sys/kernel/debug/failslab/verbose
echo 0 >/sys/kernel/debug/fail_page_alloc/verbose
echo 0 >/sys/kernel/debug/fail_usercopy/verbose

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

run()
{
	/program --name guest --timeout "$seconds" --lower-fs ext4 --disk /dev/vdb --disk /dev/vdc "$@" || status=1
}

run --trace-file /results/debug-ext4.trace "$@"
exit $status
