# SPDX-License-Identifier: Apache-2.0
# pwru_bpf_object(<name> <source> [defines...]): compiles C for the BPF target and embeds the
# object into the library PWRU_BPF_LIBRARY, which is pwru_bpf_objects here, as <name>_begin / <name>_end.
find_program(CLANG clang REQUIRED)
find_program(BPFTOOL bpftool PATHS /usr/sbin /sbin REQUIRED)
if(CMAKE_SYSTEM_PROCESSOR MATCHES "aarch64|arm64")
  set(PWRU_BPF_ARCH arm64)
else()
  set(PWRU_BPF_ARCH x86)
endif()
set(PWRU_BPF_FLAGS -target bpf -D__TARGET_ARCH_${PWRU_BPF_ARCH} -O2 -g -mcpu=v3 -Wall -Wextra -Werror
    -I${CMAKE_SOURCE_DIR} -I${CMAKE_SYSROOT}/usr/include/${CMAKE_SYSTEM_PROCESSOR}-linux-gnu
    -ffile-prefix-map=${CMAKE_SOURCE_DIR}=. -fdebug-compilation-dir=.)

# The static libpcap of Debian refers to D-Bus, which no filter needs: src/filter/no_dbus.c. Its
# look-ups of names go through src/filter/pcap_names.c.
add_library(pwru_pcap INTERFACE)
add_library(pwru_under_pcap STATIC ${CMAKE_SOURCE_DIR}/src/filter/no_dbus.c
            ${CMAKE_SOURCE_DIR}/src/filter/pcap_names.c)
target_include_directories(pwru_under_pcap PRIVATE ${CMAKE_SOURCE_DIR}/src)
target_compile_definitions(pwru_under_pcap PRIVATE _GNU_SOURCE)
target_link_libraries(pwru_pcap INTERFACE pcap pwru_under_pcap)
foreach(function getaddrinfo freeaddrinfo getprotobyname_r getnetbyname_r ether_hostton)
  # Also where libpcap itself is not linked in, as in a test whose framework calls these.
  target_link_options(pwru_pcap INTERFACE -Wl,--wrap=${function} -Wl,--undefined=__wrap_${function})
endforeach()
# Others in the same executable call them too (googletest), and may come behind the library.
target_link_options(pwru_pcap INTERFACE -Wl,--undefined=__wrap_getaddrinfo)

if(CMAKE_SYSROOT)
  list(APPEND PWRU_BPF_FLAGS --sysroot=${CMAKE_SYSROOT})
endif()

function(pwru_bpf_compile output source)
  add_custom_command(
    OUTPUT ${output}
    COMMAND ${CLANG} ${PWRU_BPF_FLAGS} ${ARGN} -MMD -MF ${output}.d -MT ${output} -c ${source} -o ${output}.debug
    # Without DWARF, which nobody reads: a third of the size.
    COMMAND ${BPFTOOL} gen object ${output} ${output}.debug
    DEPENDS ${source} DEPFILE ${output}.d
    COMMENT "BPF ${output}" VERBATIM)
endfunction()

file(MAKE_DIRECTORY ${CMAKE_BINARY_DIR}/bpf)
add_library(pwru_bpf_objects STATIC)
set(PWRU_BPF_LIBRARY pwru_bpf_objects)
set_target_properties(pwru_bpf_objects PROPERTIES LINKER_LANGUAGE C)
# Embeds a file into PWRU_BPF_LIBRARY.
function(pwru_bpf_embed name object)
  set(assembly ${CMAKE_BINARY_DIR}/bpf/${name}.c)
  file(CONFIGURE OUTPUT ${assembly} @ONLY CONTENT [[
__asm__(".section .rodata,\"a\",@progbits\n.balign 16\n"
        ".global @name@_begin\n@name@_begin:\n.incbin \"@object@\"\n"
        ".global @name@_end\n@name@_end:\n.byte 0\n.previous\n");
]])
  set_source_files_properties(${assembly} PROPERTIES OBJECT_DEPENDS ${object})
  target_sources(${PWRU_BPF_LIBRARY} PRIVATE ${assembly})
endfunction()
function(pwru_bpf_object name source)
  set(object ${CMAKE_BINARY_DIR}/bpf/${name}.bpf.o)
  pwru_bpf_compile(${object} ${source} ${ARGN})
  pwru_bpf_embed(${name} ${object})
endfunction()
# The same for the large objects, without the lines of their source and as gzip: an eighth of the size.
function(pwru_bpf_packed_object name source)
  set(object ${CMAKE_BINARY_DIR}/bpf/${name}.bpf.o)
  pwru_bpf_compile(${object} ${source} ${ARGN})
  add_custom_command(
    OUTPUT ${object}.gz
    COMMAND cp ${object} ${object}.small
    COMMAND ${CMAKE_SOURCE_DIR}/cmake/without_lines.sh ${object}.small
    COMMAND sh -c "gzip -9n <${object}.small >${object}.gz"
    DEPENDS ${object} ${CMAKE_SOURCE_DIR}/cmake/without_lines.sh VERBATIM)
  pwru_bpf_embed(${name} ${object}.gz)
endfunction()

foreach(root skb xdp)
  pwru_bpf_object(pwru_filter_${root}_expr ${CMAKE_SOURCE_DIR}/bpf/stubs/expr_stub.bpf.c
                  -DPWRU_EXPR_FILTER=pwru_filter_${root}_expr)
  pwru_bpf_object(pwru_${root}_values ${CMAKE_SOURCE_DIR}/bpf/stubs/expr_stub.bpf.c
                  -DPWRU_EXPR_VALUES=pwru_${root}_values)
endforeach()
pwru_bpf_object(pwru_sock_values ${CMAKE_SOURCE_DIR}/bpf/stubs/expr_stub.bpf.c
                -DPWRU_EXPR_VALUES=pwru_sock_values)
pwru_bpf_object(pwru_on_expr ${CMAKE_SOURCE_DIR}/bpf/stubs/expr_stub.bpf.c
                -DPWRU_EXPR_FILTER=pwru_on_expr)
pwru_bpf_object(pwru_nft ${CMAKE_SOURCE_DIR}/bpf/hooks/nft.bpf.c)
pwru_bpf_object(pwru_nft_arrays ${CMAKE_SOURCE_DIR}/bpf/hooks/nft.bpf.c -DPWRU_NFT_ARRAYS)
pwru_bpf_object(pwru_nft_stub ${CMAKE_SOURCE_DIR}/bpf/stubs/nft_stub.bpf.c)
pwru_bpf_object(pwru_xtables ${CMAKE_SOURCE_DIR}/bpf/hooks/xtables.bpf.c)
pwru_bpf_object(pwru_xtables_stub ${CMAKE_SOURCE_DIR}/bpf/stubs/xtables_stub.bpf.c)
pwru_bpf_object(pwru_ksyms ${CMAKE_SOURCE_DIR}/bpf/hooks/ksyms.bpf.c)
pwru_bpf_packed_object(pwru_copy ${CMAKE_SOURCE_DIR}/bpf/hooks/tracer.bpf.c)
pwru_bpf_packed_object(pwru_cast ${CMAKE_SOURCE_DIR}/bpf/hooks/tracer.bpf.c -DPWRU_CAST)
pwru_bpf_packed_object(pwru_progs_copy ${CMAKE_SOURCE_DIR}/bpf/hooks/bpf_progs.bpf.c)
pwru_bpf_packed_object(pwru_progs_cast ${CMAKE_SOURCE_DIR}/bpf/hooks/bpf_progs.bpf.c -DPWRU_CAST)
pwru_bpf_packed_object(pwru_multi_cast ${CMAKE_SOURCE_DIR}/bpf/hooks/fentry_multi.bpf.c -DPWRU_CAST)
pwru_bpf_object(pwru_hit_stub_args ${CMAKE_SOURCE_DIR}/bpf/stubs/hit_stub.bpf.c
                -DPWRU_CONTEXT=void)
pwru_bpf_object(pwru_hit_stub ${CMAKE_SOURCE_DIR}/bpf/stubs/hit_stub.bpf.c)
foreach(layer l2 l3 tunnel_l2 tunnel_l3)
  pwru_bpf_object(pwru_filter_stub_${layer} ${CMAKE_SOURCE_DIR}/bpf/stubs/filter_stub.bpf.c
                  -DPWRU_FILTER=pwru_filter_${layer})
endforeach()
