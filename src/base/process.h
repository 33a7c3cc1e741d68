#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <sys/types.h>

#include "base/crypto.h"
#include "base/result.h"

namespace osler {

// A child process with its standard input and output on pipes; standard error goes to `log` or is
// shared. Killed and reaped when it goes out of scope.
class ChildProcess {
 public:
  struct Options {
    std::filesystem::path program;
    std::vector<std::string> arguments;    // without the program's name
    std::vector<std::string> environment;  // "NAME=value", added to ours
    std::filesystem::path error_log;       // standard error; empty: shared with ours
    // The kernel kills it when the THREAD that started it ends (prctl(2)): for children started by
    // a thread that lives as long as they are needed.
    bool stop_with_parent = false;
    int keep_open = -1;  // a descriptor of ours that the child keeps, as a lock that it shares
  };
  // NotFound: no such program. Unavailable: no more processes.
  [[nodiscard]] static Result<ChildProcess> start(const Options& options);

  ChildProcess(ChildProcess&&) noexcept;
  ChildProcess& operator=(ChildProcess&&) noexcept;
  ~ChildProcess();

  [[nodiscard]] pid_t pid() const { return pid_; }
  // Unavailable: the child is gone, or took longer than `timeout` to read them.
  [[nodiscard]] Result<void> write(BytesView bytes,
                                   std::chrono::milliseconds timeout = std::chrono::hours(24));
  void close_input();
  // Exactly `count` bytes. Unavailable: the child ended, or `timeout` passed, before they came.
  [[nodiscard]] Result<Bytes> read_exactly(std::size_t count, std::chrono::milliseconds timeout);
  // Calls `line` for each line of standard output until it ends.
  void read_lines(const std::function<void(std::string_view)>& line);
  void kill();
  // The exit code, or 128 + the signal that ended it.
  [[nodiscard]] int wait();

 private:
  ChildProcess() = default;
  pid_t pid_ = -1;
  int input_ = -1;
  int output_ = -1;
};

// The folder of the running program: where osler-learn and osler-decode lie beside osler.
[[nodiscard]] std::filesystem::path program_folder();

}  // namespace osler
