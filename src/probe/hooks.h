// SPDX-License-Identifier: Apache-2.0
// The hooks of one trace.
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "base/signals.h"
#include "probe/hook.h"

namespace pwru::probe {

// They are attached in the order in which they were added, and detached in the opposite order.
class Hooks {
 public:
  // Calls Hook::attach() or Hook::detach(), and tells the user.
  using AttachOne = std::function<Result<Attached>(Hook&)>;
  using DetachOne = std::function<void(Hook&)>;

  explicit Hooks(std::function<bool()> is_urgent = stop_is_urgent)
      : is_urgent_(std::move(is_urgent)) {}
  Hooks(Hooks&&) = default;
  Hooks& operator=(Hooks&&) = delete;
  ~Hooks();

  // The hook, which lives as long as this list.
  template <class Kind>
  Kind& add(std::unique_ptr<Kind> hook) {
    Kind& added = *hook;
    hooks_.push_back(std::move(hook));
    return added;
  }

  // False: the user asked to stop half way, and the hooks behind that are not attached.
  [[nodiscard]] Result<bool> attach(const AttachOne& attach_one);
  // Of those that are attached.
  void poll();
  [[nodiscard]] program::MissCounts missed() const;
  // Those that are attached. An urgent stop ends it: the rest is left to the destructor.
  void detach(const DetachOne& detach_one);

 private:
  std::function<bool()> is_urgent_;
  std::vector<std::unique_ptr<Hook>> hooks_;
  size_t attached_ = 0;  // so many of them, from the first one
};

}  // namespace pwru::probe
