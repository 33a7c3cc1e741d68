#include "workflow/home.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <ctime>
#include <iterator>
#include <optional>
#include <system_error>

#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"
#include "storage/objects/store.h"
#include "workflow/doctor/internal/checks.h"
#include "workflow/models.h"

namespace osler::workflow::doctor::internal {
namespace {

namespace fs = std::filesystem;
using std::chrono::system_clock;

constexpr std::size_t kSample = 200;
constexpr std::chrono::seconds kClockSlack(60);
constexpr std::chrono::hours kBackupWatch(48);
constexpr std::chrono::hours kBackupAct(24 * 8);

std::string user_name(uid_t user) {
  passwd entry{};
  passwd* found = nullptr;
  std::array<char, 4096> buffer{};
  ::getpwuid_r(user, &entry, buffer.data(), buffer.size(), &found);
  return found == nullptr ? "uid " + std::to_string(user) : std::string(found->pw_name);
}

std::optional<system_clock::time_point> time_from(const std::string& text) {
  std::tm parts{};
  const char* end = ::strptime(text.c_str(), "%Y-%m-%dT%H:%M:%SZ", &parts);
  if (end == nullptr || *end != 0) {
    return std::nullopt;
  }
  return system_clock::from_time_t(::timegm(&parts));
}

// The first of these that another user owns, or that others may read; empty: none.
struct Lapse {
  std::string file;
  std::string what;
};
std::optional<Lapse> lapse_of(const fs::path& home, uid_t owner) {
  constexpr unsigned kOthers = 0077;
  const auto look = [&](const fs::path& path, bool is_private) -> std::optional<Lapse> {
    struct stat facts{};
    if (::stat(path.c_str(), &facts) != 0) {
      return std::nullopt;
    }
    if (facts.st_uid != owner) {
      return Lapse{path.string(), "belongs to " + user_name(facts.st_uid)};
    }
    if (is_private && (facts.st_mode & kOthers) != 0) {
      return Lapse{path.string(), "is open to other users"};
    }
    return std::nullopt;
  };
  if (auto found = look(home, true)) {
    return found;
  }
  for (const char* name : {"keys", "keys/signing.key", "keys/audit.key", "keys/pseudonym.key",
                           "osler.db", "osler.db-journal"}) {
    if (auto found = look(home / name, true)) {
      return found;
    }
  }
  for (const char* name :
       {"objects", "objects/tmp", "objects/lock", "models", "runs", "cache", "config.json"}) {
    if (auto found = look(home / name, false)) {
      return found;
    }
  }
  return std::nullopt;
}

// Whether the home may be opened by us.
bool look_at_owner(const fs::path& home, std::vector<Check>& checks) {
  struct stat facts{};
  ::stat(home.c_str(), &facts);
  const std::string owner = user_name(facts.st_uid);
  if (facts.st_uid != ::geteuid()) {
    checks.push_back(act("owner",
                         "the home belongs to " + owner + ", and this is " + user_name(::geteuid()),
                         "ask as its owner: runuser -u " + owner + " -- osler doctor"));
    return false;
  }
  checks.push_back(ok("owner", owner));
  if (const auto lapse = lapse_of(home, facts.st_uid)) {
    checks.push_back(act("permissions", lapse->file + " " + lapse->what,
                         "it holds keys or patient data: chown -R " + owner + " " + home.string() +
                             " && chmod -R go= " + home.string()));
  } else {
    checks.push_back(ok("permissions", "home, keys and database are for " + owner + " alone"));
  }
  return true;
}

std::optional<Check> lost_key(const fs::path& home) {
  for (const char* name : {"signing.key", "audit.key", "pseudonym.key"}) {
    std::error_code error;
    const auto size = fs::file_size(home / "keys" / name, error);
    if (error || size != 32) {
      return act("keys", std::string(name) + (error ? " is gone" : " is not 32 bytes long"),
                 "restore it from the backup before anything else: without it films of one patient "
                 "no longer come together, and signatures no longer hold");
    }
  }
  return std::nullopt;
}

void look_at_audit(Home& home, const Clock& clock, std::vector<Check>& checks) {
  const auto verified = home.audit().verify();
  if (!verified) {
    checks.push_back(failed("audit", verified.error()));
    return;
  }
  checks.push_back(ok("audit", counted(static_cast<std::int64_t>(verified->records), "record") +
                                   ", tree head " + verified->head.root.hex().substr(0, 8)));
  if (verified->records == 0) {
    return;
  }
  const auto newest = home.audit().records(verified->records - 1, 1);
  const auto time = newest && !newest->empty() ? time_from(newest->front().time) : std::nullopt;
  if (time && *time > clock.now() + kClockSlack) {
    checks.push_back(act("time",
                         "the newest audit record is of " + newest->front().time +
                             ", later than this machine's clock",
                         "set the clock right (timedatectl) before anything more is recorded"));
  }
}

void look_at_objects(Home& home, bool deep, Progress& progress, std::vector<Check>& checks) {
  const auto all = home.objects().list();
  if (!all) {
    checks.push_back(failed("objects", all.error()));
    return;
  }
  const std::size_t step = deep ? 1 : std::max<std::size_t>(1, all->size() / kSample);
  std::size_t read = 0;
  std::size_t bad = 0;
  std::string first;
  progress.begin("objects", all->size() / step);
  for (std::size_t i = 0; i < all->size(); i += step) {
    const auto verified = home.objects().verify((*all)[i]);
    if (!verified && bad++ == 0) {
      first = verified.error().message + " (" + verified.error().where + ")";
    }
    progress.at(++read, "");
  }
  const std::string said = with_thousands(static_cast<std::int64_t>(all->size())) + ", " +
                           with_thousands(static_cast<std::int64_t>(read)) + " of them read";
  if (bad > 0) {
    checks.push_back(act("objects", said + ", " + std::to_string(bad) + " damaged: " + first,
                         "check the disk (dmesg, smartctl), run osler doctor --deep, and copy each "
                         "from DIR/objects of the backup"));
    return;
  }
  checks.push_back(ok("objects", said + (all->empty() ? "" : ", each as it was stored")));
}

void look_at_models(Home& home, std::vector<Check>& checks) {
  if (const auto chain = verify_registry(home); !chain) {
    checks.push_back(failed("registry", chain.error()));
    return;
  }
  const auto models = list_models(home);
  if (!models) {
    checks.push_back(failed("registry", models.error()));
    return;
  }
  checks.push_back(
      ok("registry", counted(static_cast<std::int64_t>(models->size()), "version") + " of models"));
  std::vector<std::string> names;
  for (const auto& model : *models) {
    if (model.stage != "production" && model.stage != "shadow") {
      continue;
    }
    const auto opened = open_model(home, model);
    if (!opened) {
      auto check = failed("models", opened.error());
      check.said = model.reference() + ": " + check.said;
      check.advice = "restore its folder from the backup, or osler model rollback " + model.name;
      checks.push_back(std::move(check));
      return;
    }
    names.push_back(model.reference());
  }
  checks.push_back(
      ok("models", names.empty() ? "none in service"
                                 : join(names, ", ") + ": signature, digests and golden inputs"));
}

void look_at_backup(Home& home, const Clock& clock, std::vector<Check>& checks) {
  const std::string advice = "osler backup DIR, every day (docs/guides/operate.md)";
  const auto newest = home.audit().newest("backup");
  if (!newest) {
    checks.push_back(failed("backup", newest.error()));
    return;
  }
  if (!*newest) {
    checks.push_back(watch("backup", "none is recorded", advice));
    return;
  }
  const auto& record = **newest;
  const auto time = time_from(record.time);
  const auto damaged = record.event.facts.find("damaged");
  if (damaged != record.event.facts.end() && damaged->second != "0") {
    checks.push_back(act(
        "backup",
        "the newest, of " + record.time + ", found " + damaged->second + " lost parts of the home",
        "restore them from an older backup: osler restore --check names none of "
        "them, osler backup --json does"));
    return;
  }
  const auto age = time ? clock.now() - *time : system_clock::duration::max();
  const std::string said = "the newest is of " + record.time;
  if (age > kBackupAct) {
    checks.push_back(act("backup", said, advice));
  } else if (age > kBackupWatch) {
    checks.push_back(watch("backup", said, advice));
  } else {
    checks.push_back(ok("backup", said));
  }
}

}  // namespace

void look_at_home(const Options& options, const Clock& clock, Progress& progress,
                  std::vector<Check>& checks) {
  std::error_code error;
  if (!fs::exists(options.home / "osler.db", error)) {
    const bool is_empty = !fs::exists(options.home, error) || fs::is_empty(options.home, error);
    checks.push_back(
        is_empty ? watch("home", "there is none yet", "the first osler ingest or serve makes it")
                 : act("home", "this folder has no database: it is no home, or has lost it",
                       "name the right --home, or restore it from its backup"));
    return;
  }
  if (!look_at_owner(options.home, checks)) {
    return;
  }
  if (auto lost = lost_key(options.home)) {
    checks.push_back(*std::move(lost));
    return;
  }
  progress.begin("database", 0);
  {
    auto database = storage::Database::open(options.home / "osler.db");
    const auto whole = database ? database->check() : Result<void>(database.error());
    if (!whole) {
      checks.push_back(failed("database", whole.error()));
      return;
    }
  }
  auto home = Home::open(options.home, clock);
  if (!home) {
    checks.push_back(failed("home", home.error()));
    return;
  }
  checks.push_back(ok("database", "whole"));
  look_at_audit(*home, clock, checks);
  look_at_objects(*home, options.deep, progress, checks);
  look_at_models(*home, checks);
  look_at_backup(*home, clock, checks);
}

}  // namespace osler::workflow::doctor::internal
