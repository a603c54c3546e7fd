/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fake_debug_info FUNCTION <NOTES >FILE: writes what a kernel's vmlinux, or the file of a module,
 * would have for this function: the notes of the running one, with the build-id, and a line table.
 * The byte at OFFSET of the function has the line 1000 + OFFSET of net/fake.c. The real files have
 * a gigabyte.
 */
#include <elf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define STEXT 0xffffffff81000000ull /* where it would be without KASLR */
#define FIRST_LINE 1000
#define BYTES 8192 /* of the function and behind it */

enum { NONE, NOTES, LINES, SYMBOLS, STRINGS, NAMES, SECTIONS };

static const char strings[] = "\0_stext";
static const char names[] = "\0.notes\0.debug_line\0.symtab\0.strtab\0.shstrtab";

static char room[SECTIONS][65536];
static Elf64_Shdr headers[SECTIONS];

static unsigned long long address_of(const char* wanted) {
  FILE* const file = fopen("/proc/kallsyms", "re");
  char line[1024];

  while (file && fgets(line, sizeof(line), file)) {
    char* const address = strtok(line, " ");
    const char* const type = strtok(NULL, " ");
    const char* const name = strtok(NULL, "\t\n");
    if (type && name && strcmp(name, wanted) == 0) return strtoull(address, NULL, 16);
  }
  fprintf(stderr, "fake_debug_info: no function %s\n", wanted);
  exit(1);
}

static void add(int section, const void* bytes, size_t size) {
  memcpy(room[section] + headers[section].sh_size, bytes, size);
  headers[section].sh_size += size;
}

/* The header of a unit of DWARF 4, and a program: one row for each byte, each on the next line. */
static void add_lines(unsigned long long function) {
  static const unsigned char header[] = {1,
                                         1,
                                         1,
                                         0 /* line_base */,
                                         2 /* line_range */,
                                         13,
                                         0,
                                         1,
                                         1,
                                         1,
                                         1 /* operands of */,
                                         0 /* opcodes */,
                                         0,
                                         0,
                                         1,
                                         0,
                                         0,
                                         1 /* no folders: */,
                                         0};
  static const char files[] = "net/fake.c\0\0\0\0"; /* ends with an empty name */
  static const unsigned char advance_line[] = {3, ((FIRST_LINE - 1) & 0x7f) | 0x80,
                                               (FIRST_LINE - 1) >> 7, 1};
  static const unsigned char set_address[] = {0, 9, 2}, end[] = {2, 1, 0, 1, 1};
  const unsigned char next = 13 + 2 + 1; /* one byte and one line on */
  const unsigned header_size = sizeof(header) + sizeof(files);
  const unsigned short version = 4;
  const unsigned size =
      2 + 4 + header_size + sizeof(set_address) + 8 + sizeof(advance_line) + BYTES + sizeof(end);

  add(LINES, &size, sizeof(size));
  add(LINES, &version, sizeof(version));
  add(LINES, &header_size, sizeof(header_size));
  add(LINES, header, sizeof(header));
  add(LINES, files, sizeof(files));
  add(LINES, set_address, sizeof(set_address));
  add(LINES, &function, sizeof(function));
  add(LINES, advance_line, sizeof(advance_line));
  for (int at = 0; at < BYTES; at++) add(LINES, &next, 1);
  add(LINES, end, sizeof(end));
}

static void add_symbol(unsigned name, unsigned long long value) {
  const Elf64_Sym symbol = {.st_name = name,
                            .st_info = ELF64_ST_INFO(STB_GLOBAL, STT_FUNC),
                            .st_shndx = SHN_ABS,
                            .st_value = value};

  add(SYMBOLS, &symbol, sizeof(symbol));
}

static void write_all(void) {
  static const Elf64_Word types[] = {SHT_NULL,   SHT_NOTE,   SHT_PROGBITS,
                                     SHT_SYMTAB, SHT_STRTAB, SHT_STRTAB};
  Elf64_Ehdr header = {
      .e_ident = {ELFMAG0, ELFMAG1, ELFMAG2, ELFMAG3, ELFCLASS64, ELFDATA2LSB, EV_CURRENT},
      .e_type = ET_EXEC,
      .e_version = EV_CURRENT,
      .e_ehsize = sizeof(header),
      .e_shentsize = sizeof(headers[0]),
      .e_shnum = SECTIONS,
      .e_shstrndx = NAMES,
      .e_shoff = sizeof(header)};
  size_t offset = sizeof(header) + sizeof(headers);
  unsigned name = 0;

  for (int section = NOTES; section < SECTIONS; section++) {
    name += (unsigned)strlen(names + name) + 1;
    headers[section].sh_name = name;
    headers[section].sh_type = types[section];
    headers[section].sh_offset = offset;
    offset += headers[section].sh_size;
  }
  headers[SYMBOLS].sh_link = STRINGS;
  headers[SYMBOLS].sh_entsize = sizeof(Elf64_Sym);
  fwrite(&header, sizeof(header), 1, stdout);
  fwrite(headers, sizeof(headers), 1, stdout);
  for (int section = NOTES; section < SECTIONS; section++)
    fwrite(room[section], headers[section].sh_size, 1, stdout);
}

int main(int argc, char** argv) {
  unsigned long long function;

  if (argc != 2) return 2;
  headers[NOTES].sh_size = fread(room[NOTES], 1, sizeof(room[NOTES]), stdin);
  function = STEXT + (address_of(argv[1]) - address_of("_stext"));
  add_lines(function);
  add_symbol(0, 0);
  add_symbol(1, STEXT);
  add_symbol(sizeof(strings), function);
  add(STRINGS, strings, sizeof(strings));
  add(STRINGS, argv[1], strlen(argv[1]) + 1);
  add(NAMES, names, sizeof(names));
  write_all();
  return 0;
}
