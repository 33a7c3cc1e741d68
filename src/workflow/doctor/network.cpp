#include <cerrno>
#include <chrono>
#include <fstream>
#include <sstream>
#include <system_error>

#include <netdb.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/certificate.h"
#include "base/text.h"
#include "workflow/doctor/internal/checks.h"

namespace osler::workflow::doctor::internal {
namespace {

namespace fs = std::filesystem;

constexpr std::chrono::days kSoon(30);
constexpr std::string_view kListening = "0A";

struct Addresses {
  addrinfo* list = nullptr;
  Addresses() = default;
  Addresses(const Addresses&) = delete;
  Addresses& operator=(const Addresses&) = delete;
  ~Addresses() {
    if (list != nullptr) {
      ::freeaddrinfo(list);
    }
  }
};

// 0, or why the address cannot be had.
int try_to_listen(const addrinfo& address) {
  const int socket = ::socket(address.ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (socket < 0) {
    return errno;
  }
  const int yes = 1;
  ::setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  const bool free =
      ::bind(socket, address.ai_addr, address.ai_addrlen) == 0 && ::listen(socket, 1) == 0;
  const int number = free ? 0 : errno;
  ::close(socket);
  return number;
}

// The sockets that listen on the port, as /proc names them: "socket:[12345]".
std::vector<std::string> listeners(std::uint16_t port) {
  std::vector<std::string> found;
  for (const char* table : {"/proc/net/tcp", "/proc/net/tcp6"}) {
    std::ifstream file(table);
    std::string line;
    std::getline(file, line);
    while (std::getline(file, line)) {
      std::istringstream words(line);
      std::string number;
      std::string local;
      std::string remote;
      std::string state;
      std::string skipped;
      std::string inode;
      words >> number >> local >> remote >> state;
      for (int i = 0; i < 5; ++i) {
        words >> skipped;
      }
      words >> inode;
      const auto colon = local.rfind(':');
      if (state == kListening && colon != std::string::npos &&
          std::strtoul(local.c_str() + colon + 1, nullptr, 16) == port) {
        found.push_back("socket:[" + inode + "]");
      }
    }
  }
  return found;
}

// Whether a process named osler, as far as we may look, holds one of these sockets.
bool held_by_osler(const std::vector<std::string>& sockets) {
  std::error_code error;
  for (const auto& process : fs::directory_iterator("/proc", error)) {
    std::string name;
    std::getline(std::ifstream(process.path() / "comm"), name);
    if (name != "osler") {
      continue;
    }
    std::error_code ignored;
    for (const auto& descriptor : fs::directory_iterator(process.path() / "fd", ignored)) {
      const std::string target = fs::read_symlink(descriptor.path(), ignored).string();
      for (const auto& socket : sockets) {
        if (target == socket) {
          return true;
        }
      }
    }
  }
  return false;
}

Check port(const Options& options) {
  const std::string place = options.bind + " port " + std::to_string(options.port);
  Addresses addresses;
  addrinfo wanted{};
  wanted.ai_socktype = SOCK_STREAM;
  wanted.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV | AI_PASSIVE;
  const std::string address = options.bind == "localhost" ? "127.0.0.1" : options.bind;
  if (::getaddrinfo(address.c_str(), std::to_string(options.port).c_str(), &wanted,
                    &addresses.list) != 0) {
    return act("port", "\"" + options.bind + "\" is no address",
               "give --bind 127.0.0.1, or an "
               "address of this machine");
  }
  switch (try_to_listen(*addresses.list)) {
    case 0:
      return ok("port", place + " is free");
    case EADDRINUSE:
      if (held_by_osler(listeners(options.port))) {
        return ok("port", place + " is held by an osler that runs");
      }
      return act("port", place + " is held by another program, or another user's",
                 "see who it is (ss -ltnp), or give another --port");
    case EACCES:
      return act("port", place + " is for root alone",
                 "give a port from 1024 on, or AmbientCapabilities=CAP_NET_BIND_SERVICE");
    case EADDRNOTAVAIL:
      return act("port", options.bind + " is no address of this machine",
                 "give --bind one of those that ip address shows");
    default:
      return act("port", place + " cannot be listened on", "check the network (ip address)");
  }
}

bool is_loopback(const std::string& bind) {
  return bind.starts_with("127.") || bind == "::1" || bind == "localhost";
}

// Other users' eyes on the key.
bool is_open_to_others(const fs::path& path) {
  struct stat facts{};
  return ::stat(path.c_str(), &facts) == 0 && (facts.st_mode & 0007U) != 0;
}

Check judge_certificate(const Options& options, const crypto::Certificate& found,
                        std::chrono::system_clock::time_point now) {
  std::string said = (found.names.empty() ? "no names" : "for " + join(found.names, ", ")) + ", " +
                     found.key + ", until " + to_rfc3339(found.not_after) + ", TLS 1.2 and 1.3";
  const auto say = [&](State state, std::string advice) {
    return Check{.name = "certificate",
                 .state = state,
                 .said = std::move(said),
                 .advice = std::move(advice)};
  };
  if (found.not_after <= now) {
    return say(State::Act, "it has expired: put a new one in its place and restart the server");
  }
  if (found.not_before > now) {
    return say(State::Act, "it is not valid yet: check the clock, or wait");
  }
  if (is_open_to_others(options.tls_key)) {
    return say(State::Act,
               "its key is readable by every user: chmod 0640 " + options.tls_key.string());
  }
  if (!found.key_is_strong) {
    return say(State::Act, "its key is too short: make one of 2048 bits RSA, or P-256");
  }
  if (found.names.empty()) {
    return say(State::Act,
               "browsers ask for a subjectAltName: have it issued with the host's name");
  }
  if (found.not_after - now < kSoon) {
    const auto days = std::chrono::duration_cast<std::chrono::days>(found.not_after - now).count();
    return say(State::Watch, "it expires in " + counted(days, "day") + ": have a new one issued");
  }
  if (found.self_signed) {
    return say(State::Watch,
               "it is signed by itself, so browsers warn: have it issued by the "
               "hospital's authority");
  }
  return say(State::Ok, "");
}

Check certificate(const Options& options, const Clock& clock) {
  if (options.tls_certificate.empty() && options.tls_key.empty()) {
    if (is_loopback(options.bind)) {
      return ok("certificate", "none asked for: plain HTTP, on this machine alone");
    }
    return act("certificate", "none, and " + options.bind + " is seen from other machines",
               "give --tls-cert and --tls-key, or bind 127.0.0.1 behind a proxy that has them");
  }
  if (options.tls_certificate.empty() || options.tls_key.empty()) {
    return act("certificate", "a certificate needs its key, and a key its certificate",
               "give both --tls-cert and --tls-key");
  }
  const auto found = crypto::read_certificate(options.tls_certificate);
  if (!found) {
    return failed("certificate", found.error());
  }
  const auto fits = crypto::key_fits(options.tls_certificate, options.tls_key);
  if (!fits) {
    return failed("certificate", fits.error());
  }
  if (!*fits) {
    return act("certificate", "the key is another certificate's",
               "give the key that the certificate was made with");
  }
  return judge_certificate(options, *found, clock.now());
}

}  // namespace

void look_at_network(const Options& options, const Clock& clock, std::vector<Check>& checks) {
  checks.push_back(port(options));
  checks.push_back(certificate(options, clock));
}

}  // namespace osler::workflow::doctor::internal
