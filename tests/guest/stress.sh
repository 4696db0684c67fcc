#!/bin/busybox sh
# shellcheck shell=dash
# SPDX-License-Identifier: GPL-2.0
#
# In the guest (make stress, make stress-short): for SECONDS, all at once on a file server with passthrough, whose lower ext4
# is frozen and thawed meanwhile:
#  - fio: psync, libaio and io_uring, random reads and writes, several jobs each; what was written is read again and checked;
#  - a tree of sources: unpacked, compared, built, the result run, removed;
#  - random operations against a model (fusebox-host, on a mount and a lower file system of its own).
# Rounds end in turn with an unmount, with the server killed, and with the connection aborted, the last two while fio writes
# and a tree is unpacked. Then it is mounted anew, and all that fio has written must be there.
#
#   stress.sh SECONDS SEED KILOBYTES    KILOBYTES: of each file of fio
#
# The last lines are the figures and a verdict. Logs of what went wrong are in /results.

seconds=$1 seed=$2 size=$3
mnt=/mnt/stress lower=/mnt/lower work=/tmp/stress
root=$lower/root
rounds=0 kills=0 aborts=0 trees=0 failures=0 opens=0
mkdir -p $mnt $lower $work
touch $work/fio-done $work/tree-done $work/random

uptime_s() { cut -d. -f1 /proc/uptime; }
end=$(($(uptime_s) + seconds))

fail()
{
	failures=$((failures + 1))
	echo "not ok - round $rounds: $1"
	[ -z "${2-}" ] || { sed 's/^/# /' "$2" | tail -20; cp "$2" "/results/round-$rounds-$(basename "$2")"; }
}

# Wait until a command says yes; false after some minutes.
wait_for()
{
	tries=9600
	while ! "$@"; do
		tries=$((tries - 1))
		[ $tries -gt 0 ] || return 1
		usleep 50000
	done
}

# ---- the server ----

serve()
{
	fusebox-fileserver --passthrough $root $mnt >$work/said 2>$work/server &
	server=$!
	# It says when it is mounted, and nothing when it cannot.
	read -r _ <$work/said || fail "no mount" $work/server
}

# It has ended, or does so now. What it has opened was passed through, all of it.
server_ends() # expected status
{
	wait $server
	status=$?
	[ $status = "$1" ] || fail "the server ended with $status" $work/server
	[ "$1" = 0 ] || return
	grep -q 'opens, .* 0 READ and 0 WRITE' $work/server || fail "not all was passed through" $work/server
	opens=$((opens + $(sed -n 's/.*: \([0-9]*\) opens.*/\1/p' $work/server)))
}

connection() { awk -v at=$mnt '$5 == at { sub(/.*:/, "", $3); print $3 }' /proc/self/mountinfo; }

# ---- freezing ----

freezer()
{
	n=0
	while [ ! -e $work/stop-freezer ]; do
		fsfreeze --freeze $lower || break
		usleep 20000
		fsfreeze --unfreeze $lower || break
		n=$((n + 1))
		echo $n >$work/freezes
		# On a machine that has little time for us something must be done between two freezes, too.
		usleep 500000
	done
	[ -e $work/stop-freezer ]
}

stop_freezer()
{
	touch $work/stop-freezer
	wait "$freezer" || fail "cannot freeze or thaw"
}

# ---- fio ----

# Six jobs: what is written depends on the seed only.
fio_jobs() # log, option...
{
	log=$1
	shift
	fio --output-format=json --output="$log" --eta=never --thread --directory=$mnt/fio --size="${size}k" --bs=4k \
		--verify=crc32c --verify_fatal=1 --randseed=$((seed + rounds)) --fallocate=none --numjobs=2 "$@" \
		--name=psync --ioengine=psync \
		--name=libaio --ioengine=libaio --iodepth=8 --direct=1 \
		--name=uring --ioengine=io_uring --iodepth=8 >"$log.err" 2>&1
}

# Operations and bytes: requests, and what was read and compared. fio counts the reading for that as reads; mixed jobs read
# besides, but compare no less than they write.
count_fio() # log, read|write: what says how much was compared
{
	awk -v what="$2" '
		/"(read|write|trim)" : [{]/ { gsub(/"/, "", $1); kind = $1 }
		/"total_ios"/ { ios += $3 }
		/"io_bytes"/ && kind == what { bytes += $3 }
		END { printf "%d %d\n", ios, bytes }' "$1" >>$work/fio-done
}

fio_mixed()
{
	if fio_jobs $work/mixed --rw=randrw; then
		count_fio $work/mixed write
	else
		fail "fio" $work/mixed.err
	fi
}

# ---- a tree of sources ----

# 20 files in 2 folders; each adds something, and main() returns the sum.
make_sources()
{
	sum=0
	mkdir -p $work/tree
	for d in a b; do
		mkdir -p $work/tree/$d
		for i in 0 1 2 3 4 5 6 7 8 9; do
			sum=$((sum + i))
			{
				echo "int $d$i(int x) { return x + $i; }"
				seq 1 200 | sed "s/.*/static const char text_&[] = \"$d$i line &\";/"
			} >$work/tree/$d/$d$i.c
			echo "int $d$i(int x);" >>$work/tree/all.h
			echo "	r = $d$i(r);" >>$work/calls
		done
	done
	{
		echo '#include "all.h"'
		echo 'void _start(void)'
		echo '{'
		echo '	int r = 0;'
		cat $work/calls
		# shellcheck disable=SC2016 # C, not shell
		echo '	__asm__ volatile("mov $60, %%eax; mov %0, %%edi; syscall" : : "r"(r) : "eax", "edi");'
		echo '}'
	} >$work/tree/main.c
	tar c -C $work -f $work/tree.tar tree
}

build_tree() # where
{
	objects=
	for source in "$1"/*.c "$1"/*/*.c; do
		tcc -c "$source" -o "${source%.c}.o" || return
		objects="$objects ${source%.c}.o"
	done
	# shellcheck disable=SC2086 # a list of names
	tcc -nostdlib -static $objects -o "$1/sum" || return
	"$1/sum"
	[ $? = $sum ]
}

# Runs beside fio; says what is wrong by its status and $work/tree-log.
work_on_tree()
{
	mkdir $mnt/src && tar x -C $mnt/src -f $work/tree.tar && diff -r $work/tree $mnt/src/tree &&
		build_tree $mnt/src/tree && diff -r $mnt/src $root/src && rm -r $mnt/src && [ ! -e $root/src ] &&
		echo 1 >>$work/tree-done
}

# ---- random operations ----

one_random() # scenario
{
	/program --name guest --timeout 3000 --lower-fs ext4 --disk /dev/vdc --seed "$n" --ops 100 "$1" >$work/random-last \
		2>&1 || return
	sed -n 's/^# seed .*: \([0-9]*\) operations, .* \([0-9]*\) freezes$/\1 \2/p' $work/random-last >>$work/random
}

# The last one does all of them three times.
random_operations()
{
	n=$seed
	while [ ! -e $work/stop-random ]; do
		case $((n % 3)) in
		0) one_random random/first || return ;;
		1) one_random random/frozen || return ;;
		2) one_random libfuse/work && echo 300 0 >>$work/random || return ;;
		esac
		n=$((n + 1))
	done
}

# ---- rounds ----

fio_writes() { kill -0 "$fio" 2>/dev/null; }
# Each job has its file open, and has written to it.
all_have_written() { [ "$(find $root/fio -type f -size +0 -exec du -k {} + 2>/dev/null | awk '$1 > 0' | wc -l)" = 6 ] || ! fio_writes; }

# Goes wrong when the server is gone.
unpack_for_ever()
{
	while mkdir -p $mnt/noise && tar x -C $mnt/noise -f $work/tree.tar && rm -r $mnt/noise; do :; done >/dev/null 2>&1
}

round_in_peace()
{
	mkdir -p $mnt/fio
	work_on_tree >$work/tree-log 2>&1 &
	tree=$!
	fio_mixed
	wait $tree || fail "the tree" $work/tree-log
	rm -r $mnt/fio
	umount $mnt || fail "cannot unmount"
	server_ends 0
}

end_connection() # kill|abort
{
	case $1 in
	kill) kill -9 $server ;;
	abort) echo 1 >"/sys/fs/fuse/connections/$(connection)/abort" ;;
	esac
}

round_of_death() # kill|abort
{
	mkdir -p $mnt/fio
	unpack_for_ever &
	noise=$!
	fio_jobs $work/writes --rw=randwrite --do_verify=0 &
	fio=$!
	wait_for all_have_written || fail "fio does not write"
	end_connection "$1"
	# What is open is passed through, with a server or without.
	if fio_writes; then
		case $1 in
		kill) kills=$((kills + 1)) ;;
		abort) aborts=$((aborts + 1)) ;;
		esac
	fi
	wait $fio || fail "fio beside a $1" $work/writes.err
	count_fio $work/writes none
	wait $noise
	umount -l $mnt || fail "cannot unmount after a $1"
	if [ "$1" = kill ]; then server_ends 137; else wait $server; fi
	serve
	if fio_jobs $work/again --rw=randwrite --verify_only=1; then
		count_fio $work/again read
	else
		fail "what fio wrote before a $1 is not there" $work/again.err
	fi
	rm -r $mnt/fio
	rm -rf $mnt/noise
	umount $mnt || fail "cannot unmount"
	server_ends 0
}

begin()
{
	mkfs.ext4 -q -F /dev/vdb && mount -t ext4 /dev/vdb $lower && mkdir $root && mkfifo $work/said || exit 1
	echo 0 >$work/freezes
	make_sources
	freezer &
	freezer=$!
	random_operations &
	random=$!
}

finish()
{
	touch $work/stop-random
	wait $random || fail "random operations" $work/random-last
	stop_freezer
	umount $lower || fail "cannot unmount the lower file system"
	e2fsck -f -n /dev/vdb >$work/fsck 2>&1 || fail "the lower file system is damaged" $work/fsck
}

figures()
{
	trees=$(wc -l <$work/tree-done)
	verified=$(awk '{ bytes += $2 } END { printf "%d", bytes }' $work/fio-done)
	echo "# stress: fio: $(awk '{ ios += $1 } END { printf "%d", ios }' $work/fio-done) requests, $verified bytes verified"
	awk '{ ops += $1; freezes += $2 } END { printf "# stress: random: %d operations against a model, %d freezes beneath\n",
		ops, freezes }' $work/random
	echo "# stress: $trees trees built, $(cat $work/freezes) freezes, $kills kills and $aborts aborts under load, $opens files passed through"
	if [ $failures = 0 ] && [ "$verified" -gt 0 ] && [ $kills -gt 0 ] && [ $aborts -gt 0 ] && [ -s $work/random ] && [ "$trees" -gt 0 ]; then
		echo "stress: ok: $rounds rounds in $(($(uptime_s) - end + seconds)) s"
	else
		echo "stress: FAILED: $failures things went wrong in $rounds rounds"
		return 1
	fi
}

begin
# All kinds of rounds, then as long as there is time.
while [ $rounds -lt 3 ] || [ "$(uptime_s)" -lt $end ]; do
	serve
	case $((rounds % 3)) in
	0) round_in_peace ;;
	1) round_of_death kill ;;
	2) round_of_death abort ;;
	esac
	rounds=$((rounds + 1))
	echo "# round $rounds done, $(uptime_s) s after boot; $(cat $work/freezes) freezes"
	[ $failures -lt 5 ] || break
done
finish
figures
