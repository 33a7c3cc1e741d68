#include <algorithm>
#include <utility>

#include "base/text.h"
#include "serve/auth/internal/time.h"
#include "serve/auth/internal/users_state.h"
#include "serve/auth/users.h"

namespace osler::serve::auth {
namespace {

using internal::seconds_of;
using storage::Transaction;
using storage::audit::Event;

constexpr std::int64_t kHour_s = 3600;

// Whether this attempt made the next one wait longer.
bool is_step(const Failures& before, const Failures& after) {
  return after.until > before.until && after.until > after.last;
}

}  // namespace

Result<Verdict> Users::verify(std::string_view name, std::string_view password,
                              std::string_view from) {
  const std::string spelt = lower(name);
  OSLER_TRY(const auto user, stored(spelt));
  OSLER_TRY(const auto attempt, state_->throttle.begin(spelt, user.has_value(), from));
  if (attempt.retry_after) {
    return Verdict(Throttled{*attempt.retry_after});
  }
  auto right = is_right(user, password);
  if (!right) {
    OSLER_TRY_DO(state_->throttle.take_back(attempt));
    return std::move(right).error();
  }
  if (*right) {
    return let_in(*user, password, attempt);
  }
  if (is_step(attempt.account_before, attempt.account) ||
      is_step(attempt.address_before, attempt.address)) {
    OSLER_TRY_DO(record_lockout(attempt));
  }
  return Verdict(Unauthenticated{});
}

Result<bool> Users::is_right(const std::optional<Stored>& user, std::string_view password) {
  if (password.size() > kLongestPassword) {
    return false;  // nobody has one, so that this answer comes as fast for everybody
  }
  if (!user) {
    // The same work as for a user, so that time does not tell who is one.
    OSLER_TRY_DO(state_->passwords.hash(password));
    return false;
  }
  OSLER_TRY(const bool right, state_->passwords.verify(user->phc, password));
  return right && !user->user.disabled;
}

Result<Verdict> Users::let_in(const Stored& user, std::string_view password,
                              const Throttle::Attempt& attempt) {
  std::string phc = user.phc;
  if (state_->passwords.is_outdated(phc)) {
    // The only moment at which the password is known. That it fails is no reason to refuse.
    if (auto renewed = state_->passwords.hash(password)) {
      phc = *std::move(renewed);
    }
  }
  const Time now = state_->clock->now();
  OSLER_TRY(auto change, Transaction::begin(*state_->database));
  OSLER_TRY_DO(state_->throttle.succeed(change, attempt));
  OSLER_TRY_DO(change.database().execute("UPDATE auth_users SET last_login = ? WHERE name = ?",
                                         {seconds_of(now), user.user.name}));
  // Only in place of the password that was verified: it may have been reset meanwhile.
  OSLER_TRY_DO(change.database().execute(
      "UPDATE auth_users SET password = ?1 WHERE name = ?2 AND password = ?3 AND ?1 <> ?3",
      {phc, user.user.name, user.phc}));
  OSLER_TRY_DO(change.commit());
  Verified verified{.user = user.user, .failures = attempt.account.count - 1};
  verified.user.last_login = now;
  return Verdict(std::move(verified));
}

Result<void> Users::record_lockout(const Throttle::Attempt& attempt) {
  const std::int64_t now = seconds_of(state_->clock->now());
  std::int64_t left_out = 0;
  {
    const std::lock_guard lock(state_->mutex);
    if (now / kHour_s != state_->hour) {
      state_->hour = now / kHour_s;
      state_->recorded = 0;
    }
    if (state_->recorded >= state_->lockout_records) {
      ++state_->left_out;
      return {};
    }
    ++state_->recorded;
    left_out = std::exchange(state_->left_out, 0);
  }
  const std::int64_t until = std::max(attempt.account.until, attempt.address.until);
  // A name that nobody has is not written down: people type their password there.
  Event event{.actor = "anonymous",
              .action = "login.lockout",
              .facts = {{"user", attempt.known ? attempt.name : "unknown"},
                        {"from", attempt.network},
                        {"account_failures", std::to_string(attempt.account.count)},
                        {"address_failures", std::to_string(attempt.address.count)},
                        {"seconds", std::to_string(std::max<std::int64_t>(0, until - now))}}};
  if (left_out > 0) {
    event.facts.emplace("left_out", std::to_string(left_out));
  }
  OSLER_TRY(auto change, Transaction::begin(*state_->database));
  OSLER_TRY_DO(state_->audit->append(change, event));
  return change.commit();
}

}  // namespace osler::serve::auth
