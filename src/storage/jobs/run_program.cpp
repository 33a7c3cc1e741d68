#include <csignal>
#include <optional>
#include <utility>

#include <nlohmann/json.hpp>

#include "storage/jobs/journal.h"

namespace osler::storage::jobs {
namespace {

constexpr auto kLast = static_cast<std::uint8_t>(ErrorCode::Internal);

ErrorCode code_from(const std::string& word) {
  for (std::uint8_t i = 0; i <= kLast; ++i) {
    if (to_string(static_cast<ErrorCode>(i)) == word) {
      return static_cast<ErrorCode>(i);
    }
  }
  return ErrorCode::Internal;
}

std::string member(const Json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_string() ? found->get<std::string>() : "";
}

Error error_from(const Json& document) {
  return Error(code_from(member(document, "code")), member(document, "message"))
      .at(member(document, "where"))
      .hint(member(document, "hint"));
}

// What the child has said so far.
struct Said {
  std::optional<Json> done;
  std::optional<Error> error;
};

void hear(std::string_view line, const std::function<void(const Json&)>& on_line, Said& said) {
  // A library may print to standard output as well: only lines that name an event count.
  const auto parsed = parse_json(line, "job");
  const std::string event = parsed && parsed->is_object() ? member(*parsed, "event") : "";
  if (event.empty()) {
    return;
  }
  if (event == "done") {
    said.done = *parsed;
  } else if (event == "error" && parsed->contains("error") && (*parsed)["error"].is_object()) {
    said.error = error_from((*parsed)["error"]);
  }
  on_line(*parsed);
}

Result<Json> outcome(int status, Said said, const ChildProcess::Options& options) {
  if (said.error) {
    return *std::move(said.error);
  }
  if (status == 0 && said.done) {
    return *std::move(said.done);
  }
  const std::string name = options.program.filename().string();
  Error error(ErrorCode::Internal,
              status > 128 ? name + " was ended by signal " + std::to_string(status - 128)
                           : name + " ended without a result, exit code " + std::to_string(status));
  return std::move(error)
      .at(options.error_log.string())
      .hint(std::string(status == 128 + SIGKILL ? "the machine may be short of memory; " : "") +
            "run the same command again: it goes on where it was");
}

}  // namespace

Result<Json> run_program(Journal& journal, std::int64_t job, const ChildProcess::Options& options,
                         const std::function<void(const Json&)>& on_line) {
  OSLER_TRY_DO(journal.start(job));
  auto child = ChildProcess::start(options);
  if (!child) {
    OSLER_TRY_DO(journal.fail(job, child.error()));
    return std::move(child).error();
  }
  child->close_input();
  Said said;
  child->read_lines([&](std::string_view line) { hear(line, on_line, said); });
  auto result = outcome(child->wait(), std::move(said), options);
  if (result) {
    OSLER_TRY_DO(journal.finish(job, *result));
  } else {
    OSLER_TRY_DO(journal.fail(job, result.error()));
  }
  return result;
}

}  // namespace osler::storage::jobs
