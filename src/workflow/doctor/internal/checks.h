#pragma once

#include <string>
#include <vector>

#include "workflow/doctor/doctor.h"

namespace osler::workflow::doctor::internal {

[[nodiscard]] Check ok(std::string name, std::string said);
[[nodiscard]] Check watch(std::string name, std::string said, std::string advice);
[[nodiscard]] Check act(std::string name, std::string said, std::string advice);
// An error as a check: to be acted on.
[[nodiscard]] Check failed(std::string name, const Error& error);

// The machine: versions, decoder, memory, descriptors, clock.
void look_at_machine(std::vector<Check>& checks);
// The file system on which `home` lies, or will lie: kind, room, inodes.
void look_at_disk(const std::filesystem::path& home, std::vector<Check>& checks);
// Port and certificate.
void look_at_network(const Options& options, const Clock& clock, std::vector<Check>& checks);
// Owner and permissions, then database, audit log, registry, objects, models, backup.
void look_at_home(const Options& options, const Clock& clock, Progress& progress,
                  std::vector<Check>& checks);

// What a number of bytes or inodes free means; for tests too.
struct Room {
  double free = 0.0;
  double total = 0.0;
};
[[nodiscard]] State judge_space(const Room& bytes);
[[nodiscard]] State judge_inodes(const Room& inodes);
// By statfs(2)'s f_type: its name, and whether a home may lie there.
struct FileSystem {
  std::string name;
  State state = State::Ok;
  std::string advice;
};
[[nodiscard]] FileSystem file_system(long type);

}  // namespace osler::workflow::doctor::internal
