#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"

namespace osler::dicom::codecs {

struct SandboxLimits {
  std::uint64_t address_space = std::uint64_t{5} << 30;
  std::uint64_t cpu_seconds = 600;
};

// Gives up, for the rest of this process, everything that decoding does not need: memory and CPU
// past the limits, new processes, files (none can be opened, made or grown), the network, and every
// system call outside a short list, any of which ends the process at once. Standard input and
// output stay. Layers: no_new_privs, resource limits, Landlock where the kernel has it, seccomp.
// Returns which of them hold. Unavailable: seccomp cannot be had; then nothing may be decoded.
[[nodiscard]] Result<std::vector<std::string>> enter_sandbox(const SandboxLimits& limits = {});

}  // namespace osler::dicom::codecs
