#include "workflow/runs.h"

#include <fstream>
#include <utility>

#include <nlohmann/json.hpp>
#include <sys/utsname.h>

#include "base/parallel.h"
#include "base/text.h"
#include "workflow/internal/run_log.h"

#ifndef OSLER_REVISION
#define OSLER_REVISION "unknown"
#endif

namespace osler::workflow {
namespace {

constexpr const char* kColumns =
    "number, study, kind, state, dataset, seed, parameters, system, metrics, result, started, "
    "ended";

Run read_run(const storage::Statement& rows) {
  Run run;
  run.number = rows.integer(0);
  run.study = rows.text(1);
  run.kind = rows.text(2);
  run.state = rows.text(3);
  run.dataset = rows.text(4);
  run.seed = rows.integer(5);
  run.parameters = rows.text(6);
  run.system = rows.text(7);
  run.metrics = rows.text(8);
  run.result = rows.text(9);
  run.started = rows.text(10);
  run.ended = rows.text(11);
  return run;
}

std::string processor() {
  std::ifstream facts("/proc/cpuinfo");
  for (std::string line; std::getline(facts, line);) {
    if (line.starts_with("model name")) {
      return std::string(trim(line.substr(line.find(':') + 1)));
    }
  }
  return "unknown";
}

}  // namespace

Result<std::vector<Run>> list_runs(Home& home) {
  OSLER_TRY(auto rows, home.database().prepare(std::string("SELECT ") + kColumns +
                                               " FROM runs ORDER BY number DESC"));
  std::vector<Run> runs;
  while (true) {
    OSLER_TRY(const bool found, rows.step());
    if (!found) {
      return runs;
    }
    runs.push_back(read_run(rows));
  }
}

Result<Run> find_run(Home& home, const std::string& name) {
  const auto number = parse_integer(name.starts_with('r') ? name.substr(1) : name);
  OSLER_TRY(auto rows, home.database().prepare(
                           std::string("SELECT ") + kColumns + " FROM runs WHERE number = ?",
                           {number.value_or(-1)}));
  OSLER_TRY(const bool found, rows.step());
  if (!found) {
    return Error(ErrorCode::NotFound, "there is no run \"" + name + "\"")
        .hint("see osler runs list");
  }
  return read_run(rows);
}

std::filesystem::path run_folder(const Home& home, std::int64_t number) {
  return home.folder() / "runs" / ("r" + std::to_string(number));
}

std::string code_revision() {
  return OSLER_REVISION;
}

namespace internal {

Result<Begun> begin_run(Home& home, const RunStart& start) {
  const std::string parameters = dump_json(start.parameters);
  OSLER_TRY(auto change, storage::Transaction::begin(home.database()));
  OSLER_TRY(const auto unfinished,
            home.database().integer(
                "SELECT max(number) FROM runs WHERE kind = ? AND dataset = ? AND seed = ? "
                "AND parameters = ? AND state <> 'done'",
                {start.kind, start.dataset, start.seed, parameters}));
  Begun begun{.number = unfinished.value_or(0), .resumed = unfinished.has_value()};
  if (begun.resumed) {
    OSLER_TRY_DO(home.database().execute(
        "UPDATE runs SET state = 'running', result = '', ended = '' WHERE number = ?",
        {begun.number}));
  } else {
    OSLER_TRY_DO(home.database().execute(
        "INSERT INTO runs (study, kind, state, dataset, seed, parameters, system, metrics, result, "
        "started, ended) VALUES (?, ?, 'running', ?, ?, ?, ?, '', '', ?, '')",
        {start.study, start.kind, start.dataset, start.seed, parameters, dump_json(system_facts()),
         to_rfc3339(home.clock().now())}));
    begun.number = home.database().last_id();
  }
  OSLER_TRY_DO(change.commit());
  return begun;
}

Result<void> end_run(Home& home, std::int64_t number, const Json& metrics, const Json& result) {
  OSLER_TRY_DO(home.database().execute(
      "UPDATE runs SET state = 'done', metrics = ?, result = ?, ended = ? WHERE number = ?",
      {dump_json(metrics), dump_json(result), to_rfc3339(home.clock().now()), number}));
  return {};
}

void fail_run(Home& home, std::int64_t number, const Error& error) {
  const Json text{{"code", std::string(to_string(error.code))}, {"message", error.message}};
  // The run failed already; that this cannot be written down changes nothing for the caller.
  static_cast<void>(home.database().execute(
      "UPDATE runs SET state = 'failed', result = ?, ended = ? WHERE number = ?",
      {dump_json(text), to_rfc3339(home.clock().now()), number}));
}

Json system_facts() {
  utsname kernel{};
  ::uname(&kernel);
  return {{"processor", processor()},
          {"threads", hardware_threads()},
          {"kernel", std::string(kernel.sysname) + " " + kernel.release},
          {"osler", code_revision()},
          {"sqlite", storage::Database::engine_version()}};
}

}  // namespace internal
}  // namespace osler::workflow
