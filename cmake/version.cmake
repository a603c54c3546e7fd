# SPDX-License-Identifier: Apache-2.0
# The version is the topmost one in CHANGELOG.md, plus the commit when built from a checkout.
file(STRINGS ${CMAKE_SOURCE_DIR}/CHANGELOG.md version_lines REGEX "^## \\[[0-9]")
list(GET version_lines 0 version_line)
string(REGEX REPLACE "^## \\[([^]]+)\\].*" "\\1" PWRU_VERSION "${version_line}")
execute_process(COMMAND git -C ${CMAKE_SOURCE_DIR} rev-parse --short=10 HEAD
                OUTPUT_VARIABLE PWRU_COMMIT OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
if(PWRU_COMMIT)
  string(APPEND PWRU_VERSION "+${PWRU_COMMIT}")
endif()
add_library(pwru_version INTERFACE)
target_compile_definitions(pwru_version INTERFACE PWRU_VERSION="${PWRU_VERSION}")
