#include "workflow/home.h"

#include <chrono>
#include <optional>
#include <system_error>
#include <utility>

#include <nlohmann/json.hpp>
#include <pwd.h>
#include <unistd.h>

#include "base/file.h"
#include "base/json.h"
#include "base/lock.h"
#include "base/text.h"
#include "workflow/internal/schema.h"

namespace osler::workflow {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kKeyBytes = 32;
// Making a key takes a moment.
constexpr std::chrono::seconds kKeyPatience(10);

Result<Bytes> read_secret(const fs::path& path) {
  OSLER_TRY(Bytes read, read_file(path, 4096));
  if (read.size() != kKeyBytes) {
    return Error(ErrorCode::DataCorrupt, "a key file has not 32 bytes")
        .at(path.string())
        .hint("restore it from the backup; without it what it protects cannot be used");
  }
  return read;
}

// The secret in `path`, made where there is none yet. Two processes that start together in a new
// home must agree on it, so it is looked for again under a lock.
Result<Bytes> secret(const fs::path& path) {
  auto found = read_secret(path);
  if (found || found.error().code != ErrorCode::NotFound) {
    return found;
  }
  OSLER_TRY(const auto lock, FileLock::take(path.parent_path() / "lock", kKeyPatience));
  found = read_secret(path);
  if (found || found.error().code != ErrorCode::NotFound) {
    return found;
  }
  Bytes made = crypto::random_bytes(kKeyBytes);
  OSLER_TRY_DO(write_file(path, made));
  return made;
}

Result<std::vector<Bytes>> trusted(const fs::path& folder, Bytes own) {
  std::vector<Bytes> keys{std::move(own)};
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(folder, error)) {
    if (entry.path().extension() != ".pub") {
      continue;
    }
    OSLER_TRY(const std::string text, read_text(entry.path(), 4096));
    auto key = from_hex(trim(text));
    if (!key || key->size() != kKeyBytes) {
      return Error(ErrorCode::DataCorrupt, "not a public key of 64 hexadecimal digits")
          .at(entry.path().string())
          .hint("remove the file, or write the key again");
    }
    keys.push_back(*std::move(key));
  }
  return keys;
}

std::string login_name() {
  passwd entry{};
  passwd* found = nullptr;
  std::array<char, 4096> buffer{};
  ::getpwuid_r(::getuid(), &entry, buffer.data(), buffer.size(), &found);
  return found == nullptr ? "uid " + std::to_string(::getuid()) : std::string(found->pw_name);
}

}  // namespace

struct Home::State {
  fs::path folder;
  const Clock* clock = nullptr;
  Configuration configuration;
  crypto::KeyPair signing;
  Bytes pseudonym;
  std::vector<Bytes> trusted_keys;
  std::optional<storage::Database> database;
  std::optional<storage::objects::Store> objects;
  std::optional<storage::audit::Log> audit;
  std::optional<storage::jobs::Journal> jobs;
  std::optional<dataset::Catalogue> catalogue;
};

Home::Home(std::unique_ptr<State> state) : state_(std::move(state)) {}
Home::Home(Home&&) noexcept = default;
Home& Home::operator=(Home&&) noexcept = default;
Home::~Home() = default;

Result<Home> Home::open(const fs::path& folder, const Clock& clock) {
  auto state = std::make_unique<State>();
  State& home = *state;
  home.clock = &clock;
  std::error_code error;
  home.folder = fs::absolute(folder, error);
  const bool is_new = !fs::exists(home.folder, error);
  OSLER_TRY_DO(make_folder(home.folder / "keys" / "trusted"));
  if (is_new) {
    fs::permissions(home.folder, fs::perms::owner_all, error);
  }
  fs::permissions(home.folder / "keys", fs::perms::owner_all, error);
  OSLER_TRY(home.configuration, read_configuration(home.folder / "config.json"));
  if (home.configuration.actor.empty()) {
    home.configuration.actor = login_name();
  }
  OSLER_TRY(const Bytes signing, secret(home.folder / "keys" / "signing.key"));
  OSLER_TRY(home.signing, crypto::key_pair_from_private(signing));
  OSLER_TRY(home.pseudonym, secret(home.folder / "keys" / "pseudonym.key"));
  OSLER_TRY(home.trusted_keys, trusted(home.folder / "keys" / "trusted", home.signing.public_key));
  OSLER_TRY(home.database, storage::Database::open(home.folder / "osler.db"));
  OSLER_TRY_DO(home.database->migrate(internal::schema()));
  OSLER_TRY(home.objects, storage::objects::Store::open(home.folder / "objects"));
  OSLER_TRY(home.audit,
            storage::audit::Log::open(*home.database, home.folder / "keys" / "audit.key", clock));
  OSLER_TRY(home.jobs, storage::jobs::Journal::open(*home.database, clock));
  OSLER_TRY_DO(home.jobs->mark_interrupted());
  OSLER_TRY(home.catalogue, dataset::Catalogue::open(*home.database, *home.objects, clock));
  return Home(std::move(state));
}

const fs::path& Home::folder() const {
  return state_->folder;
}
const Configuration& Home::configuration() const {
  return state_->configuration;
}
const Clock& Home::clock() const {
  return *state_->clock;
}
storage::Database& Home::database() {
  return *state_->database;
}
storage::objects::Store& Home::objects() {
  return *state_->objects;
}
storage::audit::Log& Home::audit() {
  return *state_->audit;
}
storage::jobs::Journal& Home::jobs() {
  return *state_->jobs;
}
dataset::Catalogue& Home::catalogue() {
  return *state_->catalogue;
}
const crypto::KeyPair& Home::signing_key() const {
  return state_->signing;
}
BytesView Home::pseudonym_key() const {
  return state_->pseudonym;
}
const std::vector<Bytes>& Home::trusted_keys() const {
  return state_->trusted_keys;
}

storage::audit::Event Home::event(std::string action,
                                  std::map<std::string, std::string> facts) const {
  return {
      .actor = state_->configuration.actor, .action = std::move(action), .facts = std::move(facts)};
}

Result<void> Home::record(std::string action, std::map<std::string, std::string> facts) {
  OSLER_TRY(auto change, storage::Transaction::begin(database()));
  OSLER_TRY_DO(audit().append(change, event(std::move(action), std::move(facts))));
  return change.commit();
}

}  // namespace osler::workflow
