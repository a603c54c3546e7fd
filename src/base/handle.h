// SPDX-License-Identifier: Apache-2.0
// Owning types for everything that must be closed: descriptors and the C libraries' objects.
#pragma once

#include <unistd.h>

#include <memory>
#include <utility>

struct bpf_link;
struct bpf_linker;
struct bpf_object;
struct btf;
struct pcap;
struct ring_buffer;
extern "C" {
int bpf_link__destroy(struct bpf_link*);
void bpf_linker__free(struct bpf_linker*);
void bpf_object__close(struct bpf_object*);
void btf__free(struct btf*);
void pcap_close(struct pcap*);
void ring_buffer__free(struct ring_buffer*);
}

namespace pwru {

// A file descriptor that closes itself. -1 is "none".
class UniqueFd {
 public:
  UniqueFd() = default;
  explicit UniqueFd(int fd) : fd_(fd) {}
  UniqueFd(UniqueFd&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  UniqueFd& operator=(UniqueFd&& other) noexcept {
    if (this != &other) reset(std::exchange(other.fd_, -1));
    return *this;
  }
  ~UniqueFd() { reset(); }

  [[nodiscard]] int get() const { return fd_; }
  [[nodiscard]] explicit operator bool() const { return fd_ >= 0; }
  [[nodiscard]] int release() { return std::exchange(fd_, -1); }
  void reset(int fd = -1) {
    if (fd_ >= 0) ::close(fd_);
    fd_ = fd;
  }

 private:
  int fd_ = -1;
};

template <auto Fn>
struct Deleter {
  template <class T>
  void operator()(T* p) const {
    Fn(p);  // the result is ignored on purpose: this is teardown
  }
};

using BpfLink = std::unique_ptr<bpf_link, Deleter<bpf_link__destroy>>;
using BpfLinker = std::unique_ptr<bpf_linker, Deleter<bpf_linker__free>>;
using BpfObject = std::unique_ptr<bpf_object, Deleter<bpf_object__close>>;
using BtfHandle = std::unique_ptr<btf, Deleter<btf__free>>;
using BpfRingBuffer = std::unique_ptr<ring_buffer, Deleter<ring_buffer__free>>;
using PcapHandle = std::unique_ptr<pcap, Deleter<pcap_close>>;

}  // namespace pwru
