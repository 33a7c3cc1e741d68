#include "storage/jobs/journal.h"

#include <array>
#include <fstream>
#include <iterator>
#include <utility>

#include <nlohmann/json.hpp>
#include <unistd.h>

#include "base/text.h"

namespace osler::storage::jobs {
namespace {

constexpr std::array kSchema{database::Migration{"jobs/1-table", R"sql(
CREATE TABLE jobs (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  kind TEXT NOT NULL,
  state TEXT NOT NULL,
  spec TEXT NOT NULL,
  result TEXT NOT NULL DEFAULT '',
  error TEXT NOT NULL DEFAULT '',
  created TEXT NOT NULL,
  started TEXT NOT NULL DEFAULT '',
  ended TEXT NOT NULL DEFAULT '',
  process INTEGER NOT NULL DEFAULT 0,
  process_start TEXT NOT NULL DEFAULT ''
) STRICT;
)sql"}};

constexpr std::array<std::string_view, 4> kStates{"queued", "running", "done", "failed"};

constexpr std::string_view kColumns =
    "SELECT id, kind, state, spec, result, error, created, started, ended FROM jobs ";

State state_from(const std::string& word) {
  for (std::size_t i = 0; i < kStates.size(); ++i) {
    if (kStates.at(i) == word) {
      return static_cast<State>(i);
    }
  }
  return State::Failed;
}

Job read_job(const Statement& rows) {
  Job job;
  job.id = rows.integer(0);
  job.kind = rows.text(1);
  job.state = state_from(rows.text(2));
  job.spec = rows.text(3);
  job.result = rows.text(4);
  job.error = rows.text(5);
  job.created = rows.text(6);
  job.started = rows.text(7);
  job.ended = rows.text(8);
  return job;
}

std::string contents(const std::string& path) {
  // Files of /proc say that they are empty until they are read.
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

// The start time among the fields after the program's name.
constexpr std::size_t kStart = 19;

// When a process was started: the boot, and the kernel's clock since. Empty: there is no such
// process.
std::string process_start(pid_t process) {
  const std::string text = contents("/proc/" + std::to_string(process) + "/stat");
  // The program's name stands in parentheses and may hold blanks; field 22 is the start time.
  const std::size_t end = text.rfind(") ");
  if (end == std::string::npos) {
    return {};
  }
  const auto fields = split(std::string_view(text).substr(end + 2), ' ');
  if (fields.size() <= kStart || fields[0] == "Z") {
    return {};
  }
  return std::string(trim(contents("/proc/sys/kernel/random/boot_id"))) + " " + fields[kStart];
}

Error no_such_job(std::int64_t id) {
  return Error(ErrorCode::NotFound, "there is no job " + std::to_string(id));
}

}  // namespace

std::string_view to_string(State state) {
  return kStates.at(static_cast<std::size_t>(state));
}

Result<Journal> Journal::open(Database& database, const Clock& clock) {
  OSLER_TRY_DO(database.migrate(kSchema));
  return Journal(database, clock);
}

Result<std::int64_t> Journal::add(std::string_view kind, const Json& spec) {
  OSLER_TRY(auto change, Transaction::begin(*database_));
  OSLER_TRY_DO(
      database_->execute("INSERT INTO jobs (kind, state, spec, created) VALUES (?, 'queued', ?, ?)",
                         {kind, dump_json(spec), to_rfc3339(clock_->now())}));
  const std::int64_t id = database_->last_id();
  OSLER_TRY_DO(change.commit());
  return id;
}

Result<void> Journal::start(std::int64_t id) {
  OSLER_TRY(const auto changed,
            database_->execute("UPDATE jobs SET state = 'running', error = '', started = ?, "
                               "ended = '', process = ?, process_start = ? "
                               "WHERE id = ? AND state IN ('queued', 'failed')",
                               {to_rfc3339(clock_->now()), static_cast<std::int64_t>(::getpid()),
                                process_start(::getpid()), id}));
  if (changed == 1) {
    return {};
  }
  OSLER_TRY(const Job job, find(id));
  return Error(ErrorCode::FailedPrecondition,
               "job " + std::to_string(id) + " is " + std::string(to_string(job.state)));
}

Result<void> Journal::finish(std::int64_t id, const Json& result) {
  OSLER_TRY(const auto changed,
            database_->execute("UPDATE jobs SET state = 'done', result = ?, ended = ? WHERE id = ?",
                               {dump_json(result), to_rfc3339(clock_->now()), id}));
  return changed == 1 ? Result<void>() : Result<void>(no_such_job(id));
}

Result<void> Journal::fail(std::int64_t id, const Error& error) {
  const Json document{{"code", std::string(osler::to_string(error.code))},
                      {"message", error.message},
                      {"where", error.where},
                      {"hint", error.advice}};
  OSLER_TRY(
      const auto changed,
      database_->execute("UPDATE jobs SET state = 'failed', error = ?, ended = ? WHERE id = ?",
                         {dump_json(document), to_rfc3339(clock_->now()), id}));
  return changed == 1 ? Result<void>() : Result<void>(no_such_job(id));
}

Result<Job> Journal::find(std::int64_t id) const {
  OSLER_TRY(auto rows, database_->prepare(std::string(kColumns) + "WHERE id = ?", {id}));
  OSLER_TRY(const bool found, rows.step());
  return found ? Result<Job>(read_job(rows)) : Result<Job>(no_such_job(id));
}

Result<std::vector<Job>> Journal::list(std::string_view kind) const {
  OSLER_TRY(auto rows,
            database_->prepare(
                std::string(kColumns) + "WHERE ?1 = '' OR kind = ?1 ORDER BY id DESC", {kind}));
  std::vector<Job> jobs;
  while (true) {
    OSLER_TRY(const bool found, rows.step());
    if (!found) {
      return jobs;
    }
    jobs.push_back(read_job(rows));
  }
}

Result<std::vector<std::int64_t>> Journal::mark_interrupted() {
  OSLER_TRY(auto change, Transaction::begin(*database_));
  std::vector<std::int64_t> ids;
  {
    OSLER_TRY(auto rows, database_->prepare("SELECT id, process, process_start FROM jobs WHERE "
                                            "state = 'running'"));
    while (true) {
      OSLER_TRY(const bool found, rows.step());
      if (!found) {
        break;
      }
      // The same number may be another process by now: its start tells.
      const auto process = static_cast<pid_t>(rows.integer(1));
      if (process_start(process) != rows.text(2)) {
        ids.push_back(rows.integer(0));
      }
    }
  }
  for (const std::int64_t id : ids) {
    OSLER_TRY_DO(fail(id, Error(ErrorCode::Unavailable, "stopped before it ended")
                              .hint("run the same command again: it goes on where it was")));
  }
  OSLER_TRY_DO(change.commit());
  return ids;
}

}  // namespace osler::storage::jobs
