#include <algorithm>
#include <fstream>
#include <optional>
#include <string>

#include <sys/resource.h>
#include <sys/timex.h>
#include <sys/utsname.h>

#include "base/certificate.h"
#include "base/parallel.h"
#include "base/process.h"
#include "base/text.h"
#include "base/version.h"
#include "infer/engine/session.h"
#include "storage/database/database.h"
#include "workflow/doctor/internal/checks.h"

namespace osler::workflow::doctor::internal {
namespace {

constexpr std::uint64_t kMiB = std::uint64_t{1} << 20;
// What an ingest or a server with one model takes (docs/guides/operate.md), and twice that.
constexpr std::uint64_t kLeastMemory = 512 * kMiB;
constexpr std::uint64_t kGoodMemory = 1024 * kMiB;
constexpr rlim_t kLeastFiles = 256;
constexpr rlim_t kGoodFiles = 1024;

Check versions() {
  utsname kernel{};
  ::uname(&kernel);
  return ok("versions",
            "osler " + std::string(version()) + ", SQLite " + storage::Database::engine_version() +
                ", OpenSSL " + crypto::openssl_version() + ", ONNX Runtime " +
                infer::engine::engine_version() + ", " + kernel.sysname + " " + kernel.release);
}

// Asks the program itself, in its own sandbox.
Check decoder() {
  ChildProcess::Options options;
  options.program = program_folder() / "osler-decode";
  options.arguments = {"--probe", "layers"};
  options.error_log = "/dev/null";
  auto child = ChildProcess::start(options);
  const std::string advice =
      "films with compressed pixels cannot be read: install osler-decode beside osler, on a kernel "
      "with seccomp";
  if (!child) {
    return act("decoder", "osler-decode cannot be started", advice);
  }
  std::string layers;
  child->read_lines([&](std::string_view line) { layers = line; });
  if (child->wait() != 0) {
    return act("decoder", "osler-decode does not get into its sandbox", advice);
  }
  if (layers.find("landlock") == std::string::npos) {
    return watch(
        "decoder", "sandbox of " + layers + ", without Landlock",
        "seccomp alone keeps files closed; use a kernel with Landlock (5.13, lsm=landlock)");
  }
  return ok("decoder", "sandbox of " + layers);
}

std::optional<std::uint64_t> number_in(const char* path) {
  std::ifstream file(path);
  std::uint64_t number = 0;
  return file >> number ? std::optional(number) : std::nullopt;
}

// What the machine has left, or the container where that is less.
std::optional<std::uint64_t> available_memory() {
  std::optional<std::uint64_t> available;
  std::ifstream file("/proc/meminfo");
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with("MemAvailable:")) {
      const auto kilobytes = parse_integer(trim(line.substr(13, line.find(" kB") - 13)));
      available = static_cast<std::uint64_t>(kilobytes.value_or(0)) * 1024;
    }
  }
  const auto most = number_in("/sys/fs/cgroup/memory.max");
  const auto used = number_in("/sys/fs/cgroup/memory.current");
  if (available && most && used) {
    available = std::min(*available, *most > *used ? *most - *used : 0);
  }
  return available;
}

Check memory() {
  const auto available = available_memory();
  if (!available) {
    return watch("memory", "cannot be read", "mount /proc");
  }
  const std::string said = human_bytes(*available) + " available, " +
                           counted(static_cast<std::int64_t>(hardware_threads()), "thread");
  if (*available < kLeastMemory) {
    return act("memory", said, "an ingest takes up to 430 MiB: end other programs, or add memory");
  }
  if (*available < kGoodMemory) {
    return watch("memory", said, "enough for one ingest or server, not for both");
  }
  return ok("memory", said);
}

Check descriptors() {
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  const std::string said =
      with_thousands(static_cast<std::int64_t>(limit.rlim_cur)) + " files may be open";
  const std::string advice = "raise it: ulimit -n, or LimitNOFILE= of the service";
  if (limit.rlim_cur < kLeastFiles) {
    return act("descriptors", said, advice);
  }
  return limit.rlim_cur < kGoodFiles ? watch("descriptors", said, advice) : ok("descriptors", said);
}

Check clock_sync() {
  timex state{};
  const int code = ::adjtimex(&state);
  if (code < 0) {
    return watch("clock", "whether it is synchronised cannot be asked here",
                 "see timedatectl on the host");
  }
  if (code == TIME_ERROR || (static_cast<unsigned>(state.status) & STA_UNSYNC) != 0) {
    return watch("clock", "not synchronised",
                 "times in the audit log are only as good as the clock: apt install chrony, or "
                 "timedatectl set-ntp true");
  }
  return ok("clock", "synchronised");
}

}  // namespace

void look_at_machine(std::vector<Check>& checks) {
  checks.push_back(versions());
  checks.push_back(decoder());
  checks.push_back(memory());
  checks.push_back(descriptors());
  checks.push_back(clock_sync());
}

}  // namespace osler::workflow::doctor::internal
