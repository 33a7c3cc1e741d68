#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>

#include "base/result.h"

namespace osler::serve::auth {

// What one hash costs (RFC 9106 section 3). The default is above what OWASP ASVS 5.0, appendix C,
// asks for (46 MiB, one pass): about a tenth of a second on one core.
struct HashCost {
  std::uint32_t memory_kib = 64 * 1024;
  std::uint32_t passes = 2;
  bool operator==(const HashCost&) const = default;
};

struct PasswordOptions {
  HashCost cost = {};
  // Hashes at a time: logins must not be a way to use up the memory of the machine that scores.
  std::size_t at_once = 2;
  // How many may wait for their turn, and how long. Who comes then is told to try again.
  std::size_t waiting = 8;
  std::chrono::milliseconds patience{5000};
};

// Argon2id (RFC 9106, version 1.3, one lane), as PHC strings:
// "$argon2id$v=19$m=65536,t=2,p=1$<salt>$<hash>". Callable from several threads.
class Passwords {
 public:
  explicit Passwords(const PasswordOptions& options = {}) : options_(options) {}

  // With a new salt of 16 bytes. Unavailable: too many at once, or no memory.
  [[nodiscard]] Result<std::string> hash(std::string_view password);
  // Whether it is the password behind `phc`, compared in constant time.
  // Unavailable: as above. DataCorrupt: not an Argon2id string of a cost that we would make.
  [[nodiscard]] Result<bool> verify(std::string_view phc, std::string_view password);
  // Whether it was made at another cost than hash() has now.
  [[nodiscard]] bool is_outdated(std::string_view phc) const;

 private:
  class Turn;
  PasswordOptions options_;
  std::mutex mutex_;
  std::condition_variable freed_;
  std::size_t running_ = 0;
  std::size_t waiting_ = 0;
};

inline constexpr std::size_t kLongestPassword = 1024;  // bytes

// Length above all (NIST SP 800-63B section 5.1.1.2): at least 12 characters, at most 1,024 bytes
// of UTF-8 without control characters. Not the user's name with something around it, none of the
// commonest, no pattern of a few letters.
// InvalidArgument: says which rule; never the password.
[[nodiscard]] Result<void> check_password(std::string_view password, std::string_view user);

// "k7mxa-3fqzt-hw9pe-r2dnb": 99 bits, without letters that look alike.
[[nodiscard]] std::string random_password();

}  // namespace osler::serve::auth
