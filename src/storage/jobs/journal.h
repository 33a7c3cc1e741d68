#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/error.h"
#include "base/json.h"
#include "base/process.h"
#include "base/result.h"
#include "storage/database/database.h"

namespace osler::storage::jobs {

enum class State : std::uint8_t { Queued, Running, Done, Failed };
[[nodiscard]] std::string_view to_string(State state);  // "queued", "running", "done", "failed"

struct Job {
  std::int64_t id = 0;
  std::string kind;  // "train", "ingest"
  State state = State::Queued;
  std::string spec;     // JSON: what to do
  std::string result;   // JSON, when done
  std::string error;    // JSON {code, message, where, hint}, when failed
  std::string created;  // RFC 3339; empty where it has not happened
  std::string started;
  std::string ended;
};

// Work that takes long, written down before it begins, so that a restart knows what was under way.
class Journal {
 public:
  // `database` and `clock` must outlive the journal.
  [[nodiscard]] static Result<Journal> open(Database& database, const Clock& clock);

  // A new job, queued; its id.
  [[nodiscard]] Result<std::int64_t> add(std::string_view kind, const Json& spec);
  // Queued or failed (a second try) becomes running, in this process. FailedPrecondition: done, or
  // running already. NotFound: no such job; so for the next two.
  [[nodiscard]] Result<void> start(std::int64_t id);
  [[nodiscard]] Result<void> finish(std::int64_t id, const Json& result);
  [[nodiscard]] Result<void> fail(std::int64_t id, const Error& error);

  [[nodiscard]] Result<Job> find(std::int64_t id) const;
  // Newest first; all kinds where `kind` is empty.
  [[nodiscard]] Result<std::vector<Job>> list(std::string_view kind = {}) const;

  // Jobs left running by a process that is no more become failed ("stopped before it ended"); their
  // ids. Jobs of living processes are left alone. Call at start.
  [[nodiscard]] Result<std::vector<std::int64_t>> mark_interrupted();

 private:
  Journal(Database& database, const Clock& clock) : database_(&database), clock_(&clock) {}
  Database* database_;
  const Clock* clock_;
};

// Starts the job, runs the program as a child and waits for its end. The child speaks in lines of
// JSON on its standard output; each goes to `on_line`. {"event": "done", …} is the job's result and
// is returned; {"event": "error", "error": {…}} is its error. Lines that are not JSON are skipped.
// The job's end is written to the journal whatever happens.
// Errors: the child's own; NotFound: no such program; Internal: the child was killed by a signal,
// or ended without saying "done".
[[nodiscard]] Result<Json> run_program(Journal& journal, std::int64_t job,
                                       const ChildProcess::Options& options,
                                       const std::function<void(const Json&)>& on_line);

}  // namespace osler::storage::jobs
