// SPDX-License-Identifier: Apache-2.0
// Reads the BTF of the running kernel: /sys/kernel/btf/vmlinux, and one file for each module.
#include <fmt/core.h>
#include <sys/stat.h>

#include <algorithm>

#include "base/file.h"
#include "kernel/btf/btf.h"
#include "kernel/proc/modules.h"

namespace pwru::kernel {
namespace {

constexpr const char* kBtfFolder = "/sys/kernel/btf";

bool exists(const std::string& path) {
  struct stat st {};
  return ::stat(path.c_str(), &st) == 0;
}

std::vector<std::string> modules_with_btf() {
  std::vector<std::string> names;
  for (std::string& name : names_in(kBtfFolder))
    if (name != "vmlinux") names.push_back(std::move(name));
  std::sort(names.begin(), names.end());
  return names;
}

std::vector<std::string> names_of_loaded_modules() {
  std::vector<std::string> names;
  for (Module& module : loaded_modules()) names.push_back(std::move(module.name));
  std::sort(names.begin(), names.end());
  return names;
}

// Why there is no /sys/kernel/btf/MODULE for a module that the user named.
tl::unexpected<Error> no_module_btf(const std::string& module) {
  const std::vector<std::string> loaded = names_of_loaded_modules();
  if (!std::binary_search(loaded.begin(), loaded.end(), module))
    return fail(
        fmt::format("find functions of module {}: it is not loaded; load it first (modprobe {})",
                    module, module),
        ExitCode::BadUsage);
  const bool has_any = !modules_with_btf().empty();
  return fail(has_any
                  ? fmt::format("find functions of module {}: it was built without BTF "
                                "(CONFIG_DEBUG_INFO_BTF_MODULES)",
                                module)
                  : fmt::format("find functions of module {}: this kernel has no BTF for modules "
                                "(Linux 5.11 with CONFIG_DEBUG_INFO_BTF_MODULES has it)",
                                module),
              ExitCode::NotSupported);
}

Result<std::unique_ptr<Btf>> load(const std::string& path, const Btf* base, Btf::Origin origin) {
  PWRU_ASSIGN(std::string bytes, read_file(path));
  auto btf = Btf::parse(std::move(bytes), base, origin);
  if (!btf) btf.error().what = fmt::format("{}: {}", path, btf.error().what);
  return btf;
}

Result<std::unique_ptr<Btf>> load_user_btf(const std::string& path) {
  struct stat st {};
  // A device such as /dev/zero may have no end.
  if (::stat(path.c_str(), &st) == 0 && (S_ISCHR(st.st_mode) || S_ISBLK(st.st_mode)))
    return fail(fmt::format("read {}: it is a device, not a file with BTF", path));
  auto btf = load(path, nullptr, Btf::Origin::Others);
  if (!btf && btf.error().code == 0)
    btf.error().what += "; give the BTF of the running kernel, as pahole writes it";
  return btf;
}

}  // namespace

Result<std::unique_ptr<Btf>> load_kernel_btf(const std::string& user_path) {
  if (!user_path.empty()) {
    auto btf = load_user_btf(user_path);
    if (!btf) {
      btf.error().what = "--kernel-btf: " + btf.error().what;
      btf.error().exit = ExitCode::BadUsage;
    }
    return btf;
  }
  const std::string path = fmt::format("{}/vmlinux", kBtfFolder);
  if (!exists("/sys/kernel"))
    return fail(
        "read the kernel's types: nothing is mounted on /sys (mount -t sysfs sysfs /sys), and no "
        "file is named with --kernel-btf",
        ExitCode::NotSupported, ENOENT);
  if (!exists(path))
    return fail(fmt::format("read the kernel's types: {} does not exist; use a kernel built with "
                            "CONFIG_DEBUG_INFO_BTF=y, or name a BTF file with --kernel-btf",
                            path),
                ExitCode::NotSupported, ENOENT);
  return load(path, nullptr, Btf::Origin::Kernel);
}

Result<std::vector<ModuleBtf>> load_module_btf(const Btf& vmlinux,
                                               const std::vector<std::string>& names) {
  std::vector<ModuleBtf> result;
  const bool wants_all = names.empty();
  for (const std::string& module : wants_all ? modules_with_btf() : names) {
    const std::string path = fmt::format("{}/{}", kBtfFolder, module);
    // Split BTF of a module only fits the types of its own kernel: over another kernel's types its
    // type ids mean other types.
    auto btf = load(path, &vmlinux, vmlinux.origin());
    if (btf) {
      result.push_back({module, std::move(*btf)});
      continue;
    }
    const bool is_gone = btf.error().code == ENOENT || btf.error().code == ENODEV;
    // A module may be unloaded between listing and opening.
    if (is_gone && wants_all) continue;
    if (is_gone) return no_module_btf(module);
    return tl::unexpected<Error>(std::move(btf.error()));
  }
  return result;
}

bool has_module_btf(const std::string& module) {
  return exists(fmt::format("{}/{}", kBtfFolder, module));
}

std::vector<std::string> modules_without_btf() {
  const std::vector<std::string> loaded = names_of_loaded_modules();
  const std::vector<std::string> with = modules_with_btf();
  std::vector<std::string> without;
  std::set_difference(loaded.begin(), loaded.end(), with.begin(), with.end(),
                      std::back_inserter(without));
  return without;
}

}  // namespace pwru::kernel
