#include "serve/auth/sessions.h"

#include <algorithm>
#include <map>
#include <mutex>
#include <utility>

#include "serve/auth/internal/secrets.h"
#include "serve/auth/internal/time.h"
#include "serve/auth/internal/users_state.h"

namespace osler::serve::auth {
namespace {

using internal::seconds_of;
using internal::time_of;
using storage::Transaction;
using storage::audit::Event;

// More than a hospital has at its screens; whoever falls out is read again.
constexpr std::size_t kMostCached = 10'000;

}  // namespace

// A row as it stood when the database's stamp was `stamp`.
struct Sessions::Entry {
  Session session;
  std::int64_t created = 0;
  std::int64_t seen = 0;
  std::int64_t written = 0;  // `seen` as the database has it
  std::uint64_t stamp = 0;
};

// Its mutex is never held while the database is asked.
struct Sessions::Cache {
  std::mutex mutex;
  std::map<crypto::Digest, Entry> entries;

  std::optional<Entry> find(const crypto::Digest& digest, std::uint64_t stamp) {
    const std::lock_guard lock(mutex);
    const auto found = entries.find(digest);
    return found == entries.end() || found->second.stamp != stamp ? std::nullopt
                                                                  : std::optional(found->second);
  }

  // Returns the entry with what was known better: that it was seen since it was last written.
  Entry keep(const crypto::Digest& digest, Entry entry) {
    const std::lock_guard lock(mutex);
    if (entries.size() >= kMostCached && !entries.contains(digest)) {
      entries.clear();
    }
    Entry& held = entries[digest];
    entry.seen = std::max(entry.seen, held.seen);
    held = entry;
    return entry;
  }

  void forget(const crypto::Digest& digest) {
    const std::lock_guard lock(mutex);
    entries.erase(digest);
  }
};

Sessions::Sessions(Users& users, const SessionOptions& options)
    : users_(&users), options_(options), cache_(std::make_unique<Cache>()) {}
Sessions::Sessions(Sessions&&) noexcept = default;
Sessions::~Sessions() = default;

std::string Sessions::csrf_of(std::string_view id) {
  return internal::base64url(crypto::hmac_sha256(as_bytes(id), as_bytes("osler-csrf/1")).bytes);
}

bool Sessions::check_csrf(std::string_view id, std::string_view token) {
  return internal::is_secret(id) && internal::same(csrf_of(id), token);
}

Result<NewSession> Sessions::make(const Verified& verified, std::string_view from) {
  const Users::State& state = *users_->state_;
  const User& user = verified.user;
  const std::int64_t now = seconds_of(state.clock->now());
  NewSession made{.id = internal::random_secret(), .csrf = {}, .session = {}};
  made.csrf = csrf_of(made.id);
  const crypto::Digest digest = crypto::sha256(made.id);
  made.session = {.user = user.name,
                  .role = user.role,
                  .name = internal::short_name(digest),
                  .created = time_of(now)};

  OSLER_TRY(auto change, Transaction::begin(*state.database));
  OSLER_TRY(const auto current, users_->stored(user.name));
  if (!current || current->user.disabled || current->user.generation != user.generation) {
    return Error(ErrorCode::FailedPrecondition, "the account was changed meanwhile")
        .hint("log in again");
  }
  OSLER_TRY_DO(make_room(change, user.name, now));
  OSLER_TRY_DO(change.database().execute("INSERT INTO auth_sessions VALUES (?, ?, ?, ?, ?)",
                                         {digest, user.name, user.generation, now, now}));
  Event event{.actor = user.name,
              .action = "login",
              .facts = {{"from", network_of(from)},
                        {"role", std::string(to_string(user.role))},
                        {"session", made.session.name}}};
  if (verified.failures > 0) {
    event.facts.emplace("failures_before", std::to_string(verified.failures));
  }
  OSLER_TRY_DO(internal::Changes::announce(change));
  OSLER_TRY_DO(state.audit->append(change, event));
  OSLER_TRY_DO(change.commit());
  // One that had to go may be in the cache.
  users_->changes().note();
  return made;
}

Result<void> Sessions::make_room(Transaction& change, const std::string& user,
                                 std::int64_t now) const {
  OSLER_TRY_DO(
      change.database().execute("DELETE FROM auth_sessions WHERE created <= ? OR seen <= ?",
                                {now - options_.longest.count(),
                                 now - options_.idle.count() - options_.renew_every.count()}));
  OSLER_TRY_DO(change.database().execute(
      "DELETE FROM auth_sessions WHERE digest IN ("
      "SELECT digest FROM auth_sessions WHERE user = ? ORDER BY created DESC, rowid DESC "
      "LIMIT -1 OFFSET ?)",
      {user, std::max<std::int64_t>(0, options_.most_per_user - 1)}));
  return {};
}

Result<std::optional<Sessions::Entry>> Sessions::load(const crypto::Digest& digest,
                                                      std::uint64_t stamp) const {
  OSLER_TRY(auto row, users_->state_->database->prepare(
                          "SELECT s.user, u.role, s.created, s.seen FROM auth_sessions s "
                          "JOIN auth_users u ON u.name = s.user WHERE s.digest = ? "
                          "AND s.generation = u.generation AND u.disabled = 0",
                          {digest}));
  OSLER_TRY(const bool found, row.step());
  if (!found) {
    return std::optional<Entry>();
  }
  Entry entry{.session = {.user = row.text(0),
                          .role = Role::Reader,
                          .name = internal::short_name(digest),
                          .created = time_of(row.integer(2))},
              .created = row.integer(2),
              .seen = row.integer(3),
              .written = row.integer(3),
              .stamp = stamp};
  OSLER_TRY(entry.session.role, role_from(row.text(1)));
  return std::optional(std::move(entry));
}

bool Sessions::has_ended(const Entry& entry, std::int64_t now) const {
  return now >= entry.created + options_.longest.count() ||
         now >= entry.seen + options_.idle.count();
}

Result<std::optional<Session>> Sessions::find(std::string_view id) {
  if (!internal::is_secret(id)) {
    return std::optional<Session>();
  }
  const crypto::Digest digest = crypto::sha256(id);
  // Asked for before anything is read: what changes in between has a later one.
  OSLER_TRY(const std::uint64_t stamp, users_->changes().stamp());
  const std::int64_t now = seconds_of(users_->state_->clock->now());
  auto entry = cache_->find(digest, stamp);
  // One that seems idle may have been seen by another process.
  if (!entry || has_ended(*entry, now)) {
    OSLER_TRY(auto loaded, load(digest, stamp));
    if (!loaded) {
      cache_->forget(digest);
      return std::optional<Session>();
    }
    entry = cache_->keep(digest, *std::move(loaded));
  }
  if (has_ended(*entry, now)) {
    // For good, whatever the clock says later. If this fails, the next login does it.
    static_cast<void>(
        users_->state_->database->execute("DELETE FROM auth_sessions WHERE digest = ?", {digest}));
    cache_->forget(digest);
    return std::optional<Session>();
  }
  OSLER_TRY(const bool is_there, renew(digest, now));
  return is_there ? std::optional(std::move(entry->session)) : std::optional<Session>();
}

Result<bool> Sessions::renew(const crypto::Digest& digest, std::int64_t now) {
  std::int64_t written = 0;
  {
    const std::lock_guard lock(cache_->mutex);
    const auto found = cache_->entries.find(digest);
    if (found == cache_->entries.end()) {
      return true;  // fell out of the cache in this moment
    }
    Entry& entry = found->second;
    entry.seen = std::max(entry.seen, now);
    if (now - entry.written < options_.renew_every.count()) {
      return true;
    }
    written = std::exchange(entry.written, now);
  }
  const auto changed = users_->state_->database->execute(
      "UPDATE auth_sessions SET seen = max(seen, ?) WHERE digest = ?", {now, digest});
  if (changed && *changed == 1) {
    return true;
  }
  const std::lock_guard lock(cache_->mutex);
  const auto found = cache_->entries.find(digest);
  if (changed) {
    // Gone since it was read.
    if (found != cache_->entries.end()) {
      cache_->entries.erase(found);
    }
    return false;
  }
  // A full disk must not log everybody out; it is tried again.
  if (found != cache_->entries.end()) {
    found->second.written = written;
  }
  return true;
}

Result<void> Sessions::end(std::string_view id) {
  if (!internal::is_secret(id)) {
    return {};
  }
  const Users::State& state = *users_->state_;
  const crypto::Digest digest = crypto::sha256(id);
  OSLER_TRY(auto change, Transaction::begin(*state.database));
  OSLER_TRY(const auto user,
            change.database().text("SELECT user FROM auth_sessions WHERE digest = ?", {digest}));
  if (!user) {
    cache_->forget(digest);
    return {};
  }
  OSLER_TRY_DO(change.database().execute("DELETE FROM auth_sessions WHERE digest = ?", {digest}));
  OSLER_TRY_DO(internal::Changes::announce(change));
  OSLER_TRY_DO(
      state.audit->append(change, Event{.actor = *user,
                                        .action = "logout",
                                        .facts = {{"session", internal::short_name(digest)}}}));
  OSLER_TRY_DO(change.commit());
  users_->changes().note();
  return {};
}

}  // namespace osler::serve::auth
