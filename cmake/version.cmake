# SPDX-License-Identifier: Apache-2.0
# The version is the topmost one in CHANGELOG.md. What is built from a checkout has the commit behind it,
# unless that commit has the version's tag, vN.N.N. The build folder's file `version` says it, too.
file(STRINGS ${CMAKE_SOURCE_DIR}/CHANGELOG.md version_lines REGEX "^## \\[[0-9]")
list(GET version_lines 0 version_line)
string(REGEX REPLACE "^## \\[([^]]+)\\].*" "\\1" PWRU_VERSION "${version_line}")
execute_process(COMMAND git -C ${CMAKE_SOURCE_DIR} rev-parse --short=10 HEAD
                OUTPUT_VARIABLE PWRU_COMMIT OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
execute_process(COMMAND git -C ${CMAKE_SOURCE_DIR} tag --points-at HEAD
                OUTPUT_VARIABLE PWRU_TAGS ERROR_QUIET)
string(REPLACE "\n" ";" PWRU_TAGS "${PWRU_TAGS}")
if(PWRU_COMMIT AND NOT "v${PWRU_VERSION}" IN_LIST PWRU_TAGS)
  string(APPEND PWRU_VERSION "+${PWRU_COMMIT}")
endif()
add_library(pwru_version INTERFACE)
target_compile_definitions(pwru_version INTERFACE PWRU_VERSION="${PWRU_VERSION}")
file(CONFIGURE OUTPUT ${CMAKE_BINARY_DIR}/version CONTENT "@PWRU_VERSION@\n" @ONLY)
