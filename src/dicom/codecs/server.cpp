#include "dicom/codecs/server.h"

#include <atomic>
#include <cerrno>
#include <cstring>
#include <span>
#include <string>
#include <string_view>

#include <fcntl.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/text.h"
#include "dicom/codecs/codec.h"
#include "dicom/codecs/sandbox.h"

namespace osler::dicom::codecs {
namespace {

using decode::WireReply;
using decode::WireRequest;

bool read_all(std::span<std::byte> to) {
  while (!to.empty()) {
    const ssize_t got = ::read(STDIN_FILENO, to.data(), to.size());
    if (got < 0 && errno == EINTR) {
      continue;
    }
    if (got <= 0) {
      return false;
    }
    to = to.subspan(static_cast<std::size_t>(got));
  }
  return true;
}

bool write_all(BytesView bytes) {
  while (!bytes.empty()) {
    const ssize_t put = ::write(STDOUT_FILENO, bytes.data(), bytes.size());
    if (put < 0 && errno == EINTR) {
      continue;
    }
    if (put <= 0) {
      return false;
    }
    bytes = bytes.subspan(static_cast<std::size_t>(put));
  }
  return true;
}

bool answer(const Result<Decoded>& decoded) {
  if (decoded) {
    return write_all(std::as_bytes(std::span(&decoded->head, 1))) && write_all(decoded->samples);
  }
  const auto& error = decoded.error();
  const std::string_view text = std::string_view(error.message).substr(0, decode::kLongestError);
  WireReply head;
  head.status = static_cast<std::uint32_t>(error.code) + 1;
  head.length = text.size();
  return write_all(std::as_bytes(std::span(&head, 1))) && write_all(as_bytes(text));
}

bool is_sound(const WireRequest& request) {
  return request.magic == decode::kRequestMagic && request.length <= decode::kLongestRequest &&
         std::uint64_t{request.rows} * request.columns * request.samples <= decode::kMostSamples &&
         request.rows <= 65'535 && request.columns <= 65'535 && request.bits_allocated <= 32;
}

void widen_pipes() {
  // A film in a few turns between the two processes instead of in dozens; refused is no harm.
  constexpr int kBytes = 1 << 20;
  ::fcntl(STDIN_FILENO, F_SETPIPE_SZ, kBytes);
  ::fcntl(STDOUT_FILENO, F_SETPIPE_SZ, kBytes);
}

// A call that came back at all, whatever it says, got past the filter.
int came_back(long /*result*/) {
  return 0;
}

int try_memory() {
  constexpr std::size_t kTooMuch = std::size_t{8} << 30;
  const Bytes bytes(kTooMuch);  // std::bad_alloc ends the process
  return bytes.empty() ? 1 : 0;
}

}  // namespace

int serve() {
  prepare();
  widen_pipes();
  if (!enter_sandbox()) {
    return 1;
  }
  Bytes codestream;
  WireRequest request;
  while (read_all(std::as_writable_bytes(std::span(&request, 1)))) {
    if (!is_sound(request)) {
      return 1;
    }
    codestream.resize(request.length);
    if (!read_all(codestream) || !answer(decode_codestream(request, codestream))) {
      return 1;
    }
  }
  return 0;
}

int probe(const char* what) {
  prepare();
  const auto layers = enter_sandbox({.cpu_seconds = 1});
  if (!layers) {
    return 1;
  }
  const std::string_view name = what;
  if (name == "layers") {
    const std::string text = join(*layers, " ") + "\n";
    return write_all(as_bytes(text)) ? 0 : 1;
  }
  if (name == "open") {
    return came_back(::open("/etc/hostname", O_RDONLY | O_CLOEXEC));
  }
  if (name == "connect") {
    return came_back(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  }
  if (name == "exec") {
    return came_back(::execl("/bin/true", "true", nullptr));
  }
  if (name == "fork") {
    return came_back(::fork());
  }
  if (name == "ptrace") {
    return came_back(::ptrace(PTRACE_TRACEME, 0, nullptr, nullptr));
  }
  if (name == "memory") {
    return try_memory();
  }
  if (name == "spin") {
    std::atomic<std::uint64_t> turns = 0;
    while (true) {
      turns.fetch_add(1);
    }
  }
  return 64;
}

}  // namespace osler::dicom::codecs
