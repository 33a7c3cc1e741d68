#include "dicom/codecs/sandbox.h"

#include <array>
#include <cerrno>
#include <memory>

#include <linux/landlock.h>
#include <seccomp.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace osler::dicom::codecs {
namespace {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool kInstrumented = true;  // shadow memory and its own system calls
#else
constexpr bool kInstrumented = false;
#endif

bool limit(__rlimit_resource_t what, std::uint64_t value) {
  const rlimit wanted{.rlim_cur = value, .rlim_max = value};
  return ::setrlimit(what, &wanted) == 0;
}

bool limit_resources(const SandboxLimits& limits) {
  const bool memory = kInstrumented || limit(RLIMIT_AS, limits.address_space);
  return limit(RLIMIT_CPU, limits.cpu_seconds) && limit(RLIMIT_FSIZE, 0) &&
         limit(RLIMIT_NPROC, 0) && limit(RLIMIT_CORE, 0) && limit(RLIMIT_MEMLOCK, 0) && memory;
}

// No path at all may be touched. Debian's header knows the first version; each later kernel adds
// rights, which the ABI number announces.
bool close_file_system() {
  const long abi =
      ::syscall(SYS_landlock_create_ruleset, nullptr, 0, LANDLOCK_CREATE_RULESET_VERSION);
  if (abi < 1) {
    return false;
  }
  constexpr std::array<unsigned, 6> kRights{0, 13, 14, 15, 15, 16};  // file rights by version
  const auto version = static_cast<std::size_t>(abi);
  const unsigned rights = version < kRights.size() ? kRights[version] : kRights.back();
  landlock_ruleset_attr rules{};
  rules.handled_access_fs = (std::uint64_t{1} << rights) - 1;
  const long fd = ::syscall(SYS_landlock_create_ruleset, &rules, sizeof rules.handled_access_fs, 0);
  if (fd < 0) {
    return false;
  }
  const bool closed = ::syscall(SYS_landlock_restrict_self, fd, 0) == 0;
  ::close(static_cast<int>(fd));
  return closed;
}

struct Release {
  void operator()(void* filter) const { seccomp_release(filter); }
};

// What decoding needs: its two pipes, memory, time, and an end.
bool filter_calls() {
  const std::unique_ptr<void, Release> filter(seccomp_init(SCMP_ACT_KILL_PROCESS));
  if (!filter) {
    return false;
  }
  constexpr std::array kAllowed{
      SCMP_SYS(read),         SCMP_SYS(write),        SCMP_SYS(readv),
      SCMP_SYS(writev),       SCMP_SYS(mmap),         SCMP_SYS(munmap),
      SCMP_SYS(mremap),       SCMP_SYS(brk),          SCMP_SYS(madvise),
      SCMP_SYS(futex),        SCMP_SYS(rt_sigreturn), SCMP_SYS(rt_sigprocmask),
      SCMP_SYS(exit),         SCMP_SYS(exit_group),   SCMP_SYS(clock_gettime),
      SCMP_SYS(gettimeofday), SCMP_SYS(getrandom),    SCMP_SYS(restart_syscall)};
  for (const int call : kAllowed) {
    if (call == SCMP_SYS(mmap)) {
      // Never memory that can be run.
      constexpr unsigned kProtection = 2;
      if (seccomp_rule_add(filter.get(), SCMP_ACT_ALLOW, call, 1,
                           SCMP_CMP(kProtection, SCMP_CMP_MASKED_EQ, 4U, 0U)) != 0) {
        return false;
      }
    } else if (seccomp_rule_add(filter.get(), SCMP_ACT_ALLOW, call, 0) != 0) {
      return false;
    }
  }
  return seccomp_load(filter.get()) == 0;
}

}  // namespace

Result<std::vector<std::string>> enter_sandbox(const SandboxLimits& limits) {
  std::vector<std::string> layers;
  if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0) {
    layers.emplace_back("no_new_privs");
  }
  if (limit_resources(limits)) {
    layers.emplace_back("limits");
  }
  if (close_file_system()) {
    layers.emplace_back("landlock");
  }
  if (kInstrumented) {
    return layers;
  }
  if (!filter_calls()) {
    return Error(ErrorCode::Unavailable,
                 "this system has no seccomp, so nothing may be decoded here");
  }
  layers.emplace_back("seccomp");
  return layers;
}

}  // namespace osler::dicom::codecs
