#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# What tools/bench-kernel runs, in the guest (busybox) and on the host: jobs of fio, and work on a tree of small files, on a
# lower directory and through fusebox-fileserver in several ways at once, each on a mount of its own.
#
#   kernel.sh SERVER LOWER MNT RESULTS TREE JOBS SIZE ROUNDS LIMIT WAY...
#
# LOWER: a directory, a disk with an ext4, "ram" for a new ext4 in memory, or "flash" for one on a disk of the speed of
# eMMC, 80 us for a request and 250 MB/s, with so few dirty pages as where files are much larger than memory; MNT: where the ways are mounted, as MNT/WAY,
# native being LOWER itself; TREE: a tar file, or - for no such work; JOBS: a job file of fio, in which @WAY@ stands for the file of that way; SIZE:
# of these files, in KB; after LIMIT seconds no other round begins. Each round leaves in RESULTS what fio says
# (fio.ROUND.json), times of the work on trees (trees.ROUND: WAY and stamps) and what each server was asked (WAY.ROUND).
set -u

server=$1 lower=$2 mnt=$3 results=$4 tree=$5 jobs=$6 size=$7 rounds=$8 limit=$9
shift 9
mkdir -p "$mnt" "$results"
scratch=$(mktemp -d)
status=0

now() { cut -d' ' -f1 /proc/uptime; }
fail() { echo "not ok - $*"; status=1; }

case $lower in
ram)
	mkdir -p /mnt/ram /mnt/lower
	mount -t tmpfs ram /mnt/ram
	truncate -s 160M /mnt/ram/disk
	mkfs.ext4 -q -F /mnt/ram/disk && mount -o loop /mnt/ram/disk /mnt/lower || exit 1
	lower=/mnt/lower
	;;
flash)
	mkdir -p /mnt/lower
	insmod /modules/null_blk.ko nr_devices=1 gb=2 bs=4096 submit_queues=1 memory_backed=1 irqmode=2 completion_nsec=80000 mbps=250 &&
		mkfs.ext4 -q -F -E lazy_itable_init=0,lazy_journal_init=0,nodiscard /dev/nullb0 && mount -t ext4 /dev/nullb0 /mnt/lower || exit 1
	echo 8388608 >/proc/sys/vm/dirty_background_bytes
	echo 16777216 >/proc/sys/vm/dirty_bytes
	lower=/mnt/lower
	;;
/dev/*)
	mkdir -p /mnt/lower
	mount -t ext4 "$lower" /mnt/lower || exit 1
	lower=/mnt/lower
	;;
esac

# Options of the server.
options_of()
{
	case $1 in
	plain) echo --no-xattrs ;;
	writeback) echo --no-xattrs --writeback ;;
	splice) echo --no-xattrs --splice ;;
	passthrough) echo --no-xattrs --passthrough ;;
	passthrough-xattrs) echo --passthrough ;;
	esac
}

# shellcheck disable=SC2046 # options are words
serve() # way round
{
	[ "$1" != native ] || return 0
	mkdir -p "$mnt/$1"
	"$server" $(options_of "$1") "$lower" "$mnt/$1" >"$scratch/said" 2>"$results/$1.$2" &
	# It says when it is mounted.
	read -r _ <"$scratch/said" || fail "$1 is not mounted: $(cat "$results/$1.$2")"
}

unserve()
{
	[ "$1" = native ] || umount "$mnt/$1" || fail "$1 is busy"
}

dir_of()
{
	if [ "$1" = native ]; then echo "$lower"; else echo "$mnt/$1"; fi
}

fio_round()
{
	timeout "$limit" fio --output-format=json --output="$results/fio.$1.json" "$scratch/jobs" >"$scratch/fio" 2>&1 ||
		{ fail "fio in round $1"; sed 's/^/# /' "$scratch/fio"; }
}

# Unpack, build (of each source one file beside it), search, remove.
tree_round() # way round
{
	dir=$(dir_of "$1")/tree
	sh "$scratch/cold"
	times=$(now)
	{ mkdir "$dir" && tar x -C "$dir" -f "$tree"; } || fail "untar through $1"
	times="$times $(now)"
	find "$dir" -type f | while read -r f; do md5sum "$f" >"$f.o" || echo "$f"; done | grep . && fail "build through $1"
	times="$times $(now)"
	grep -r fuse "$dir" >"$scratch/found" || fail "grep through $1"
	times="$times $(now)"
	rm -r "$dir" || fail "rm through $1"
	echo "$1 $times $(now)" >>"$results/trees.$2"
}

mkfifo "$scratch/said"
# Jobs call these before they begin: with nothing of any file in memory, or all of the one that lies below.
printf 'sync\necho 3 >/proc/sys/vm/drop_caches\n' >"$scratch/cold"
# shellcheck disable=SC2016 # $1 is the script's
printf '. ./cold\ncat "$1" >/dev/null\n' >"$scratch/warm"
cp "$jobs" "$scratch/jobs"
for way; do
	dd if=/dev/zero of="$lower/file-$way" bs=1024k count=$((size / 1024)) 2>"$scratch/dd" || fail "no room for $way"
	sed -i "s|@$way@|$(dir_of "$way")/file-$way|; s|@below-$way@|$lower/file-$way|" "$scratch/jobs"
done
# fio leaves what its commands print beside it.
cd "$scratch" || exit 1
round=0 end=$(now)
end=$((${end%.*} + limit)) at=0
while [ $round -lt "$rounds" ] && [ "$at" -lt "$end" ]; do
	for way; do serve "$way" $round; done
	fio_round $round
	[ "$tree" = - ] || for way; do tree_round "$way" $round; done
	for way; do unserve "$way"; done
	wait
	round=$((round + 1)) at=$(now)
	at=${at%.*}
	echo "# round $round of $rounds"
done
for way; do rm -f "$lower/file-$way"; done
rm -rf "$scratch"
echo "1..1"
[ $status != 0 ] || echo "ok 1 measured"
exit $status
