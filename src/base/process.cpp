#include "base/process.h"

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <utility>

#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"

extern char** environ;

namespace osler {
namespace {

struct Pipe {
  int read = -1;
  int write = -1;
};

Result<Pipe> make_pipe() {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) {
    return Error(ErrorCode::Unavailable, "no more pipes can be made");
  }
  return Pipe{.read = ends[0], .write = ends[1]};
}

void close_end(int& fd) {
  if (fd >= 0) {
    ::close(std::exchange(fd, -1));
  }
}

std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> result;
  result.reserve(texts.size() + 1);
  for (auto& text : texts) {
    result.push_back(text.data());
  }
  result.push_back(nullptr);
  return result;
}

// Everything the child needs, made before the fork: after it only async-signal-safe calls.
struct Launch {
  std::vector<char*> arguments;
  std::vector<char*> environment;
  Pipe input{};
  Pipe output{};
  int error_log = -1;
  int keep_open = -1;
  bool stop_with_parent = false;
  pid_t parent = 0;
};

[[noreturn]] void become(const Launch& launch, const char* program) {
  ::dup2(launch.input.read, STDIN_FILENO);
  ::dup2(launch.output.write, STDOUT_FILENO);
  if (launch.error_log >= 0) {
    ::dup2(launch.error_log, STDERR_FILENO);
  }
  if (launch.keep_open >= 0) {
    ::fcntl(launch.keep_open, F_SETFD, 0);
  }
  if (launch.stop_with_parent) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (::getppid() != launch.parent) {
      ::_exit(127);  // the parent died before the request could be made
    }
  }
  ::execve(program, launch.arguments.data(), launch.environment.data());
  ::_exit(127);
}

}  // namespace

Result<ChildProcess> ChildProcess::start(const Options& options) {
  if (::access(options.program.c_str(), X_OK) != 0) {
    return Error(ErrorCode::NotFound, "there is no such program")
        .at(options.program.string())
        .hint("build it with ./x build");
  }
  // A child that ends early must fail a write, not end this process.
  ::signal(SIGPIPE, SIG_IGN);
  std::vector<std::string> arguments{options.program.string()};
  arguments.insert(arguments.end(), options.arguments.begin(), options.arguments.end());
  std::vector<std::string> environment = options.environment;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    environment.emplace_back(*entry);
  }
  Launch launch{.arguments = pointers(arguments),
                .environment = pointers(environment),
                .keep_open = options.keep_open,
                .stop_with_parent = options.stop_with_parent,
                .parent = ::getpid()};
  OSLER_TRY(launch.input, make_pipe());
  OSLER_TRY(launch.output, make_pipe());
  if (!options.error_log.empty()) {
    launch.error_log =
        ::open(options.error_log.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  }
  const pid_t pid = ::fork();
  if (pid == 0) {
    become(launch, options.program.c_str());
  }
  close_end(launch.input.read);
  close_end(launch.output.write);
  close_end(launch.error_log);
  ChildProcess child;
  child.pid_ = pid;
  child.input_ = launch.input.write;
  ::fcntl(child.input_, F_SETFL, O_NONBLOCK);  // so that a child that does not read can be left
  child.output_ = launch.output.read;
  if (pid < 0) {
    return Error(ErrorCode::Unavailable, "no more processes can be started");
  }
  return child;
}

ChildProcess::ChildProcess(ChildProcess&& other) noexcept
    : pid_(std::exchange(other.pid_, -1)),
      input_(std::exchange(other.input_, -1)),
      output_(std::exchange(other.output_, -1)) {}

ChildProcess& ChildProcess::operator=(ChildProcess&& other) noexcept {
  std::swap(pid_, other.pid_);
  std::swap(input_, other.input_);
  std::swap(output_, other.output_);
  return *this;
}

ChildProcess::~ChildProcess() {
  close_end(input_);
  close_end(output_);
  if (pid_ > 0) {
    kill();
    static_cast<void>(wait());
  }
}

Result<void> ChildProcess::write(BytesView bytes, std::chrono::milliseconds timeout) {
  const Stopwatch watch;
  while (!bytes.empty()) {
    const ssize_t put = ::write(input_, bytes.data(), bytes.size());
    if (put >= 0) {
      bytes = bytes.subspan(static_cast<std::size_t>(put));
      continue;
    }
    if (errno == EAGAIN) {
      const double left_ms = static_cast<double>(timeout.count()) - watch.seconds() * 1000.0;
      pollfd waiting{.fd = input_, .events = POLLOUT, .revents = 0};
      if (left_ms <= 0 || ::poll(&waiting, 1, static_cast<int>(left_ms) + 1) == 0) {
        return Error(ErrorCode::Unavailable, "the child process did not read in time");
      }
    } else if (errno != EINTR) {
      return Error(ErrorCode::Unavailable, "the child process is gone");
    }
  }
  return {};
}

void ChildProcess::close_input() {
  close_end(input_);
}

Result<Bytes> ChildProcess::read_exactly(std::size_t count, std::chrono::milliseconds timeout) {
  const Stopwatch watch;
  Bytes bytes(count);
  std::size_t done = 0;
  while (done < count) {
    const double left_ms = static_cast<double>(timeout.count()) - watch.seconds() * 1000.0;
    pollfd waiting{.fd = output_, .events = POLLIN, .revents = 0};
    const int ready = left_ms > 0 ? ::poll(&waiting, 1, static_cast<int>(left_ms) + 1) : 0;
    if (ready < 0 && errno == EINTR) {
      continue;
    }
    if (ready <= 0) {
      return Error(ErrorCode::Unavailable, "the child process did not answer in time");
    }
    const ssize_t got = ::read(output_, bytes.data() + done, count - done);
    if (got <= 0) {
      return Error(ErrorCode::Unavailable, "the child process is gone");
    }
    done += static_cast<std::size_t>(got);
  }
  return bytes;
}

void ChildProcess::read_lines(const std::function<void(std::string_view)>& line) {
  constexpr std::size_t kLongestLine = std::size_t{1} << 20;
  std::string pending;
  std::array<char, 65536> buffer{};
  while (true) {
    const ssize_t got = ::read(output_, buffer.data(), buffer.size());
    if (got < 0 && errno == EINTR) {
      continue;
    }
    if (got <= 0) {
      break;
    }
    pending.append(buffer.data(), static_cast<std::size_t>(got));
    std::size_t begin = 0;
    for (std::size_t end = pending.find('\n'); end != std::string::npos;
         end = pending.find('\n', begin)) {
      line(std::string_view(pending).substr(begin, end - begin));
      begin = end + 1;
    }
    pending.erase(0, begin);
    if (pending.size() > kLongestLine) {
      pending.clear();
    }
  }
  if (!pending.empty()) {
    line(pending);
  }
}

void ChildProcess::kill() {
  if (pid_ > 0) {
    ::kill(pid_, SIGKILL);
  }
}

int ChildProcess::wait() {
  close_end(input_);
  int status = 0;
  while (pid_ > 0 && ::waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
  }
  pid_ = -1;
  return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

std::filesystem::path program_folder() {
  std::error_code error;
  return std::filesystem::read_symlink("/proc/self/exe", error).parent_path();
}

}  // namespace osler
