#include "serve/auth/throttle.h"

#include <algorithm>
#include <array>

#include <arpa/inet.h>
#include <netinet/in.h>

#include "serve/auth/internal/time.h"

namespace osler::serve::auth {
namespace {

using internal::seconds_of;
using storage::Database;
using storage::Transaction;

constexpr std::size_t kLongestAddress = 64;
constexpr std::int64_t kDay_s = 86'400;

bool is_forgotten(const ThrottleRule& rule, const Failures& state, std::int64_t now) {
  const auto quiet = state.count >= rule.limit ? rule.memory : rule.window;
  return now >= std::max(state.last, state.until) + quiet.count();
}

Result<Failures> read(Database& database, std::string_view kind, std::string_view subject) {
  OSLER_TRY(auto row, database.prepare("SELECT failures, last, until FROM auth_throttle "
                                       "WHERE kind = ? AND subject = ?",
                                       {kind, subject}));
  OSLER_TRY(const bool found, row.step());
  return found ? Failures{.count = row.integer(0), .last = row.integer(1), .until = row.integer(2)}
               : Failures{};
}

Result<void> write(Database& database, std::string_view kind, std::string_view subject,
                   const Failures& state) {
  OSLER_TRY_DO(database.execute("INSERT OR REPLACE INTO auth_throttle VALUES (?, ?, ?, ?, ?)",
                                {kind, subject, state.count, state.last, state.until}));
  return {};
}

// One attempt less; the wait goes back to what it was if nobody has failed since.
Result<void> uncount(Database& database, std::string_view kind, std::string_view subject,
                     const Failures& with, const Failures& before) {
  OSLER_TRY_DO(database.execute(
      "UPDATE auth_throttle SET failures = max(0, failures - 1), "
      "until = CASE WHEN until = ? THEN ? ELSE until END WHERE kind = ? AND subject = ?",
      {with.until, before.until, kind, subject}));
  return {};
}

}  // namespace

Failures after_failure(const ThrottleRule& rule, const Failures& before, std::int64_t now) {
  Failures state = is_forgotten(rule, before, now) ? Failures{} : before;
  ++state.count;
  state.last = now;
  if (state.count >= rule.limit) {
    const auto doublings = std::min<std::int64_t>(state.count - rule.limit, 30);
    const std::int64_t wait = rule.first.count() << doublings;
    state.until = now + std::min(wait, static_cast<std::int64_t>(rule.longest.count()));
  }
  return state;
}

std::chrono::seconds wait_left(const Failures& state, std::int64_t now) {
  // What was written by a clock that has been set back since must not lock anybody out for long.
  return std::chrono::seconds(state.last > now ? 0 : std::max<std::int64_t>(0, state.until - now));
}

std::string network_of(std::string_view address) {
  const std::string text(address.substr(0, kLongestAddress));
  std::array<char, INET6_ADDRSTRLEN> written{};
  in_addr four{};
  if (::inet_pton(AF_INET, text.c_str(), &four) == 1) {
    return ::inet_ntop(AF_INET, &four, written.data(), written.size());
  }
  in6_addr six{};
  // "fe80::1%eth0": the zone is of this machine.
  if (::inet_pton(AF_INET6, text.substr(0, text.find('%')).c_str(), &six) != 1) {
    return text;
  }
  if (IN6_IS_ADDR_V4MAPPED(&six)) {
    std::copy_n(std::begin(six.s6_addr) + 12, 4, reinterpret_cast<unsigned char*>(&four.s_addr));
    return ::inet_ntop(AF_INET, &four, written.data(), written.size());
  }
  std::fill_n(std::begin(six.s6_addr) + 8, 8, std::uint8_t{0});
  return std::string(::inet_ntop(AF_INET6, &six, written.data(), written.size())) + "/64";
}

Throttle::Throttle(Database& database, const Clock& clock, const ThrottleOptions& options)
    : database_(&database), clock_(&clock), options_(options), key_(crypto::random_bytes(32)) {}

crypto::Digest Throttle::stranger_key(std::string_view name) const {
  return crypto::hmac_sha256(key_, as_bytes(name));
}

Failures Throttle::stranger(std::string_view name) {
  const std::lock_guard lock(*mutex_);
  const auto found = strangers_.find(stranger_key(name));
  return found == strangers_.end() ? Failures{} : found->second;
}

void Throttle::keep_stranger(std::string_view name, const Failures& state) {
  const std::lock_guard lock(*mutex_);
  const crypto::Digest key = stranger_key(name);
  if (strangers_.insert_or_assign(key, state).second) {
    order_.push_back(key);
  }
  if (order_.size() > options_.most_strangers) {
    strangers_.erase(order_.front());
    order_.pop_front();
  }
}

Result<Throttle::Attempt> Throttle::begin(std::string_view name, bool known,
                                          std::string_view address) {
  const std::int64_t now = seconds_of(clock_->now());
  Attempt attempt{.known = known, .name = std::string(name), .network = network_of(address)};
  OSLER_TRY(auto change, Transaction::begin(*database_));
  if (known) {
    OSLER_TRY(attempt.account_before, read(change.database(), "account", name));
  } else {
    attempt.account_before = stranger(name);
  }
  OSLER_TRY(attempt.address_before, read(change.database(), "address", attempt.network));
  const auto wait =
      std::max(wait_left(attempt.account_before, now), wait_left(attempt.address_before, now));
  if (wait.count() > 0) {
    attempt.retry_after = wait;
    return attempt;
  }
  OSLER_TRY_DO(count(change, attempt, now));
  OSLER_TRY_DO(change.commit());
  return attempt;
}

Result<void> Throttle::count(Transaction& change, Attempt& attempt, std::int64_t now) {
  attempt.account = after_failure(options_.account, attempt.account_before, now);
  attempt.address = after_failure(options_.address, attempt.address_before, now);
  if (attempt.known) {
    OSLER_TRY_DO(write(change.database(), "account", attempt.name, attempt.account));
  } else {
    keep_stranger(attempt.name, attempt.account);
  }
  OSLER_TRY_DO(write(change.database(), "address", attempt.network, attempt.address));
  return attempt.address_before.count == 0 ? trim(change, now) : Result<void>();
}

// Accounts are as many as there are users; addresses are as many as an attacker has.
Result<void> Throttle::trim(Transaction& change, std::int64_t now) {
  Database& database = change.database();
  OSLER_TRY_DO(
      database.execute("DELETE FROM auth_throttle WHERE kind = 'address' AND "
                       "max(last, until) < ?",
                       {now - kDay_s}));
  OSLER_TRY(const auto held,
            database.integer("SELECT count(*) FROM auth_throttle WHERE kind = 'address'"));
  const std::int64_t over = held.value_or(0) - static_cast<std::int64_t>(options_.most_addresses);
  if (over > 0) {
    OSLER_TRY_DO(
        database.execute("DELETE FROM auth_throttle WHERE kind = 'address' AND subject IN ("
                         "SELECT subject FROM auth_throttle WHERE kind = 'address' "
                         "ORDER BY until > ?, last, failures LIMIT ?)",
                         {now, over}));
  }
  return {};
}

Result<void> Throttle::succeed(Transaction& change, const Attempt& attempt) {
  OSLER_TRY_DO(forgive(change, attempt.name));
  return uncount(change.database(), "address", attempt.network, attempt.address,
                 attempt.address_before);
}

Result<void> Throttle::take_back(const Attempt& attempt) {
  OSLER_TRY(auto change, Transaction::begin(*database_));
  if (attempt.known) {
    OSLER_TRY_DO(uncount(change.database(), "account", attempt.name, attempt.account,
                         attempt.account_before));
  } else {
    keep_stranger(attempt.name, attempt.account_before);
  }
  OSLER_TRY_DO(uncount(change.database(), "address", attempt.network, attempt.address,
                       attempt.address_before));
  return change.commit();
}

Result<void> Throttle::forgive(Transaction& change, std::string_view name) {
  OSLER_TRY_DO(change.database().execute(
      "DELETE FROM auth_throttle WHERE kind = 'account' AND subject = ?", {name}));
  return {};
}

}  // namespace osler::serve::auth
