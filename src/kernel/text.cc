// SPDX-License-Identifier: Apache-2.0
#include "kernel/text.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>

#include "base/file.h"

namespace pwru::kernel {
namespace {

template <class T>
bool read_at(int fd, uint64_t offset, T* items, size_t count) {
  const size_t bytes = count * sizeof(T);
  return ::pread(fd, items, bytes, static_cast<off_t>(offset)) == static_cast<ssize_t>(bytes);
}

std::vector<Elf64_Phdr> program_headers(int fd) {
  Elf64_Ehdr header = {};
  if (!read_at(fd, 0, &header, 1) || std::memcmp(header.e_ident, ELFMAG, SELFMAG) != 0 ||
      header.e_ident[EI_CLASS] != ELFCLASS64 || header.e_phentsize != sizeof(Elf64_Phdr))
    return {};
  std::vector<Elf64_Phdr> headers(header.e_phnum);
  if (!read_at(fd, header.e_phoff, headers.data(), headers.size())) return {};
  return headers;
}

}  // namespace

CoreHeaders CoreHeaders::open(const std::string& path) {
  CoreHeaders core;
  auto file = open_file(path, O_RDONLY);
  if (!file) return core;
  core.headers_ = program_headers(file->get());
  core.file_ = std::move(*file);
  return core;
}

std::string CoreHeaders::read_notes(size_t most) const {
  std::string notes;
  for (const Elf64_Phdr& header : headers_) {
    if (header.p_type != PT_NOTE || header.p_filesz > most - notes.size()) continue;
    const size_t before = notes.size();
    notes.resize(before + header.p_filesz);
    if (!read_at(file_.get(), header.p_offset, notes.data() + before, header.p_filesz))
      notes.resize(before);
  }
  return notes;
}

Text Text::open(const std::string& path) {
  Text text;
  CoreHeaders core = CoreHeaders::open(path);
  for (const Elf64_Phdr& header : core.headers())
    if (header.p_type == PT_LOAD)
      text.segments_.push_back({header.p_vaddr, header.p_memsz, header.p_offset});
  text.file_ = core.take_file();
  return text;
}

bool Text::read(uint64_t address, std::span<uint8_t> bytes) const {
  const auto holds = [&](const Segment& segment) {
    const uint64_t at =
        address - segment.address;  // wraps around for an address before the segment
    return at < segment.size && bytes.size() <= segment.size - at;
  };
  const auto it = std::find_if(segments_.begin(), segments_.end(), holds);
  if (it == segments_.end()) return false;
  return read_at(file_.get(), it->offset + (address - it->address), bytes.data(), bytes.size());
}

}  // namespace pwru::kernel
