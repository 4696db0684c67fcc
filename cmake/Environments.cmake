# SPDX-License-Identifier: GPL-2.0
#
# The four environments that sources of the box are compiled in. docs/architecture.md says who may know
# whom; here it is enforced by what lies on the include path.
#
#   CORE    vfs_shim/core: C and libc
#   KERNEL  fs/fuse, what is taken, the shim: as in the kernel, headers of the shim before the taken ones
#   WORLD   scenarios and server: C, libc and the patched uapi/linux/fuse.h; must also run on a real kernel
#   FRONT   the command line: WORLD, core, and libxml2 for JUnit files

find_library(FUSEBOX_LIBDW dw REQUIRED)
find_package(LibXml2 REQUIRED)
find_library(FUSEBOX_AIO aio REQUIRED)
find_library(FUSEBOX_URING uring REQUIRED)
find_library(FUSEBOX_FUSE3 libfuse3.a REQUIRED)

# The same paths as a compiler cache with a base directory gives them to the compiler.
file(RELATIVE_PATH fusebox_from_here "${CMAKE_BINARY_DIR}" "${CMAKE_SOURCE_DIR}/x")
file(RELATIVE_PATH fusebox_out_from_here "${CMAKE_BINARY_DIR}" "${FUSEBOX_OUT}/x")
string(REGEX REPLACE "x$" "" fusebox_from_here "${fusebox_from_here}")
string(REGEX REPLACE "x$" "" fusebox_out_from_here "${fusebox_out_from_here}")

set(fusebox_common
	-g -O1 -fno-pie -fno-omit-frame-pointer -fno-optimize-sibling-calls -fno-strict-aliasing
	-fstack-clash-protection
	# Paths in reports read as in the kernel. The most specific comes last, which gcc tries first.
	"-ffile-prefix-map=${fusebox_from_here}="
	"-ffile-prefix-map=${fusebox_out_from_here}taken/="
	"-ffile-prefix-map=${fusebox_out_from_here}tree/="
	"-ffile-prefix-map=${CMAKE_SOURCE_DIR}/="
	"-ffile-prefix-map=${CMAKE_BINARY_DIR}="
	"-ffile-prefix-map=${FUSEBOX_OUT}/taken/="
	"-ffile-prefix-map=${FUSEBOX_OUT}/tree/=")
if(CMAKE_C_COMPILER_ID MATCHES "Clang")
	# libdw finds no line without them.
	list(APPEND fusebox_common -gdwarf-aranges)
endif()

# What a build is for besides running: see docs/limits.md and tools/coverage.
set(fusebox_link)
if(FUSEBOX_SANITIZE)
	# A report must fail the run. The kernel's arithmetic wraps on purpose (-fno-strict-overflow).
	list(APPEND fusebox_common "-fsanitize=${FUSEBOX_SANITIZE}" -fno-sanitize-recover=all)
	list(APPEND fusebox_link "-fsanitize=${FUSEBOX_SANITIZE}")
	# With what they add, gcc sees truncation and overflows where there are none. In clang's, make msan, warnings count.
	if(CMAKE_C_COMPILER_ID STREQUAL "GNU")
		set(FUSEBOX_WERROR OFF)
		list(APPEND fusebox_common -Wno-format-truncation -Wno-stringop-overflow)
	endif()
endif()
if(FUSEBOX_COVERAGE STREQUAL "gcov")
	# -fdata-sections: cmake/kernel.ld keeps the counters apart by their names.
	list(APPEND fusebox_common --coverage -fprofile-abs-path -fdata-sections)
	list(APPEND fusebox_link --coverage -Wl,--undefined=__gcov_dump)
elseif(FUSEBOX_COVERAGE STREQUAL "mcdc")
	list(APPEND fusebox_common -fprofile-instr-generate -fcoverage-mapping -fcoverage-mcdc)
	list(APPEND fusebox_link -fprofile-instr-generate)
elseif(FUSEBOX_COVERAGE)
	message(FATAL_ERROR "FUSEBOX_COVERAGE is '${FUSEBOX_COVERAGE}': give gcov or mcdc")
endif()

# Accesses call core/race_tsan.c. Linked without the flag, so that the compiler's own runtime stays out.
# memcpy() and its like are calls, by names that core has; CONFIG_KCSAN makes data_race() a mark.
set(fusebox_watch -fsanitize=thread -fno-builtin -DCONFIG_KCSAN=1)
foreach(name IN ITEMS memcpy memmove memset memcmp)
	list(APPEND fusebox_watch "-D${name}=fb_race_${name}")
endforeach()
if(CMAKE_C_COMPILER_ID MATCHES "Clang")
	foreach(option IN ITEMS distinguish-volatile=1 instrument-func-entry-exit=0 compound-read-before-write=1)
		list(APPEND fusebox_watch -mllvm "-tsan-${option}")
	endforeach()
else()
	foreach(option IN ITEMS distinguish-volatile=1 instrument-func-entry-exit=0)
		list(APPEND fusebox_watch "--param=tsan-${option}")
	endforeach()
endif()
if(FUSEBOX_RACE AND FUSEBOX_SANITIZE)
	message(FATAL_ERROR "FUSEBOX_RACE and FUSEBOX_SANITIZE exclude each other: both want each access")
endif()

set(fusebox_own -Wall -Wextra)
if(FUSEBOX_WERROR)
	list(APPEND fusebox_own -Werror)
endif()

function(fusebox_environment target environment)
	cmake_parse_arguments(PARSE_ARGV 2 arg "THIRD_PARTY" "" "")
	set(shim "${CMAKE_SOURCE_DIR}/vfs_shim")
	set(taken "${FUSEBOX_OUT}/taken/include")
	target_compile_options(${target} PRIVATE ${fusebox_common})

	if(arg_THIRD_PARTY)
		target_compile_options(${target} PRIVATE -Wall)
	else()
		target_compile_options(${target} PRIVATE ${fusebox_own})
	endif()

	if(environment STREQUAL "KERNEL")
		target_compile_options(${target} PRIVATE
			# As the kernel's Makefile has them: its arithmetic wraps (refcount_t relies on it).
			-fno-strict-overflow -fno-delete-null-pointer-checks
			$<$<COMPILE_LANGUAGE:C>:-std=gnu11> -Wno-pointer-sign
			$<$<COMPILE_LANGUAGE:C>:-Werror=implicit-function-declaration>
			# Off in the kernel's own builds: callbacks have fixed signatures, sizes mix signs,
			# and gcc sees uninitialised variables and dangling pointers where there are none.
			-Wno-unused-parameter -Wno-missing-field-initializers -Wno-sign-compare
			$<$<C_COMPILER_ID:GNU>:-Wno-maybe-uninitialized> $<$<C_COMPILER_ID:GNU>:-Wno-dangling-pointer>
			$<$<COMPILE_LANGUAGE:C>:-include> $<$<COMPILE_LANGUAGE:C>:${shim}/include/fusebox/kernel.h>)
		# The kernel takes addresses of members of NULL; an access faults, and is a finding.
		if(FUSEBOX_SANITIZE MATCHES "undefined")
			target_compile_options(${target} PRIVATE -fno-sanitize=null)
		endif()
		target_compile_definitions(${target} PRIVATE __KERNEL__ _GNU_SOURCE
			$<$<BOOL:${FUSEBOX_RACE}>:FUSEBOX_RACE>)
		# As system headers the taken ones give no warnings. They still follow the shim's.
		target_include_directories(${target} PRIVATE "${shim}/include" "${shim}")
		target_include_directories(${target} SYSTEM PRIVATE
			"${taken}" "${shim}/include/uapi" "${taken}/uapi")
		# A header that is newly taken may come before one that was found so far.
		get_target_property(sources ${target} SOURCES)
		set_property(SOURCE ${sources} APPEND PROPERTY OBJECT_DEPENDS "${FUSEBOX_OUT}/taken.list")
	else()
		target_compile_options(${target} PRIVATE $<$<COMPILE_LANGUAGE:C>:-std=gnu11>)
		target_compile_definitions(${target} PRIVATE _GNU_SOURCE)
	endif()
	if(environment STREQUAL "CORE")
		# The runtime is always there, and its tests, too.
		target_compile_definitions(${target} PRIVATE FUSEBOX_RACE)
	endif()
	if(environment STREQUAL "CORE" OR environment STREQUAL "FRONT")
		target_include_directories(${target} PRIVATE "${shim}")
	endif()
	if(environment STREQUAL "FRONT")
		target_include_directories(${target} SYSTEM PRIVATE ${LIBXML2_INCLUDE_DIRS})
	endif()
	if(environment STREQUAL "WORLD" OR environment STREQUAL "FRONT")
		target_include_directories(${target} PRIVATE
			"${FUSEBOX_OUT}/tree/include/uapi" "${CMAKE_SOURCE_DIR}/sim")
	endif()
endfunction()

# Objects of one environment; no target where there are no sources.
function(fusebox_objects name environment)
	cmake_parse_arguments(PARSE_ARGV 2 arg "THIRD_PARTY" "" "")
	if(NOT arg_UNPARSED_ARGUMENTS)
		return()
	endif()
	set(third_party)
	if(arg_THIRD_PARTY)
		set(third_party THIRD_PARTY)
	endif()
	add_library(${name} OBJECT ${arg_UNPARSED_ARGUMENTS})
	fusebox_environment(${name} ${environment} ${third_party})
endfunction()

# Link targets' objects, those that exist.
function(fusebox_link_objects target)
	get_target_property(type ${target} TYPE)
	set(scope PRIVATE)
	if(type STREQUAL "INTERFACE_LIBRARY")
		set(scope INTERFACE)
	endif()
	foreach(part IN LISTS ARGN)
		if(TARGET ${part})
			target_sources(${target} ${scope} "$<TARGET_OBJECTS:${part}>")
		endif()
	endforeach()
endfunction()

function(fusebox_executable target)
	target_link_options(${target} PRIVATE -no-pie ${fusebox_link})
	if(FUSEBOX_ALLOW_UNDEFINED)
		target_link_options(${target} PRIVATE -Wl,--unresolved-symbols=ignore-all)
	endif()
	target_link_libraries(${target} PRIVATE "${FUSEBOX_LIBDW}")
endfunction()
