#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/crypto.h"
#include "base/result.h"
#include "storage/database/database.h"

namespace osler::serve::auth {

// From the `limit`th failure on, the next attempt has to wait `first`, and twice as long with each
// further failure, up to `longest`. Failures below the limit are forgotten after `window` without
// another, those from it on after `memory`.
struct ThrottleRule {
  std::int64_t limit = 5;
  std::chrono::seconds window = std::chrono::minutes(15);
  std::chrono::seconds first{30};
  std::chrono::seconds longest = std::chrono::minutes(15);
  std::chrono::seconds memory = std::chrono::hours(24);
};

struct ThrottleOptions {
  ThrottleRule account = {};
  // A hospital may come through one address, so it may err more often, and is forgiven sooner.
  ThrottleRule address{.limit = 20, .memory = std::chrono::minutes(15)};
  std::size_t most_addresses = 10'000;  // remembered; then those that fail least lately go
  std::size_t most_strangers = 4'096;   // names that nobody has
};

// What is known of one account or one address. Times in seconds since 1970.
struct Failures {
  std::int64_t count = 0;
  std::int64_t last = 0;   // when the last one was
  std::int64_t until = 0;  // no attempt before
};

// The state after one more failure at `now`.
[[nodiscard]] Failures after_failure(const ThrottleRule& rule, const Failures& before,
                                     std::int64_t now);
// How long the next attempt has to wait; 0: not at all.
[[nodiscard]] std::chrono::seconds wait_left(const Failures& state, std::int64_t now);

// "192.0.2.7"; of an IPv6 address the /64, because a single host has all of it. What is no address
// is kept as it is, cut to 64 bytes.
[[nodiscard]] std::string network_of(std::string_view address);

// Slows the guessing of passwords down, by account and by address. What it knows of accounts and
// addresses is in the database, so that a restart forgives nothing; names that nobody has are
// remembered in memory alone, and as digests, because people type passwords there. Callable from
// several threads.
class Throttle {
 public:
  struct Attempt {
    std::optional<std::chrono::seconds> retry_after;  // not now; nothing was counted
    bool known = false;
    std::string name;
    std::string network;
    Failures account;  // as they stand with this attempt
    Failures address;
    Failures account_before;
    Failures address_before;
  };

  // `database` and `clock` must outlive it. Its table is there (internal::migrate).
  Throttle(storage::Database& database, const Clock& clock, const ThrottleOptions& options);

  // Counts the attempt as failed, before the password is looked at: a hundred attempts at once are
  // a hundred failures.
  [[nodiscard]] Result<Attempt> begin(std::string_view name, bool known, std::string_view address);
  // It was the right password: forgets the account's failures, and this attempt of the address. The
  // address keeps its others, or one account of an attacker's own would buy guesses at another.
  [[nodiscard]] Result<void> succeed(storage::Transaction& change, const Attempt& attempt);
  // Nobody has looked at the password: as if the attempt had not been.
  [[nodiscard]] Result<void> take_back(const Attempt& attempt);
  // An administrator lets the user in again.
  [[nodiscard]] static Result<void> forgive(storage::Transaction& change, std::string_view name);

 private:
  [[nodiscard]] Result<void> count(storage::Transaction& change, Attempt& attempt,
                                   std::int64_t now);
  [[nodiscard]] Result<void> trim(storage::Transaction& change, std::int64_t now);
  [[nodiscard]] Failures stranger(std::string_view name);
  void keep_stranger(std::string_view name, const Failures& state);
  [[nodiscard]] crypto::Digest stranger_key(std::string_view name) const;

  storage::Database* database_;
  const Clock* clock_;
  ThrottleOptions options_;
  Bytes key_;  // of this process: digests of strangers' names mean nothing outside it
  std::unique_ptr<std::mutex> mutex_ = std::make_unique<std::mutex>();
  std::map<crypto::Digest, Failures> strangers_;
  std::deque<crypto::Digest> order_;  // of strangers_, first in first out
};

}  // namespace osler::serve::auth
