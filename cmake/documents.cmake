# SPDX-License-Identifier: Apache-2.0
# The manual as text and the schema of the JSON, which the executable carries, because a file that was
# copied to another machine has no folder of documents beside it.
find_program(GROFF groff REQUIRED)
add_library(pwru_documents STATIC)
set_target_properties(pwru_documents PROPERTIES LINKER_LANGUAGE C)
set(PWRU_BPF_LIBRARY pwru_documents)
set(manual ${CMAKE_BINARY_DIR}/pwru.8.txt)
# Without bold and underlined text, and in a language whose words groff cannot cut at the end of a line:
# the text can be searched.
add_custom_command(
  OUTPUT ${manual}.gz
  COMMAND sh -c "sed '/^[.]Sh NAME/i .hla none' '${CMAKE_SOURCE_DIR}/docs/pwru.8' | '${GROFF}' -mandoc -Tascii -P-cbuo -rLL=78n -rLT=78n > '${manual}'"
  COMMAND gzip -9nkf ${manual}
  DEPENDS ${CMAKE_SOURCE_DIR}/docs/pwru.8 VERBATIM)
pwru_bpf_embed(pwru_manual ${manual}.gz)
set(schema ${CMAKE_BINARY_DIR}/event.schema.json.gz)
add_custom_command(
  OUTPUT ${schema}
  COMMAND gzip -9nc ${CMAKE_SOURCE_DIR}/docs/event.schema.json > ${schema}
  DEPENDS ${CMAKE_SOURCE_DIR}/docs/event.schema.json VERBATIM)
pwru_bpf_embed(pwru_schema ${schema})
set(PWRU_BPF_LIBRARY pwru_bpf_objects)
