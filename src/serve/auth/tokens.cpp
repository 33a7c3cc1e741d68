#include "serve/auth/tokens.h"

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
using storage::Statement;
using storage::Transaction;
using storage::audit::Event;

constexpr std::string_view kPrefix = "osler_";
constexpr std::size_t kLongestLabel = 64;
constexpr std::int64_t kDay_s = 86'400;
constexpr std::int64_t kMarkEvery_s = 3'600;
constexpr std::size_t kMostCached = 10'000;
constexpr std::string_view kColumns =
    "SELECT id, user, label, created, expires, last_used FROM auth_tokens ";

Token read_token(const Statement& row) {
  Token token{.id = row.integer(0),
              .user = row.text(1),
              .label = row.text(2),
              .created = time_of(row.integer(3)),
              .expires = time_of(row.integer(4)),
              .last_used = {}};
  if (!row.is_null(5)) {
    token.last_used = time_of(row.integer(5));
  }
  return token;
}

Result<void> check(std::int64_t days, std::string_view label) {
  if (days < 1 || days > kMostTokenDays) {
    return Error(ErrorCode::InvalidArgument, "a token lasts 1 to 365 days");
  }
  const bool plain = std::ranges::none_of(label, [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte < 0x20 || byte == 0x7F;
  });
  if (label.size() > kLongestLabel || !plain) {
    return Error(ErrorCode::InvalidArgument,
                 "a token's label has at most 64 bytes and no control characters");
  }
  return {};
}

Error no_such_token() {
  return Error(ErrorCode::NotFound, "there is no such token").hint("osler token list shows them");
}

Event event_of(std::string_view actor, std::string_view action, const Token& token) {
  return {.actor = std::string(actor),
          .action = std::string(action),
          .facts = {{"user", token.user}, {"token", std::to_string(token.id)}}};
}

}  // namespace

// A row as it stood when the database's stamp was `stamp`.
struct Tokens::Entry {
  Bearer bearer;
  std::int64_t expires = 0;
  std::int64_t marked = 0;  // last_used as the database has it
  std::uint64_t stamp = 0;
};

// Its mutex is never held while the database is asked.
struct Tokens::Cache {
  std::mutex mutex;
  std::map<crypto::Digest, Entry> entries;

  std::optional<Entry> find(const crypto::Digest& digest, std::uint64_t stamp) {
    const std::lock_guard lock(mutex);
    const auto found = entries.find(digest);
    return found == entries.end() || found->second.stamp != stamp ? std::nullopt
                                                                  : std::optional(found->second);
  }

  void keep(const crypto::Digest& digest, const Entry& entry) {
    const std::lock_guard lock(mutex);
    if (entries.size() >= kMostCached) {
      entries.clear();
    }
    entries.insert_or_assign(digest, entry);
  }

  void forget(const crypto::Digest& digest) {
    const std::lock_guard lock(mutex);
    entries.erase(digest);
  }
};

Tokens::Tokens(Users& users) : users_(&users), cache_(std::make_unique<Cache>()) {}
Tokens::Tokens(Tokens&&) noexcept = default;
Tokens::~Tokens() = default;

Result<NewToken> Tokens::make(std::string_view user, std::int64_t days, std::string_view label,
                              std::string_view actor) {
  OSLER_TRY_DO(check(days, label));
  const Users::State& state = *users_->state_;
  const std::int64_t now = seconds_of(state.clock->now());
  NewToken made{.text = std::string(kPrefix) + internal::random_secret(), .token = {}};

  OSLER_TRY(auto change, Transaction::begin(*state.database));
  OSLER_TRY(const User owner, users_->find(user));
  if (owner.disabled) {
    return Error(ErrorCode::FailedPrecondition, "this user is disabled")
        .hint("osler user enable NAME");
  }
  OSLER_TRY_DO(change.database().execute("DELETE FROM auth_tokens WHERE user = ? AND expires <= ?",
                                         {owner.name, now}));
  OSLER_TRY(const auto held, change.database().integer(
                                 "SELECT count(*) FROM auth_tokens WHERE user = ?", {owner.name}));
  if (held.value_or(0) >= kMostTokensPerUser) {
    return Error(ErrorCode::FailedPrecondition, "this user has 20 tokens")
        .hint("revoke those that are not used: osler token list, osler token revoke ID");
  }
  OSLER_TRY_DO(change.database().execute(
      "INSERT INTO auth_tokens (digest, user, label, created, expires) VALUES (?, ?, ?, ?, ?)",
      {crypto::sha256(made.text), owner.name, label, now, now + days * kDay_s}));
  made.token = {.id = change.database().last_id(),
                .user = owner.name,
                .label = std::string(label),
                .created = time_of(now),
                .expires = time_of(now + days * kDay_s),
                .last_used = {}};
  // Without the label: it is free text.
  Event event = event_of(actor, "token.make", made.token);
  event.facts.emplace("days", std::to_string(days));
  OSLER_TRY_DO(state.audit->append(change, event));
  OSLER_TRY_DO(change.commit());
  return made;
}

Result<std::vector<Token>> Tokens::list(std::string_view user) const {
  OSLER_TRY(auto rows,
            users_->state_->database->prepare(
                std::string(kColumns) + "WHERE ?1 = '' OR user = ?1 ORDER BY id DESC", {user}));
  std::vector<Token> tokens;
  while (true) {
    OSLER_TRY(const bool found, rows.step());
    if (!found) {
      return tokens;
    }
    tokens.push_back(read_token(rows));
  }
}

Result<Token> Tokens::revoke(std::int64_t id, std::string_view actor, std::string_view owner) {
  const Users::State& state = *users_->state_;
  OSLER_TRY(auto change, Transaction::begin(*state.database));
  Token token;
  {
    OSLER_TRY(auto row, change.database().prepare(std::string(kColumns) + "WHERE id = ?", {id}));
    OSLER_TRY(const bool found, row.step());
    if (!found || (!owner.empty() && row.text(1) != owner)) {
      return no_such_token();
    }
    token = read_token(row);
  }
  OSLER_TRY_DO(change.database().execute("DELETE FROM auth_tokens WHERE id = ?", {id}));
  OSLER_TRY_DO(internal::Changes::announce(change));
  OSLER_TRY_DO(state.audit->append(change, event_of(actor, "token.revoke", token)));
  OSLER_TRY_DO(change.commit());
  users_->changes().note();
  return token;
}

Result<std::optional<Tokens::Entry>> Tokens::load(const crypto::Digest& digest,
                                                  std::uint64_t stamp) const {
  OSLER_TRY(auto row, users_->state_->database->prepare(
                          "SELECT t.id, t.user, u.role, t.expires, t.last_used FROM auth_tokens t "
                          "JOIN auth_users u ON u.name = t.user "
                          "WHERE t.digest = ? AND u.disabled = 0",
                          {digest}));
  OSLER_TRY(const bool found, row.step());
  if (!found) {
    return std::optional<Entry>();
  }
  Entry entry{.bearer = {.id = row.integer(0), .user = row.text(1), .role = Role::Reader},
              .expires = row.integer(3),
              .marked = row.integer(4),
              .stamp = stamp};
  OSLER_TRY(entry.bearer.role, role_from(row.text(2)));
  return std::optional(std::move(entry));
}

Result<std::optional<Bearer>> Tokens::find(std::string_view text) {
  if (!text.starts_with(kPrefix) || !internal::is_secret(text.substr(kPrefix.size()))) {
    return std::optional<Bearer>();
  }
  const crypto::Digest digest = crypto::sha256(text);
  // Asked for before anything is read: what changes in between has a later one.
  OSLER_TRY(const std::uint64_t stamp, users_->changes().stamp());
  auto entry = cache_->find(digest, stamp);
  if (!entry) {
    OSLER_TRY(entry, load(digest, stamp));
    if (!entry) {
      cache_->forget(digest);
      return std::optional<Bearer>();
    }
    cache_->keep(digest, *entry);
  }
  const std::int64_t now = seconds_of(users_->state_->clock->now());
  if (now >= entry->expires) {
    return std::optional<Bearer>();
  }
  if (now - entry->marked >= kMarkEvery_s) {
    mark_used(digest, now);
  }
  return std::optional(std::move(entry->bearer));
}

void Tokens::mark_used(const crypto::Digest& digest, std::int64_t now) {
  {
    const std::lock_guard lock(cache_->mutex);
    const auto found = cache_->entries.find(digest);
    if (found == cache_->entries.end() || now - found->second.marked < kMarkEvery_s) {
      return;
    }
    found->second.marked = now;
  }
  // For the list alone: a full disk must stop no script.
  static_cast<void>(users_->state_->database->execute(
      "UPDATE auth_tokens SET last_used = ? WHERE digest = ?", {now, digest}));
}

}  // namespace osler::serve::auth
