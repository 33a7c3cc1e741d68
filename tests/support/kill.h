#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <filesystem>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>
#include <sys/types.h>

#include "base/clock.h"
#include "base/process.h"
#include "base/rng.h"

namespace osler::test {

// `count` moments over a run of `seconds`: one at random in each of as many equal parts, so that
// the whole run is covered.
inline std::vector<double> moments(std::size_t count, double seconds, std::uint64_t seed) {
  Rng rng(seed);
  std::vector<double> all;
  for (std::size_t i = 0; i < count; ++i) {
    all.push_back(seconds * (static_cast<double>(i) + rng.uniform()) / static_cast<double>(count));
  }
  return all;
}

// Kills it that long after `watch` was started; whether it was still at work.
inline bool kill_after(Result<ChildProcess> child, const Stopwatch& watch, double seconds) {
  if (!child) {
    ADD_FAILURE() << child.error().message;
    return false;
  }
  std::this_thread::sleep_for(
      std::chrono::duration<double>(std::max(0.0, seconds - watch.seconds())));
  child->kill();
  const int status = child->wait();
  constexpr int kKilled = 128 + 9;
  EXPECT_TRUE(status == kKilled || status == 0) << "it failed by itself: " << status;
  return status == kKilled;
}

// A child of `parent` that runs `program`, or 0 where there is none.
inline pid_t child_of(pid_t parent, const std::string& program) {
  std::error_code ignored;
  const std::filesystem::path tasks = "/proc/" + std::to_string(parent) + "/task";
  for (const auto& task : std::filesystem::directory_iterator(tasks, ignored)) {
    std::ifstream list(task.path() / "children");
    for (pid_t child = 0; list >> child;) {
      std::string name;
      std::getline(std::ifstream("/proc/" + std::to_string(child) + "/comm"), name);
      if (name == program) {
        return child;
      }
    }
  }
  return 0;
}

// Waits until `done`, at most a minute.
template <typename Condition>
bool wait_until(Condition done) {
  const Stopwatch watch;
  while (!done()) {
    if (watch.seconds() > 60.0) {
      return false;
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  return true;
}

}  // namespace osler::test
